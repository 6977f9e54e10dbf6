"""Gas arithmetic: dilution factor DF, humidity factor kH, λ, and the CO + CO2 validity rule.

Concentrations: CO, CO2, O2 in % vol, HC (as n-hexane) and NO in 10⁻⁶.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imloop.facts.codes import NATURAL_GAS, Fuel
from imloop.facts.records.inspection import Ambient, Column, TestRecord, Trace
from imloop.law import Law

_HC_TO_CO_EQUIVALENT = 6e-4  # K1 of the Brettschneider equation: 10⁻⁶ n-hexane → % carbon

# Saturation vapour pressure of water in kPa at 0, 1 … 30 °C (physics, not law).
_VAPOUR_KPA = np.array(
    [0.61129, 0.65716, 0.70605, 0.75813, 0.81359, 0.87260, 0.93537, 1.0021, 1.0730, 1.1482, 1.2281]
    + [1.3129, 1.4027, 1.4979, 1.5988, 1.7056, 1.8185, 1.9380, 2.0644, 2.1978, 2.3388, 2.4877]
    + [2.6447, 2.8104, 2.9850, 3.1690, 3.3629, 3.5670, 3.7818, 4.0078, 4.2455]
)
_DEGREES = np.arange(31)


def fuel_class(fuel: Fuel | None) -> str:
    """``gasoline``, ``cng`` or ``lpg``: what a fuel counts as in gas arithmetic. ``ValueError`` for an unknown one."""
    if fuel is None:
        raise ValueError("an unknown fuel counts as none")
    if fuel in NATURAL_GAS:
        return "cng"
    return "lpg" if fuel is Fuel.LPG else "gasoline"


def dilution_factor(co: Column, co2: Column, fuel: Fuel | None, law: Law) -> Column:
    """DF = CO2adj / CO2, capped; CO2adj = 100·X / (a + 1.88·X), X = CO2 / (CO2 + CO). Rows with CO2 ≤ 0: cap."""
    a, cap = law.number(f"dilution.a.{fuel_class(fuel)}"), law.number("dilution.cap")
    with np.errstate(divide="ignore", invalid="ignore"):
        share = co2 / (co2 + co)
        factor = 100.0 * share / (a + 1.88 * share) / co2
    factor = np.where(co2 > 0, factor, np.where(np.isnan(co2), np.nan, cap))
    return np.minimum(factor, cap)


def vapour_pressure(temperature_c: Column) -> Column:
    """Saturation pressure of water vapour in kPa, 0…30 °C, held outside; interpolated between whole degrees
    (truncating the temperature would move kH by up to 0.02)."""
    known = np.where(np.isnan(temperature_c), 0.0, temperature_c)
    inside = np.minimum(np.maximum(known, 0.0), 30.0)
    return np.asarray(np.interp(inside, _DEGREES, _VAPOUR_KPA), dtype=np.float64)


def humidity(temperature_c: Column, humidity_pct: Column, pressure_kpa: Column) -> Column:
    """Absolute humidity H in grains per pound: 43.478·Ra·Pd / (PB − Pd·Ra/100); Pd of 0…30 °C, held outside."""
    return _water(43.478, temperature_c, humidity_pct, pressure_kpa)


def humidity_factor(grains: Column) -> Column:
    """kH = 1 / (1 − 0.0047·(H − 75)); exactly 1 at 75 grains per pound."""
    return _factor(1.0 - 0.0047 * (grains - 75.0), grains)


def moisture(temperature_c: Column, humidity_pct: Column, pressure_kpa: Column) -> Column:
    """Absolute humidity H in grams of water per kilogram of dry air: 6.2111·Ra·Pd / (PB − Pd·Ra/100)."""
    return _water(6.2111, temperature_c, humidity_pct, pressure_kpa)


def moisture_factor(grams: Column) -> Column:
    """kH of the transient methods = 1 / (1 − 0.0329·(H − 10.71)); exactly 1 at 10.71 g/kg."""
    return _factor(1.0 - 0.0329 * (grams - 10.71), grams)


def _water(unit: float, temperature_c: Column, humidity_pct: Column, pressure_kpa: Column) -> Column:
    vapour = vapour_pressure(temperature_c)
    with np.errstate(divide="ignore", invalid="ignore"):
        result = unit * humidity_pct * vapour / (pressure_kpa - vapour * humidity_pct / 100.0)
    return np.where(np.isnan(temperature_c), np.nan, result)


def _factor(below: Column, water: Column) -> Column:
    """1 / below. Air so humid that the correction would change its sign is no air: NaN, never a negative NO."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((water >= 0.0) & (below > 0.0), 1.0 / below, np.nan)


def ambient_columns(trace: Trace, ambient: Ambient) -> tuple[Column, Column, Column]:
    """Temperature °C, humidity %, pressure kPa per row: the row's own reading, else the test's."""

    def column(name: str, whole: float | None) -> Column:
        fixed = np.full(trace.rows, np.nan if whole is None else whole)
        rows = trace.get(name)
        return fixed if rows is None else np.where(np.isnan(rows), fixed, rows)

    return (
        column("ambient_temperature_c", ambient.temperature_c),
        column("ambient_humidity_pct", ambient.humidity_pct),
        column("ambient_pressure_kpa", ambient.pressure_kpa),
    )


@dataclass(frozen=True, slots=True)
class Corrected:
    """Corrected concentrations of all rows, shape (3, rows): CO %, HC 10⁻⁶, NO 10⁻⁶; and the factors, shape (rows,)."""

    values: NDArray[np.float64]
    df: Column
    kh: Column
    grains: Column


def corrected(record: TestRecord, law: Law) -> Corrected:
    """C_CO = CO·DF, C_HC = HC·DF, C_NO = NO·DF·kH of every row; NaN where a column or the air is missing."""
    trace = record.trace
    co, hc, no, co2 = (_column(trace, name) for name in ("co_pct", "hc_ppm", "no_ppm", "co2_pct"))
    df = dilution_factor(co, co2, record.vehicle.fuel, law)
    grains = humidity(*ambient_columns(trace, record.ambient))
    kh = humidity_factor(grains)
    return Corrected(np.array([co * df, hc * df, no * df * kh]), df, kh, grains)


def _column(trace: Trace, name: str) -> Column:
    found = trace.get(name)
    return np.full(trace.rows, np.nan) if found is None else found


def brettschneider(
    co: Column, co2: Column, hc: Column, o2: Column, no_pct: Column, fuel: Fuel | None, law: Law
) -> Column:
    """λ from the exhaust composition (Brettschneider). CO=HC=O2=NO=0 gives exactly 1."""
    kind = fuel_class(fuel)
    hydrogen, oxygen = law.number(f"lambda.hcv.{kind}"), law.number(f"lambda.ocv.{kind}")
    with np.errstate(divide="ignore", invalid="ignore"):
        water = hydrogen / 4.0 * 3.5 / (3.5 + co / co2) - oxygen / 2.0
        above = co2 + co / 2.0 + o2 + no_pct / 2.0 + water * (co2 + co)
        below = (1.0 + hydrogen / 4.0 - oxygen / 2.0) * (co2 + co + _HC_TO_CO_EQUIVALENT * hc)
        return above / below


def longest_run(mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[int, int] | None:
    """First longest run of True as (first, last) index, or None."""
    if not mask.any():
        return None
    padded = np.concatenate(([False], mask, [False]))
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    starts, ends = edges[::2], edges[1::2]
    longest = int(np.argmax(ends - starts))
    return int(starts[longest]), int(ends[longest]) - 1
