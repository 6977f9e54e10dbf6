"""``second_opinion(record, law)``: the exhaust verdict of one record, worked out independently of the engine."""

from __future__ import annotations

from collections.abc import Callable

from imloop.facts.codes import Method
from imloop.facts.records.inspection import TestRecord
from imloop.law import Law
from reference.idle import double_idle
from reference.opinion import Opinion
from reference.readings import Readings, read
from reference.smoke import blackness, free_acceleration, lug_down
from reference.steady import steady_state
from reference.transient import full_transient, short_transient

METHODS: dict[Method, Callable[[TestRecord, Readings, Law, str], Opinion]] = {
    Method.TSI: double_idle,
    Method.ASM: steady_state,
    Method.VMAS: short_transient,
    Method.IM195: full_transient,
    Method.LUGDOWN: lug_down,
    Method.FREEACC: free_acceleration,
    Method.RINGELMANN: blackness,
}


def second_opinion(record: TestRecord, law: Law, limit_set: str | None = None) -> Opinion:
    """Values in the items' units; the limit set of the law's place and day unless another is named."""
    chosen = limit_set or law.word(f"limit_set.{record.method}")
    readings = read(record.trace)
    if not readings.every_second_once():
        return Opinion("invalid", "seconds")
    return METHODS[record.method](record, readings, law, chosen)
