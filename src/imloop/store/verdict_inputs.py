"""The facts a verdict depends on beside the trace, as one small blob per test, because replays read them by the
million.

Layout: eight float64 (°C, %, kPa of the air; rated kW, rated r/min, maximum mass in kg; days of production and first
registration as ordinals; NaN: not stated), then a MessagePack array of the rest. Tests alike in the rest have equal
bytes there, so that each kind is read once.

Buys: read 5 times as fast as the kept message is decoded again (benchmark HELPERS); behind P10.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from imloop.facts.codes import Fuel, Gearbox, Method, Outcome, Purpose, Result
from imloop.facts.records.inspection import (
    Ambient,
    Evaporative,
    Exterior,
    Obd,
    SecondRun,
    TestRecord,
    Trace,
    Vehicle,
)
from imloop.store import traces

FIGURES = 8
_BYTES = FIGURES * 8
_NOT_SAID = datetime(1, 1, 1, tzinfo=UTC)


_Flag = bool | None
_Number = float | None


class _Kind(msgspec.Struct, array_like=True):
    outcome: Outcome
    fuel: Fuel | None
    second_fuel: Fuel | None
    stage: str
    two_runs: bool
    exterior: tuple[Result | None, dict[str, bool]] | None
    obd: tuple[_Flag, _Flag, _Flag, _Flag, _Flag, tuple[str, ...]] | None
    evaporative: tuple[Result | None, _Number, _Number, _Number, _Flag] | None
    second: tuple[bytes, tuple[_Number, _Number, _Number]] | None = None
    unread: tuple[str, ...] = ()
    gearbox: Gearbox | None = None
    cut_off_rpm: _Number = None
    vehicle_type: str = ""


_kind_of = msgspec.msgpack.Decoder(_Kind).decode


def pack(record: TestRecord) -> bytes:
    """Blob of a record without its trace."""
    vehicle, air = record.vehicle, record.ambient
    days = (vehicle.produced_on, vehicle.first_registered_on)
    figures: list[float | None] = [air.temperature_c, air.humidity_pct, air.pressure_kpa]
    figures += [vehicle.rated_power_kw, vehicle.rated_speed_rpm, vehicle.max_mass_kg]
    figures += [None if day is None else day.toordinal() for day in days]
    exterior, obd, tank = record.exterior, record.obd, record.evaporative
    kind = _Kind(
        record.outcome,
        vehicle.fuel,
        vehicle.second_fuel,
        vehicle.emission_stage,
        record.second is not None,
        None if exterior is None else (exterior.verdict, dict(exterior.items)),
        None
        if obd is None
        else (
            *(obd.communication, obd.mil_lamp_ok, obd.mil_on, obd.dashboard_matches, obd.tampered),
            obd.readiness_incomplete,
        ),
        None if tank is None else (tank.verdict, tank.start_kpa, tank.loss_kpa, tank.seconds, tank.cap_ok),
        None if record.second is None else _packed(record.second),
        record.unread,
        vehicle.gearbox,
        vehicle.cut_off_rpm,
        vehicle.vehicle_type,
    )
    return np.array(figures, dtype=np.float64).tobytes() + msgspec.msgpack.encode(kind)


def _packed(second: SecondRun) -> tuple[bytes, tuple[_Number, _Number, _Number]]:
    air = second.ambient
    return traces.encode(second.trace), (air.temperature_c, air.humidity_pct, air.pressure_kpa)


def figures_of(blobs: Sequence[bytes]) -> NDArray[np.float64]:
    """The figures of many tests, shape (8, tests), in the order of the layout."""
    joined = b"".join([blob[:_BYTES] for blob in blobs])
    return np.frombuffer(joined, dtype=np.float64).reshape(-1, FIGURES).T


def kind_bytes(blob: bytes) -> bytes:
    """The part that is equal for tests alike in everything but the figures."""
    return blob[_BYTES:]


@lru_cache(maxsize=4096)
def record_of_kind(kind: bytes, method: Method) -> TestRecord:
    """A record with the facts of ``kind_bytes``; who, when, trace and figures are left empty. A second run that was
    stored before its data were kept here shows as an empty one."""
    found = _kind_of(kind)
    vehicle = Vehicle(
        fuel=found.fuel,
        second_fuel=found.second_fuel,
        emission_stage=found.stage,
        gearbox=found.gearbox,
        cut_off_rpm=found.cut_off_rpm,
        vehicle_type=found.vehicle_type,
    )
    record = TestRecord(
        "", "", "", method, Purpose.PERIODIC, found.outcome, _NOT_SAID, _NOT_SAID, vehicle, Trace()
    )
    return replace(
        record,
        exterior=found.exterior and Exterior(found.exterior[0], found.exterior[1]),
        obd=found.obd and Obd(*found.obd[:5], readiness_incomplete=found.obd[5]),
        evaporative=found.evaporative and Evaporative(*found.evaporative),
        second=_second(found) if found.two_runs else None,
        unread=found.unread,
    )


def _second(found: _Kind) -> SecondRun:
    if found.second is None:
        return SecondRun(Trace())
    trace, air = found.second
    return SecondRun(traces.decode(trace), Ambient(*air))


def as_judged(vehicle: Vehicle, blob: bytes) -> Vehicle:
    """A vehicle as its message states it, with the facts that were judged: the register's word, or what was stated
    when it failed, may have stood in place of the message's."""
    figures = [None if np.isnan(value) else float(value) for value in figures_of([blob])[:, 0]]
    produced, registered = (None if day is None else date.fromordinal(int(day)) for day in figures[6:])
    kind = _kind_of(kind_bytes(blob))
    return replace(
        vehicle,
        fuel=kind.fuel,
        second_fuel=kind.second_fuel,
        emission_stage=kind.stage,
        vehicle_type=kind.vehicle_type or vehicle.vehicle_type,
        rated_power_kw=figures[3],
        rated_speed_rpm=figures[4],
        max_mass_kg=figures[5],
        produced_on=produced,
        first_registered_on=registered,
    )


def record_of(blob: bytes, method: Method, trace: Trace) -> TestRecord:
    """The record as far as a verdict depends on it; who and when are left empty."""
    known = record_of_kind(kind_bytes(blob), method)
    air = [None if np.isnan(value) else float(value) for value in figures_of([blob])[:3, 0]]
    return replace(known, vehicle=as_judged(known.vehicle, blob), ambient=Ambient(*air), trace=trace)
