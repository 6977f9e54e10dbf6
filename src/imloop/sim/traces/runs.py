"""One run of one method: the 1 Hz columns of an upload (contract §2) from a vehicle's latent condition."""

from __future__ import annotations

import numpy as np

from imloop.facts.codes import Method
from imloop.sim.traces.condition import Condition
from imloop.sim.traces.diesel import free_acceleration, lug_down
from imloop.sim.traces.gas import Columns, Engine, double_idle, steady_state
from imloop.sim.traces.transient import short_transient, smoke_grades, transient

_MAKERS = {
    Method.TSI: double_idle,
    Method.ASM: steady_state,
    Method.LUGDOWN: lug_down,
    Method.FREEACC: free_acceleration,
    Method.VMAS: short_transient,
    Method.IM195: transient,
    Method.RINGELMANN: smoke_grades,
}


def trace(rng: np.random.Generator, method: Method, engine: Engine, state: Condition) -> Columns:
    """Columns of equal length, one row per second; values are plain JSON numbers at the instruments' resolution."""
    return _MAKERS[method](rng, engine, state)
