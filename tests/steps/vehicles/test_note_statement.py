"""Statements stand beside the register: they never change it, and a later one replaces an earlier one only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from imloop.facts.codes import Fuel
from imloop.facts.records.inspection import Owner, Vehicle
from imloop.steps.vehicles.note_statement import note_statement
from imloop.steps.vehicles.register.word import POLICE, register
from imloop.steps.vehicles.vehicle_facts import described, subject_of
from imloop.store.models import PlateSpan
from imloop.store.models import Vehicle as Row

VIN, PLATE = "LFV2A21K6J3123456", "桂B12345"
DAY = date(2026, 3, 5)
ELECTRIC = Vehicle(
    vin=VIN,
    plate="桂B99999",
    fuel=Fuel.ELECTRIC,
    first_registered_on=date(2024, 1, 1),
    owner=Owner("黄某", "13900000000"),
)


def registered() -> Row:
    row = Row()
    said = {"vin": VIN, "plate": PLATE, "fuel": "gasoline", "owner_name": "韦小明", "usage": "A"}
    register(row, said, POLICE, date(2026, 1, 1), "list")
    row.save()
    return row


def test_a_statement_changes_nothing_that_an_authority_said(db: None) -> None:
    row = registered()
    note_statement(row, ELECTRIC, by="450203001/T-1", on=DAY)
    row = Row.objects.get()
    assert (row.plate, row.fuel, row.owner_name, row.owner_phone) == (PLATE, "gasoline", "韦小明", "")
    assert row.stated["fuel"] == ["electric", "450203001/T-1", "2026-03-05"]
    assert "owner" not in row.stated, "no personal data twice"
    assert row.sources["fuel"] == ["police", "2026-01-01", "list"]
    assert (subject_of(row).fuel, subject_of(row).first_registered_on) == ("gasoline", None)
    assert described(row)["first_registered_on"] == "2024-01-01", "shown, with what was only stated"
    assert not PlateSpan.objects.exists()


def test_a_vehicle_of_tests_alone_can_be_found_and_frees_nobody(db: None) -> None:
    row = Row(vin=VIN)
    note_statement(row, ELECTRIC, by="450203001/T-1", on=DAY)
    row = Row.objects.get()
    assert (row.plate, row.fuel, row.owner_name, row.registered) == ("桂B99999", "electric", "黄某", False)
    subject = subject_of(row)
    assert (subject.fuel, subject.first_registered_on, subject.registered) == ("", None, False)
    note_statement(row, replace(ELECTRIC, plate=PLATE), by="450203001/T-2", on=date(2026, 3, 6))
    assert Row.objects.get().plate == "桂B99999", "nobody hides it behind another plate"
    assert row.stated["plate"][0] == PLATE and not PlateSpan.objects.exists()


def test_only_a_later_statement_replaces_an_earlier_one(db: None) -> None:
    row = registered()
    note_statement(row, ELECTRIC, by="A/2", on=DAY)
    note_statement(row, replace(ELECTRIC, fuel=Fuel.DIESEL, usage="B"), by="B/1", on=date(2026, 3, 1))
    assert row.stated["fuel"] == ["electric", "A/2", "2026-03-05"]
    assert row.stated["usage"] == ["B", "B/1", "2026-03-01"]


def test_an_impossible_day_is_not_noted(db: None) -> None:
    row = registered()
    (doubt,) = note_statement(row, replace(ELECTRIC, first_registered_on=date(9999, 12, 1)), by="A/1", on=DAY)
    assert doubt.code == "day-implausible" and "first_registered_on" not in row.stated


def test_when_an_authority_enters_it_the_stations_word_steps_aside(db: None) -> None:
    row = Row(vin=VIN)
    note_statement(row, ELECTRIC, by="A/1", on=DAY)
    register(row, {"vin": VIN, "usage": "A"}, POLICE, DAY, "list")
    row.save()
    row = Row.objects.get()
    assert (row.registered, row.fuel, row.owner_name) == (True, "", "")
    assert row.stated["fuel"][0] == "electric" and row.facts == {"vin": VIN, "usage": "A"}
    assert not subject_of(row).without_exhaust
