"""双怠速法 TSI (GB 18285-2018 annex A): means of the last seconds of high idle and of idle.

CO (%), HC (10⁻⁶) and λ over the last 30 s of each averaging phase; λ at high idle only. No dilution correction.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from imloop.facts.records.inspection import Column, TestRecord
from imloop.facts.text import Text
from imloop.law import Law
from imloop.verdict.answer import Measured, mean_step
from imloop.verdict.arithmetic import MEASURABLE
from imloop.verdict.formulas.gas import brettschneider
from imloop.verdict.limits import Limit
from imloop.verdict.validity import (
    Indices,
    channels,
    dilution,
    interrupted,
    invalid,
    phase_rows,
    stall,
    too_short,
)

CHANNELS = ("co_pct", "hc_ppm", "co2_pct")
PHASES = {
    "high": ("high.sample", Text("高怠速取样", "high-idle sampling")),
    "idle": ("idle.sample", Text("低怠速取样", "idle sampling")),
}
COLUMN_OF = {
    "co_high_pct": ("high.sample", "co_pct"),
    "hc_high_ppm": ("high.sample", "hc_ppm"),
    "lambda_high": ("high.sample", "lambda"),
    "co_idle_pct": ("idle.sample", "co_pct"),
    "hc_idle_ppm": ("idle.sample", "hc_ppm"),
}
"""Item → phase and column it is the mean of."""


def measure(record: TestRecord, law: Law, limits: Mapping[str, Limit]) -> Measured:
    """Means of both phases; ``invalid`` says what keeps the run from counting."""
    out = Measured()
    seconds, cite = law.integer("tsi.average_s"), law.cite("tsi.average_s")
    windows: dict[str, list[int]] = {}
    for name, (phase, words) in PHASES.items():
        rows = phase_rows(record.trace, phase)
        if len(rows) < seconds:
            out.invalid.append(too_short(words, len(rows), seconds, cite))
        last = rows[-seconds:]
        faults = channels(record.trace, CHANNELS, last, cite)
        out.invalid += [fault for fault in faults if fault not in out.invalid]
        out.invalid += interrupted(words, last, cite) + dilution(record, last, law) + stall(record, last, law)
        if len(last):
            windows[name] = [int(last[0]), int(last[-1])]
            _average(record, law, out, name, last)
    if windows:
        out.window = {"mode": "TSI", "rows": windows.get("high") or windows["idle"], **windows}
    return out


def _average(record: TestRecord, law: Law, out: Measured, name: str, rows: Indices) -> None:
    for item in (f"co_{name}_pct", f"hc_{name}_ppm"):
        column = record.trace.get(COLUMN_OF[item][1])
        if column is not None and (np.abs(column[rows]) < MEASURABLE).all():
            mean_step(out, item, column[rows], rows)
    if name == "high":
        _lambda(record, law, out, rows)


def _lambda(record: TestRecord, law: Law, out: Measured, rows: Indices) -> None:
    """The analyser's own λ; where a second lacks it, λ from the gases; neither: the item is not measured."""
    reported = record.trace.get("lambda")
    if reported is not None and (np.abs(reported[rows]) < MEASURABLE).all():
        mean_step(out, "lambda_high", reported[rows], rows)
        return
    computed = _computed_lambda(record, law, rows)
    if computed is not None and (np.abs(computed) < MEASURABLE).all():
        mean_step(out, "lambda_high", computed, rows)
    elif law.flag("tsi.lambda_required"):
        zh, en = "没有 λ，也没有可计算 λ 的 O₂。", "Neither lambda nor the O2 to compute it from."
        out.unmeasured.append(invalid("lambda-missing", zh, en, law.cite("tsi.lambda_required")))


def _computed_lambda(record: TestRecord, law: Law, rows: Indices) -> Column | None:
    column = record.trace.columns
    if any(name not in column for name in (*CHANNELS, "o2_pct")):
        return None
    no = record.trace.get("no_ppm")
    return brettschneider(
        column["co_pct"][rows],
        column["co2_pct"][rows],
        column["hc_ppm"][rows],
        column["o2_pct"][rows],
        np.zeros(len(rows)) if no is None else np.nan_to_num(no[rows]) / 1e4,
        record.vehicle.fuel,
        law,
    )
