"""Dice for generated runs: levels near the limits, readings at an analyser's resolution, and what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from imloop.facts.codes import Method
from imloop.facts.records.inspection import Ambient, TestRecord
from support.messages.runs import law_of

LAW = law_of()
Columns = dict[str, list[Any]]

GAS_A = {"gasoline": 4.644, "hybrid_gasoline": 4.644, "cng": 6.64, "lng": 6.64, "lpg": 5.39}
RICHEST_CO2 = {"gasoline": 14.6, "hybrid_gasoline": 14.6, "cng": 11.2, "lng": 11.2, "lpg": 13.2}
_FULL_SCALE = 9999.0
_UNSPOILT = {"t_s", "clock_s", "phase", "blip", "power_factor"}
_STEP = {"co_pct": 2, "hc_ppm": 0, "no_ppm": 0, "nox_ppm": 0, "k_per_m": 2, "lambda": 2}


@dataclass(frozen=True)
class Case:
    record: TestRecord
    limit_set: str


def limit(method: Method, limit_set: str, item: str) -> float:
    return LAW.number(f"limits.{method}.{limit_set}.{item}")


def air(dice: Random, still: Ambient) -> Ambient:
    if dice.random() < 0.5:
        return still
    if dice.random() < 0.03:
        return Ambient(20.0, None, 101.3)
    if dice.random() < 0.08:
        return Ambient(36.0, 100.0, dice.choice([56.0, 68.9, 68.8, 69.5, 75.0]))
    if dice.random() < 0.03:
        return Ambient(
            dice.choice([20.0, 50.0, 50.1, -40.1, 45.0, 45.1, 77.0]),
            dice.choice([50.0, 0.5, 1.0, 2.0, 1.99, 100.0, 100.1]),
            dice.choice([101.3, 1013.0, 50.0, 49.9, 106.0, 106.1]),
        )
    if dice.random() < 0.03:
        return Ambient(30.0, 100.0, dice.choice([89.0, 89.3, 89.4, 89.5, 90.0]))
    celsius = dice.choice([0.0, 30.0, 36.0, -3.0, round(dice.uniform(-5, 40), 1)])
    return Ambient(celsius, float(dice.randint(10, 100)), round(dice.uniform(78, 103), 1))


def level_of(dice: Random) -> float:
    """A share of the limit: well below it, or around a half, one, five or eleven times it."""
    around = dice.choice([0.2, 0.3, 0.5, 0.5, 0.5, 1.0, 1.0, 1.0, 1.0, 1.3, 5.0, 11.0])
    return around * dice.choice([1.0, 1.0, dice.uniform(0.97, 1.03), dice.uniform(0.8, 1.2)])


def readings(dice: Random, name: str, bound: float, level: float, seconds: int) -> list[float]:
    """Readings around ``level`` × ``bound`` at the analyser's resolution: flat, balanced, falling, noisy or a tie."""
    digits = _STEP[name] if dice.random() < 0.8 else _STEP[name] + 1
    centre, step = bound * level, 10.0**-digits
    kind = dice.choice(["flat"] * 4 + ["balanced"] * 2 + ["falling"] * 2 + ["noisy"] * 2 + ["halfway"])
    if kind == "flat":
        values = [centre] * seconds
    elif kind == "halfway":  # between two printed values, one of them the limit
        digits = _STEP[name] + 1
        values = [bound + 0.5 * 10.0 ** -_STEP[name]] * seconds
    elif kind == "balanced":
        swing = step * dice.randint(1, 3)
        values = [centre + (swing if second % 2 else -swing) for second in range(seconds)]
    elif kind == "falling":
        turn = dice.randint(0, seconds)
        higher = centre * dice.choice([1.1, 1.5, 2.0])
        values = [higher if second < turn else centre for second in range(seconds)]
    else:
        spread = dice.choice([0.5, 2.0, 0.03 * centre / step])
        values = [dice.gauss(centre, spread * step) for _ in range(seconds)]
    return [round(min(max(value, 0.0), _FULL_SCALE), digits) for value in values]


def add(columns: Columns, phase: str | None, seconds: int, **channels: Any) -> None:
    """Append a block of seconds; a channel is one value or one per second, absent ones stay empty."""
    before = len(columns.get("t_s", []))
    columns.setdefault("t_s", []).extend(range(before, before + seconds))
    if phase is not None:
        channels["phase"] = phase
    for name in {*columns, *channels} - {"t_s"}:
        value = channels.get(name)
        column = columns.setdefault(name, [None] * before)
        column.extend(value if isinstance(value, list) else [value] * seconds)


def spoil(dice: Random, columns: Columns) -> None:
    """Sometimes one thing is wrong with one second: a gap, a repetition, a hole, a stall, too little carbon; or the
    clock is not quite one second."""
    if dice.random() < 0.05:
        pace = dice.choice([1.0, 1.005, 1.02, 1.1])
        columns["t_s"] = [round(t * pace + dice.choice([0.0, 0.2]), 3) for t in columns["t_s"]]
    if dice.random() < 0.1:
        columns["clock_s"] = own_clock(dice, columns)
    for _ in range(dice.choice([*[0] * 9, 1, 1, 2])):
        row = dice.randrange(len(columns["t_s"]))
        kind = dice.choice(["gap", "repeat", "hole", "stall", "thin", "phase"])
        if kind in ("gap", "repeat"):
            shift = 1 if kind == "gap" else -1
            columns["t_s"] = [t + shift if number > row else t for number, t in enumerate(columns["t_s"])]
        elif kind == "hole":
            for name in dice.sample(
                sorted(columns.keys() - _UNSPOILT), 1 if columns.keys() - _UNSPOILT else 0
            ):
                columns[name][row] = None
        elif kind == "stall" and "rpm" in columns:
            columns["rpm"][row] = 0.0
        elif kind == "thin" and columns.get("co2_pct"):
            _thin(dice, columns, row)
        elif kind == "phase" and "phase" in columns:
            columns["phase"][row] = "other"


def own_clock(dice: Random, columns: Columns) -> list[Any]:
    """A line's own clock: it jitters, drifts, pauses where another phase begins, skips or repeats seconds."""
    phases, at, told = columns.get("phase", []), 0.0, []
    pace, clean = dice.choice([1.0, 1.0, 1.02, 1.03, 0.98]), dice.random() < 0.6
    for row in range(len(columns["t_s"])):
        if row and phases and phases[row] != phases[row - 1]:
            at += dice.choice([0, 2, 58])
        if not clean and dice.random() < 0.01:
            at += dice.choice([1.0, 1.0, -1.0, 2.0, 7.0])
        told.append(
            dice.choice([None, round(at)]) if dice.random() < 0.02 else round(at + dice.choice([0, 0.4]))
        )
        at += pace
    return told


def stated(dice: Random, **said: Any) -> dict[str, Any]:
    """What is stated of a vehicle: ``said``, and sometimes its type; seldom one of another standard, or no fuel."""
    if dice.random() < 0.01:
        said["fuel"] = None
    if dice.random() < 0.3:
        outside = dice.random() < 0.06
        said["vehicle_type"] = dice.choice(
            ["M21", "N11", "H51", " m11"] if outside else ["K33", "h31", "Q11"]
        )
    return said


def _thin(dice: Random, columns: Columns, row: int) -> None:
    """From a second on there is as little carbon as the limits of dilution, or just more or less."""
    total, co = dice.choice([2.9, 3.0, 5.9, 6.0, 6.0, 6.1]), columns["co_pct"][row] or 0.0
    if co < total:
        for each in range(row, min(row + dice.choice([1, 1, 3]), len(columns["t_s"]))):
            columns["co_pct"][each], columns["co2_pct"][each] = co, round(total - co, 3)
