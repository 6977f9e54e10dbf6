"""The register's word beside a station's: departments settle which is right, in one click and with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from imloop.facts.codes import Fuel
from imloop.facts.days import day_of
from imloop.facts.records.inspection import Vehicle as Stated
from imloop.gates.vehicles.compare_statement import differences
from imloop.steps.ground import clock
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import writing
from imloop.steps.ground.registers import law_at
from imloop.steps.vehicles.note_statement import note_statement
from imloop.steps.vehicles.register.word import ENVIRONMENT as BY_ENVIRONMENT
from imloop.steps.vehicles.register.word import POLICE as BY_POLICE
from imloop.steps.vehicles.register.word import enter_fields, register
from imloop.store.models import Finding, JournalEntry, LookedVehicle, Proposal, Vehicle
from support.city import NEAR, City
from support.messages.uploads import PLATE, VIN
from support.people import person

POLICE, ENVIRONMENT = "450200-police", "450200-environment"


@pytest.fixture
def car(city: City) -> Vehicle:
    """The police say petrol, environment says stage 5; a station said electric and stage 6."""
    day = day_of(clock.now())
    row = Vehicle()
    register(row, {"vin": VIN, "plate": PLATE, "fuel": "gasoline", "usage": "A"}, BY_POLICE, day, "list")
    enter_fields(row, {"emission_stage": "5"}, BY_ENVIRONMENT, day, "list")
    row.save()
    said = Stated(vin=VIN, plate=PLATE, fuel=Fuel.ELECTRIC, emission_stage="6b")
    note_statement(row, said, by=f"{NEAR}/T-1", on=day)
    found = differences(row.facts, said, law_at(day, "450200"), row.sources)
    with writing(clock.now(), city.callers[NEAR]) as ledger:
        keep_findings(ledger, "vehicle", str(row), NEAR, found)
    return row


def post(client: Client, car: Vehicle, **body: object) -> Any:
    return client.post(f"/api/v1/vehicles/{car.pk}/differences", body, content_type="application/json")


def test_the_page_shows_both_words_and_who_said_them(city: City, car: Vehicle) -> None:
    page = person(POLICE).get(f"/vehicles/{car.pk}").content.decode()
    assert "登记与填报不一致" in page and f"{NEAR}/T-1" in page and "纯电动" in page and "公安交管" in page
    assert "登记不一致" in person(POLICE, name="b").get("/work").content.decode()
    shown = city.client(ENVIRONMENT).get(f"/api/v1/vehicles/{car.pk}").json()
    assert [each["field"] for each in shown["differences"]] == ["fuel", "emission_stage"]
    assert (shown["registered"], shown["fuel"], shown["sources"]["fuel"][0]) == (True, "gasoline", "police")


def test_the_register_is_right_and_the_finding_is_resolved(city: City, car: Vehicle) -> None:
    clerk = person(POLICE, name="clerk")
    form = {"what": "settle", "field": "fuel", "right": "register"}
    assert clerk.post(f"/vehicles/{car.pk}", {**form, "reason": " "}).status_code == 422
    sent = {**form, "reason": "实车核对为汽油"}
    made = clerk.post(f"/vehicles/{car.pk}", sent)["Location"]
    assert Finding.objects.get(code="fuel-differs").resolved_at is None, "that binds the station: by two"
    for right in ("register", "stated"):
        refused = clerk.post(f"/vehicles/{car.pk}", {**sent, "right": right, "reason": "另有说法在此"})
        assert refused.status_code == 422 and "等待另一人确认" in refused.content.decode()
    page = clerk.get(f"/vehicles/{car.pk}").content.decode()
    assert "已提出登记无误，待另一人确认" in page and made in page
    chief = person(POLICE, name="other")
    assert PLATE not in chief.get("/proposals").content.decode()
    seen = LookedVehicle.objects.filter(vehicle=car, look__actor__endswith="/other")
    assert seen.count() == 1, "the list"
    chief.get(made)
    decision = {"what": "confirm", "said": "已核对实车照片"}
    assert clerk.post(made, decision).status_code == 422
    assert person(POLICE, name="chief").post(made, decision).status_code == 302
    finding = Finding.objects.get(code="fuel-differs")
    assert (finding.resolution, finding.resolved_by) == ("实车核对为汽油", f"{POLICE}/clerk")
    assert JournalEntry.objects.filter(kind="difference-settled", subject=PLATE).exists()
    assert "已处理，登记无误" in clerk.get(f"/vehicles/{car.pk}").content.decode()
    said = Stated(vin=VIN, plate=PLATE, fuel=Fuel.ELECTRIC)
    row = Vehicle.objects.get()
    note_statement(row, said, by=f"{NEAR}/T-2", on=day_of(clock.now()))
    assert len(Vehicle.objects.get().stated["fuel"]) == 4, "said again, it stays settled"
    assert Vehicle.objects.get().fuel == "gasoline"


def test_a_statement_is_taken_over_by_two(city: City, car: Vehicle) -> None:
    clerk = person(POLICE, name="clerk")
    form = {"what": "settle", "field": "fuel", "right": "stated", "reason": "登记证书为纯电动"}
    assert clerk.post(f"/vehicles/{car.pk}", form).status_code == 302
    assert Vehicle.objects.get().fuel == "gasoline"
    held = Proposal.objects.get()
    assert (held.body["what"], held.body["evidence"]) == ("difference", f"{NEAR}/T-1")
    refused = clerk.post(f"/vehicles/{car.pk}", {**form, "right": "register"})
    assert refused.status_code == 422 and "等待另一人确认" in refused.content.decode()
    decision, path = {"what": "confirm", "said": "是"}, f"/proposals/{held.pk}"
    assert clerk.post(path, decision).status_code == 422
    assert person(POLICE, name="chief").post(path, decision).status_code == 302
    assert Vehicle.objects.get().fuel == "electric"
    assert Finding.objects.get(code="fuel-differs").resolved_at is not None
    assert Finding.objects.get(code="stage-differs").resolved_at is None


def test_environment_settles_what_it_entered_and_no_more(city: City, car: Vehicle) -> None:
    office = city.client(ENVIRONMENT)
    fuel = post(office, car, field="fuel", take_over=False, reason="x")
    assert (fuel.status_code, fuel.json()["code"]) == (403, "not-your-word")
    stage = post(office, car, field="emission_stage", take_over=False, reason="环保信息公开为国五")
    assert stage.status_code == 202 and stage.json()["kind"] == "register-right"
    decision = {"what": "confirm", "said": "已核对环保信息"}
    made = f"/proposals/{stage.json()['id']}"
    assert person(POLICE, name="b").post(made, decision).status_code == 404, "another office's"
    assert person(ENVIRONMENT, name="li").post(made, decision).status_code == 302
    assert Finding.objects.get(code="stage-differs").resolved_at is not None
    assert post(office, car, field="usage", take_over=False, reason="x").json()["code"] == "no-difference"
    taken = post(city.client(POLICE), car, field="fuel", take_over=True, reason="登记证书为纯电动")
    assert taken.status_code == 200 and taken.json()["held"]["changes"] == {"fuel": ["gasoline", "electric"]}
    assert post(city.client(NEAR), car, field="fuel", take_over=False, reason="x").status_code == 403


def test_what_was_stated_anew_is_proposed_anew(city: City, car: Vehicle) -> None:
    clerk = person(POLICE, name="clerk")
    form = {"what": "settle", "field": "fuel", "right": "register", "reason": "实车核对为汽油"}
    made = clerk.post(f"/vehicles/{car.pk}", form)["Location"]
    note_statement(
        Vehicle.objects.get(),
        Stated(vin=VIN, plate=PLATE, fuel=Fuel.DIESEL),
        by=f"{NEAR}/T-2",
        on=day_of(clock.now()),
    )
    refused = person(POLICE, name="chief").post(made, {"what": "confirm", "said": "已核对实车照片"})
    assert refused.status_code == 422 and "又有新的填报" in refused.content.decode()
    assert Finding.objects.get(code="fuel-differs").resolved_at is None


def said(**change: object) -> dict[str, object]:
    """The car of the police's list as an upload states it."""
    car = {"vin": VIN, "plate": PLATE, "fuel": "gasoline", "produced_on": "2010-03-01", "max_mass_kg": 1800}
    return {**car, "first_registered_on": "2010-05-01", **change}


@pytest.mark.parametrize("outcome", ["completed", "aborted"])
def test_a_station_makes_no_car_electric_young_or_its_own(city: City, outcome: str) -> None:
    """The evasion of one upload: nothing of the register moves, and what was measured is judged by its word."""
    city.enter(owner_name="韦小明", owner_phone="13800000000")
    before = Vehicle.objects.values("facts", "fuel", "plate", "owner_name", "owner_phone", "due_on").get()
    lie = said(fuel="electric", first_registered_on="2025-05-01", owner={"name": "某甲", "phone": "1"})
    run = city.test("2026-03-02 09:00", vehicle=lie, co=0.9, outcome=outcome).body
    assert Vehicle.objects.values(*before).get() == before
    gate = city.client(POLICE).get("/api/v1/gates/inspection-mark", {"vin": VIN, "at": "2026-03-02T12:00"})
    assert gate.json()["allowed"] is False
    if outcome == "completed":
        assert run["verdict"] == "fail" and run["case"]
        found = {each["code"]: each for each in run["findings"]}
        assert {"fuel-differs", "first-registration-differs"} <= set(found)
        assert found["fuel-differs"]["next"] and found["fuel-differs"]["next_en"]
        shown = city.client(POLICE).get(f"/api/v1/vehicles/{Vehicle.objects.get().pk}").json()
        assert [each["field"] for each in shown["differences"]] == ["fuel", "first_registered_on"]


def test_an_honest_station_differs_in_nothing(city: City) -> None:
    city.enter(emission_stage="国四", due_on="2026-05-31")
    run = city.test("2026-03-02 09:00", vehicle=said(emission_stage="4", max_mass_kg=1795)).body
    assert (run["verdict"], run["counts"]) == ("pass", "cycle")
    assert not [each["code"] for each in run["findings"] if each["code"].endswith("-differs")]
    gate = city.client(POLICE).get("/api/v1/gates/inspection-mark", {"vin": VIN, "at": "2026-03-02T12:00"})
    assert gate.json()["allowed"] is True


@pytest.mark.parametrize("day", ["9999-12-01", "0001-01-01", "1949-12-31", "2026-03-03"])
def test_no_upload_makes_a_car_unanswerable(city: City, day: str) -> None:
    city.enter(first_registered_on="", produced_on="")
    for produced in ("2010-03-01", day):
        run = city.test(f"2026-03-02 {9 + (produced == day)}:00".replace(" 9", " 09"),
                        vehicle=said(first_registered_on=day, produced_on=produced)).body  # fmt: skip
        assert "day-implausible" in {each["code"] for each in run["findings"]}
    asked = {"vin": VIN, "at": "2026-03-02T12:00"}
    for gate in ("inspection-mark", "inspection-cycle"):
        assert city.client(POLICE).get(f"/api/v1/gates/{gate}", asked).status_code == 200
    page = person(POLICE, name="p").get(f"/vehicles/{Vehicle.objects.get().pk}")
    assert page.status_code == 200 and day not in page.content.decode()
