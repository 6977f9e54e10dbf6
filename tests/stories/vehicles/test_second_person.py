"""Registers are not typed in by one hand: what gates ask of a known vehicle is changed by two people."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from imloop.exchange.imports import Imported, import_file
from imloop.facts.days import CHINA, day_of
from imloop.steps.accounts.keys import issue_key
from imloop.steps.ground import clock
from imloop.steps.ground.access import SYSTEM, Caller
from imloop.steps.journal.check_against_journal import unlike_the_journal
from imloop.steps.vehicles.ask_mark import release_mark
from imloop.store.models import (
    ApiKey,
    Finding,
    JournalEntry,
    Mark,
    Party,
    PlateSpan,
    Proposal,
    RegisterFile,
    Vehicle,
)
from imloop.store.packing import decompress
from support.casework.vehicle_lists import OTHER_PLATE, OTHER_VIN, as_csv, diesel, years_ago
from support.city import City, at
from support.doors import Doors
from support.messages.uploads import PLATE, VIN
from support.people import person
from support.stories.second_person import exit_

POLICE, ENVIRONMENT, SUPERVISOR = "450200-police", "450200-environment", "450200-supervisor"
Lists = Callable[..., Imported]


@pytest.fixture
def lists(city: City, tmp_path: Path) -> Lists:
    """Import rows as a party's list, by its key or by one of its people."""

    def enter(*rows: dict[str, str], by: str | Caller = POLICE, reason: str = "", ago: int = 0) -> Imported:
        file = tmp_path / f"list{len(list(tmp_path.iterdir()))}.csv"
        file.write_bytes(as_csv(*rows))
        caller = by if isinstance(by, Caller) else replace(city.callers[by], user="")
        when = clock.now() - timedelta(days=ago)
        return import_file("vehicles", file, tmp_path / "marks", caller, lambda: when, reason=reason)

    return enter


def gate(city: City, **asked: str) -> dict[str, Any]:
    answer: dict[str, Any] = city.client(POLICE).get("/api/v1/gates/inspection-mark", asked).json()
    return answer


def codes(answer: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in answer["reasons"]]


def decide(window: Client, what: str, said: str = "与登记档案一致", held: Proposal | None = None) -> int:
    number = (held or Proposal.objects.get(state="waiting")).pk
    return window.post(f"/proposals/{number}", {"what": what, "said": said}).status_code


def body_of(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(JournalEntry.objects.filter(kind=kind).latest("number").body)
    return found


def test_a_one_row_list_no_longer_makes_a_diesel_electric(city: City, lists: Lists) -> None:
    lists(diesel(), ago=200)
    assert "no-pass-in-cycle" in codes(gate(city, vin=VIN))
    clerk = person(POLICE, name="clerk")
    row = as_csv({"vin": VIN, "plate": PLATE, "fuel": "electric"})
    page = clerk.post("/vehicles/import", {"file": SimpleUploadedFile("one.csv", row), "reason": "更正燃料"})
    assert page.status_code == 200 and "复核确认后生效" in page.content.decode()

    assert Vehicle.objects.get().fuel == "diesel" and "no-pass-in-cycle" in codes(gate(city, vin=VIN))
    held = Proposal.objects.get()
    assert (held.body["fields"], held.proposed_by, held.reason) == (
        {"fuel": ["diesel", "electric"]}, f"{POLICE}/clerk", "更正燃料",
    )  # fmt: skip
    said = body_of("proposed")["body"]
    assert said["fields"] == {"fuel": ["diesel", "electric"]} and said["evidence"] == held.batch
    kept = RegisterFile.objects.get(sha256__startswith=held.batch)
    assert decompress(bytes(kept.body)) == row and kept.sent_by == f"{POLICE}/clerk"

    assert clerk.get(f"/vehicles/lists/{held.batch}.bin").content == row
    assert person(SUPERVISOR, name="s").get(f"/vehicles/lists/{held.batch}.bin").status_code == 200
    assert person(ENVIRONMENT, name="e").get(f"/vehicles/lists/{held.batch}.bin").status_code == 404

    assert decide(clerk, "confirm") == 422, "who proposed cannot confirm"
    assert "确认</button>" not in clerk.get(f"/proposals/{held.pk}").content.decode()
    for desk in (POLICE, SUPERVISOR):
        assert "待第二人确认：登记更正" in person(desk).get("/work").content.decode()
    assert "登记更正" not in person(ENVIRONMENT).get("/proposals").content.decode()
    assert decide(person(ENVIRONMENT, name="neighbour"), "confirm") == 404, "not of the party"

    chief = person(POLICE, name="chief")
    assert decide(chief, "reject", said="登记证书为柴油") == 302
    assert Vehicle.objects.get().fuel == "diesel" and Proposal.objects.get().state == "rejected"
    assert body_of("proposal-rejected")["said"] == "登记证书为柴油"
    assert decide(chief, "confirm", held=Proposal.objects.get()) == 422


def test_two_who_agree_leave_a_trace_that_others_see(city: City, lists: Lists) -> None:
    """Both confirm an untrue correction: the mark waits once more, and environment and supervisor get the finding."""
    lists(diesel(), ago=200)
    lists({"vin": VIN, "fuel": "electric"}, reason="更正")
    chief, other = person(POLICE, name="chief"), person(POLICE, name="other")
    assert decide(chief, "confirm") == 302
    assert Vehicle.objects.get().fuel == "electric"
    assert Vehicle.objects.get().sources["fuel"][0] == "police"
    asked = gate(city, vin=VIN)
    assert asked["allowed"] is True and "second-person-needed" in codes(asked)
    answer = city.client(POLICE).post("/api/v1/marks", {"vin": VIN}, content_type="application/json")
    assert answer.status_code == 202 and answer.json()["kind"] == "mark" and not Mark.objects.exists()
    again = city.client(POLICE).post("/api/v1/marks", {"vin": VIN}, content_type="application/json")
    assert again.json()["id"] == answer.json()["id"], "asked twice, it waits once"
    assert "不经检验核发标志" in other.get("/proposals").content.decode()
    assert decide(chief, "confirm") == 422, "who confirmed the correction does not confirm the mark"
    assert decide(other, "confirm") == 302
    assert Mark.objects.get().test_no == ""
    finding = Finding.objects.get(code="mark-without-test")
    for desk in (ENVIRONMENT, SUPERVISOR):
        window = person(desk)
        assert "未经检验核发标志" in window.get("/work").content.decode()
        assert (
            f'"/vehicles/{Vehicle.objects.get().pk}"'
            in window.get(f"/findings/{finding.pk}").content.decode()
        )


@pytest.mark.parametrize("change", [{"emission_stage": "6b"}, {"owner_name": "覃小红"}])
def test_every_mark_without_a_test_takes_two(city: City, lists: Lists, change: dict[str, str]) -> None:
    """Whether or not anything of its ground was touched."""
    lists(diesel(fuel="gasoline", first_registered_on=years_ago(2)), ago=200)
    lists({"vin": VIN, **change}, reason="更正")
    for held in Proposal.objects.all():
        assert decide(person(POLICE, name="chief"), "confirm", held=held) == 302
    assert "second-person-needed" in codes(gate(city, vin=VIN))
    answer = city.client(POLICE).post("/api/v1/marks", {"vin": VIN}, content_type="application/json")
    assert answer.status_code == 202 and not Mark.objects.exists()
    assert decide(person(POLICE, name="other"), "confirm") == 302
    assert Mark.objects.get().issued_by == Proposal.objects.get(kind="mark").proposed_by
    touched = Finding.objects.filter(code="mark-without-test").exists()
    assert touched is ("emission_stage" in change), "what was touched besides is seen"
    assert unlike_the_journal() == []


@pytest.mark.parametrize("touched", [True, False])
def test_before_december_2026_only_a_ground_changed_lately_took_two(city: City, touched: bool) -> None:
    city.enter("2025-06-01 08:00", fuel="electric")
    if touched:
        Vehicle.objects.get().changes.create(
            kind="corrected",
            on=date(2026, 2, 1),
            recorded_at=at("2026-02-01 08:00"),
            source=POLICE,
            data={"fields": {"fuel": ["gasoline", "electric"]}},
        )
    made = release_mark(city.callers[POLICE], vin=VIN, now=at("2026-03-20 09:00"), reason="更正")
    assert isinstance(made, Proposal if touched else Mark)


def test_an_honest_correction_goes_through_with_a_second_person(city: City, lists: Lists) -> None:
    lists(diesel(first_registered_on=years_ago(1)), ago=200)
    done = lists(diesel(), by=ENVIRONMENT, reason="x")
    assert (done.held, done.differing) == (0, 1), "another authority's word only stands beside"
    done = lists(diesel(), reason="录入错误，见登记证书")
    assert (done.held, done.changed) == (1, 0)
    assert lists(diesel(owner_phone="1"), reason="再传").held == 1 and Proposal.objects.count() == 1
    assert decide(person(POLICE, name="chief"), "confirm", said="与登记证书一致") == 302
    vehicle = Vehicle.objects.get()
    assert vehicle.facts["first_registered_on"] == years_ago(10)
    assert vehicle.changes.get().kind == "corrected"
    assert body_of("proposal-confirmed")["proposed_by"] == POLICE
    assert body_of("proposed")["body"]["fields"]["first_registered_on"][1] == years_ago(10)
    assert not Finding.objects.filter(code="first-registration-differs", resolved_at=None).exists()


def test_a_correction_without_any_reason_is_not_confirmed(city: City, lists: Lists) -> None:
    lists(diesel())
    lists({"vin": VIN, "fuel": "gasoline"})
    chief = person(POLICE, name="chief")
    assert decide(chief, "confirm", said=" ") == 422 and decide(chief, "reject", said="") == 422
    assert decide(chief, "confirm") == 302


def test_what_has_changed_meanwhile_is_proposed_anew(city: City, lists: Lists) -> None:
    lists(diesel())
    lists({"vin": VIN, "fuel": "gasoline"}, reason="一")
    lists({"vin": VIN, "fuel": "lpg"}, reason="二")
    first, second = Proposal.objects.order_by("id")
    chief = person(POLICE, name="chief")
    assert decide(chief, "confirm", held=second) == 302
    page = chief.post(f"/proposals/{first.pk}", {"what": "confirm", "said": "是"})
    assert page.status_code == 422 and "登记资料已变" in page.content.decode()
    assert Vehicle.objects.get().fuel == "lpg"


def test_a_key_proposes_and_never_confirms(city: City, lists: Lists) -> None:
    lists(diesel())
    lists({"vin": VIN, "fuel": "electric"}, reason="x")
    number = Proposal.objects.get().pk
    client = city.client(POLICE, city.machine_key(POLICE))
    (waiting,) = client.get("/api/v1/vehicles/held-changes").json()["held"]
    assert waiting["changes"] == {"fuel": ["diesel", "electric"]}
    path = f"/api/v1/vehicles/held-changes/{number}"
    answer = client.post(path, {"confirm": True, "said": "是"}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "person-needed")
    assert Vehicle.objects.get().fuel == "diesel"
    # Who made a key of the party may have proposed with it.
    head = person(POLICE, name="head")
    issue_key(Party.objects.get(code=POLICE), clock.now())
    ApiKey.objects.filter(party__code=POLICE).update(created_by=f"{POLICE}/head")
    assert decide(head, "confirm") == 422
    refused = client.post(path, {"confirm": False, "said": "误传"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "person-needed")
    rejected = city.client(POLICE).post(
        path, {"confirm": False, "said": "误传"}, content_type="application/json"
    )
    assert rejected.json()["state"] == "rejected"
    assert client.get("/api/v1/vehicles/held-changes").json() == {"held": []}


def test_what_is_about_no_vehicle_is_no_held_change(city: City) -> None:
    made = exit_(city, clock.now(), expires_on=day_of(clock.now()))
    assert isinstance(made, Proposal)
    path, refused = f"/api/v1/vehicles/held-changes/{made.pk}", {"confirm": False, "said": "误传"}
    answer = city.client(ENVIRONMENT).post(path, refused, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-proposal")


def test_what_the_operator_loads_is_decided_by_the_police(city: City, lists: Lists) -> None:
    assert lists(diesel(), by=SYSTEM).new == 1
    assert Vehicle.objects.get().sources["fuel"][0] == "police"
    assert lists({"vin": VIN, "fuel": "electric"}, by=SYSTEM, reason="x").held == 1
    assert Vehicle.objects.get().fuel == "diesel"
    assert decide(person(ENVIRONMENT), "confirm") == 404
    assert decide(person(POLICE), "confirm") == 302 and Vehicle.objects.get().fuel == "electric"


def test_a_whole_list_is_confirmed_at_once(city: City, lists: Lists) -> None:
    due = (clock.now() + timedelta(days=200)).date().isoformat()
    lists(diesel(), diesel(vin=OTHER_VIN, plate=OTHER_PLATE))
    lists({"vin": VIN, "due_on": due}, {"vin": OTHER_VIN, "due_on": due}, reason="年检结果")
    chief = person(POLICE, name="chief")
    batch = Proposal.objects.first().batch  # type: ignore[union-attr]
    assert f"名单 {batch}" in chief.get("/proposals").content.decode()
    assert chief.post("/proposals", {"batch": "", "said": "是"}).status_code == 422
    assert chief.post("/proposals", {"batch": batch}).status_code == 422, "it says what was compared"
    assert chief.post("/proposals", {"batch": batch, "said": "已核对名单"}).status_code == 302
    assert {str(each.due_on) for each in Vehicle.objects.all()} == {due}
    assert JournalEntry.objects.filter(kind="proposal-confirmed").count() == 2


def test_a_list_whose_time_is_over_is_not_offered_any_more(city: City, lists: Lists, doors: Doors) -> None:
    due = (clock.now() + timedelta(days=200)).date().isoformat()
    lists(diesel(), diesel(vin=OTHER_VIN, plate=OTHER_PLATE))
    lists({"vin": VIN, "due_on": due}, {"vin": OTHER_VIN, "due_on": due}, reason="年检结果")
    chief, one = person(POLICE, name="chief"), Proposal.objects.earliest("pk")
    assert f"名单 {one.batch}" in chief.get("/proposals").content.decode()
    doors.at(f"{one.expires_at.astimezone(CHINA) + timedelta(minutes=1):%Y-%m-%d %H:%M}")
    chief = person(POLICE, name="late")
    assert f"名单 {one.batch}" not in chief.get("/proposals").content.decode()
    assert chief.post("/proposals", {"batch": one.batch, "said": "已核对名单"}).status_code == 422


def test_what_another_office_proposed_is_not_the_caller_s_answer(city: City, lists: Lists) -> None:
    """A county's police asks for the same mark: it is answered for itself, never with the city's words."""
    lists(diesel(fuel="gasoline", first_registered_on=years_ago(2)), ago=200)
    county = Party.objects.create(code="450202-police", kind="police", name="城中交管", place="450202")
    asked = {"vin": VIN, "reason": "车主申请"}
    first = city.client(POLICE).post("/api/v1/marks", asked, content_type="application/json")
    again = city.client(POLICE).post("/api/v1/marks", asked, content_type="application/json")
    assert first.status_code == again.status_code == 202 and first.json()["id"] == again.json()["id"]
    key = issue_key(county, clock.now())
    other = Client(headers={"Authorization": f"Bearer {key}"}).post(
        "/api/v1/marks", asked, content_type="application/json"
    )
    assert other.json().get("id") != first.json()["id"] and POLICE not in other.content.decode()


def test_a_blank_is_filled_at_once_but_not_with_what_frees(city: City, lists: Lists) -> None:
    lists({"vin": VIN, "plate": PLATE}, {"vin": OTHER_VIN, "plate": OTHER_PLATE})
    done = lists(
        {"vin": VIN, "fuel": "diesel", "usage": "A"}, {"vin": OTHER_VIN, "fuel": "electric", "usage": "A"}
    )
    assert (done.changed, done.held) == (2, 1)
    assert dict(Vehicle.objects.values_list("vin", "fuel")) == {VIN: "diesel", OTHER_VIN: ""}
    assert body_of("vehicle-changed")["fields"] == {"usage": ["", "A"]}


def test_an_owner_is_changed_at_once_and_masked_in_the_journal(city: City, lists: Lists) -> None:
    lists(diesel(owner_name="韦小明", owner_phone="13800000000"))
    done = lists({"vin": VIN, "owner_name": "覃小红", "owner_phone": "13900000001"})
    assert (done.changed, done.held) == (1, 0) and Vehicle.objects.get().owner_name == "覃小红"
    assert body_of("vehicle-changed")["fields"] == {
        "owner_name": ["韦**", "覃**"],
        "owner_phone": ["138****0000", "139****0001"],
    }
    assert lists({"vin": VIN, "owner_name": "覃小红"}).same == 1


def test_a_plate_of_another_is_not_taken_by_one_hand(city: City, lists: Lists) -> None:
    lists(diesel(), diesel(vin=OTHER_VIN, plate=OTHER_PLATE), ago=10)
    lists({"vin": OTHER_VIN, "plate": PLATE}, reason="换牌")
    assert dict(Vehicle.objects.values_list("vin", "plate")) == {VIN: PLATE, OTHER_VIN: OTHER_PLATE}
    assert decide(person(POLICE, name="chief"), "confirm") == 302
    assert dict(Vehicle.objects.values_list("vin", "plate")) == {VIN: "", OTHER_VIN: PLATE}
    running = PlateSpan.objects.filter(until__isnull=True)
    assert dict(running.values_list("vehicle__vin", "plate")) == {OTHER_VIN: PLATE}
    # A new vehicle waits for the plate, too; one given up in the same list is free.
    lists(diesel(vin="LFV2A21K6J3123458", plate=PLATE), reason="新车用旧牌")
    assert Vehicle.objects.get(vin="LFV2A21K6J3123458").plate == ""
    assert Proposal.objects.get(state="waiting").body["fields"] == {"plate": ["", PLATE]}
    lists(diesel(vin="LFV2A21K6J3123459", plate=PLATE), {"vin": OTHER_VIN, "plate": "桂B00001"})
    assert Vehicle.objects.get(vin="LFV2A21K6J3123459").plate == PLATE


def test_back_on_the_road_takes_two(city: City, lists: Lists) -> None:
    lists(diesel(), diesel(vin=OTHER_VIN, plate=OTHER_PLATE))
    client = city.client(POLICE)
    day = f"{day_of(clock.now())}"

    def change(kind: str, **more: str) -> Any:
        body = {"vin": VIN, "kind": kind, "on": day, **more}
        return client.post("/api/v1/vehicles/changes", body, content_type="application/json")

    assert change("cancelled").status_code == 201
    held = change("moved_in", owner_name="黄某", reason="恢复登记")
    assert (held.status_code, held.json()["changes"]) == (202, {"status": ["cancelled", "active"]})
    assert "vehicle-cancelled" in codes(gate(city, vin=VIN))
    assert lists({"vin": VIN, "status": "正常"}).held == 1
    assert (
        decide(person(POLICE, name="chief"), "confirm", held=Proposal.objects.get(kind="vehicle-change"))
        == 302
    )
    vehicle = Vehicle.objects.get(vin=VIN)
    assert (vehicle.status, vehicle.owner_name) == ("active", "黄某")
    taken = change("sold", new_plate=OTHER_PLATE)
    assert taken.status_code == 202 and taken.json()["changes"] == {"plate": [PLATE, OTHER_PLATE]}
    assert change("sold", new_plate="桂B77777").json()["plate"] == "桂B77777"
    assert change("sold", on="1900-01-01").json()["code"] == "day-implausible"
    assert "黄某" not in "".join(JournalEntry.objects.values_list("body", flat=True)), (
        "no owner in the journal"
    )
    assert unlike_the_journal() == []


def test_days_that_cannot_be_are_refused(city: City, lists: Lists) -> None:
    far = (clock.now() + timedelta(days=365 * 12)).date().isoformat()
    wrong = [diesel(due_on=far), diesel(first_registered_on="1920-01-01"), diesel(produced_on="0001-01-01")]
    for row in wrong:
        assert lists(row).rejected == 1
    assert not Vehicle.objects.exists()


def test_a_vehicle_of_tests_alone_gets_its_mark_when_it_is_entered(city: City, lists: Lists) -> None:
    city.test(f"{clock.now() - timedelta(days=1):%Y-%m-%d %H:%M}")
    answer = gate(city, vin=VIN)
    assert not answer["allowed"] and answer["reasons"][0]["code"] == "not-in-register"
    assert "police counter" in answer["reasons"][0]["next_en"]
    refused = city.client(POLICE).post("/api/v1/marks", {"vin": VIN}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "not-in-register")
    lists(diesel(fuel="gasoline", emission_stage="4", owner_name="韦小明"))
    assert gate(city, vin=VIN)["allowed"] is True
    done = city.client(POLICE).post("/api/v1/marks", {"vin": VIN}, content_type="application/json")
    assert done.status_code == 201 and done.json()["test_no"]


def test_a_first_entry_that_contradicts_tests_frees_nobody_alone(city: City, lists: Lists) -> None:
    """A car that stations tested on petrol is entered as electric: a finding, and its mark waits."""
    city.test("2026-03-02 09:00")
    lists({"vin": VIN, "plate": PLATE, "fuel": "electric", "first_registered_on": years_ago(10)})
    assert Finding.objects.get(code="fuel-differs").subject_kind == "vehicle"
    answer = city.client(POLICE).post("/api/v1/marks", {"vin": VIN}, content_type="application/json")
    assert answer.status_code == 202 and not Mark.objects.exists()


def test_a_first_import_of_many_is_a_few_statements(city: City, lists: Lists) -> None:
    rows = [diesel(vin=f"LFV2A21K6J3{n:06d}", plate=f"桂C{n:05d}") for n in range(3000)]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert lists(*rows).new == 3000
    assert len(asked) < 60
    assert JournalEntry.objects.count() == 2, "the list, and the block"
