"""双怠速法 TSI (GB 18285-2018 annex A): means of the last seconds of high idle and of idle.

CO % , HC 10⁻⁶ and λ over the last 30 s of each averaging phase; λ at high idle only. No dilution correction.
"""

from __future__ import annotations

import numpy as np

from imloop.facts.test_record import TestRecord
from imloop.facts.text import Text
from imloop.law import Law
from imloop.verdict.answer import Measured, Step
from imloop.verdict.gas import brettschneider
from imloop.verdict.validity import Indices, channels, dilution, phase_rows, stall, too_short

CHANNELS = ("co_pct", "hc_ppm", "co2_pct")
_PHASES = {
    "high": ("high.sample", Text("高怠速取样", "high-idle sampling")),
    "idle": ("idle.sample", Text("低怠速取样", "idle sampling")),
}


def measure(record: TestRecord, law: Law) -> Measured:
    """Means of both phases; ``invalid`` says what keeps the run from counting."""
    out = Measured()
    seconds = law.integer("tsi.average_s")
    cite = law.cite("tsi.average_s")
    windows: dict[str, object] = {}
    for name, (phase, words) in _PHASES.items():
        rows = phase_rows(record.trace, phase)
        if len(rows) < seconds:
            out.invalid.append(too_short(words, len(rows), seconds, cite))
        last = rows[-seconds:]
        faults = channels(record.trace, CHANNELS, last, cite)
        out.invalid += [fault for fault in faults if fault not in out.invalid]
        if faults or not len(last):
            continue
        out.invalid += dilution(record, last, law) + stall(record, last, law)
        windows[name] = [int(last[0]), int(last[-1])]
        _average(record, law, out, name, last)
    out.window = {"mode": "TSI", **windows} if windows else None
    if isinstance(windows.get("high"), list):
        assert out.window is not None
        out.window["rows"] = windows["high"]
    return out


def _average(record: TestRecord, law: Law, out: Measured, name: str, rows: Indices) -> None:
    span = (int(rows[0]), int(rows[-1]))
    names = {"co_pct": f"co_{name}_pct", "hc_ppm": f"hc_{name}_ppm"}
    for channel, item in names.items():
        _mean(out, item, record.trace.columns[channel][rows], span)
    if name != "high":
        return
    reported = record.trace.get("lambda")
    if reported is not None and not np.isnan(reported[rows]).any():
        _mean(out, "lambda_high", reported[rows], span)
        return
    computed = _lambda(record, law, rows)
    if computed is not None:
        _mean(out, "lambda_high", computed, span)


def _lambda(record: TestRecord, law: Law, rows: Indices) -> np.ndarray | None:
    """λ from the gases, when the analyser's own is not uploaded and O2 is."""
    o2, no = record.trace.get("o2_pct"), record.trace.get("no_ppm")
    if o2 is None or np.isnan(o2[rows]).any():
        return None
    column = record.trace.columns
    no_pct = np.zeros(len(rows)) if no is None else np.nan_to_num(no[rows]) / 1e4
    return brettschneider(
        column["co_pct"][rows],
        column["co2_pct"][rows],
        column["hc_ppm"][rows],
        o2[rows],
        no_pct,
        record.vehicle.fuel,
        law,
    )


def _mean(out: Measured, item: str, values: np.ndarray, span: tuple[int, int]) -> None:
    total = float(values.sum())
    mean = total / len(values)
    out.values[item] = mean
    out.rows[item] = span
    out.steps.append(
        Step(
            Text(f"{item} 平均", f"mean of {item}"),
            "Σ / n",
            f"{total:.6g} / {len(values)}",
            f"{mean:.6g}",
            span,
        )
    )
