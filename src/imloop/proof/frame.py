"""The list of a draw before it is fixed: chances given to units, and each one's own proof that it is on the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from imloop.proof.draw import ONE, Row, chances, leaf, node


def give_chances(
    stratum: Row, units: Sequence[Row], rules: Row
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Units in order of id, each with ``pi`` in millionths; the stratum with its size, floor and cap. What is
    compulsory has chance 1 and takes its visits first. ``ValueError`` when the visits do not fit: see ``fitting``."""
    rows = sorted((dict(unit) for unit in units), key=lambda unit: str(unit["id"]))
    free = [row for row in rows if not row["compulsory"]]
    visits = stratum["visits"] - len(rows) + len(free)
    pis, floor, cap = chances([row["weight"] for row in free], visits, rules)
    for row in rows:
        row["pi"] = ONE
    for row, pi in zip(free, pis, strict=True):
        row["pi"] = pi
    compulsory = len(rows) - len(free)
    return rows, {**stratum, "units": len(rows), "compulsory": compulsory, "floor": floor, "cap": cap}


def fitting(units: Sequence[Row], pi_min: int) -> tuple[int, int]:
    """The fewest and the most visits a stratum can have: those that are compulsory and the floor of the others; all."""
    compulsory = sum(1 for unit in units if unit["compulsory"])
    return compulsory - (-(len(units) - compulsory) * pi_min // ONE), len(units)


def paths(units: Sequence[Row]) -> dict[str, list[str]]:
    """Each unit's neighbours from the leaf up, each after its side, as ``draw.climb`` takes them."""
    ordered = sorted(units, key=lambda unit: (str(unit["stratum"]), str(unit["id"])))
    found: dict[str, list[str]] = {str(unit["id"]): [] for unit in ordered}
    level = [(leaf(unit), [str(unit["id"])]) for unit in ordered]
    while len(level) > 1:
        above = []
        for (left, on_left), (right, on_right) in zip(level[::2], level[1::2], strict=False):
            for name in on_left:
                found[name].append(f"r{right}")
            for name in on_right:
                found[name].append(f"l{left}")
            above.append((node(left, right), on_left + on_right))
        level = above + level[len(above) * 2 :]
    return found
