"""A stored trace gives back exactly the numbers that were sent."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from imloop.facts.records.inspection import Trace
from imloop.store import traces

decimals = st.decimals(-9999, 9999, places=4, allow_nan=False).map(float)
any_float = st.floats(allow_nan=True, allow_infinity=False, width=64)


@given(st.lists(st.one_of(decimals, st.just(float("nan")), any_float), min_size=0, max_size=60), st.data())
def test_round_trip(values: list[float], data: st.DataObject) -> None:
    phases = data.draw(
        st.lists(st.sampled_from(["", "other", "5025.sample"]), min_size=len(values), max_size=len(values))
    )
    trace = Trace(
        MappingProxyType({"x": np.array(values), "t_s": np.arange(float(len(values)))}), tuple(phases)
    )
    back = traces.decode(traces.encode(trace))
    assert back.phase == trace.phase
    for name, column in trace.columns.items():
        assert np.array_equal(back.columns[name], column, equal_nan=True)
        assert not back.columns[name].flags.writeable
