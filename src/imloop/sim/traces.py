"""One run of one method: the 1 Hz columns of an upload (contract §2) from a vehicle's latent condition."""

from __future__ import annotations

import numpy as np

from imloop.facts.codes import Method
from imloop.sim.condition import Condition
from imloop.sim.diesel_traces import free_acceleration, lug_down
from imloop.sim.gas_traces import Columns, Engine, double_idle, steady_state

_MAKERS = {
    Method.TSI: double_idle,
    Method.ASM: steady_state,
    Method.LUGDOWN: lug_down,
    Method.FREEACC: free_acceleration,
}
METHODS = frozenset(_MAKERS)


def trace(rng: np.random.Generator, method: Method, engine: Engine, state: Condition) -> Columns:
    """Columns of equal length, one row per second; values are plain JSON numbers at the instruments' resolution.

    Raises ``ValueError`` for a method the simulator does not drive.
    """
    maker = _MAKERS.get(method)
    if maker is None:
        raise ValueError(f"the simulator drives {', '.join(sorted(METHODS))}, not {method}")
    return maker(rng, engine, state)
