"""Generated runs of the steady-state and the two-speed idle method."""

from __future__ import annotations

from random import Random

from imloop.facts.codes import Method
from support.messages.dice import (
    GAS_A,
    RICHEST_CO2,
    Case,
    Columns,
    add,
    air,
    level_of,
    limit,
    readings,
    spoil,
    stated,
)
from support.messages.runs import STEADY_AIR, co2_for, record


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


def asm(dice: Random) -> Case:
    chosen, fuel = dice.choice("aab"), dice.choice(["gasoline", "gasoline", *sorted(GAS_A)])
    columns: Columns = {"phase": [], "rpm": []}
    levels = {gas: level_of(dice) for gas in ("co", "hc", "no")}
    for mode, nominal in (("5025", 25.0), ("2540", 40.0)):
        if mode == "2540" and dice.random() < 0.15:
            continue
        if dice.random() < 0.3:
            settling = dice.choice([3, 10, 15, 15, 20])
            add(columns, f"{mode}.settle", settling, speed_kmh=nominal, co_pct=0.5, co2_pct=14.0, rpm=1800.0)
        for _ in range(dice.choice([1, 1, 1, 1, 2])):
            seconds = dice.choice([9, 10, 11, 30, 74, 75, 75, 79, *[80] * 6, *[81] * 3, *[85] * 3])
            gases = {
                f"{gas}_{unit}": readings(
                    dice,
                    f"{gas}_{unit}",
                    limit(Method.ASM, chosen, f"{gas}_{mode}_{unit}"),
                    levels[gas] if dice.random() < 0.7 else level_of(dice),
                    seconds,
                )
                for gas, unit in (("co", "pct"), ("hc", "ppm"), ("no", "ppm"))
            }
            add(
                columns,
                f"{mode}.sample",
                seconds,
                **gases,
                co2_pct=_co2(dice, fuel, gases["co_pct"]),
                speed_kmh=_speeds(dice, nominal, seconds),
                rpm=1800.0,
            )
            if dice.random() < 0.2:
                add(columns, "other", 2, speed_kmh=nominal, rpm=1500.0)
    _air_by_the_second(dice, columns)
    if dice.random() < 0.02:
        columns["co2_pct"] = [dice.choice([18.0, 18.1, 25.0])] * len(columns["t_s"])
    if dice.random() < 0.02:
        columns["hc_ppm"] = [dice.choice([-9.0, -18.0, -19.0, -40.0])] * len(columns["t_s"])
    spoil(dice, columns)
    return Case(
        record(Method.ASM, columns, vehicle=stated(dice, fuel=fuel), ambient=air(dice, STEADY_AIR)), chosen
    )


def _co2(dice: Random, fuel: str, co: list[float]) -> list[float]:
    """CO2 beside CO: such that nothing is diluted, or by a given factor, or as an analyser shows it."""
    kind = dice.choice(["none"] * 5 + ["given"] * 3 + ["shown"] * 3 + ["rich"])
    if kind == "rich":
        return [round(max(6.0 - value, 0.5), 3) for value in co]
    if kind == "shown":
        return [round(RICHEST_CO2[fuel] - dice.choice([0, 0.1, 0.5, 2.0]), 1) for _ in co]
    factor = 1.0 if kind == "none" else dice.choice([0.95, 1.02, 1.05, 1.1, 1.25, 1.5, 2.0])
    return [max(co2_for(factor, value, GAS_A[fuel]), 0.1) for value in co]


def _air_by_the_second(dice: Random, columns: Columns) -> None:
    if dice.random() < 0.2:
        rows = len(columns["t_s"])
        columns["ambient_temperature_c"] = [round(24 + second % 7 * 0.1, 1) for second in range(rows)]
        columns["ambient_humidity_pct"] = [50.0 + second % 3 for second in range(rows)]


def tsi(dice: Random) -> Case:
    chosen, fuel = dice.choice("aab"), dice.choice(["gasoline", "gasoline", *sorted(GAS_A)])
    columns: Columns = {"phase": [], "rpm": []}
    clean = dice.random() < 0.6
    for phase, rpm in (("high", 2500.0), ("idle", 800.0)):
        add(columns, f"{phase}.settle", 2, co_pct=0.2, co2_pct=14.0, rpm=rpm)
        seconds = dice.choice([29, *[30] * 5, *[31] * 3, *[35] * 5])
        co, hc = (
            readings(
                dice,
                name,
                limit(Method.TSI, chosen, f"{name[:2]}_{phase}_{name[3:]}"),
                dice.choice([0.5, 1.0]) if clean else level_of(dice),
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
                readings(dice, "lambda", 1.0, at, seconds) if dice.random() < 0.3 else [at] * seconds
            )
        co2 = [round(RICHEST_CO2[fuel] + dice.choice([0.0, 0.1, -0.1]), 1) for _ in range(seconds)]
        add(columns, f"{phase}.sample", seconds, co_pct=co, hc_ppm=hc, co2_pct=co2, rpm=rpm, **more)
    spoil(dice, columns)
    return Case(record(Method.TSI, columns, vehicle=stated(dice, fuel=fuel)), chosen)
