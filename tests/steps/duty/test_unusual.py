"""Who saw unusually many vehicles: vehicles are counted, of people and keys alike, and the supervisor is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest

from imloop.steps.desk.work_list import tasks
from imloop.steps.duty.unusual import count_looks, count_when_due, unusual
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller, caller_for
from imloop.steps.ground.ledger import writing
from imloop.steps.ground.seen import Door, listed, seen
from imloop.store.models import Party, Test, Vehicle
from support.city import FAR, NEAR, PLACE, City, at
from support.people import person

NOW = at("2026-03-05 09:30")
LIMIT = 200
LIN = Caller(f"{PLACE}-police", "police", "police", PLACE, user="lin")
KEY = Caller(f"{PLACE}-police", "police", "police", PLACE, key="k1")


@pytest.fixture
def cars(city: City, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    rows = [Vehicle(plate=f"桂B{number:05}", vin=f"LSVAU2180N2{number:06}") for number in range(LIMIT + 1)]
    return [row.pk for row in Vehicle.objects.bulk_create(rows)]


def found(place: str = PLACE) -> list[tuple[str, str, int]]:
    count_looks(NOW)
    desk = caller_for(Party(code=f"{place}-supervisor", kind="supervisor", name="监督", place=place))
    return [(each.party, each.person, each.vehicles) for each in unusual(desk, NOW)]


def look(caller: Caller, cars: Iterable[int], times: int = 1) -> None:
    for key in cars:
        for _ in range(times):
            seen(caller, Door.ROAD, [key])


@pytest.mark.parametrize(("caller", "person"), [(LIN, "lin"), (KEY, "")])
def test_a_key_counts_like_a_person(cars: list[int], caller: Caller, person: str) -> None:
    look(caller, cars[:LIMIT])
    assert found() == []
    look(caller, cars[LIMIT:])
    assert found() == [(f"{PLACE}-police", person, LIMIT + 1)]


def test_vehicles_are_counted_not_questions(cars: list[int]) -> None:
    look(LIN, cars[:3], times=100)
    assert found() == []


def test_one_vehicle_under_several_names_is_one(cars: list[int]) -> None:
    """Opened by page, found by plate and asked of a gate: the journal and the looks beside it are taken together."""
    rows = Vehicle.objects.filter(pk__in=cars)
    with writing(NOW, LIN) as ledger:
        for row in rows[:150]:
            ledger.note("looked-up", row.plate, {"kind": "vehicle-search"})
            ledger.note("looked-up", row.vin, {"kind": "vehicle"})
    look(LIN, cars[:150])
    assert found() == []
    with writing(NOW, LIN) as ledger:
        for row in rows[150:]:
            ledger.note("looked-up", row.vin, {"kind": "vehicle"})
    assert found() == [(LIN.party_code, "lin", LIMIT + 1)]


def test_a_masked_list_shows_nobody_and_a_search_does(cars: list[int]) -> None:
    listed(LIN, "cases", cars)
    assert found() == []
    listed(LIN, "cases", cars, asked="桂B")
    assert found() == [(LIN.party_code, "lin", LIMIT + 1)]


def test_what_machines_list_is_in_full(cars: list[int]) -> None:
    listed(KEY, "held-runs", cars)
    assert found() == [(KEY.party_code, "", LIMIT + 1)]


def test_a_file_counts_by_its_rows(cars: list[int]) -> None:
    with writing(NOW, LIN) as ledger:
        ledger.note("export", "cases", {"rows": LIMIT})
        ledger.note("export", "people", {"rows": 10 * LIMIT})
    assert found() == []
    with writing(NOW, LIN) as ledger:
        ledger.note("export", "cases", {"rows": 2 * LIMIT})
    assert found() == [(LIN.party_code, "lin", 2 * LIMIT)]


def test_guesses_at_many_plates_count(cars: list[int]) -> None:
    for number in range(LIMIT + 1):
        seen(KEY, Door.PERMIT, asked=f"桂C{number:05}")
    assert found() == [(KEY.party_code, "", LIMIT + 1)]


def test_days_are_not_added_up_and_end(cars: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-04 09:30"))
    look(LIN, cars[:150])
    monkeypatch.setattr(clock, "now", lambda: NOW)
    look(LIN, cars[150:])
    assert found() == []
    monkeypatch.setattr(clock, "now", lambda: at("2026-02-20 09:30"))
    look(LIN, cars)
    assert found() == [], "two weeks ago"


def test_counting_goes_on_every_hour_and_keeps_the_busiest(cars: list[int]) -> None:
    look(LIN, cars[:LIMIT])
    assert count_when_due(NOW) == 0
    look(LIN, cars[LIMIT:])
    assert count_when_due(NOW + timedelta(minutes=59)) == 0
    assert count_when_due(NOW + timedelta(hours=1)) == 1
    assert found() == [(LIN.party_code, "lin", LIMIT + 1)]
    assert count_when_due(NOW + timedelta(hours=3)) == 0


def test_a_stations_own_customers_are_its_own(cars: list[int], city: City) -> None:
    city.test("2026-03-05 08:00", station=NEAR)
    test = Test.objects.get()
    look(city.callers[NEAR], [test.vehicle_id or 0, *cars[:LIMIT]])
    look(city.callers[FAR], [test.vehicle_id or 0, *cars[:LIMIT]])
    assert found() == [(FAR, "", LIMIT + 1)]


def test_the_supervisor_of_the_place_finds_it_in_the_work_list(cars: list[int]) -> None:
    Party.objects.create(code="450300-supervisor", kind="supervisor", name="桂林", place="450300")
    look(LIN, cars)
    assert found("450300") == []
    desk = caller_for(Party.objects.get(code=f"{PLACE}-supervisor"))
    (task,) = [each for each in tasks(desk, NOW) if each.kind == "unusual-looks"]
    assert "lin" in task.about.zh and str(LIMIT + 1) in task.what.zh
    window = person(f"{PLACE}-supervisor")
    text = window.get("/work").content.decode()
    assert "police · lin" in text
    assert window.get(task.link).content.decode().count("上路通行") > LIMIT / 10
    office = caller_for(Party.objects.get(code=f"{PLACE}-environment"))
    assert not [each for each in tasks(office, NOW) if each.kind == "unusual-looks"]
