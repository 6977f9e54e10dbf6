"""The owner of a confirmed reading can look it up, is told, and only then may it be evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from imloop.exchange.uploads.take_readings import take_readings
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unknown
from imloop.steps.ground.access import Caller
from imloop.steps.remote_sensing.hand_over import hand_over
from imloop.steps.remote_sensing.owner_door import for_owner, open_readings, page_of
from imloop.steps.remote_sensing.review import review
from imloop.steps.remote_sensing.tell_owner import note_told, open_confirmed, read_by_owner
from imloop.store.models import JournalEntry, OutboxEntry, PlateSpan, RemoteReading, Vehicle
from support.city import PLACE, City, at
from support.messages.readings import message, record

OFFICE = f"{PLACE}-environment"
NOW = at("2026-03-05 12:00")
LATER = NOW + timedelta(minutes=11)


@pytest.fixture
def office(city: City) -> Caller:
    return city.callers[OFFICE]


@pytest.fixture
def car() -> Vehicle:
    return Vehicle.objects.create(
        vin="LSVAU2180N2183294", plate="桂B12345", fuel="diesel", registered=True, owner_phone="13907720120"
    )


def confirmed(office: Caller, number: int = 1, **change: object) -> RemoteReading:
    take_readings(message(record(number, **{"opacity_pct": 35, **change})), office, NOW)
    row = RemoteReading.objects.get(record_no=f"B{number}")
    for who in (office, replace(office, user="li")):
        row = review(who, row.pk, holds=True, plate_ok=True, now=NOW)
    return row


def token(row: RemoteReading) -> str:
    return page_of(row).removeprefix("/r/")


def test_it_is_opened_once_nobody_can_take_it_back_and_the_office_hears_whom_to_tell(
    office: Caller, car: Vehicle
) -> None:
    row = confirmed(office)
    assert open_confirmed(NOW + timedelta(minutes=10)) == 0
    with pytest.raises(Unknown):
        for_owner(token(row))
    assert open_confirmed(LATER) == 1 and open_confirmed(LATER) == 0
    row.refresh_from_db()
    assert (row.open_at, row.told_at) == (LATER, None)
    (told,) = OutboxEntry.objects.filter(receiver=OFFICE, topic="reading-confirmed")
    assert (told.body["plate"], told.body["owner_phone"], told.body["page"]) == (
        "桂B12345",
        "13907720120",
        page_of(row),
    )
    assert for_owner(token(row))[0].reading == row and open_readings(car) == [row]


def test_what_was_handed_on_is_opened_at_once(office: Caller, car: Vehicle) -> None:
    row = confirmed(office)
    hand_over(office, row.pk, NOW)
    assert open_confirmed(NOW) == 1


def test_a_plate_that_nobody_registered_is_opened_to_nobody(office: Caller) -> None:
    row = confirmed(office)
    assert open_confirmed(LATER) == 0
    with pytest.raises(Conflict, match="look-up-not-open"):
        note_told(office, row.pk, "sms", LATER)


def test_the_office_or_its_machine_says_how_the_owner_was_told_once(office: Caller, car: Vehicle) -> None:
    row = confirmed(office)
    open_confirmed(LATER)
    for how in ("owl", "read", ""):
        with pytest.raises(Malformed, match="wrong-value"):
            note_told(office, row.pk, how, LATER)
    note_told(replace(office, user=""), row.pk, "sms", LATER)
    note_told(office, row.pk, "phone", LATER + timedelta(days=1))
    row.refresh_from_db()
    assert (row.told_at, row.told_how) == (LATER, "sms")
    assert JournalEntry.objects.filter(kind="owner-told-of-reading").count() == 1


def test_an_owner_who_reads_it_is_told(office: Caller, car: Vehicle) -> None:
    row = confirmed(office)
    open_confirmed(LATER)
    read_by_owner(token(row), LATER)
    row.refresh_from_db()
    assert row.told_how == "read"


@pytest.mark.parametrize("said", ["", "x", "1", "1-", "1-AAAA", "9-x"])
def test_no_other_address_opens_it(office: Caller, car: Vehicle, said: str) -> None:
    confirmed(office)
    open_confirmed(LATER)
    with pytest.raises(Unknown, match="unknown-reading"):
        read_by_owner(said, LATER)


def test_what_passed_before_the_plate_was_this_car_s_is_not_its_owner_s(office: Caller, car: Vehicle) -> None:
    PlateSpan.objects.create(
        vehicle=car, plate=car.plate, since=at("2026-03-01 00:00").date(), source="police"
    )
    confirmed(office, 1, at="2026-02-28 08:00:00")
    new = confirmed(office, 2)
    open_confirmed(LATER)
    assert open_readings(car) == [new]


def test_a_department_elsewhere_tells_nobody(office: Caller, car: Vehicle, city: City) -> None:
    row = confirmed(office)
    open_confirmed(LATER)
    with pytest.raises(NotAllowed):
        note_told(city.callers[f"{PLACE}-police"], row.pk, "sms", LATER)
