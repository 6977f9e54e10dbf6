"""Runs for comparing the batch path with the reference: generated ones, many of them made unusual, under many laws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from types import MappingProxyType
from typing import Any

import numpy as np

from imloop.facts.codes import Fuel, Gearbox, Method, Outcome, Result
from imloop.facts.records.inspection import (
    DECIDING,
    Ambient,
    Evaporative,
    Exterior,
    Obd,
    SecondRun,
    TestRecord,
    Trace,
)
from imloop.law import Law, load, overlay
from imloop.verdict import judge
from imloop.verdict.batch import Outcomes, judge_many, outcome_of, runs_of
from support.messages.generated import generate

COMPARED = ("result", "exhaust", "values", "exceeded", "window")
_DAY, _PLACE = date(2026, 3, 5), "450200"
_ASSUMED: tuple[Mapping[str, Any], ...] = (
    {},
    {},
    {"rounding.official": "rounded", "vmas.density_at": '"20"', "vmas.dilution_applied": False},
    {"vmas.co_co2_min_seconds": 1, "transient.distance_tolerance_km": 0.001, "ringelmann.seconds": 30},
    {"transient.cycle_s": 194, "vmas.co_co2_min_pct.gasoline": 14, "im195.dilution_numerator.gasoline": 9},
    {"tsi.lambda_inclusive": False, "asm.early_fail": False, "gas.co_co2_min_seconds": 2},
    {"rounding.official": "rounded", "tsi.lambda_required": False, "tsi.lambda_inclusive": False},
    {"altitude.lugdown": True, "altitude.m": 2500, "evaporative.required": True},
    {"upload.exterior_required": True, "upload.obd_required": False, "bifuel.both": False},
    {"obd.decisive": False, "asm.quick_ratio": 0.8, "asm.window_dv_kmh": 0.5, "freeacc.blips": 4},
    {"asm.window_s": 5, "tsi.average_s": 35, "lugdown.average_s": 7, "gas.co_co2_min_seconds": 4},
    {"asm.window_s": 12, "asm.sample_s": 8, "tsi.average_s": 10, "freeacc.blips": 1, "obd.max_incomplete": 0},
    {"asm.window_s": 1, "tsi.average_s": 1, "lugdown.average_s": 1, "asm.early_fail_ratio": 1},
    {"asm.window_s": 0, "tsi.average_s": 0, "lugdown.average_s": 0, "freeacc.blips": 0},
    {"asm.window_each_second": False, "lugdown.power_phases": ["100.sample", "scan", "80.sample"]},
    {"transient.off_cycle_voids": False, "lugdown.nox_decisive": False},
    {"transient.off_cycle_run_s": 0, "transient.off_cycle_s": 3, "transient.time_tolerance_s": 0},
    {"transient.off_cycle_run_s": 500, "transient.speed_tolerance_kmh": 0.5},
)
_NO_READING = (np.nan, np.inf, -np.inf, 1e9, -2e9, 1e18, 0.0, -1.0, 1e-12)


def laws() -> list[Law]:
    """The law of a day, and the same law with a few values assumed otherwise."""
    found: list[Law] = []
    for values in _ASSUMED:
        lines = [f"  {key}: {{value: {str(value).lower()}}}" for key, value in values.items()]
        book = overlay(load(), "values:\n" + "\n".join(lines)) if values else load()
        found.append(book.at(_DAY, _PLACE))
    return found


def runs(method: Method, count: int, seed: int) -> Iterator[tuple[TestRecord, str]]:
    """Records with the limit set they were made for; every third is unusual."""
    dice = Random(f"{method}/{seed}")
    for _ in range(count):
        case = generate(method, dice)
        made = case.record
        while dice.random() < 0.35:
            made = dice.choice(_CHANGES)(dice, made)
        yield made, case.limit_set


def differences(records: Sequence[TestRecord], law: Law, limit_set: str | None) -> list[str]:
    """What the two paths answer differently, one line per test."""
    ours = judge_many(runs_of(records), law, limit_set)
    found = []
    for at, record in enumerate(records):
        reference = outcome_of(judge(record, law, limit_set=limit_set))
        wrong = [name for name in COMPARED if not same(ours, at, reference, 0, name)]
        if wrong:
            pairs = [f"{name} {getattr(reference, name)[0]} ≠ {getattr(ours, name)[at]}" for name in wrong]
            found.append(f"test {at} ({record.vehicle.fuel}): {'; '.join(pairs)}")
    return found


def same(one: Outcomes, at: int, other: Outcomes, place: int, name: str) -> bool:
    return bool(np.array_equal(getattr(one, name)[at], getattr(other, name)[place]))


def _trace(record: TestRecord, columns: Mapping[str, Any], phase: Sequence[str] | None = None) -> TestRecord:
    phases = record.trace.phase if phase is None else tuple(phase)
    return replace(record, trace=Trace(MappingProxyType(dict(columns)), phases))


def _without_column(dice: Random, record: TestRecord) -> TestRecord:
    columns = dict(record.trace.columns)
    if columns:
        columns.pop(dice.choice(sorted(columns)))
    return _trace(record, columns)


def _odd_reading(dice: Random, record: TestRecord) -> TestRecord:
    columns = dict(record.trace.columns)
    rows = record.trace.rows
    if rows and columns:
        name = dice.choice(sorted(columns))
        column = columns[name] = columns[name].copy()
        if len(column):
            at = dice.randrange(len(column))
            column[at : at + dice.choice([1, 1, 2, 200])] = dice.choice(_NO_READING)
    return _trace(record, columns)


def _cut(dice: Random, record: TestRecord) -> TestRecord:
    rows = record.trace.rows
    stop = dice.choice([0, 1, dice.randint(0, rows)])
    columns = {name: column[:stop] for name, column in record.trace.columns.items()}
    return _trace(record, columns, record.trace.phase[:stop])


def _unequal(dice: Random, record: TestRecord) -> TestRecord:
    columns = dict(record.trace.columns)
    if columns:
        name = dice.choice(sorted(columns))
        columns[name] = columns[name][:-1]
    return _trace(record, columns)


def _turned(dice: Random, record: TestRecord) -> TestRecord:
    """The rows from somewhere on come first: phases and accelerations are left and entered again."""
    rows = record.trace.rows
    turn = dice.randint(0, rows)
    columns = {
        name: column if name == "t_s" else np.roll(column, turn)
        for name, column in record.trace.columns.items()
    }
    phase = record.trace.phase
    return _trace(record, columns, phase[rows - turn :] + phase[: rows - turn])


def _no_phases(dice: Random, record: TestRecord) -> TestRecord:
    return _trace(record, record.trace.columns, ())


def _named_cycle(dice: Random, record: TestRecord) -> TestRecord:
    """Phases that single out the cycle's rows, as a line that records more than the cycle gives them."""
    rows = record.trace.rows
    before, after = dice.choice([0, 0, 1, 5]), dice.choice([0, 0, 1, 5])
    other = dice.choice(["", "warm"])
    middle = max(rows - before - after, 0)
    return _trace(
        record,
        record.trace.columns,
        ([other] * before + ["cycle"] * middle + [other] * after)[:rows],
    )


def _aborted(dice: Random, record: TestRecord) -> TestRecord:
    return replace(record, outcome=Outcome.ABORTED)


def _other_fuel(dice: Random, record: TestRecord) -> TestRecord:
    fuel = dice.choice([None, *Fuel])
    second = dice.choice([None, None, None, Fuel.LPG, Fuel.GASOLINE])
    run = SecondRun(record.trace, record.ambient) if dice.random() < 0.3 else None
    return replace(record, vehicle=replace(record.vehicle, fuel=fuel, second_fuel=second), second=run)


def _vehicle(dice: Random, record: TestRecord) -> TestRecord:
    """Days and masses at the edges of the OBD scopes, figures that are no figures."""
    edges = [date(2011, 7, 1), date(2013, 7, 1), date(2018, 1, 1)]
    days = [None, *edges, *(edge - timedelta(1) for edge in edges), date(2020, 5, 30)]
    figures = [None, 0.0, -1.0, float("nan"), float("inf"), 1e-9, 1e9, 73.5, 3000.0]
    return replace(
        record,
        vehicle=replace(
            record.vehicle,
            produced_on=dice.choice(days),
            first_registered_on=dice.choice(days),
            max_mass_kg=dice.choice([None, 1500.0, 3500.0, 3500.1]),
            rated_power_kw=dice.choice([record.vehicle.rated_power_kw, *figures]),
            rated_speed_rpm=dice.choice([record.vehicle.rated_speed_rpm, *figures]),
            cut_off_rpm=dice.choice([record.vehicle.cut_off_rpm, *figures]),
            gearbox=dice.choice([None, *Gearbox]),
        ),
    )


def _air(dice: Random, record: TestRecord) -> TestRecord:
    temperature = dice.choice([None, 25.0, -10.0, 30.0, 45.0, 46.0, 77.0, float("nan")])
    pressure = dice.choice([101.3, 101.3, 101.3, 1013.0, 90.0])
    return replace(record, ambient=Ambient(temperature, dice.choice([None, 0.5, 60.0, 100.0]), pressure))


def _exterior(dice: Random, record: TestRecord) -> TestRecord:
    items = {
        name: dice.random() < 0.8 for name in ("devices_present", "visible_smoke") if dice.random() < 0.5
    }
    exterior = Exterior(dice.choice([None, *Result]), MappingProxyType(items))
    return replace(record, exterior=dice.choice([None, exterior, exterior]))


def _obd(dice: Random, record: TestRecord) -> TestRecord:
    def answer(good: bool) -> bool | None:
        return dice.choice([None, *[good] * 20, not good])

    read = Obd(
        communication=answer(True),
        mil_lamp_ok=answer(True),
        mil_on=answer(False),
        dashboard_matches=answer(True),
        tampered=answer(False),
        readiness_incomplete=("catalyst", "evap", "egr", "o2")[: dice.randrange(5)],
    )
    produced = dice.choice([record.vehicle.produced_on, date(2020, 5, 30)])
    vehicle = replace(record.vehicle, produced_on=produced)
    return replace(record, vehicle=vehicle, obd=dice.choice([None, read, read, read]))


def _evaporative(dice: Random, record: TestRecord) -> TestRecord:
    tank = Evaporative(
        start_kpa=dice.choice([None, 3.5, 3.4, 4.0]),
        loss_kpa=dice.choice([None, 1.5, 1.6, 0.2]),
        seconds=dice.choice([None, 119.0, 120.0]),
        cap_ok=dice.choice([None, True, False]),
    )
    return replace(record, evaporative=dice.choice([None, tank, tank]))


def _unread(dice: Random, record: TestRecord) -> TestRecord:
    unread = tuple(path for path in sorted(DECIDING) if dice.random() < 0.1)
    fuel = None if "vehicle.fuel" in unread else record.vehicle.fuel
    return replace(record, vehicle=replace(record.vehicle, fuel=fuel), unread=unread)


_CHANGES = (
    *(
        _without_column,
        _odd_reading,
        _cut,
        _unequal,
        _turned,
        _no_phases,
        _named_cycle,
        _aborted,
        _other_fuel,
    ),
    *(_vehicle, _air, _exterior, _obd, _evaporative, _exterior, _obd, _vehicle, _unread),
)
