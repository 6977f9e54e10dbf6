"""The station's claim: which rows reproduce each value it reported, and what no row reproduces.

Vendors truncate or round, and some report another window than the one that decides, so a value is looked for in
our own answer first and then in every window the method could have used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imloop.facts.codes import Method, Result
from imloop.facts.items import ITEMS
from imloop.facts.records.inspection import TestRecord, Trace
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.verdict.answer import ClaimCheck, Measured, Rows
from imloop.verdict.arithmetic import MEASURABLE, from_nano, nano
from imloop.verdict.limits import Limit
from imloop.verdict.methods import asm, freeacc, lugdown, tsi, vmas
from imloop.verdict.validity import Indices, phase_rows

Floats = NDArray[np.float64]
_NOISE = 1e-9
_TRANSIENT = frozenset({Method.VMAS, Method.IM195})


@dataclass(frozen=True, slots=True)
class Found:
    """Rows whose ``values`` lie within tolerance of the claim. ``own``: the method may take them, so the claim
    agrees; other rows only show where a wrong number came from. ``factors``: whose DF and kH (ASM)."""

    rows: Rows
    values: Mapping[str, float]
    own: bool = True
    factors: str = ""


def check_claim(
    record: TestRecord, law: Law, measured: Measured, result: Result, readings: Collection[Result] = ()
) -> ClaimCheck:
    """Compare verdict and values; one unit of the last printed decimal (a law value) is allowed. ``readings``: verdicts
    by every reading of what the law leaves open; a claim of any of them agrees."""
    claimed = record.claimed
    if claimed.verdict is None and not claimed.values:
        return ClaimCheck(None, None)
    units = law.number("claim.tolerance_units")
    found = _reproduce(record, law, measured, units)
    differences: list[Mapping[str, object]] = []
    if claimed.verdict is not None and claimed.verdict not in (result, *readings):
        differences.append({"item": "verdict", "claimed": str(claimed.verdict), "ours": str(result)})
    for item, value in claimed.values.items():
        if item not in found or not found[item].own:
            ours = measured.values.get(item)
            differences.append(
                {"item": item, "claimed": value, "ours": None if ours is None else round(ours, 9)}
            )
    return ClaimCheck(claimed.verdict, not differences, tuple(differences), _as_json(found))


def _as_json(found: Mapping[str, Found]) -> Mapping[str, object] | None:
    if not found:
        return None
    first = next(iter(found.values()))
    factors = next((each.factors for each in found.values() if each.factors), "")
    out: dict[str, object] = {
        "rows": list(first.rows),
        "by_item": {item: list(each.rows) for item, each in found.items()},
        "values": {item: round(each.values[item], 9) for item, each in found.items()},
    }
    return {**out, "factors": factors} if factors else out


def _reproduce(record: TestRecord, law: Law, measured: Measured, units: float) -> dict[str, Found]:
    """By claimed item, where its value comes from; an item that nothing reproduces is not in it."""
    claimed = {item: value for item, value in record.claimed.values.items() if abs(value) < MEASURABLE}
    found: dict[str, Found] = {}
    if record.method is Method.ASM:
        for mode in asm.MODES:
            group = {item: claimed[item] for item in asm.ITEMS_OF[mode] if item in claimed}
            window = _asm_window(record, law, measured, mode, group, units)
            found |= dict.fromkeys(group, window) if window is not None else {}
    if record.method in _TRANSIENT:
        found |= _transient(record, law, measured, claimed, units)
    for item, value in claimed.items():
        if item in found or item not in ITEMS:
            continue
        own = measured.values.get(item)
        if own is not None and _gap(own, value, item) <= units + _NOISE:
            found[item] = Found(measured.rows[item], {item: own})
        elif (other := _elsewhere(record, law, item, value, units)) is not None:
            found[item] = other
    return found


def _transient(
    record: TestRecord, law: Law, measured: Measured, claimed: Mapping[str, float], units: float
) -> dict[str, Found]:
    """Grams per kilometre agree within a share of the value, because densities and correction are open; the reading
    of the standard that gives the claim to the last decimal is named."""
    share = law.number("claim.transient_tolerance_ratio")
    near = {
        item: value
        for item, value in claimed.items()
        if item in measured.values
        and (
            _gap(measured.values[item], value, item) <= units + _NOISE
            or abs(measured.values[item] - value) <= share * abs(measured.values[item])
        )
    }
    exact: dict[str, tuple[str, float]] = {}
    for name, values in vmas.variants(record, law) if record.method is Method.VMAS else ():
        for item, value in claimed.items():
            if item in values and item not in exact and _gap(values[item], value, item) <= units + _NOISE:
                exact[item] = (name, values[item])
    found = {}
    for item in [item for item in claimed if item in near or item in exact]:
        rows = measured.rows.get(item)
        if rows is None:
            continue
        name, value = exact.get(item, ("", measured.values[item]))
        found[item] = Found(rows, {item: value}, item in near, name)
    return found


def other_limits(record: TestRecord, limits: Mapping[str, Limit], law: Law) -> list[Reason]:
    """Limits the station says it used that are not those of the law (D04 of the supervision triggers)."""
    wrong = []
    for name, theirs in record.claimed.limits.items():
        item = name.removesuffix("_min").removesuffix("_max")
        known = limits.get(item)
        if known is None or not abs(theirs) < MEASURABLE:
            continue
        ours = known.low if name.endswith("_min") or known.high is None else known.high
        if ours is not None and nano(theirs) != ours:
            wrong.append(f"{name} {theirs:g} ≠ {from_nano(ours):g}")
    if not wrong:
        return []
    listed = "；".join(wrong)
    words = Text(
        f"机构所用限值与应用限值不同：{listed}", f"The station used other limits: {'; '.join(wrong)}"
    )
    return [Reason("limit-differs", words, law.cite(f"limit_set.{record.method}"))]


def _gap(ours: float, claimed: float, item: str) -> float:
    """Distance in units of the item's last printed decimal."""
    return float(abs(ours - claimed) * 10.0 ** ITEMS[item].decimals)


def _asm_window(
    record: TestRecord, law: Law, measured: Measured, mode: str, claimed: Mapping[str, float], units: float
) -> Found | None:
    """The one window of the mode that gives all claimed values, nearest first; our factors before the line's."""
    rows, width = phase_rows(record.trace, f"{mode}.sample"), law.integer("asm.window_s")
    if not claimed or len(rows) < width or measured.gases is None:
        return None
    items = asm.ITEMS_OF[mode]
    picked = [index for index, item in enumerate(items) if item in claimed]
    target = np.array([[claimed[items[index]]] for index in picked])
    scale = np.array([[10.0 ** ITEMS[items[index]].decimals] for index in picked])
    best: Found | None = None
    least = np.inf
    for factors, values in _with_factors(record, measured):
        means = asm.window_means(values[:, rows], width)
        gaps = np.abs(means[picked] - target) * scale
        far = np.where((gaps <= units + _NOISE).all(axis=0), gaps.sum(axis=0), np.inf)
        at = int(far.argmin())
        if far[at] < least:
            least = float(far[at]) - _NOISE
            span = (int(rows[at]), int(rows[at + width - 1]))
            best = Found(span, dict(zip(items, means[:, at].tolist(), strict=True)), factors=factors)
    return best


def _with_factors(record: TestRecord, measured: Measured) -> Iterator[tuple[str, Floats]]:
    """Corrected by our factors, then by the line's own, which it rounds: they show where its claim came from."""
    assert measured.gases is not None
    yield "recomputed", measured.gases.values
    columns = record.trace.columns
    needed = ("co_pct", "hc_ppm", "no_ppm", "station_df", "station_kh")
    if all(name in columns for name in needed):
        co, hc, no, df, kh = (columns[name] for name in needed)
        yield "station", np.array([co * df, hc * df, no * df * kh])


def _elsewhere(record: TestRecord, law: Law, item: str, value: float, units: float) -> Found | None:
    """Other windows, phase means or groups of accelerations that give the value: the method's own rows first."""
    for own, spans, means in _other_means(record, law, item):
        gaps = np.abs(means - value) * 10.0 ** ITEMS[item].decimals
        gaps = np.where(np.isnan(gaps), np.inf, gaps)
        at = int(gaps.argmin())
        if gaps[at] <= units + _NOISE:
            return Found(spans[at], {item: float(means[at])}, own)
    return None


def _other_means(record: TestRecord, law: Law, item: str) -> Iterator[tuple[bool, Sequence[Rows], Floats]]:
    trace = record.trace
    if record.method is Method.FREEACC and item == freeacc.ITEM:
        yield from _blip_means(record, law)
    elif record.method is Method.TSI and item in tsi.COLUMN_OF:
        phase, name = tsi.COLUMN_OF[item]
        rows = phase_rows(trace, phase)
        yield from _windows(trace, name, rows, law.integer("tsi.average_s"), own=False)
        yield from _windows(trace, name, rows, len(rows), own=False)
    elif record.method is Method.LUGDOWN and item in lugdown.COLUMN_OF:
        phase, name = lugdown.PHASE_OF[item], lugdown.COLUMN_OF[item]
        width = law.integer("lugdown.average_s")
        yield from _windows(trace, name, phase_rows(trace, phase), width, own=True)
        yield from _windows(trace, name, np.arange(trace.rows), width, own=False)
    elif record.method is Method.LUGDOWN and item == "max_power_kw":
        yield from _powers_elsewhere(trace)


def _windows(
    trace: Trace, name: str, rows: Indices, width: int, *, own: bool
) -> Iterator[tuple[bool, Sequence[Rows], Floats]]:
    column = trace.get(name)
    if column is None or not 0 < width <= len(rows):
        return
    spans = [(int(rows[start]), int(rows[start + width - 1])) for start in range(len(rows) - width + 1)]
    yield own, spans, asm.window_means(column[rows], width)


def _powers_elsewhere(trace: Trace) -> Iterator[tuple[bool, Sequence[Rows], Floats]]:
    """Corrected power of every second, also of those in which no most power is sought."""
    power, factor = trace.get("power_kw"), trace.get("power_factor")
    if power is not None and len(power):
        corrected = power if factor is None else power * np.where(np.isnan(factor), 1.0, factor)
        yield False, [(row, row) for row in range(trace.rows)], corrected


def _blip_means(record: TestRecord, law: Law) -> Iterator[tuple[bool, Sequence[Rows], Floats]]:
    """Every run of as many accelerations as count, all of them, and each by itself."""
    k, found, wanted = record.trace.get("k_per_m"), freeacc.blips(record), law.integer("freeacc.blips")
    if k is None or not found:
        return
    groups = [found[start : start + wanted] for start in range(max(0, len(found) - wanted + 1))]
    groups += [found, *([at] for at in found)]
    spans: list[Rows] = [
        (min(int(at[0]) for at in group), max(int(at[-1]) for at in group)) for group in groups
    ]
    yield False, spans, np.array([np.mean([k[at].max() for at in group]) for group in groups])
