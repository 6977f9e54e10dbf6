"""双怠速法 (GB 18285-2018 annex A): plain means over the last half minute of high idle and of idle."""

from __future__ import annotations

from decimal import Decimal

from imloop.facts.codes import Method
from imloop.facts.records.inspection import TestRecord
from imloop.law import Law
from reference.formulas import excess_air, gas_family
from reference.opinion import Opinion, Yardstick
from reference.readings import Readings, at_nine, law_number, mean


def double_idle(record: TestRecord, readings: Readings, law: Law, limit_set: str) -> Opinion:
    yard = Yardstick(law, Method.TSI, limit_set, record.vehicle.fuel)
    least = law_number(law, f"gas.co_co2_min_pct.{gas_family(record.vehicle.fuel)}")
    values: dict[str, Decimal] = {}
    faults: list[str] = []
    for phase in ("high", "idle"):
        rows = readings.of(f"{phase}.sample")[-law.integer("tsi.average_s") :]
        if len(rows) < law.integer("tsi.average_s") or not readings.unbroken(rows):
            faults.append("seconds")
            continue
        co, hc, co2 = (readings.values(name, rows) for name in ("co_pct", "hc_ppm", "co2_pct"))
        if co is None or hc is None or co2 is None:
            faults.append("missing")
            continue
        if thin(co, co2, least, law.integer("gas.co_co2_min_seconds")):
            faults.append("diluted")
        if any(readings.rows[number].get("rpm") == 0 for number in rows):
            faults.append("stalled")
        values[f"co_{phase}_pct"], values[f"hc_{phase}_ppm"] = mean(co), mean(hc)
        if phase == "high":
            ratio = readings.values("lambda", rows) or from_gases(record, readings, law, rows)
            if ratio is not None:
                values["lambda_high"] = mean(ratio)
    if faults:
        return Opinion("invalid", faults[0])
    answer = yard.judged(values)
    if answer.result == "pass" and law.flag("tsi.lambda_required") and "lambda_high" not in values:
        return Opinion("invalid", "no lambda")
    return answer


def from_gases(record: TestRecord, readings: Readings, law: Law, rows: list[int]) -> list[Decimal] | None:
    """λ of every second from CO, CO2, HC, O2 and NO (none where not read); None where O2 was not measured."""
    out = []
    for row in (readings.rows[number] for number in rows):
        co, co2, hc, o2 = (row.get(name) for name in ("co_pct", "co2_pct", "hc_ppm", "o2_pct"))
        if co is None or co2 is None or hc is None or o2 is None or co2 <= 0:
            return None
        no = row.get("no_ppm") or Decimal(0)
        out.append(excess_air(law, record.vehicle.fuel, co2, co, hc, o2, no / 10000))
    return out


def thin(co: list[Decimal], co2: list[Decimal], least: Decimal, patience: int) -> bool:
    """Is CO + CO2 below ``least`` (%) in ``patience`` seconds running?"""
    below = 0
    for a, b in zip(co, co2, strict=True):
        below = below + 1 if at_nine(a + b) < least else 0
        if below >= patience:
            return True
    return False
