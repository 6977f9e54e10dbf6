"""Generated runs of both transient methods."""

from __future__ import annotations

from random import Random

from imloop.facts.codes import Method
from support.messages.dice import GAS_A, LAW, Case, Columns, air, limit, spoil, stated
from support.messages.runs import DRY_AIR, im195_columns, record, urban_cycle, vmas_columns


def _per_kilometre(dice: Random, bound: float) -> float:
    return bound * dice.choice([0.3, 0.99, 0.999, 1.0, 1.0, 1.001, 1.5, 0.996, 1.004])


def _cycle_seconds(dice: Random) -> list[float]:
    """The prescribed speeds, seldom a second too many or too few."""
    return [*urban_cycle(LAW, dice.choice([194, *[195] * 12, *[196] * 3])), *dice.choice([[]] * 20 + [[0.0]])]


def _cycle_speeds(dice: Random, columns: Columns) -> None:
    """A little noise, seconds at the edge of the cycle's corridor, or another distance, at the edge of what is one."""
    kind = dice.choice(["as is", "as is", "scaled", "noisy", "noisy", "strayed", "strayed"])
    speeds = columns["speed_kmh"]
    if kind == "scaled":
        km = dice.choice([0.813, 0.8129, 1.213, 1.2131, 1.013])
        share = km * 3600.0 / sum(speeds)
        columns["speed_kmh"] = [speed * share for speed in speeds]
    elif kind == "noisy":
        columns["speed_kmh"] = [round(max(speed + dice.uniform(-0.5, 0.5), 0.0), 1) for speed in speeds]
    elif kind == "strayed":
        _stray(dice, columns["speed_kmh"])


def _stray(dice: Random, speeds: list[float]) -> None:
    """Too fast or too slow by as much as is allowed, or a little more, for about as long as is allowed."""
    for _ in range(dice.choice([1, 1, 4, 5, 6])):
        first, off = dice.randrange(60, 150), dice.choice([-2.1, 2.0, 2.0, 2.1])
        for second in range(first, first + dice.choice([2, 3, 3, 4])):
            speeds[second] += off


def _wobble(dice: Random, columns: Columns, names: tuple[str, ...]) -> None:
    if dice.random() < 0.5:
        for name in names:
            columns[name] = [value * dice.uniform(0.7, 1.3) for value in columns[name]]


def vmas(dice: Random) -> Case:
    chosen, fuel = dice.choice("aab"), dice.choice(["gasoline", "gasoline", *sorted(GAS_A)])
    goal = {
        gas: _per_kilometre(dice, limit(Method.VMAS, chosen, f"{gas}_g_km")) for gas in ("co", "hc", "nox")
    }
    columns: Columns = vmas_columns(LAW, **goal, a=GAS_A[fuel], speed_kmh=_cycle_seconds(dice))
    _wobble(dice, columns, ("co_pct", "hc_ppm", "no_ppm", "flow_std_ls", "o2_dilute_pct"))
    if dice.random() < 0.3:
        thinned = dice.choice([0.5, 0.7, 0.98, 1.1])
        columns["co2_pct"] = [value * thinned for value in columns["co2_pct"]]
    if dice.random() < 0.2:
        row = dice.randrange(194)
        columns["o2_ambient_pct"][row] = dice.choice([18.0, 20.5, 21.1, 0.9])
    if dice.random() < 0.3:
        first = dice.choice([20, 100, 141, 142, 143, 150, 154, 155])
        for row in range(first, first + dice.choice([2, 3, 4])):
            columns["co2_pct"][row] = dice.choice([1.0, 5.9, 6.0]) - columns["co_pct"][row]
    if dice.random() < 0.1:
        columns["nox_ppm"] = [value * 1.05 for value in columns["no_ppm"]]
    if dice.random() < 0.04:
        columns["flow_std_ls"] = [value * dice.choice([0.05, 0.2]) for value in columns["flow_std_ls"]]
    _cycle_speeds(dice, columns)
    spoil(dice, columns)
    return Case(
        record(Method.VMAS, columns, vehicle=stated(dice, fuel=fuel), ambient=air(dice, DRY_AIR)), chosen
    )


def im195(dice: Random) -> Case:
    chosen, fuel = dice.choice("aab"), dice.choice(["gasoline", "gasoline", *sorted(GAS_A)])
    both = _per_kilometre(dice, limit(Method.IM195, chosen, "hc_nox_g_km"))
    part = dice.choice([0.25, 0.5])
    co = _per_kilometre(dice, limit(Method.IM195, chosen, "co_g_km"))
    columns: Columns = im195_columns(LAW, co, both * part, both * (1 - part), speed_kmh=_cycle_seconds(dice))
    _wobble(dice, columns, ("co_dilute_ppm", "hc_dilute_ppm", "nox_dilute_ppm", "co2_dilute_pct"))
    if dice.random() < 0.5:
        for name, value in (("co", 2.0), ("hc", 3.5), ("nox", 0.2)):
            columns[f"{name}_background_ppm"] = [value] * len(columns["t_s"])
    _cycle_speeds(dice, columns)
    spoil(dice, columns)
    return Case(
        record(Method.IM195, columns, vehicle=stated(dice, fuel=fuel), ambient=air(dice, DRY_AIR)), chosen
    )
