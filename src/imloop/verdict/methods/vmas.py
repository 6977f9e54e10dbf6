"""简易瞬态工况法 VMAS (GB 18285-2018 annex D): grams per kilometre over the urban cycle, from raw exhaust and flow.

Per second: dilution ratio k = (O2amb − O2dil) / (O2amb − O2raw), 0 where the air has not more oxygen than both;
exhaust flow V = V_std · k (L/s at standard state); m_CO = V·CO/100·ρ_CO, m_HC = V·HC·10⁻⁶·ρ_HC,
m_NOx = V·NO·10⁻⁶·ρ_NOx·kH (g/s), CO, HC and NO multiplied by the dilution factor DF. Result: Σ m / distance driven
(g/km).

The gas densities' temperature is open in the sources, and not all agree that DF is applied, so both are dated law
values; a claim made the other way is recognised as such (``variants``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imloop.facts.records.inspection import Column, TestRecord
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.verdict import air
from imloop.verdict.answer import Measured, Step
from imloop.verdict.arithmetic import MEASURABLE, nano, nano_levels
from imloop.verdict.formulas.gas import ambient_columns, dilution_factor, moisture, moisture_factor
from imloop.verdict.limits import Limit
from imloop.verdict.methods import cycle
from imloop.verdict.validity import Indices, channels, dilution, stall

CHANNELS = (
    "co_pct",
    "hc_ppm",
    "co2_pct",
    "o2_pct",
    "speed_kmh",
    "o2_dilute_pct",
    "o2_ambient_pct",
    "flow_std_ls",
)
GASES = ("co", "hc", "nox")
ITEM_OF = {gas: f"{gas}_g_km" for gas in GASES}

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Masses:
    """Per row: dilution ratio k, exhaust flow in L/s, moisture of the air in g/kg and its factor kH, DF (all ones
    where not applied), and grams by gas."""

    ratio: Column
    flow: Column
    moisture: Column
    kh: Column
    df: Column
    grams: Mapping[str, Column]


def measure(record: TestRecord, law: Law, limits: Mapping[str, Limit]) -> Measured:
    """Grams per kilometre; ``invalid`` says what keeps the run from counting."""
    out = Measured()
    rows = cycle.cycle_rows(record.trace)
    nox = nox_channel(record)
    out.invalid += cycle.incomplete(rows, law)
    out.invalid += channels(record.trace, (*CHANNELS, nox), rows, law.cite("vmas.channels"))
    out.invalid += stall(record, rows, law)
    out.invalid += dilution(record, cycle.cruising(rows, law), law, "vmas")
    cycle.off_cycle(out, record, rows, law)
    out.findings += _flow_findings(record, rows, law)
    km = cycle.wrong_distance(out, record, rows, law)
    found = masses(record, law)
    if km is None or found is None:
        return out
    out.invalid += air.unusable(record, rows, found.kh, law)
    out.unmeasured += cycle.without_exhaust(rows, found.flow, record.trace.columns["co2_pct"], km, law)
    out.window = {"mode": "VMAS", "rows": list(cycle.ends(rows))}
    out.steps += _example(record, law, found, rows)
    for gas in GASES:
        if np.isfinite(found.grams[gas][rows]).all():
            cycle.per_km(out, ITEM_OF[gas], found.grams[gas][rows], km, rows, "Σ m / s")
    return out


def nox_channel(record: TestRecord) -> str:
    """NO and NO2 together where the line measures both, else NO."""
    return "nox_ppm" if record.trace.get("nox_ppm") is not None else "no_ppm"


def masses(
    record: TestRecord, law: Law, *, density: str | None = None, diluted: bool | None = None
) -> Masses | None:
    """Grams of every row; ``None`` where a channel is missing.

    ``density``: ``0`` or ``20`` °C; ``diluted``: apply DF. Left out, both are as the law of the day says.
    """
    trace = record.trace
    found = [trace.get(name) for name in (*CHANNELS, nox_channel(record))]
    if any(column is None for column in found):
        return None
    co, hc, co2, o2, _, o2_dilute, o2_air, flow, nox = (column for column in found if column is not None)
    ratio = np.where((o2_air > o2) & (o2_air > o2_dilute), (o2_air - o2_dilute) / (o2_air - o2), 0.0)
    ratio = np.where(np.isnan(o2_air + o2 + o2_dilute), np.nan, ratio)
    damp = moisture(*ambient_columns(trace, record.ambient))
    kh = moisture_factor(damp)
    apply = law.flag("vmas.dilution_applied") if diluted is None else diluted
    df = dilution_factor(co, co2, record.vehicle.fuel, law) if apply else np.ones(trace.rows)
    at = density or law.word("vmas.density_at")
    rho = {gas: law.number(f"vmas.density_g_per_l.{at}.{gas}") for gas in GASES}
    exhaust = flow * ratio
    return Masses(
        ratio,
        exhaust,
        damp,
        kh,
        df,
        {
            "co": exhaust * co * df / 100.0 * rho["co"],
            "hc": exhaust * hc * df * 1e-6 * rho["hc"],
            "nox": exhaust * nox * df * kh * 1e-6 * rho["nox"],
        },
    )


def variants(record: TestRecord, law: Law) -> Iterator[tuple[str, dict[str, float]]]:
    """Values of the other readings of the open questions, by name: where a different claim may come from."""
    rows = cycle.cycle_rows(record.trace)
    speed = record.trace.get("speed_kmh")
    if speed is None or not len(rows):
        return
    km = cycle.distance_km(speed[rows])
    for density in ("0", "20"):
        for diluted in (False, True):
            found = masses(record, law, density=density, diluted=diluted)
            if found is None or not 0.0 < km < MEASURABLE:
                return
            name = f"{density} °C{', DF' if diluted else ''}"
            yield name, {ITEM_OF[gas]: float(found.grams[gas][rows].sum()) / km for gas in GASES}


def _flow_findings(record: TestRecord, rows: Indices, law: Law) -> list[Reason]:
    """The air's oxygen as the flow meter reads it, and a dilution ratio above 1, which no mixing gives."""
    fresh, raw, dilute = (record.trace.get(name) for name in ("o2_ambient_pct", "o2_pct", "o2_dilute_pct"))
    if fresh is None or raw is None or dilute is None or not len(rows):
        return []
    found = []
    theory, most = law.number("vmas.o2_ambient_pct"), law.number("vmas.o2_ambient_tolerance_pct")
    gap = np.abs(nano_levels(fresh[rows] - theory))
    if (gap > nano(most)).any():
        words = Text(
            f"环境氧不在 {theory:g} ± {most:g} % 内。", f"Ambient oxygen outside {theory:g} ± {most:g} %."
        )
        found.append(Reason("ambient-oxygen-off", words, law.cite("vmas.o2_ambient_tolerance_pct")))
    mixed = (fresh[rows] > raw[rows]) & (dilute[rows] < raw[rows])
    if mixed.any():
        at = int(rows[mixed.argmax()])
        words = Text(
            f"{int(mixed.sum())} 秒稀释气的氧低于原始排气。",
            f"In {int(mixed.sum())} s the diluted gas has less oxygen than the raw exhaust.",
        )
        found.append(Reason("dilution-impossible", words, law.cite("vmas.channels"), rows=(at, at)))
    return found


def _example(record: TestRecord, law: Law, found: Masses, rows: Indices) -> Iterator[Step]:
    """One second worked out: the one with the most exhaust, so that no number in it is zero by chance."""
    flow = np.nan_to_num(found.flow[rows])
    at = int(rows[int(flow.argmax())])
    fresh, raw, dilute, std, co = (
        float(record.trace.columns[name][at])
        for name in ("o2_ambient_pct", "o2_pct", "o2_dilute_pct", "flow_std_ls", "co_pct")
    )
    span = (at, at)
    yield Step(
        Text("稀释比 k（排气最大的一秒）", "dilution ratio k (second with the most exhaust)"),
        "(O2环境 − O2稀释)/(O2环境 − O2原始)",
        f"({fresh:g} − {dilute:g})/({fresh:g} − {raw:g})",
        f"{found.ratio[at]:.6g}",
        span,
    )
    yield Step(
        Text("排气流量（该秒）", "exhaust flow (that second)"),
        "V标准 · k",
        f"{std:g} · {found.ratio[at]:.6g}",
        f"{found.flow[at]:.6g} L/s",
        span,
    )
    density = law.number(f"vmas.density_g_per_l.{law.word('vmas.density_at')}.co")
    yield Step(
        Text("CO 质量（该秒）", "mass of CO (that second)"),
        "V · CO·DF/100 · ρ",
        f"{found.flow[at]:.6g} · {co:g}·{found.df[at]:.6g}/100 · {density:g}",
        f"{found.grams['co'][at]:.6g} g",
        span,
    )
    yield Step(
        Text("湿度修正系数 kH（该秒）", "humidity factor kH (that second)"),
        "1/(1 − 0.0329·(H − 10.71))",
        f"1/(1 − 0.0329·({found.moisture[at]:.6g} − 10.71))",
        f"{found.kh[at]:.6g}",
        span,
    )
