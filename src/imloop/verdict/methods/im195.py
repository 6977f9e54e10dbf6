"""瞬态工况法 IM195 (GB 18285-2018 annex C): grams per kilometre over the urban cycle, from constant-volume sampling.

Per second, from the diluted exhaust in the tunnel: DF = a / (CO2 + (CO + HC)·10⁻⁴), CO2 in %, CO in 10⁻⁶, HC in
10⁻⁶ of carbon; C = C_diluted − C_background·(1 − 1/DF); m = V·C·10⁻⁶·ρ, NOx also ·kH (V in L/s at standard state, g/s).
Result: Σ m / distance driven; HC and NOx are limited together. Background columns left out count as zero, with a
finding, because the result can then only be too high.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from imloop.facts.records.inspection import Column, TestRecord
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.verdict import air
from imloop.verdict.answer import Measured, Step
from imloop.verdict.formulas.gas import ambient_columns, fuel_class, moisture, moisture_factor
from imloop.verdict.limits import Limit
from imloop.verdict.methods import cycle
from imloop.verdict.validity import Indices, channels, stall

GASES = ("co", "hc", "nox")
CHANNELS = (*(f"{gas}_dilute_ppm" for gas in GASES), "co2_dilute_pct", "flow_std_ls", "speed_kmh")
BACKGROUND = tuple(f"{gas}_background_ppm" for gas in GASES)


@dataclass(frozen=True, slots=True)
class Masses:
    """Per row: dilution DF of the tunnel, kH, corrected concentrations in 10⁻⁶ and grams, both by gas."""

    df: Column
    kh: Column
    net: Mapping[str, Column]
    grams: Mapping[str, Column]


def measure(record: TestRecord, law: Law, limits: Mapping[str, Limit]) -> Measured:
    """CO, and HC + NOx, in g/km; HC and NOx alone are recorded."""
    out = Measured()
    rows = cycle.cycle_rows(record.trace)
    out.invalid += cycle.incomplete(rows, law)
    beside = tuple(name for name in BACKGROUND if record.trace.get(name) is not None)
    out.invalid += channels(record.trace, (*CHANNELS, *beside), rows, law.cite("im195.channels"))
    out.invalid += stall(record, rows, law)
    cycle.off_cycle(out, record, rows, law)
    km = cycle.wrong_distance(out, record, rows, law)
    found = masses(record, law)
    if km is None or found is None:
        return out
    out.invalid += air.unusable(record, rows, found.kh, law)
    flow, co2 = record.trace.columns["flow_std_ls"], record.trace.columns["co2_dilute_pct"]
    out.unmeasured += cycle.without_exhaust(rows, flow, co2, km, law)
    out.findings += _no_background(record, law)
    out.window = {"mode": "IM195", "rows": list(cycle.ends(rows))}
    out.steps += _example(record, law, found, rows)
    grams = {**found.grams, "hc_nox": found.grams["hc"] + found.grams["nox"]}
    for gas in ("co", "hc_nox", "hc", "nox"):
        if np.isfinite(grams[gas][rows]).all():
            cycle.per_km(out, f"{gas}_g_km", grams[gas][rows], km, rows, "Σ m / s")
    return out


def masses(record: TestRecord, law: Law) -> Masses | None:
    """Grams of every row; ``None`` where a channel is missing."""
    trace = record.trace
    if any(trace.get(name) is None for name in CHANNELS):
        return None
    co, hc, nox, co2, flow, _ = (trace.columns[name] for name in CHANNELS)
    kh = moisture_factor(moisture(*ambient_columns(trace, record.ambient)))
    numerator = law.number(f"im195.dilution_numerator.{fuel_class(record.vehicle.fuel)}")
    df = numerator / (co2 + (co + hc) * 1e-4)
    # Pure air in the tunnel dilutes without end: all of it is background.
    remaining = np.where(df > 0, 1.0 - 1.0 / df, 1.0)
    net, grams = {}, {}
    for gas, measured in (("co", co), ("hc", hc), ("nox", nox)):
        background = trace.get(f"{gas}_background_ppm")
        net[gas] = measured if background is None else measured - background * remaining
        density = law.number(f"im195.density_g_per_l.{gas}")
        grams[gas] = flow * net[gas] * 1e-6 * density * (kh if gas == "nox" else 1.0)
    return Masses(df, kh, net, grams)


def _no_background(record: TestRecord, law: Law) -> list[Reason]:
    absent = [name for name in BACKGROUND if record.trace.get(name) is None]
    if not absent:
        return []
    words = Text(f"没有背景浓度 {'、'.join(absent)}，按 0 计。", f"No {', '.join(absent)}: taken as 0.")
    return [Reason("background-missing", words, law.cite("im195.channels"))]


def _example(record: TestRecord, law: Law, found: Masses, rows: Indices) -> Iterator[Step]:
    """CO of one second worked out: the second with the most of it."""
    at = int(rows[int(np.nan_to_num(found.grams["co"][rows]).argmax())])
    trace = record.trace
    co, hc, _, co2, flow, _ = (float(trace.columns[name][at]) for name in CHANNELS)
    behind = trace.get("co_background_ppm")
    background = 0.0 if behind is None else float(behind[at])
    numerator = law.number(f"im195.dilution_numerator.{fuel_class(record.vehicle.fuel)}")
    span = (at, at)
    yield Step(
        Text("稀释系数 DF（CO 最多的一秒）", "dilution DF (second with the most CO)"),
        "a/(CO2 + (CO + HC)·10⁻⁴)",
        f"{numerator:g}/({co2:g} + ({co:g} + {hc:g})·10⁻⁴)",
        f"{found.df[at]:.6g}",
        span,
    )
    yield Step(
        Text("扣除背景的 CO（该秒）", "CO less background (that second)"),
        "C稀释 − C背景·(1 − 1/DF)",
        f"{co:g} − {background:g}·(1 − 1/{found.df[at]:.6g})",
        f"{found.net['co'][at]:.6g}",
        span,
    )
    density = law.number("im195.density_g_per_l.co")
    yield Step(
        Text("CO 质量（该秒）", "mass of CO (that second)"),
        "V · C·10⁻⁶ · ρ",
        f"{flow:g} · {found.net['co'][at]:.6g}·10⁻⁶ · {density:g}",
        f"{found.grams['co'][at]:.6g} g",
        span,
    )
