"""The seconds of a stored test as pictures show them: what was recorded, and what was computed from it."""

from __future__ import annotations

from types import MappingProxyType

from imloop.facts.codes import Method
from imloop.facts.days import day_of
from imloop.facts.records.inspection import Trace
from imloop.steps.ground.registers import law_at
from imloop.store import traces, verdict_inputs
from imloop.store.models import Test
from imloop.verdict.methods.curve import running_totals


def shown_trace(test: Test) -> Trace:
    """The recorded channels; of a transient test also grams per kilometre as they add up, named like the items, by the
    law of the test's day."""
    trace = traces.decode(test.trace)
    if test.stated is None:
        return trace
    record = verdict_inputs.record_of(bytes(test.stated), Method(test.method), trace)
    law = law_at(day_of(test.started_at), test.station.place)
    return Trace(MappingProxyType({**trace.columns, **running_totals(record, law)}), trace.phase)
