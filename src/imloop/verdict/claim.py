"""The station's claim: which rows reproduce each value it reported, and what no row reproduces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from imloop.facts.codes import Method, Result
from imloop.facts.items import ITEMS
from imloop.facts.test_record import TestRecord
from imloop.law import Law
from imloop.verdict import asm
from imloop.verdict.answer import ClaimCheck, Measured, Rows
from imloop.verdict.validity import phase_rows

Candidate = tuple[Rows, dict[str, float]]


def check_claim(record: TestRecord, law: Law, measured: Measured, result: Result) -> ClaimCheck:
    """Compare verdict and values; vendors truncate or round, so one unit of the last printed decimal is allowed."""
    claimed = record.claimed
    if claimed.verdict is None and not claimed.values:
        return ClaimCheck(None, None)
    units = law.number("claim.tolerance_units")
    candidates = list(_candidates(record, law, measured))
    ours: dict[str, float] = dict(measured.values)
    by_item: dict[str, list[int]] = {}
    for group in _groups(record.method, claimed.values):
        best = _best(group, candidates, units)
        if best is not None:
            ours.update(best[1])
            by_item.update({item: list(best[0]) for item in group if item in best[1]})
    differences: list[Mapping[str, object]] = []
    if claimed.verdict is not None and claimed.verdict is not result:
        differences.append({"item": "verdict", "claimed": str(claimed.verdict), "ours": str(result)})
    for item, value in claimed.values.items():
        mine = ours.get(item)
        if mine is None or abs(mine - value) > units * _unit(item) + 1e-9:
            differences.append({"item": item, "claimed": value, "ours": mine})
    reproduced = {"rows": next(iter(by_item.values())), "by_item": by_item} if by_item else None
    return ClaimCheck(claimed.verdict, not differences, tuple(differences), reproduced)


def _groups(method: Method, claimed: Mapping[str, float]) -> list[dict[str, float]]:
    """Values that must come from the same rows: all of an ASM window; each by itself in the other methods."""
    if method is Method.ASM:
        return [dict(claimed)] if claimed else []
    return [{item: value} for item, value in claimed.items()]


def _unit(item: str) -> float:
    return float(10.0 ** -(ITEMS[item].decimals if item in ITEMS else 2))


def _best(claimed: Mapping[str, float], candidates: list[Candidate], units: float) -> Candidate | None:
    """The rows whose values all lie within tolerance, nearest first."""
    best: Candidate | None = None
    least = float("inf")
    for rows, values in candidates:
        shared = [item for item in claimed if item in values]
        if not shared:
            continue
        far = max(abs(values[item] - claimed[item]) / _unit(item) for item in shared)
        if far <= units + 1e-9 and far < least - 1e-9:
            best, least = (rows, values), far
    return best


def _candidates(record: TestRecord, law: Law, measured: Measured) -> Iterator[Candidate]:
    """What we used ourselves, and for ASM and LUGDOWN every other window."""
    if record.method is not Method.ASM:
        for item, value in measured.values.items():
            yield measured.rows[item], {item: value}
    if record.method is Method.ASM:
        yield from _asm_windows(record, law)
    elif record.method is Method.LUGDOWN:
        yield from _lugdown_windows(record, law)


def _asm_windows(record: TestRecord, law: Law) -> Iterator[Candidate]:
    if any(record.trace.get(name) is None for name in asm.CHANNELS):
        return
    width = law.integer("asm.window_s")
    for values in (asm.corrected(record, law).values, *_with_station_factors(record)):
        for mode in asm.SPEEDS:
            rows = phase_rows(record.trace, f"{mode}.sample")
            if len(rows) < width:
                continue
            names = [name.format(mode) for name in asm.NAMES]
            means = sliding_window_view(values[rows], width, axis=0).mean(axis=2)
            for start, row in enumerate(means.tolist()):
                yield (int(rows[start]), int(rows[start + width - 1])), dict(zip(names, row, strict=True))


def _with_station_factors(record: TestRecord) -> list[asm.Floats]:
    """The line's own factors, rounded as they are, show where its claim came from."""
    column = record.trace.columns
    df, kh = record.trace.get("station_df"), record.trace.get("station_kh")
    if df is None or kh is None:
        return []
    gases = [column["co_pct"] * df, column["hc_ppm"] * df, column["no_ppm"] * df * kh]
    return [np.stack(gases, axis=1)]


def _lugdown_windows(record: TestRecord, law: Law) -> Iterator[Candidate]:
    k = record.trace.get("k_per_m")
    width = law.integer("lugdown.average_s")
    if k is None or len(k) < width:
        return
    for start, mean in enumerate(np.asarray(sliding_window_view(k, width).mean(axis=1)).tolist()):
        span = (start, start + width - 1)
        yield span, {"k_100_per_m": mean}
        yield span, {"k_80_per_m": mean}
