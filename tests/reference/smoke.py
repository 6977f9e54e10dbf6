"""加载减速法, 自由加速法 and 林格曼黑度法 (GB 3847-2018)."""

from __future__ import annotations

from decimal import Decimal

from imloop.facts.codes import Method
from imloop.facts.records.inspection import TestRecord, Vehicle
from imloop.law import Law
from reference.opinion import Opinion, Yardstick
from reference.readings import Readings, at_nine, decimal, figure_of, law_number, mean


def lug_down(record: TestRecord, readings: Readings, law: Law, limit_set: str) -> Opinion:
    """Means of k at 100 % and 80 %, NOx at 80 %, and the highest corrected wheel power against the rated one."""
    yard = Yardstick(law, Method.LUGDOWN, limit_set, record.vehicle.fuel)
    values: dict[str, Decimal] = {}
    for point in ("100", "80"):
        rows = readings.of(f"{point}.sample")[-law.integer("lugdown.average_s") :]
        if len(rows) < law.integer("lugdown.average_s") or not readings.unbroken(rows):
            return Opinion("invalid", "seconds")
        k, nox = readings.values("k_per_m", rows), readings.values("nox_ppm", rows)
        if k is None or (point == "80" and nox is None and law.flag("lugdown.nox_decisive")):
            return Opinion("invalid", "missing")
        if any(readings.rows[number].get("rpm") == 0 for number in rows):
            return Opinion("invalid", "stalled")
        values[f"k_{point}_per_m"] = mean(k)
        if point == "80" and nox is not None:
            values["nox_80_ppm"] = mean(nox)
    if not fit_for_load(record, readings, law):
        return Opinion("invalid", "air")
    strongest = most_power(readings, law.words("lugdown.power_phases"))
    if strongest is None:
        return Opinion("invalid", "missing")
    values["max_power_kw"] = strongest
    values |= beside_the_points(record, readings, strongest)
    # Before it surely decided, NOx was measured and only recorded.
    recorded = frozenset() if law.flag("lugdown.nox_decisive") else frozenset({"nox_80_ppm"})
    answer = yard.judged(values, recorded)
    # A power that cannot be judged stands in the way of a pass; it takes no failed item away.
    if answer.result == "pass" and "power_ratio" not in values:
        return Opinion("invalid", "rated power")
    return answer


def beside_the_points(record: TestRecord, readings: Readings, strongest: Decimal) -> dict[str, Decimal]:
    """The power as a share of the rated one, and the darkest second, where they are known."""
    found = {}
    rated = record.vehicle.rated_power_kw
    if rated is not None and rated > 0:
        found["power_ratio"] = strongest / decimal(rated)
    grades = [grade for row in readings.rows if (grade := row.get("ringelmann_grade")) is not None]
    if grades:
        found["ringelmann_grade"] = max(grades)
    return found


def fit_for_load(record: TestRecord, readings: Readings, law: Law) -> bool:
    """No lug-down above 45 °C; nor are figures believed that no air has. What is not recorded is not asked for."""
    most = law_number(law, "lugdown.ambient_max_c")
    for number, row in enumerate(readings.rows):
        if readings.phase[number] not in ("scan", "100.sample", "80.sample"):
            continue
        for name in ("temperature_c", "humidity_pct", "pressure_kpa"):
            figure = figure_of(record, row, name)
            if figure is None:
                continue
            low, high = law_number(law, f"air.{name}.min"), law_number(law, f"air.{name}.max")
            if not low <= figure <= high or (name == "temperature_c" and figure > most):
                return False
    return True


def most_power(readings: Readings, phases: tuple[str, ...]) -> Decimal | None:
    """Corrected wheel power, kW: the highest second while the load takes the speed down (the power scan). Later the
    drum is braked to the next point, and what it then shows is no power of the engine."""
    strongest: Decimal | None = None
    for number, row in enumerate(readings.rows):
        power, factor = row.get("power_kw"), row.get("power_factor")
        if power is None or readings.phase[number] not in phases:
            continue
        corrected = power if factor is None else power * factor
        if strongest is None or corrected > strongest:
            strongest = corrected
    return strongest


def free_acceleration(record: TestRecord, readings: Readings, law: Law, limit_set: str) -> Opinion:
    """Mean of the highest k of the last three accelerations, each up to the speed that is asked of the engine."""
    yard = Yardstick(law, Method.FREEACC, limit_set, record.vehicle.fuel)
    blips: dict[Decimal, list[int]] = {}
    for number, row in enumerate(readings.rows):
        order = row.get("blip")
        if order is not None and order > 0:
            blips.setdefault(order, []).append(number)
    chosen = [blips[order] for order in sorted(blips)][-law.integer("freeacc.blips") :]
    if len(chosen) < law.integer("freeacc.blips"):
        return Opinion("invalid", "blips")
    asked = speed_asked(record.vehicle, law)
    maxima = []
    for rows in chosen:
        k = readings.values("k_per_m", rows)
        speeds = [speed for number in rows if (speed := readings.rows[number].get("rpm")) is not None]
        if k is None:
            return Opinion("invalid", "missing")
        if 0 in speeds:
            return Opinion("invalid", "stalled")
        if asked is not None and (not speeds or at_nine(max(speeds)) < at_nine(asked)):
            return Opinion("invalid", "rpm")
        maxima.append(max(k))
    return yard.judged({"k_mean_per_m": mean(maxima)})


def speed_asked(vehicle: Vehicle, law: Law) -> Decimal | None:
    """The pedal is held down until the governor cuts the fuel off: that speed with a manual gearbox, two thirds of it
    with an automatic one. Where only the rated speed is stated, two thirds of that; it is the least in any case."""
    asked = None
    if vehicle.cut_off_rpm is not None:
        hand_shifted = vehicle.gearbox == "manual"
        share = law_number(law, "freeacc.cut_off_ratio." + ("manual" if hand_shifted else "automatic"))
        asked = decimal(vehicle.cut_off_rpm) * share
    if vehicle.rated_speed_rpm is not None:
        least = decimal(vehicle.rated_speed_rpm) * law_number(law, "freeacc.min_speed_ratio")
        asked = least if asked is None else max(asked, least)
    return asked


def blackness(record: TestRecord, readings: Readings, law: Law, limit_set: str) -> Opinion:
    """The darkest second; a grade outside 0…5 does not exist."""
    grades = readings.values("ringelmann_grade", range(len(readings.rows)))
    if grades is None or len(grades) < law.integer("ringelmann.seconds"):
        return Opinion("invalid", "missing")
    if min(grades) < 0 or max(grades) > 5:
        return Opinion("invalid", "no such grade")
    yard = Yardstick(law, Method.RINGELMANN, limit_set, record.vehicle.fuel)
    return yard.judged({"ringelmann_grade": max(grades)})
