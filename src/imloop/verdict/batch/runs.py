"""Many runs of one method in one flat layout: every channel one array, test after test."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from imloop.facts.codes import DIESEL_FUELS, DIESEL_METHODS, EXEMPT_FUELS, Method
from imloop.facts.records.inspection import Ambient, Claim, Column, TestRecord, Trace
from imloop.verdict.methods import clock, im195, ringelmann, vmas
from imloop.verdict.unread import unread_fuels

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]

PHASES = (
    "",
    "high.sample",
    "idle.sample",
    "5025.sample",
    "2540.sample",
    "scan",
    "100.sample",
    "80.sample",
    "cycle",
    "5025.settle",
    "2540.settle",
    "other",
)
"""The phases a verdict asks for; a row of any other phase is ``other``, one without a phase has number 0."""

PHASE_NUMBER: Mapping[str, int] = MappingProxyType({name: number for number, name in enumerate(PHASES)})
OTHER = PHASE_NUMBER["other"]

AMBIENT = ("ambient_temperature_c", "ambient_humidity_pct", "ambient_pressure_kpa")
SELDOM = frozenset({*AMBIENT, clock.CHANNEL, ringelmann.CHANNEL})
"""Channels that few lines record: left out of the layout where no test has them."""

_GASES = ("co_pct", "hc_ppm", "no_ppm", "co2_pct")
CHANNELS: Mapping[Method, tuple[str, ...]] = MappingProxyType(
    {
        Method.TSI: ("t_s", clock.CHANNEL, *_GASES, "o2_pct", "lambda", "rpm"),
        Method.ASM: ("t_s", clock.CHANNEL, *_GASES, "speed_kmh", "rpm", *AMBIENT),
        Method.VMAS: ("t_s", clock.CHANNEL, *vmas.CHANNELS, "no_ppm", "nox_ppm", "rpm", *AMBIENT),
        Method.IM195: ("t_s", clock.CHANNEL, *im195.CHANNELS, *im195.BACKGROUND, "rpm", *AMBIENT),
        Method.LUGDOWN: (
            "t_s",
            clock.CHANNEL,
            "k_per_m",
            "nox_ppm",
            "power_kw",
            "power_factor",
            "rpm",
            ringelmann.CHANNEL,
            *AMBIENT,
        ),
        Method.FREEACC: ("t_s", clock.CHANNEL, "k_per_m", "blip", "rpm"),
        Method.RINGELMANN: ("t_s", clock.CHANNEL, ringelmann.CHANNEL),
    }
)
"""Channels that the exhaust verdict of a method reads; a flat layout need not hold any others."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Tests of one method under one law, laid out for the batch path.

    ``bounds``: shape (tests + 1,), the rows of test i are ``bounds[i]:bounds[i + 1]``. ``columns``: channel → float64
    of shape (rows,) in the unit of its name; NaN for a missing reading and for a test without the channel.
    ``present``: channel → bool of shape (tests,), whether the test has the channel at all. ``phase``: uint8 of shape
    (rows,), number in ``PHASES``. Of the whole test, NaN where not stated: ``ambient``, float64 of shape (3, tests),
    °C, % and kPa; ``stated``, float64 of shape (3, tests), rated kW, rated r/min, maximum mass in kg; ``built``,
    float64 of shape (2, tests), days of production and of first registration as ordinals. ``facts``: every different
    combination of the other facts once, as a record whose trace, ambient and figures are not looked at; ``fact``: int64
    of shape (tests,), which one. ``odd``: tests that do not fit the layout, with their record; they have no rows here.
    """

    method: Method
    bounds: Indices
    columns: Mapping[str, Column]
    present: Mapping[str, Mask]
    phase: NDArray[np.uint8]
    ambient: Floats
    stated: Floats
    built: Floats
    facts: Sequence[TestRecord]
    fact: Indices
    odd: Mapping[int, TestRecord]

    @property
    def tests(self) -> int:
        return len(self.bounds) - 1

    @property
    def rows(self) -> int:
        return int(self.bounds[-1])

    @property
    def lengths(self) -> Indices:
        """Rows of every test, shape (tests,)."""
        return np.diff(self.bounds)

    def column(self, name: str) -> Column | None:
        """A channel; None where no test has it."""
        return self.columns.get(name)

    def lacks(self, *names: str) -> Mask:
        """Shape (tests,): the test has not all of the channels."""
        return np.asarray(~np.logical_and.reduce([self.present[name] for name in names]))

    def record_of(self, test: int) -> TestRecord:
        """The record of one test without its trace."""
        if test in self.odd:
            return self.odd[test]
        known = self.facts[int(self.fact[test])]
        power, speed, mass = (_stated(value) for value in self.stated[:, test])
        produced, registered = (_day(value) for value in self.built[:, test])
        vehicle = replace(
            known.vehicle,
            rated_power_kw=power,
            rated_speed_rpm=speed,
            max_mass_kg=mass,
            produced_on=produced,
            first_registered_on=registered,
        )
        air = Ambient(*(_stated(value) for value in self.ambient[:, test]))
        return replace(known, vehicle=vehicle, ambient=air)

    def record(self, test: int) -> TestRecord:
        """The record of one test, as far as its verdict's outcome depends on it."""
        if test in self.odd:
            return self.odd[test]
        rows = slice(int(self.bounds[test]), int(self.bounds[test + 1]))
        names = np.array(PHASES, dtype=object)[self.phase[rows]]
        columns = {name: column[rows] for name, column in self.columns.items() if self.present[name][test]}
        return replace(self.record_of(test), trace=Trace(MappingProxyType(columns), tuple(names.tolist())))

    def part(self, first: int, last: int) -> Runs:
        """Tests ``first`` … ``last − 1``, none of them odd, as views, no copies."""
        rows = slice(int(self.bounds[first]), int(self.bounds[last]))
        return self._cut(self.bounds[first : last + 1] - rows.start, rows, slice(first, last))

    def take(self, tests: Indices) -> Runs:
        """The given tests (numbers, ascending, none of them odd), copied."""
        lengths = self.lengths[tests]
        bounds = np.concatenate(([0], np.cumsum(lengths)))
        rows = np.repeat(self.bounds[tests] - bounds[:-1], lengths) + np.arange(bounds[-1])
        return self._cut(bounds, rows, tests)

    def _cut(self, bounds: Indices, rows: slice | Indices, tests: slice | Indices) -> Runs:
        return Runs(
            self.method,
            bounds,
            {name: column[rows] for name, column in self.columns.items()},
            {name: mask[tests] for name, mask in self.present.items()},
            self.phase[rows],
            self.ambient[:, tests],
            self.stated[:, tests],
            self.built[:, tests],
            self.facts,
            self.fact[tests],
            {},
        )


def _stated(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _day(ordinal: float) -> date | None:
    return None if np.isnan(ordinal) else date.fromordinal(int(ordinal))


def runs_of(records: Sequence[TestRecord]) -> Runs:
    """Lay out decoded records, all of one method (``ValueError`` otherwise)."""
    methods = {record.method for record in records}
    if len(methods) != 1:
        raise ValueError(f"one method wanted, not {sorted(methods)}")
    method = methods.pop()
    odd = {at: record for at, record in enumerate(records) if not fits(record)}
    lengths = [0 if at in odd else record.trace.rows for at, record in enumerate(records)]
    columns: dict[str, Column] = {}
    present: dict[str, Mask] = {}
    for name in CHANNELS[method]:
        found = [None if at in odd else record.trace.get(name) for at, record in enumerate(records)]
        present[name] = np.array([column is not None for column in found])
        if name in SELDOM and not present[name].any():
            continue
        columns[name] = np.concatenate(
            [
                np.full(rows, np.nan) if column is None else column
                for column, rows in zip(found, lengths, strict=True)
            ]
        )
    phases = [_numbers(record.trace.phase, rows) for record, rows in zip(records, lengths, strict=True)]
    facts, fact = _distinct(records, odd)
    return Runs(
        method,
        np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))),
        columns,
        present,
        np.concatenate(phases),
        np.array([_ambient(record) for record in records], dtype=np.float64).T,
        np.array([_figures(record) for record in records], dtype=np.float64).T,
        np.array([_built(record) for record in records], dtype=np.float64).T,
        facts,
        fact,
        odd,
    )


@lru_cache(maxsize=1024)
def _numbers(phase: tuple[str, ...], rows: int) -> NDArray[np.uint8]:
    """Phase numbers of a trace's first ``rows`` rows; 0 without phases. Read-only."""
    found = np.zeros(rows, dtype=np.uint8)
    if phase and rows:
        found[:] = [PHASE_NUMBER.get(name, OTHER) for name in phase]
    found.setflags(write=False)
    return found


def fits(record: TestRecord) -> bool:
    """A run on one fuel which the method is for, with columns of one length."""
    fuel, trace = record.vehicle.fuel, record.trace
    return (
        record.second is None
        and record.vehicle.second_fuel is None
        and not unread_fuels(record)
        and fuel is not None
        and fuel not in EXEMPT_FUELS
        and (fuel in DIESEL_FUELS) == (record.method in DIESEL_METHODS)
        and all(column.shape == (trace.rows,) for column in trace.columns.values())
    )


def _distinct(
    records: Sequence[TestRecord], odd: Mapping[int, TestRecord]
) -> tuple[list[TestRecord], Indices]:
    """Every different combination of facts once, without traces, and which one each test has."""
    places: dict[Hashable, int] = {}
    facts: list[TestRecord] = []
    fact = np.empty(len(records), dtype=np.int64)
    for at, record in enumerate(records):
        # An odd record carries more, such as a second run: it stands for no other.
        key = at in odd, _facts(record)
        place = places.get(key)
        if place is None:
            place = places[key] = len(facts)
            facts.append(replace(record, trace=Trace(), claimed=Claim()))
        fact[at] = place
    return facts, fact


def _facts(record: TestRecord) -> Hashable:
    """What an outcome depends on beside trace, ambient and the vehicle's figures and days."""
    exterior, obd = record.exterior, record.obd
    return (
        record.outcome,
        (record.vehicle.fuel, record.vehicle.vehicle_type),
        (record.vehicle.gearbox, record.vehicle.cut_off_rpm),
        exterior and (exterior.verdict, tuple(exterior.items.items())),
        obd
        and (
            *(obd.communication, obd.mil_lamp_ok, obd.mil_on, obd.dashboard_matches, obd.tampered),
            len(obd.readiness_incomplete),
        ),
        record.evaporative,
        record.unread,
    )


def _ambient(record: TestRecord) -> tuple[float | None, ...]:
    air = record.ambient
    return air.temperature_c, air.humidity_pct, air.pressure_kpa


def _figures(record: TestRecord) -> tuple[float | None, ...]:
    vehicle = record.vehicle
    return vehicle.rated_power_kw, vehicle.rated_speed_rpm, vehicle.max_mass_kg


def _built(record: TestRecord) -> tuple[int | None, ...]:
    days = record.vehicle.produced_on, record.vehicle.first_registered_on
    return tuple(None if day is None else day.toordinal() for day in days)
