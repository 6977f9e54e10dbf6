"""加载减速法, 自由加速法 and 林格曼黑度法 (GB 3847-2018)."""

from __future__ import annotations

from decimal import Decimal

from imloop.facts.codes import Method
from imloop.facts.records.inspection import TestRecord
from imloop.law import Law
from reference.opinion import Opinion, Yardstick
from reference.readings import Readings, at_nine, decimal, law_number, mean


def lug_down(record: TestRecord, readings: Readings, law: Law, limit_set: str) -> Opinion:
    """Means of k at 100 % and 80 %, NOx at 80 %, and the highest corrected wheel power against the rated one."""
    yard = Yardstick(law, Method.LUGDOWN, limit_set, record.vehicle.fuel)
    values: dict[str, Decimal] = {}
    for point in ("100", "80"):
        rows = readings.of(f"{point}.sample")[-law.integer("lugdown.average_s") :]
        if len(rows) < law.integer("lugdown.average_s") or not readings.unbroken(rows):
            return Opinion("invalid", "seconds")
        k, nox = readings.values("k_per_m", rows), readings.values("nox_ppm", rows)
        if k is None or (point == "80" and nox is None):
            return Opinion("invalid", "missing")
        if any(readings.rows[number].get("rpm") == 0 for number in rows):
            return Opinion("invalid", "stalled")
        values[f"k_{point}_per_m"] = mean(k)
        if point == "80" and nox is not None:
            values["nox_80_ppm"] = mean(nox)
    powers = [
        power * (Decimal(1) if factor is None else factor)
        for number, phase in enumerate(readings.phase)
        if phase in ("scan", "100.sample", "80.sample")
        and (power := readings.rows[number].get("power_kw")) is not None
        for factor in (readings.rows[number].get("power_factor"),)
    ]
    if not powers:
        return Opinion("invalid", "missing")
    values["max_power_kw"] = max(powers)
    rated = record.vehicle.rated_power_kw
    if rated is not None and rated > 0:
        values["power_ratio"] = max(powers) / decimal(rated)
    grades = [grade for row in readings.rows if (grade := row.get("ringelmann_grade")) is not None]
    if grades:
        values["ringelmann_grade"] = max(grades)
    answer = yard.judged(values)
    # A power that cannot be judged stands in the way of a pass; it takes no failed item away.
    if answer.result == "pass" and "power_ratio" not in values:
        return Opinion("invalid", "rated power")
    return answer


def free_acceleration(record: TestRecord, readings: Readings, law: Law, limit_set: str) -> Opinion:
    """Mean of the highest k of the last three accelerations, each up to two thirds of the rated speed."""
    yard = Yardstick(law, Method.FREEACC, limit_set, record.vehicle.fuel)
    blips: dict[Decimal, list[int]] = {}
    for number, row in enumerate(readings.rows):
        order = row.get("blip")
        if order is not None and order > 0:
            blips.setdefault(order, []).append(number)
    chosen = [blips[order] for order in sorted(blips)][-law.integer("freeacc.blips") :]
    if len(chosen) < law.integer("freeacc.blips"):
        return Opinion("invalid", "blips")
    rated = record.vehicle.rated_speed_rpm
    maxima = []
    for rows in chosen:
        k = readings.values("k_per_m", rows)
        speeds = [speed for number in rows if (speed := readings.rows[number].get("rpm")) is not None]
        if k is None:
            return Opinion("invalid", "missing")
        if 0 in speeds:
            return Opinion("invalid", "stalled")
        if rated is not None:
            needed = at_nine(decimal(rated) * law_number(law, "freeacc.min_speed_ratio"))
            if not speeds or at_nine(max(speeds)) < needed:
                return Opinion("invalid", "rpm")
        maxima.append(max(k))
    return yard.judged({"k_mean_per_m": mean(maxima)})


def blackness(record: TestRecord, readings: Readings, law: Law, limit_set: str) -> Opinion:
    """The darkest second; a grade outside 0…5 does not exist."""
    grades = readings.values("ringelmann_grade", range(len(readings.rows)))
    if grades is None or len(grades) < law.integer("ringelmann.seconds"):
        return Opinion("invalid", "missing")
    if min(grades) < 0 or max(grades) > 5:
        return Opinion("invalid", "no such grade")
    yard = Yardstick(law, Method.RINGELMANN, limit_set, record.vehicle.fuel)
    return yard.judged({"ringelmann_grade": max(grades)})
