"""The line's own clock beside the row counter: channel ``clock_s``, seconds since the start of the run.

``t_s`` counts the samples; a real clock jitters by a second (readings are stamped when they are written), runs a little
fast or slow against the sampling, and pauses between phases. So it is looked at within judged seconds alone, each
stretch of them from its own first second: more than the law's allowance ahead is a hole, as much behind a repetition.
"""

from __future__ import annotations

import numpy as np

from imloop.facts.codes import Method
from imloop.facts.records.inspection import TestRecord
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.verdict.arithmetic import nano, nano_levels
from imloop.verdict.methods import cycle, freeacc
from imloop.verdict.validity import Indices, invalid, phase_rows, stretches

CHANNEL = "clock_s"
_HALF_SECOND = 0.5


def own_clock(record: TestRecord, law: Law) -> tuple[list[Reason], list[Reason]]:
    """Why the run does not count, and findings. Seconds without a reading of the clock say nothing."""
    clock = record.trace.get(CHANNEL)
    if clock is None:
        return [], []
    holes: list[Reason] = []
    jitter = 0
    for rows in _stretches(record, law):
        known = rows[np.isfinite(clock[rows])]
        if len(known) < 2:
            continue
        ran, gone = (known - known[0]).astype(np.float64), clock[known] - clock[known[0]]
        allowed = law.number("validity.clock_jitter_s") + law.number("validity.clock_drift_ratio") * ran
        beyond = np.abs(nano_levels(gone - ran)) > nano_levels(allowed)
        if beyond.any():
            holes.append(_hole(int(known[beyond.argmax()]), float((gone - ran)[beyond.argmax()]), law))
        steps = np.diff(clock[known]) - np.diff(known)
        jitter += int((np.abs(nano_levels(steps)) > nano(_HALF_SECOND)).sum())
    if holes or not jitter:
        return holes, []
    words = Text(
        f"检测线时钟在判定段内有 {jitter} 处与采样序号不符，均在容许范围内。",
        f"The line's clock leaves the row counter {jitter} times in judged seconds, within what is allowed.",
    )
    return [], [Reason("clock-jitter", words, law.cite("validity.clock_jitter_s"))]


def _stretches(record: TestRecord, law: Law) -> list[Indices]:
    """Judged seconds that follow one another."""
    trace = record.trace
    if record.method is Method.ASM:
        found = [phase_rows(trace, f"{mode}.sample") for mode in ("5025", "2540")]
    elif record.method is Method.TSI:
        seconds = law.integer("tsi.average_s")
        found = [phase_rows(trace, phase)[-seconds:] for phase in ("high.sample", "idle.sample")]
    elif record.method is Method.LUGDOWN:
        seconds = law.integer("lugdown.average_s")
        found = [phase_rows(trace, phase)[-seconds:] for phase in ("100.sample", "80.sample")]
    elif record.method is Method.FREEACC:
        found = freeacc.blips(record)[-law.integer("freeacc.blips") :]
    else:
        found = [cycle.cycle_rows(trace)]
    return [part for rows in found for part in stretches(rows)]


def _hole(row: int, off: float, law: Law) -> Reason:
    allowed = law.number("validity.clock_jitter_s")
    if off > 0:
        zh, en = (
            f"判定段内检测线时钟多走 {off:.0f} 秒，缺数据",
            f"the line's clock runs {off:.0f} s ahead: seconds lack",
        )
    else:
        zh, en = (
            f"判定段内检测线时钟少走 {-off:.0f} 秒，数据重复",
            f"the line's clock stays {-off:.0f} s behind: seconds repeat",
        )
    return invalid(
        "clock-hole",
        f"{zh}（容许 {allowed:g} 秒）。",
        f"Within judged seconds {en} ({allowed:g} s allowed).",
        law.cite("validity.clock_jitter_s"),
        (max(row - 1, 0), row),
    )
