"""Is the recording itself believable? Doubts beside the verdict, never a change of it.

General rules only: a run is called implausible when several independent ones speak against it.
"""

from __future__ import annotations

import numpy as np

from imloop.facts.codes import Method
from imloop.facts.test_record import Column, TestRecord
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.verdict import asm
from imloop.verdict.gas import brettschneider
from imloop.verdict.smoke import k_from_opacity
from imloop.verdict.validity import phase_rows

Doubt = Reason | None


def doubts(record: TestRecord, law: Law) -> list[Reason]:
    """Every doubt, and ``implausible-run`` when at least ``plausible.signals`` independent ones meet."""
    if record.trace.rows < 2:
        return []
    diesel = record.method in (Method.LUGDOWN, Method.FREEACC)
    checks = (
        (_smoke(record, law), _below_zero(record), _frozen_power(record))
        if diesel
        else _gas_checks(record, law)
    )
    signals = [doubt for doubt in checks if doubt is not None]
    if len(signals) < law.integer("plausible.signals"):
        return signals
    names = "、".join(doubt.code for doubt in signals)
    return [
        *signals,
        Reason(
            "implausible-run",
            Text(
                f"多项互相独立的特征表明数据不像来自真实车辆（{names}）；线索，待核实。",
                "Several independent signs speak against a real vehicle; a lead to be checked, no guilt.",
            ),
            law.cite("plausible.signals"),
        ),
    ]


def _gas_checks(record: TestRecord, law: Law) -> tuple[Doubt, ...]:
    return (
        _impossible_gas(record),
        _lambda_differs(record, law),
        _still_engine(record),
        *_station_factors(record, law),
    )


def _smoke(record: TestRecord, law: Law) -> Doubt:
    """k and N of one second must satisfy k = −ln(1 − N)/L."""
    k, opacity = record.trace.get("k_per_m"), record.trace.get("opacity_pct")
    if k is None or opacity is None:
        return None
    expected = k_from_opacity(opacity, law.number("smoke.path_m"))
    known = np.isfinite(expected) & np.isfinite(k)
    wrong = np.abs(expected - k) > np.maximum(0.1, 0.15 * np.abs(k))
    share = float(wrong[known].mean()) if known.any() else 0.0
    if share < 0.5:
        return None
    words = Text(
        f"{share:.0%} 的秒 k 与不透光度 N 不满足换算关系。",
        f"In {share:.0%} of the seconds k and opacity N do not match.",
    )
    return Reason("k-opacity-mismatch", words, law.cite("smoke.path_m"))


def _below_zero(record: TestRecord) -> Doubt:
    low = {"opacity_pct": -1.0, "co2_pct": -0.1, "k_per_m": -0.05, "nox_ppm": -20.0}
    found = [
        name
        for name, limit in low.items()
        if (column := record.trace.get(name)) is not None and bool((column < limit).any())
    ]
    if not found:
        return None
    return Reason(
        "below-zero", Text(f"{'、'.join(found)} 出现负值。", f"Negative readings in {', '.join(found)}.")
    )


def _frozen_power(record: TestRecord) -> Doubt:
    """Drum power that never changes while the drum speed does: no dynamometer behaves so."""
    power, speed = record.trace.get("power_kw"), record.trace.get("speed_kmh")
    if power is None or speed is None or record.trace.rows < 20:
        return None
    if np.ptp(power) > 0 or np.nanmax(power) == 0 or np.ptp(speed) < 5:
        return None
    words = Text("功率全程不变而车速在变。", "Power stays constant while the speed changes.")
    return Reason("power-frozen", words)


def _sampled(record: TestRecord) -> Column:
    """Rows of the sampling phases, all rows if none is named."""
    rows = phase_rows(record.trace, "high.sample", "idle.sample", "5025.sample", "2540.sample")
    return rows if len(rows) else np.arange(record.trace.rows)  # type: ignore[return-value]


def _impossible_gas(record: TestRecord) -> Doubt:
    """Much CO2 beside much O2 breaks the oxygen balance of any of our fuels."""
    co2, o2 = record.trace.get("co2_pct"), record.trace.get("o2_pct")
    if co2 is None or o2 is None:
        return None
    wrong = (co2 > 14.0) & (o2 > 3.0)
    if wrong.sum() < 5:
        return None
    words = Text(
        "CO₂ 高于 14 % 的同时 O₂ 高于 3 %，物理上不可能。", "CO2 above 14 % beside O2 above 3 %: impossible."
    )
    return Reason("gas-impossible", words)


def _lambda_differs(record: TestRecord, law: Law) -> Doubt:
    trace = record.trace
    names = ("lambda", "co_pct", "co2_pct", "hc_ppm", "o2_pct")
    if any(trace.get(name) is None for name in names):
        return None
    rows = _sampled(record)
    reported, co, co2, hc, o2 = (trace.columns[name][rows] for name in names)
    computed = brettschneider(co, co2, hc, o2, np.zeros(len(co)), record.vehicle.fuel, law)
    known = np.isfinite(computed) & np.isfinite(reported)
    if not known.any():
        return None
    gap = float(np.median(np.abs(computed - reported)[known]))
    if gap <= law.number("lambda.tolerance"):
        return None
    words = Text(f"λ 复算与上报相差 {gap:.2f}。", f"Recomputed lambda differs by {gap:.2f}.")
    return Reason("lambda-differs", words, law.cite("lambda.tolerance"))


def _still_engine(record: TestRecord) -> Doubt:
    rpm, speed = record.trace.get("rpm"), record.trace.get("speed_kmh")
    if rpm is None or speed is None:
        return None
    rows = _sampled(record)
    if not ((rpm[rows] == 0) & (speed[rows] > 10)).any():
        return None
    return Reason(
        "rpm-zero-at-speed", Text("车速大于 10 km/h 而转速为 0。", "Speed without engine revolutions.")
    )


def _station_factors(record: TestRecord, law: Law) -> tuple[Doubt, ...]:
    """The line's own DF and kH against ours; they are rounded to two decimals there."""
    if record.method is not Method.ASM or any(record.trace.get(name) is None for name in asm.CHANNELS):
        return ()
    data = asm.corrected(record, law)
    rows = _sampled(record)
    found: list[Doubt] = []
    for name, label, ours in (("station_df", "DF", data.df), ("station_kh", "kH", data.kh)):
        theirs = record.trace.get(name)
        if theirs is None:
            continue
        gap = np.abs(theirs[rows] - ours[rows])
        if np.isfinite(gap).any() and float(np.nanmedian(gap)) > law.number("claim.factor_tolerance"):
            words = Text(f"机构的 {label} 与复算不符。", f"The station's {label} differs from ours.")
            found.append(Reason(f"{label.lower()}-differs", words, law.cite("claim.factor_tolerance")))
    return tuple(found)
