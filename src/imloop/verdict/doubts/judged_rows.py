"""The seconds of a run that decide, whatever its method: what a doubt about its readings looks at."""

from __future__ import annotations

import numpy as np

from imloop.facts.codes import Method
from imloop.facts.records.inspection import TestRecord
from imloop.verdict.methods.cycle import cycle_rows
from imloop.verdict.methods.freeacc import blips
from imloop.verdict.methods.lugdown import DRIVEN
from imloop.verdict.validity import Indices, phase_rows

SAMPLED = {
    Method.TSI: ("high.sample", "idle.sample"),
    Method.ASM: ("5025.sample", "2540.sample"),
    Method.LUGDOWN: DRIVEN,
}


def judged_rows(record: TestRecord) -> Indices:
    """Row numbers, in order: the sampling, the cycle, the accelerations; of a lug-down with its power scan."""
    if record.method in SAMPLED:
        return phase_rows(record.trace, *SAMPLED[record.method])
    if record.method in (Method.VMAS, Method.IM195):
        return cycle_rows(record.trace)
    if record.method is Method.FREEACC:
        found = blips(record)
        return np.sort(np.concatenate(found)) if found else np.array([], dtype=np.int64)
    return np.arange(record.trace.rows, dtype=np.int64)
