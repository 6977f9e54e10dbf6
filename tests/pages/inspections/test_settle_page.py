"""A department settles a run that waits on the page of the run: one listed, or any other known vehicle by its name."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from imloop.store.models import Case, HeldRun, JournalEntry, Test, Vehicle
from support.city import NEAR, City, at
from support.messages.uploads import PLATE, VIN
from support.people import person
from support.stories.one_car import ENV, FAIL, OTHER_PLATE, OTHER_VIN, POLICE, WRONG, car, mark

UNREADABLE = car(vin=VIN[:-3], plate="桂В12345")
"""A VIN that is none, and a plate with a letter of another script: no vehicle is a candidate."""
SAID = {"choice": "named", "because": "监控录像显示是该车", "sure": "1"}


@pytest.fixture
def waits(city: City) -> str:
    """The address of a failed run that waits for a department, of a car that passed since."""
    city.enter()
    test_no = str(city.test("2026-03-02 09:00", vehicle=UNREADABLE, **FAIL).body["test_no"])
    city.test("2026-03-02 15:00", vehicle=car())
    city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
    assert not HeldRun.objects.get().candidates.exists() and mark(city, "2026-03-02 16:00")
    return f"/held-runs/{NEAR}/{test_no}/settle"


def test_until_then_every_list_says_that_it_proves_nothing(city: City, waits: str) -> None:
    """The list of inspections, on the page and as a file; no code stands in either file."""
    office = person(ENV)
    asked = {"since": "2026-03-02", "until": "2026-03-02"}
    text = office.get("/tests", asked).content.decode()
    assert text.count("不作为检验合格依据") == 1 and '<td data-label="号牌">—</td>' in " ".join(
        text.split()
    ).replace("> — <", ">—<")
    file = office.get("/tests", {**asked, "format": "csv"}).content.decode()
    assert file.count("不作为检验合格依据") == 1
    held = office.get("/held-runs", {"format": "csv"}).content.decode()
    assert ",不合格," in held and ",fail," not in held


@pytest.mark.parametrize("names", [{"vin": VIN}, {"plate": f" {PLATE} "}, {"vin": VIN, "plate": PLATE}])
def test_the_vehicle_that_is_named_has_its_case(city: City, waits: str, names: dict[str, str]) -> None:
    office = person(ENV)
    shown = office.get(office.post(waits, {**SAID, **names}).url)
    assert "监控录像显示是该车" in shown.content.decode()
    case = Case.objects.get(closed_at=None)
    assert (case.vehicle.vin, case.state) == (VIN, "awaiting_repair")
    assert not mark(city, "2026-03-02 17:00") and Test.objects.get(result="pass").counts == "nothing"
    assert str(Vehicle.objects.get(vin=VIN)) in JournalEntry.objects.get(kind="run-settled").body


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ({}, "请填写号牌或 VIN"),
        ({"vin": WRONG}, "没有"),
        ({"vin": VIN, "plate": OTHER_PLATE}, "没有"),
        ({"vin": VIN[:-1]}, "没有"),
        ({"plate": "桂B1234"}, "没有"),
    ],
)
def test_nothing_near_it_is_taken_for_it(city: City, waits: str, names: dict[str, str], said: str) -> None:
    before = Vehicle.objects.count()
    refused = person(ENV).post(waits, {**SAID, **names})
    form = refused.content.decode()
    assert refused.status_code == 422 and said in form and "监控录像显示是该车" in form
    assert HeldRun.objects.get().settled_at is None and Vehicle.objects.count() == before
    assert not Case.objects.exists() and mark(city, "2026-03-02 17:00")


def test_a_plate_that_several_bear_names_none(city: City, waits: str) -> None:
    Vehicle.objects.create(vin=WRONG, plate=PLATE)
    assert person(ENV).post(waits, {**SAID, "plate": PLATE}).status_code == 422
    assert person(ENV, name="other").post(waits, {**SAID, "plate": PLATE, "vin": VIN}).status_code == 302


@pytest.mark.parametrize(("code", "status"), [(ENV, 200), (POLICE, 403), (NEAR, 403)])
def test_the_call_takes_a_name_too_from_the_department_alone(
    city: City, waits: str, code: str, status: int
) -> None:
    said: dict[str, Any] = {"settled": "vehicle", "because": "录像", "vehicle": "named", "vin": VIN}
    client: Client = city.client(code)
    found = client.post(f"/api/v1{waits}", said, content_type="application/json")
    assert found.status_code == status, found.content
    assert Case.objects.exists() is (status == 200)


def test_a_pass_is_given_to_the_car_that_is_named_by_what_it_may(city: City) -> None:
    """Without a repair it is still no retest: the department says which car it was, and nothing else."""
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    test_no = city.test("2026-03-02 15:00", vehicle=UNREADABLE).body["test_no"]
    person(ENV).post(f"/held-runs/{NEAR}/{test_no}/settle", {**SAID, "vin": VIN})
    run = Test.objects.get(test_no=test_no)
    assert (run.vehicle, run.counts_why) == (Vehicle.objects.get(vin=VIN), "retest-without-permit")
    assert Case.objects.get().state == "awaiting_repair" and not mark(city, "2026-03-02 17:00")


def test_it_was_none_of_those_listed(city: City) -> None:
    """A typing error that looked like another car's VIN: its own passes count again, the true car has the case."""
    city.enter()
    city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
    test_no = city.test("2026-03-02 09:00", vehicle=car(vin=WRONG), **FAIL).body["test_no"]
    city.test("2026-03-02 11:00", vehicle=car())
    assert not mark(city, "2026-03-02 12:00")
    person(ENV).post(f"/held-runs/{NEAR}/{test_no}/settle", {**SAID, "plate": OTHER_PLATE})
    assert Case.objects.get().vehicle.vin == OTHER_VIN
    assert mark(city, "2026-03-02 13:00") and not mark(city, "2026-03-02 13:00", vin=OTHER_VIN)
    assert at("2026-03-02 09:00") == Case.objects.get().opened_at
