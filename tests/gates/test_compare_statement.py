"""What a station says beside the register: compared, bounded, and never in its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.facts.codes import Fuel
from imloop.facts.records.inspection import Vehicle
from imloop.gates.vehicles.compare_statement import (
    CODES,
    COMPARED,
    as_registered,
    bounded,
    differences,
    differs,
)
from imloop.gates.vehicles.cycle import cycle_on, months_later
from imloop.gates.vehicles.mark import mark
from imloop.gates.vehicles.subject import Subject
from imloop.law import load
from imloop.law.watch import KEYS
from support.law_files import book_with, one, write

DAY = date(2026, 3, 5)
LAW = load().at(DAY, "450200")
SAID = Vehicle(
    vin="LFV2A21K6J3123456",
    plate="桂B12345",
    fuel=Fuel.GASOLINE,
    emission_stage="4",
    first_registered_on=date(2016, 3, 15),
    produced_on=date(2016, 1, 10),
    max_mass_kg=1800,
    reference_mass_kg=1350,
    rated_power_kw=80,
    rated_speed_rpm=5500,
    vehicle_type="K33",
    usage="A",
)
KNOWN: dict[str, object] = {
    "plate": "桂B12345",
    "fuel": "gasoline",
    "emission_stage": "国四",
    "first_registered_on": "2016-03-15",
    "produced_on": "2016-01-10",
    "max_mass_kg": 1800.0,
    "reference_mass_kg": 1350.0,
    "rated_power_kw": 80.0,
    "rated_speed_rpm": 5500.0,
    "vehicle_type": "K33",
    "usage": "A",
}
OTHER = {
    "plate": "桂B54321",
    "fuel": Fuel.ELECTRIC,
    "emission_stage": "5",
    "first_registered_on": date(2024, 3, 15),
    "produced_on": date(2010, 1, 10),
    "max_mass_kg": 3600.0,
    "reference_mass_kg": 1800.0,
    "rated_power_kw": 40.0,
    "rated_speed_rpm": 4000.0,
    "vehicle_type": "B11",
    "usage": "B",
}


def codes(stated: Vehicle, known: dict[str, object] = KNOWN) -> list[str]:
    return [reason.code for reason in differences(known, stated, LAW)]


def test_what_agrees_is_no_difference() -> None:
    assert codes(SAID) == []
    assert codes(Vehicle(plate="桂B12345")) == [], "what is not stated contradicts nothing"
    assert codes(SAID, {}) == [], "what the register does not know cannot be compared"


@pytest.mark.parametrize("field", OTHER)
def test_each_field_that_differs_is_named_with_what_to_do(field: str) -> None:
    stated = replace(SAID, **{field: OTHER[field]})
    (reason,) = differences(KNOWN, stated, LAW, {field: ["police", "2026-01-01", "x"]})
    assert reason.code == COMPARED[field].code and reason.cite and reason.next is not None
    assert "公安交管" in reason.text.zh and "traffic police" in reason.text.en


def test_roundings_and_a_stage_without_its_letter_are_no_difference() -> None:
    near = replace(SAID, max_mass_kg=1845, rated_power_kw=82, produced_on=date(2016, 1, 1))
    assert codes(near) == []
    six = {**KNOWN, "emission_stage": "国六b"}
    assert codes(replace(SAID, emission_stage="6"), six) == []
    assert codes(replace(SAID, emission_stage="6a"), six) == ["stage-differs"]


def test_either_fuel_of_a_bi_fuel_vehicle_is_the_registers() -> None:
    both = replace(SAID, fuel=Fuel.CNG, second_fuel=Fuel.GASOLINE)
    assert codes(both) == [] and as_registered(both, KNOWN).fuel is Fuel.CNG
    gas = replace(SAID, fuel=Fuel.CNG)
    assert codes(gas) == ["fuel-differs"] and as_registered(gas, KNOWN).fuel is Fuel.GASOLINE


def test_the_registers_word_judges() -> None:
    lie = replace(SAID, **OTHER)
    judged = as_registered(lie, KNOWN)
    assert judged == replace(SAID, plate="桂B54321", emission_stage="国四")
    assert as_registered(SAID, KNOWN) == SAID, "国四 and 4 are the same: nothing to judge again"
    assert as_registered(replace(SAID, usage="", emission_stage=""), KNOWN).usage == ""
    assert as_registered(replace(SAID, rated_power_kw=None, max_mass_kg=1790), KNOWN) == SAID
    assert as_registered(lie, {}) == lie
    assert as_registered(Vehicle(fuel=Fuel.DIESEL), {"fuel": "gasoline"}).fuel is Fuel.GASOLINE


def test_a_day_that_cannot_be_is_no_value() -> None:
    for wrong in (date(9999, 12, 1), date(1, 1, 1), date(1949, 12, 31), DAY + timedelta(days=1)):
        kept, (reason,) = bounded(replace(SAID, first_registered_on=wrong), LAW)
        assert kept.first_registered_on is None and kept.produced_on == SAID.produced_on
        assert reason.code == "day-implausible" and reason.next is not None
    assert bounded(SAID, LAW) == (SAID, [])
    assert bounded(replace(SAID, produced_on=DAY), LAW)[1] == []


@given(first=st.none() | st.dates(), due=st.none() | st.dates(), passed=st.none() | st.dates())
def test_no_day_makes_a_vehicle_unanswerable(
    first: date | None, due: date | None, passed: date | None
) -> None:
    subject = Subject(
        vin=SAID.vin, vehicle_type="K33", first_registered_on=first, due_on=due, passed_on=passed
    )
    cycle = cycle_on(subject, DAY, LAW)
    answer = mark(subject, None, DAY, LAW)
    if first is None or not date(1950, 1, 1) <= first <= DAY:
        assert cycle.due_on == due
        assert due is not None or [reason.code for reason in cycle.reasons] == ["first-registration-unknown"]
        assert not answer.allowed or passed is not None


def test_beyond_the_calendar_is_its_first_or_last_day() -> None:
    assert months_later(date(9999, 12, 1), 12) == date.max
    assert months_later(date(1, 1, 1), -3, month_end=True) == date.min


def test_a_vehicle_that_no_authority_entered_gets_no_mark() -> None:
    subject = Subject(vin=SAID.vin, passed_on=DAY, registered=False)
    answer = mark(subject, None, DAY, LAW)
    (reason,) = answer.refusals
    assert reason.code == "not-in-register" and reason.next is not None and reason.cite


APART = {
    "first_registration_differs.days": (3.0, "first_registered_on", "2016-03-15", date(2016, 3, 17), True),
    "production_differs.days": (5.0, "produced_on", "2016-01-10", date(2016, 1, 20), False),
    "mass_differs.ratio": (0.01, "max_mass_kg", 5000.0, 5200.0, False),
    "mass_differs.least": (10.0, "max_mass_kg", 500.0, 540.0, False),
    "power_differs.ratio": (0.01, "rated_power_kw", 200.0, 205.0, False),
    "power_differs.least": (0.5, "rated_power_kw", 20.0, 22.0, False),
    "rated_speed_differs.ratio": (0.01, "rated_speed_rpm", 5000.0, 5200.0, False),
    "rated_speed_differs.least": (10.0, "rated_speed_rpm", 500.0, 540.0, False),
}
"""Key → a place's own value, and a field whose two words differ (or not) by the shipped one and not by the other."""


def test_every_threshold_of_statements_has_a_case() -> None:
    assert set(APART) == {key for key in KEYS if "_differs." in key and not key.startswith("obd_")}


@pytest.mark.parametrize("key", APART)
def test_a_place_moves_what_counts_as_different(tmp_path: Path, key: str) -> None:
    other, field, known, said, apart = APART[key]
    unit = book_with().thresholds[key][0].unit
    book = book_with(write(tmp_path, one(key, unit, DAY, other)))
    text = said.isoformat() if isinstance(said, date) else said
    for place, expected in (("450203", not apart), ("450300", apart)):
        assert differs(field, known, text, book.at(DAY, place)) is expected
    assert differs(field, known, text, book.at(DAY - timedelta(1), "450203")) is apart


def test_every_code_is_said_once() -> None:
    assert len(CODES) == len(set(CODES)) and all(code.endswith("-differs") for code in CODES)
