"""``second_opinion(record, law)``: the exhaust verdict of one record, worked out independently of the engine."""

from __future__ import annotations

from collections.abc import Callable

from imloop.facts.codes import Method
from imloop.facts.records.inspection import TestRecord, Vehicle
from imloop.law import Law
from reference.clock import skips
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


def beyond(vehicle: Vehicle) -> bool:
    """Motorcycles (GB 14621), three-wheelers and low-speed trucks (GB 18322) have limits of their own: in the police's
    codes of vehicle types (GA/T 16.4) the kinds M and N, and goods vehicles of the size 5."""
    return (
        vehicle.vehicle_type.strip().upper()[:1] in ("M", "N")
        or vehicle.vehicle_type.strip().upper()[:2] == "H5"
    )


def second_opinion(record: TestRecord, law: Law, limit_set: str | None = None) -> Opinion:
    """Values in the items' units; the limit set of the law's place and day unless another is named."""
    chosen = limit_set or law.word(f"limit_set.{record.method}")
    if beyond(record.vehicle):
        return Opinion("invalid", "another standard's vehicle")
    if record.vehicle.fuel is None:
        return Opinion("invalid", "fuel")
    readings = read(record.trace)
    if not readings.every_second_once():
        return Opinion("invalid", "seconds")
    if skips(record.method, readings, law):
        return Opinion("invalid", "clock")
    return METHODS[record.method](record, readings, law, chosen)
