"""Generated runs of the diesel methods."""

from __future__ import annotations

from random import Random

from imloop.facts.codes import Gearbox, Method
from imloop.facts.records.inspection import Ambient
from support.messages.dice import Case, Columns, add, air, level_of, limit, readings, spoil, stated
from support.messages.runs import STEADY_AIR, record


def lugdown(dice: Random) -> Case:
    chosen, rated = dice.choice("aab"), dice.choice([136.0, 90.0, 73.5, 118.0])
    columns: Columns = {"phase": [], "rpm": []}
    clean = dice.random() < 0.4
    share = dice.choice([0.4, 0.4, 0.39, 0.395, 0.405, 0.6])
    top = round(rated * share, dice.choice([1, 2, 12]))
    factor = dice.choice([None, 1.0, 1.02, 0.98])
    scan = [top * part / (factor or 1.0) for part in (0.5, 0.9, 1.0, 0.8)]
    scanned = "scan" if dice.random() < 0.95 else "other"
    add(columns, scanned, 4, power_kw=scan, power_factor=factor, speed_kmh=70.0, rpm=2300.0)
    for point, speed in (("100", 70.0), ("80", 56.0)):
        seconds = dice.choice([8, *[9] * 6, *[10] * 3, *[12] * 3])
        k = limit(Method.LUGDOWN, chosen, f"k_{point}_per_m")
        add(
            columns,
            f"{point}.sample",
            seconds,
            k_per_m=readings(
                dice, "k_per_m", k, 0.6 if clean else level_of(dice) if dice.random() < 0.5 else 1.0, seconds
            ),
            nox_ppm=readings(
                dice,
                "nox_ppm",
                limit(Method.LUGDOWN, chosen, "nox_80_ppm"),
                0.6 if clean else dice.choice([0.8, 1.0, 1.001]),
                seconds,
            ),
            power_kw=round(top * dice.choice([0.7, 0.7, 0.7, 1.1]), 1),
            power_factor=factor,
            speed_kmh=speed,
            rpm=2200.0,
        )
        if dice.random() < 0.3:
            add(columns, "other", 2, speed_kmh=60.0, rpm=2000.0, power_kw=rated)
    if dice.random() < 0.2:
        columns["ringelmann_grade"] = [float(dice.choice([0, 0.5, 1])) for _ in columns["t_s"]]
        columns["ringelmann_grade"][-1] = dice.choice([0.0, 1.0, 1.0, 1.5, 2.0])
    spoil(dice, columns)
    vehicle = stated(dice, rated_power_kw=rated if dice.random() < 0.95 else None)
    if dice.random() < 0.1:
        rows = len(columns["t_s"])
        columns["ambient_temperature_c"] = [dice.choice([40.0, 45.0, 45.0, 45.0, 46.0])] * rows
        columns["ambient_temperature_c"][dice.randrange(rows)] = dice.choice([45.0, 45.1, 50.1, None])
    around = Ambient(*[None] * 3) if dice.random() < 0.1 else air(dice, STEADY_AIR)
    return Case(record(Method.LUGDOWN, columns, vehicle=vehicle, ambient=around), chosen)


def freeacc(dice: Random) -> Case:
    chosen, rated = dice.choice("aab"), dice.choice([None, 2400.0, 3000.0, 3200.0, 4000.0])
    bound = limit(Method.FREEACC, chosen, "k_mean_per_m")
    cut_off, gearbox = dice.choice([None, None, 3000.0, 3300.0]), dice.choice([None, *Gearbox])
    vehicle = {"rated_speed_rpm": rated, "cut_off_rpm": cut_off, "gearbox": gearbox}
    columns: Columns = {"blip": [], "rpm": []}
    level = dice.choice([1.0, 1.0, 0.99, 1.01, 0.5, 2.0])
    for blip in range(1, dice.choice([2, *[3] * 5, *[4] * 3, 6]) + 1):
        add(columns, None, dice.choice([0, 3]), blip=0.0, k_per_m=0.05, rpm=750.0)
        seconds = dice.randint(2, 6)
        peak = round(bound * level + dice.choice([-0.02, -0.01, -0.005, 0.0, 0.0, 0.005, 0.01, 0.02]), 3)
        turn = dice.randrange(seconds)
        k = [peak if second == turn else round(peak * 0.6, 2) for second in range(seconds)]
        enough = speed_of(rated, cut_off, gearbox)
        fastest = dice.choice([enough] * 4 + [enough + 1.0] * 2 + [enough * 1.4] * 6 + [enough - 0.001])
        rpm = [fastest if second == turn else 1000.0 for second in range(seconds)]
        add(columns, None, seconds, blip=float(blip), k_per_m=k, rpm=rpm)
    spoil(dice, columns)
    return Case(record(Method.FREEACC, columns, vehicle=stated(dice, **vehicle)), chosen)


def speed_of(rated: float | None, cut_off: float | None, gearbox: Gearbox | None) -> float:
    """r/min at the edge of what counts, or somewhere."""
    if cut_off is not None:
        return max(cut_off * (0.95 if gearbox is Gearbox.MANUAL else 2 / 3), (rated or 0.0) * 2 / 3)
    return (rated or 3000.0) * 2 / 3


def ringelmann(dice: Random) -> Case:
    grades = [dice.choice([0.0, 0.5, 1.0]) for _ in range(dice.choice([1, 2, 10]))]
    grades[dice.randrange(len(grades))] = dice.choice([0.0, 1.0, 1.0, 1.5, 2.0, 5.0, 5.5, None])
    columns: Columns = {"ringelmann_grade": grades, "t_s": list(range(len(grades)))}
    spoil(dice, columns)
    return Case(record(Method.RINGELMANN, columns, vehicle=stated(dice)), "a")
