"""Generated runs of every method, close to the limits and to the edges of every rule, from a source of dice.

``generate(method, dice)`` gives one case; ``cases(method, count, seed)`` gives many, the same for the same seed.
Readings have the resolution of a real analyser, so sums really do land on a limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from imloop.facts.codes import Method
from imloop.facts.records.inspection import Ambient, TestRecord
from support.messages.runs import (
    DRY_AIR,
    STEADY_AIR,
    co2_for,
    im195_columns,
    law_of,
    record,
    urban_cycle,
    vmas_columns,
)

LAW = law_of()
Columns = dict[str, list[Any]]

_GAS_A = {"gasoline": 4.644, "hybrid_gasoline": 4.644, "cng": 6.64, "lng": 6.64, "lpg": 5.39}
_RICHEST_CO2 = {"gasoline": 14.6, "hybrid_gasoline": 14.6, "cng": 11.2, "lng": 11.2, "lpg": 13.2}
_FULL_SCALE = 9999.0
_UNSPOILT = {"t_s", "phase", "blip", "power_factor"}
_STEP = {"co_pct": 2, "hc_ppm": 0, "no_ppm": 0, "nox_ppm": 0, "k_per_m": 2, "lambda": 2}


@dataclass(frozen=True)
class Case:
    record: TestRecord
    limit_set: str


def cases(method: Method, count: int, seed: int = 1) -> Iterator[Case]:
    dice = Random(f"{method}-{seed}")
    for _ in range(count):
        yield generate(method, dice)


def generate(method: Method, dice: Random) -> Case:
    """One run of ``method`` under limit set a or b."""
    return _RUNS[method](dice)


def limit(method: Method, limit_set: str, item: str) -> float:
    return LAW.number(f"limits.{method}.{limit_set}.{item}")


def _air(dice: Random, still: Ambient) -> Ambient:
    if dice.random() < 0.5:
        return still
    if dice.random() < 0.03:
        return Ambient(20.0, None, 101.3)
    if dice.random() < 0.08:
        return Ambient(36.0, 100.0, dice.choice([56.0, 68.9, 68.8, 69.5, 75.0]))
    celsius = dice.choice([0.0, 30.0, 36.0, -3.0, round(dice.uniform(-5, 40), 1)])
    return Ambient(celsius, float(dice.randint(10, 100)), round(dice.uniform(78, 103), 1))


def _level(dice: Random) -> float:
    """A share of the limit: well below it, or around a half, one, five or eleven times it."""
    around = dice.choice([0.2, 0.3, 0.5, 0.5, 0.5, 1.0, 1.0, 1.0, 1.0, 1.3, 5.0, 11.0])
    return around * dice.choice([1.0, 1.0, dice.uniform(0.97, 1.03), dice.uniform(0.8, 1.2)])


def _readings(dice: Random, name: str, bound: float, level: float, seconds: int) -> list[float]:
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


def _add(columns: Columns, phase: str | None, seconds: int, **channels: Any) -> None:
    """Append a block of seconds; a channel is one value or one per second, absent ones stay empty."""
    before = len(columns.get("t_s", []))
    columns.setdefault("t_s", []).extend(range(before, before + seconds))
    if phase is not None:
        channels["phase"] = phase
    for name in {*columns, *channels} - {"t_s"}:
        value = channels.get(name)
        column = columns.setdefault(name, [None] * before)
        column.extend(value if isinstance(value, list) else [value] * seconds)


def _spoil(dice: Random, columns: Columns) -> None:
    """Sometimes one thing is wrong with one second: a gap, a repetition, a hole, a stall, too little carbon; or the
    clock is not quite one second."""
    if dice.random() < 0.05:
        pace = dice.choice([1.0, 1.005, 1.02, 1.1])
        columns["t_s"] = [round(t * pace + dice.choice([0.0, 0.2]), 3) for t in columns["t_s"]]
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


def _thin(dice: Random, columns: Columns, row: int) -> None:
    """From a second on there is as little carbon as the limits of dilution, or just more or less."""
    total, co = dice.choice([2.9, 3.0, 5.9, 6.0, 6.0, 6.1]), columns["co_pct"][row] or 0.0
    if co < total:
        for each in range(row, min(row + dice.choice([1, 1, 3]), len(columns["t_s"]))):
            columns["co_pct"][each], columns["co2_pct"][each] = co, round(total - co, 3)


def _speeds(dice: Random, nominal: float, seconds: int) -> list[float]:
    kind = dice.choice(["steady", "steady", "steady", "noisy", "edge", "drift", "late"])
    speeds = [nominal] * seconds
    if kind == "noisy":
        speeds = [round(nominal + dice.uniform(-0.6, 0.6), 1) for _ in speeds]
    elif kind == "edge":
        speeds = [nominal + dice.choice([-2.0, 2.0])] * seconds
        speeds[dice.randrange(seconds)] = nominal + dice.choice([-2.1, 2.1, 1.9, -1.9])
    elif kind == "drift":
        step = dice.choice([0.1, 0.11, 0.12])
        start = dice.choice([-0.5, -1.0, 0.05])
        speeds = [round(nominal + start + min(step * second, 2.9), 2) for second in range(seconds)]
    elif kind == "late":
        turn = dice.randint(0, seconds)
        speeds = [nominal + 2.5 if second < turn else nominal for second in range(seconds)]
    return speeds


def _asm(dice: Random) -> Case:
    chosen, fuel = dice.choice("aab"), dice.choice(["gasoline", "gasoline", *sorted(_GAS_A)])
    columns: Columns = {"phase": [], "rpm": []}
    levels = {gas: _level(dice) for gas in ("co", "hc", "no")}
    for mode, nominal in (("5025", 25.0), ("2540", 40.0)):
        if mode == "2540" and dice.random() < 0.15:
            continue
        if dice.random() < 0.3:
            _add(columns, f"{mode}.settle", 3, speed_kmh=nominal, co_pct=0.5, co2_pct=14.0, rpm=1800.0)
        for _ in range(dice.choice([1, 1, 1, 1, 2])):
            seconds = dice.choice([9, 10, 11, 30, 64, *[65] * 6, *[66] * 3, *[70] * 3])
            gases = {
                f"{gas}_{unit}": _readings(
                    dice,
                    f"{gas}_{unit}",
                    limit(Method.ASM, chosen, f"{gas}_{mode}_{unit}"),
                    levels[gas] if dice.random() < 0.7 else _level(dice),
                    seconds,
                )
                for gas, unit in (("co", "pct"), ("hc", "ppm"), ("no", "ppm"))
            }
            _add(
                columns,
                f"{mode}.sample",
                seconds,
                **gases,
                co2_pct=_co2(dice, fuel, gases["co_pct"]),
                speed_kmh=_speeds(dice, nominal, seconds),
                rpm=1800.0,
            )
            if dice.random() < 0.2:
                _add(columns, "other", 2, speed_kmh=nominal, rpm=1500.0)
    _air_by_the_second(dice, columns)
    _spoil(dice, columns)
    return Case(record(Method.ASM, columns, vehicle={"fuel": fuel}, ambient=_air(dice, STEADY_AIR)), chosen)


def _co2(dice: Random, fuel: str, co: list[float]) -> list[float]:
    """CO2 beside CO: such that nothing is diluted, or by a given factor, or as an analyser shows it."""
    kind = dice.choice(["none"] * 5 + ["given"] * 3 + ["shown"] * 3 + ["rich"])
    if kind == "rich":
        return [round(max(6.0 - value, 0.5), 3) for value in co]
    if kind == "shown":
        return [round(_RICHEST_CO2[fuel] - dice.choice([0, 0.1, 0.5, 2.0]), 1) for _ in co]
    factor = 1.0 if kind == "none" else dice.choice([0.95, 1.02, 1.05, 1.1, 1.25, 1.5, 2.0])
    return [max(co2_for(factor, value, _GAS_A[fuel]), 0.1) for value in co]


def _air_by_the_second(dice: Random, columns: Columns) -> None:
    if dice.random() < 0.2:
        rows = len(columns["t_s"])
        columns["ambient_temperature_c"] = [round(24 + second % 7 * 0.1, 1) for second in range(rows)]
        columns["ambient_humidity_pct"] = [50.0 + second % 3 for second in range(rows)]


def _tsi(dice: Random) -> Case:
    chosen, fuel = dice.choice("aab"), dice.choice(["gasoline", "gasoline", *sorted(_GAS_A)])
    columns: Columns = {"phase": [], "rpm": []}
    clean = dice.random() < 0.6
    for phase, rpm in (("high", 2500.0), ("idle", 800.0)):
        _add(columns, f"{phase}.settle", 2, co_pct=0.2, co2_pct=14.0, rpm=rpm)
        seconds = dice.choice([29, *[30] * 5, *[31] * 3, *[35] * 5])
        co, hc = (
            _readings(
                dice,
                name,
                limit(Method.TSI, chosen, f"{name[:2]}_{phase}_{name[3:]}"),
                dice.choice([0.5, 1.0]) if clean else _level(dice),
                seconds,
            )
            for name in ("co_pct", "hc_ppm")
        )
        more: Columns = {}
        if phase == "high" and dice.random() < 0.1:
            more = {
                "o2_pct": [dice.choice([0.3, 0.5, 1.2, 1.3])] * seconds,
                "no_ppm": [dice.choice([100.0, None])] * seconds,
            }
        elif phase == "high" and dice.random() < 0.95:
            at = dice.choice([0.95, 0.949, 1.0, 1.0, 1.0, 1.05, 1.05, 1.051])
            more["lambda"] = (
                _readings(dice, "lambda", 1.0, at, seconds) if dice.random() < 0.3 else [at] * seconds
            )
        co2 = [round(_RICHEST_CO2[fuel] + dice.choice([0.0, 0.1, -0.1]), 1) for _ in range(seconds)]
        _add(columns, f"{phase}.sample", seconds, co_pct=co, hc_ppm=hc, co2_pct=co2, rpm=rpm, **more)
    _spoil(dice, columns)
    return Case(record(Method.TSI, columns, vehicle={"fuel": fuel}), chosen)


def _lugdown(dice: Random) -> Case:
    chosen, rated = dice.choice("aab"), dice.choice([136.0, 90.0, 73.5, 118.0])
    columns: Columns = {"phase": [], "rpm": []}
    clean = dice.random() < 0.4
    share = dice.choice([0.4, 0.4, 0.39, 0.395, 0.405, 0.6])
    top = round(rated * share, dice.choice([1, 2, 12]))
    factor = dice.choice([None, 1.0, 1.02, 0.98])
    scan = [top * part / (factor or 1.0) for part in (0.5, 0.9, 1.0, 0.8)]
    _add(columns, "scan", 4, power_kw=scan, power_factor=factor, speed_kmh=70.0, rpm=2300.0)
    for point, speed in (("100", 70.0), ("80", 56.0)):
        seconds = dice.choice([8, *[9] * 6, *[10] * 3, *[12] * 3])
        k = limit(Method.LUGDOWN, chosen, f"k_{point}_per_m")
        _add(
            columns,
            f"{point}.sample",
            seconds,
            k_per_m=_readings(
                dice, "k_per_m", k, 0.6 if clean else _level(dice) if dice.random() < 0.5 else 1.0, seconds
            ),
            nox_ppm=_readings(
                dice,
                "nox_ppm",
                limit(Method.LUGDOWN, chosen, "nox_80_ppm"),
                0.6 if clean else dice.choice([0.8, 1.0, 1.001]),
                seconds,
            ),
            power_kw=round(top * 0.7, 1),
            power_factor=factor,
            speed_kmh=speed,
            rpm=2200.0,
        )
        if dice.random() < 0.3:
            _add(columns, "other", 2, speed_kmh=60.0, rpm=2000.0, power_kw=rated)
    if dice.random() < 0.2:
        columns["ringelmann_grade"] = [float(dice.choice([0, 0.5, 1])) for _ in columns["t_s"]]
        columns["ringelmann_grade"][-1] = dice.choice([0.0, 1.0, 1.0, 1.5, 2.0])
    _spoil(dice, columns)
    vehicle = {"rated_power_kw": rated if dice.random() < 0.95 else None}
    return Case(record(Method.LUGDOWN, columns, vehicle=vehicle), chosen)


def _freeacc(dice: Random) -> Case:
    chosen, rated = dice.choice("aab"), dice.choice([None, 2400.0, 3000.0, 3200.0, 4000.0])
    bound = limit(Method.FREEACC, chosen, "k_mean_per_m")
    columns: Columns = {"blip": [], "rpm": []}
    level = dice.choice([1.0, 1.0, 0.99, 1.01, 0.5, 2.0])
    for blip in range(1, dice.choice([2, *[3] * 5, *[4] * 3, 6]) + 1):
        _add(columns, None, dice.choice([0, 3]), blip=0.0, k_per_m=0.05, rpm=750.0)
        seconds = dice.randint(2, 6)
        peak = round(bound * level + dice.choice([-0.02, -0.01, -0.005, 0.0, 0.0, 0.005, 0.01, 0.02]), 3)
        turn = dice.randrange(seconds)
        k = [peak if second == turn else round(peak * 0.6, 2) for second in range(seconds)]
        enough = (rated or 3000.0) * 2 / 3
        fastest = dice.choice([enough] * 4 + [enough + 1.0] * 2 + [enough * 1.4] * 6 + [enough - 0.001])
        rpm = [fastest if second == turn else 1000.0 for second in range(seconds)]
        _add(columns, None, seconds, blip=float(blip), k_per_m=k, rpm=rpm)
    _spoil(dice, columns)
    return Case(record(Method.FREEACC, columns, vehicle={"rated_speed_rpm": rated}), chosen)


def _per_kilometre(dice: Random, bound: float) -> float:
    return bound * dice.choice([0.3, 0.99, 0.999, 1.0, 1.0, 1.001, 1.5, 0.996, 1.004])


def _cycle_seconds(dice: Random) -> list[float]:
    """The prescribed speeds, seldom a second too many or too few."""
    return [*urban_cycle(LAW, dice.choice([194, *[195] * 12, *[196] * 3])), *dice.choice([[]] * 20 + [[0.0]])]


def _cycle_speeds(dice: Random, columns: Columns) -> None:
    """Another distance: short of the band, at its edge, or a little noise."""
    kind = dice.choice(["as is", "as is", "scaled", "noisy"])
    speeds = columns["speed_kmh"]
    if kind == "scaled":
        km = dice.choice([0.813, 0.8129, 1.213, 1.2131, 1.013])
        share = km * 3600.0 / sum(speeds)
        columns["speed_kmh"] = [speed * share for speed in speeds]
    elif kind == "noisy":
        columns["speed_kmh"] = [round(max(speed + dice.uniform(-0.5, 0.5), 0.0), 1) for speed in speeds]


def _wobble(dice: Random, columns: Columns, names: tuple[str, ...]) -> None:
    if dice.random() < 0.5:
        for name in names:
            columns[name] = [value * dice.uniform(0.7, 1.3) for value in columns[name]]


def _vmas(dice: Random) -> Case:
    chosen, fuel = dice.choice("aab"), dice.choice(["gasoline", "gasoline", *sorted(_GAS_A)])
    goal = {
        gas: _per_kilometre(dice, limit(Method.VMAS, chosen, f"{gas}_g_km")) for gas in ("co", "hc", "nox")
    }
    columns: Columns = vmas_columns(LAW, **goal, speed_kmh=_cycle_seconds(dice))
    _wobble(dice, columns, ("co_pct", "hc_ppm", "no_ppm", "flow_std_ls", "o2_dilute_pct"))
    if dice.random() < 0.2:
        row = dice.randrange(194)
        columns["o2_ambient_pct"][row] = dice.choice([18.0, 20.5, 21.1, 0.9])
    if dice.random() < 0.3:
        first = dice.choice([20, 100, 141, 142, 143, 150, 154, 155])
        for row in range(first, first + dice.choice([2, 3, 4])):
            columns["co2_pct"][row] = dice.choice([1.0, 3.0]) - columns["co_pct"][row]
    _cycle_speeds(dice, columns)
    _spoil(dice, columns)
    air = _air(dice, DRY_AIR)
    return Case(record(Method.VMAS, columns, vehicle={"fuel": fuel}, ambient=air), chosen)


def _im195(dice: Random) -> Case:
    chosen, fuel = dice.choice("aab"), dice.choice(["gasoline", "gasoline", *sorted(_GAS_A)])
    both = _per_kilometre(dice, limit(Method.IM195, chosen, "hc_nox_g_km"))
    part = dice.choice([0.25, 0.5])
    co = _per_kilometre(dice, limit(Method.IM195, chosen, "co_g_km"))
    columns: Columns = im195_columns(LAW, co, both * part, both * (1 - part), speed_kmh=_cycle_seconds(dice))
    _wobble(dice, columns, ("co_dilute_ppm", "hc_dilute_ppm", "nox_dilute_ppm", "co2_dilute_pct"))
    if dice.random() < 0.5:
        for name, value in (("co", 2.0), ("hc", 3.5), ("nox", 0.2)):
            columns[f"{name}_background_ppm"] = [value] * len(columns["t_s"])
    _cycle_speeds(dice, columns)
    _spoil(dice, columns)
    air = _air(dice, DRY_AIR)
    return Case(record(Method.IM195, columns, vehicle={"fuel": fuel}, ambient=air), chosen)


def _ringelmann(dice: Random) -> Case:
    grades = [dice.choice([0.0, 0.5, 1.0]) for _ in range(dice.choice([1, 2, 10]))]
    grades[dice.randrange(len(grades))] = dice.choice([0.0, 1.0, 1.0, 1.5, 2.0, 5.0, 5.5, None])
    columns: Columns = {"ringelmann_grade": grades, "t_s": list(range(len(grades)))}
    _spoil(dice, columns)
    return Case(record(Method.RINGELMANN, columns), "a")


_RUNS: dict[Method, Callable[[Random], Case]] = {
    Method.TSI: _tsi,
    Method.ASM: _asm,
    Method.VMAS: _vmas,
    Method.IM195: _im195,
    Method.LUGDOWN: _lugdown,
    Method.FREEACC: _freeacc,
    Method.RINGELMANN: _ringelmann,
}
