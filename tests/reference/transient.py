"""简易瞬态 and 瞬态工况法 (GB 18285-2018 annexes D and C): grams second by second over the kilometres driven."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from imloop.facts.codes import Method
from imloop.facts.records.inspection import TestRecord
from imloop.law import Law
from reference.formulas import (
    correction,
    cycle_speed,
    dilution_factor,
    exhaust_share,
    gas_family,
)
from reference.idle import thin
from reference.opinion import Opinion, Yardstick
from reference.readings import Readings, air_of, at_nine, law_number

CO2_G_PER_L = Decimal("1.964")  # at 0 °C and 101.325 kPa: 44.01 g in 22.41 L
_MILLION = Decimal(10) ** 6
_PPM_TO_PCT = Decimal("1e-4")


@lru_cache
def cruise_seconds(law: Law) -> list[int]:
    """Seconds of the cycle at its highest steady speed, 50 km/h."""
    speeds = [cycle_speed(law, second) for second in range(law.integer("transient.cycle_s"))]
    return [second for second, speed in enumerate(speeds) if speed == max(speeds)]


def driven(readings: Readings, law: Law) -> Decimal | str:
    """Kilometres driven, or why the run does not count."""
    rows = range(len(readings.rows))
    # 0 … 194, or 0 … 195 with the second that ends the cycle.
    if len(rows) - law.integer("transient.cycle_s") not in (0, 1):
        return "seconds"
    speeds = readings.values("speed_kmh", rows)
    if speeds is None:
        return "missing"
    if any(row.get("rpm") == 0 for row in readings.rows):
        return "stalled"
    km = sum(speeds, Decimal(0)) / 3600
    off = at_nine(abs(km - law_number(law, "transient.distance_km")))
    if law.flag("transient.off_cycle_voids") and strayed(speeds, law):
        return "off the cycle"
    return "distance" if off > law_number(law, "transient.distance_tolerance_km") else km


def strayed(speeds: list[Decimal], law: Law) -> bool:
    """Did the driver leave the cycle: for more than three seconds running, or more than fifteen in all? Whoever is a
    second early or late has not left it."""
    width, slack = law_number(law, "transient.speed_tolerance_kmh"), law.integer("transient.time_tolerance_s")
    running = in_all = 0
    for second, speed in enumerate(speeds):
        moments = {min(max(second + late, 0), len(speeds) - 1) for late in range(-slack, slack + 1)}
        allowed = [cycle_speed(law, moment) for moment in moments]
        away = at_nine(max(min(allowed) - speed, speed - max(allowed)))
        running = running + 1 if away > width else 0
        in_all += 1 if running else 0
        if running > law.integer("transient.off_cycle_run_s") or in_all > law.integer(
            "transient.off_cycle_s"
        ):
            return True
    return False


def short_transient(record: TestRecord, readings: Readings, law: Law, limit_set: str) -> Opinion:
    fuel = record.vehicle.fuel
    km = driven(readings, law)
    if isinstance(km, str):
        return Opinion("invalid", km)
    density = {
        gas: law_number(law, f"vmas.density_g_per_l.{law.word('vmas.density_at')}.{gas}")
        for gas in ("co", "hc", "nox")
    }
    total, carbon = dict.fromkeys(density, Decimal(0)), Decimal(0)
    for row in readings.rows:
        # NO and NO2 together where the line measures both.
        nitrogen = "nox_ppm" if "nox_ppm" in readings.channels else "no_ppm"
        names = ("co_pct", "hc_ppm", nitrogen, "co2_pct", "o2_pct", "o2_dilute_pct", "o2_ambient_pct")
        co, hc, no, co2, raw, dilute, ambient = (row.get(name) for name in names)
        flow, air = row.get("flow_std_ls"), air_of(record, row)
        if co is None or hc is None or no is None or co2 is None or raw is None or dilute is None:
            return Opinion("invalid", "missing")
        moist = None if air is None else correction(law, air, transient=True)
        if ambient is None or flow is None or moist is None:
            return Opinion("invalid", "missing")
        litres = flow * exhaust_share(ambient, dilute, raw)
        carbon += litres * co2 / 100 * CO2_G_PER_L
        if law.flag("vmas.dilution_applied"):
            litres *= dilution_factor(law, fuel, co, co2)
        total["co"] += litres * co / 100 * density["co"]
        total["hc"] += litres * hc / _MILLION * density["hc"]
        total["nox"] += litres * no / _MILLION * density["nox"] * moist
    cruise = cruise_seconds(law)
    co_there, co2_there = readings.values("co_pct", cruise), readings.values("co2_pct", cruise)
    assert co_there is not None
    assert co2_there is not None
    least = law_number(law, f"vmas.co_co2_min_pct.{gas_family(fuel)}")
    if thin(co_there, co2_there, least, law.integer("vmas.co_co2_min_seconds")):
        return Opinion("invalid", "diluted")
    yard = Yardstick(law, Method.VMAS, limit_set, fuel)
    return measured(yard.judged({f"{gas}_g_km": mass / km for gas, mass in total.items()}), carbon / km, law)


def measured(answer: Opinion, carbon: Decimal, law: Law) -> Opinion:
    """Nobody drives a kilometre of the cycle on less than some 100 g of CO2: with hardly any (g/km), the exhaust was
    not measured, and nothing passes."""
    if answer.result == "pass" and carbon < law_number(law, "transient.co2_min_g_km"):
        return Opinion("invalid", "no exhaust")
    return answer


def full_transient(record: TestRecord, readings: Readings, law: Law, limit_set: str) -> Opinion:
    """Constant-volume sampling: diluted minus background, as in the type-approval rules for light vehicles."""
    km = driven(readings, law)
    if isinstance(km, str):
        return Opinion("invalid", km)
    numerator = law_number(law, f"im195.dilution_numerator.{gas_family(record.vehicle.fuel)}")
    density = {gas: law_number(law, f"im195.density_g_per_l.{gas}") for gas in ("co", "hc", "nox")}
    total, carbon = dict.fromkeys(density, Decimal(0)), Decimal(0)
    for row in readings.rows:
        mixed = {gas: row.get(f"{gas}_dilute_ppm") for gas in density}
        room = {gas: row.get(f"{gas}_background_ppm") for gas in density}
        flow, co2, air = row.get("flow_std_ls"), row.get("co2_dilute_pct"), air_of(record, row)
        moist = None if air is None else correction(law, air, transient=True)
        given = [*mixed.values(), *room.values(), flow, co2]
        if any(reading is None for reading in given) or moist is None:
            return Opinion("invalid", "missing")
        assert flow is not None
        assert co2 is not None
        co, hc = mixed["co"] or Decimal(0), mixed["hc"] or Decimal(0)
        carbon += flow * co2 / 100 * CO2_G_PER_L
        factor = numerator / (co2 + (hc + co) * _PPM_TO_PCT)
        for gas in density:
            net = (mixed[gas] or Decimal(0)) - (room[gas] or Decimal(0)) * (1 - 1 / factor)
            total[gas] += flow * net / _MILLION * density[gas] * (moist if gas == "nox" else Decimal(1))
    yard = Yardstick(law, Method.IM195, limit_set, record.vehicle.fuel)
    values = {f"{gas}_g_km": mass / km for gas, mass in total.items()}
    answer = yard.judged({**values, "hc_nox_g_km": values["hc_g_km"] + values["nox_g_km"]})
    return measured(answer, carbon / km, law)
