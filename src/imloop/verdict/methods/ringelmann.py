"""林格曼黑度法 RINGELMANN (GB 3847-2018): the darkest grade seen, 0 to 5, second by second."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from imloop.facts.records.inspection import TestRecord
from imloop.facts.text import Text
from imloop.law import Law
from imloop.verdict.answer import Measured, Step
from imloop.verdict.arithmetic import MEASURABLE
from imloop.verdict.limits import Limit
from imloop.verdict.validity import channels, invalid, too_short

ITEM = CHANNEL = "ringelmann_grade"
DARKEST = 5.0


def measure(record: TestRecord, law: Law, limits: Mapping[str, Limit]) -> Measured:
    """The darkest second decides; a grade outside 0 … 5 is no reading."""
    out = Measured()
    rows, cite = np.arange(record.trace.rows), law.cite("ringelmann.seconds")
    wanted = law.integer("ringelmann.seconds")
    if len(rows) < wanted:
        out.invalid.append(too_short(Text("黑度观察", "observation"), len(rows), wanted, cite))
    out.invalid += channels(record.trace, (CHANNEL,), rows, cite)
    grade = record.trace.get(CHANNEL)
    if grade is None or not (np.abs(grade) < MEASURABLE).all():
        return out
    off = (grade < 0.0) | (grade > DARKEST)
    if off.any():
        at = int(off.argmax())
        zh, en = f"黑度 {grade[at]:g} 不在 0 至 5 级之间。", f"Grade {grade[at]:g} is not between 0 and 5."
        out.invalid.append(invalid("grade-impossible", zh, en, cite, (at, at)))
        return out
    darkest(out, grade)
    if ITEM in out.rows:
        out.window = {"mode": "RINGELMANN", "rows": list(out.rows[ITEM])}
    return out


def darkest(out: Measured, grade: np.ndarray) -> None:
    """Take the highest grade as the item, at the second it was first seen; below 0 stands for no reading."""
    if not len(grade) or grade.max() < 0.0:
        return
    at = int(grade.argmax())
    out.values[ITEM], out.rows[ITEM] = float(grade[at]), (at, at)
    words = Text("最大林格曼黑度", "darkest Ringelmann grade")
    out.steps.append(Step(words, "max", f"max({len(grade)} s)", f"{grade[at]:g}", (at, at)))
