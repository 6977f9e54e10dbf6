"""In the transition phase an owner may go to any repairer: where it has no access to the platform, two people of the
I-station enter and confirm invoice and list, and the owner does not stand before a closed gate."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from imloop.facts.days import read_day
from imloop.law import load
from imloop.steps.accounts.create_user import create_user
from imloop.steps.accounts.keys import issue_key
from imloop.store.models import Attachment, Case, JournalEntry, Party, PartyKind, RawUpload, Repair
from support.city import FAR, LISTED, NEAR, PLACE, UNLISTED, at
from support.doors import Doors
from support.messages.uploads import PLATE, VIN, repair_message
from support.people import person
from support.stories.outages import upload

USCC = "91450200MA5KABCD12"
FAIL, DONE, NOW = "2026-02-02 09:00", "2026-02-04 16:00", "2026-02-06 09:00"
IN_FULL = {"2026-02-02": "2026-03-02", "2026-02-04": "2026-03-04", "2026-02-06": "2026-03-06"}
PNG = b"\x89PNG\r\n\x1a\n"
PAGE = "/desk/istation/papers"
LI, WEI, OTHER = "li", "wei", "other-station"


@pytest.fixture
def people(doors: Doors) -> Doors:
    """Two people of the station with keys of their own, one of another station."""
    for name, code in ((LI, NEAR), (WEI, NEAR), (OTHER, FAR)):
        party = Party.objects.get(code=code)
        create_user(name, "a-long-password", party, at(FAIL))
        doors.use_key(name, issue_key(party, at(FAIL), person=name))
    return doors


@pytest.fixture
def failed(people: Doors) -> Doors:
    people.at("2026-02-02 09:30")
    upload(people, FAIL, co=0.9)
    people.at(NOW)
    return people


def papers(done: str = DONE, **change: Any) -> dict[str, Any]:
    message = repair_message(at(done), shop="")
    del message["shop"]
    documents = {"settlement_no": "J-2001", "invoice_no": "F-2001"}
    return {**message, "repairer": {"name": "城南修理店", "uscc": USCC}, "documents": documents, **change}


def enter(doors: Doors, by: str = LI, expect: int = 201, **change: Any) -> dict[str, Any]:
    return doors.post("station-papers", papers(**change), by=by, expect=expect)


def photograph(doors: Doors, told: dict[str, Any], *names: str, by: str = LI, expect: int = 201) -> None:
    for name in names:
        where = f"shop={told['shop']}&repair_no={told['repair_no']}&paper={name}&name={name}.png"
        doors.call("post", f"station-papers/files?{where}", PNG + name.encode(), by=by, expect=expect)


def confirm(doors: Doors, told: dict[str, Any], by: str = WEI, expect: int = 200) -> dict[str, Any]:
    said = {"shop": told["shop"], "repair_no": told["repair_no"]}
    return doors.post("station-papers/confirm", said, by=by, expect=expect)


def permit(doors: Doors) -> tuple[bool, list[str]]:
    answer = doors.get(f"retest-permit?vin={VIN}&station={NEAR}", by=NEAR)
    return answer["allowed"], [reason["code"] for reason in answer["reasons"]]


def test_two_people_open_the_gate_with_invoice_and_list(failed: Doors) -> None:
    assert permit(failed) == (False, ["no-repair-record"])
    told = enter(failed)
    assert (told["shop"], told["entered_by"]) == (f"X{USCC}", f"{NEAR}/{LI}")
    assert [each["code"] for each in told["retest"]["reasons"]] == ["papers-unconfirmed"]
    assert "五（三）" in told["retest"]["reasons"][0]["cite"]
    assert permit(failed) == (False, ["papers-unconfirmed"])
    photograph(failed, told, "settlement", "invoice")
    assert confirm(failed, told)["case_state"] == "awaiting_retest"
    assert permit(failed) == (True, [])
    failed.at("2026-02-06 10:30")
    upload(failed, "2026-02-06 10:00")
    assert Case.objects.get().state == "closed"


def test_what_was_done_is_kept_and_in_the_journal(failed: Doors) -> None:
    told = enter(failed)
    photograph(failed, told, "settlement", "invoice")
    confirm(failed, told)
    repair = Repair.objects.get()
    assert repair.raw.kind == "papers" and repair.raw.party.code == NEAR and repair.shop.name == "城南修理店"
    assert sorted(Attachment.objects.values_list("paper", flat=True)) == ["invoice", "settlement"]
    kinds = ("repairer-named", "repair-received", "papers-confirmed")
    noted = JournalEntry.objects.filter(kind__in=kinds).order_by("number").values_list("kind", "actor")
    assert list(noted) == [
        (kinds[0], f"{NEAR}/{LI}"),
        (kinds[1], f"{NEAR}/{LI}"),
        (kinds[2], f"{NEAR}/{WEI}"),
    ]
    event = Case.objects.get().events.get(kind="RepairReleased")
    assert event.data["approver"] == f"{NEAR}/{WEI}"


def test_who_entered_them_does_not_confirm(failed: Doors) -> None:
    told = enter(failed)
    photograph(failed, told, "settlement", "invoice")
    assert confirm(failed, told, by=LI, expect=403)["code"] == "second-person-needed"
    assert confirm(failed, told, by=OTHER, expect=422)["code"] == "unknown-repair"
    assert confirm(failed, told, by=NEAR, expect=403)["code"] == "person-needed"
    assert permit(failed) == (False, ["papers-unconfirmed"])
    confirm(failed, told)
    assert confirm(failed, told, expect=409)["code"] == "decided-already"


def test_without_photographs_nothing_is_confirmed(failed: Doors) -> None:
    told = enter(failed)
    photograph(failed, told, "settlement")
    refused = confirm(failed, told, expect=403)
    assert refused["code"] == "papers-not-photographed" and "维修发票" in refused["detail"]
    photograph(failed, told, "invoice", by=OTHER, expect=422)
    photograph(failed, told, "invoice")
    confirm(failed, told)


def test_papers_that_are_not_complete_open_nothing(failed: Doors) -> None:
    told = enter(failed, documents={"settlement_no": "J-2001"})
    photograph(failed, told, "settlement", "invoice")
    confirm(failed, told)
    assert permit(failed) == (False, ["documents-missing"])


def test_a_number_that_another_repair_used_waits_for_the_department(failed: Doors) -> None:
    first = enter(failed)
    photograph(failed, first, "settlement", "invoice")
    confirm(failed, first)
    failed.at("2026-02-07 09:30")
    upload(failed, "2026-02-07 09:00", co=0.9)
    failed.at("2026-02-09 09:00")
    other = {"name": "城北修理店", "uscc": "91450200MA5KABCEXR"}
    told = enter(failed, done="2026-02-08 16:00", repairer=other)
    photograph(failed, told, "settlement", "invoice")
    assert confirm(failed, told, expect=403)["code"] == "held-besides"
    path = f"cases/{Case.objects.get().case_no}/repairs/{told['shop']}/{told['repair_no']}/release"
    failed.post(path, {"reason": "已向两家核实"}, by=f"{PLACE}-environment", expect=200)
    assert permit(failed) == (True, [])


def test_a_repairer_with_access_uploads_itself(failed: Doors) -> None:
    Party.objects.filter(code=LISTED).update(uscc=USCC)
    assert enter(failed, expect=403)["code"] == "repairer-has-access"
    Party.objects.filter(code=LISTED).update(uscc="")
    Party.objects.filter(code=UNLISTED).update(uscc=USCC)
    assert enter(failed)["shop"] == UNLISTED, "one that was registered once, and has neither key nor people"


def test_the_same_entry_again_is_the_same_receipt(failed: Doors) -> None:
    message = papers()
    first = failed.post("station-papers", message, by=LI, expect=201)
    assert failed.post("station-papers", message, by=LI, expect=200) == first
    assert Party.objects.filter(kind=PartyKind.MSTATION, uscc=USCC).count() == 1


def test_another_stations_case_is_none(failed: Doors) -> None:
    refused = enter(failed, by=OTHER, expect=422)
    assert refused["code"] == "no-open-case" and not Party.objects.filter(uscc=USCC).exists()
    assert RawUpload.objects.get(kind="papers").refused == "no-open-case"


def test_a_machine_and_a_wrong_code_enter_nothing(failed: Doors) -> None:
    assert enter(failed, by=NEAR, expect=403)["code"] == "person-needed"
    wrong = {"name": "城南修理店", "uscc": "91450200MA5KABCD13"}
    assert enter(failed, expect=422, repairer=wrong)["code"] == "bad-uscc"
    unnamed = enter(failed, expect=422, repairer={"name": "城南修理店"})
    assert unnamed["errors"][0]["path"] == "$.repairer.uscc"


def test_in_the_full_phase_the_repairer_uploads(people: Doors) -> None:
    people.at("2026-03-02 09:30")
    upload(people, "2026-03-02 09:00", co=0.9)
    people.at("2026-03-06 09:00")
    refused = enter(people, done="2026-03-04 16:00", expect=403)
    assert refused["code"] == "papers-not-at-station" and "五（三）" in refused["cite"]


def test_a_repair_of_the_transition_counts_in_the_full_phase(people: Doors) -> None:
    """The law of the day on which it was finished decides, as for every repair."""
    people.at("2026-02-26 09:30")
    upload(people, "2026-02-26 09:00", co=0.9)
    people.at("2026-03-03 09:00")
    told = enter(people, done="2026-02-27 16:00")
    photograph(people, told, "settlement", "invoice")
    confirm(people, told)
    assert permit(people) == (True, [])


def test_no_other_place_lets_a_station_do_so() -> None:
    law = load().at(read_day("2026-02-04"), "330100")
    assert not law.flag("retest.papers_at_station")


def test_the_station_does_both_on_its_page(failed: Doors) -> None:
    """The same by forms: one person enters, the other one confirms."""
    first, second = person(NEAR, name="one"), person(NEAR, name="two")
    assert "/desk/istation/papers" in first.get("/desk/istation/permit").content.decode()
    form = first.get(PAGE).content.decode()
    assert "五（三）" in form and 'name="invoice_no"' in form and 'name="certificate_no"' not in form
    typed = {
        "what": "enter",
        "repair_no": "P1",
        "case_no": Case.objects.get().case_no,
        "plate": PLATE,
        "repairer_name": "城南修理店",
        "uscc": USCC,
        "received_at": "2026-02-04T09:00",
        "finished_at": "2026-02-04T16:00",
        "item_code_0": "O2S",
        "item_name_0": "更换氧传感器",
        "item_hours_0": "1.5",
        "settlement_no": "J-2001",
        "invoice_no": "F-2001",
    }
    wrong = first.post(PAGE, {**typed, "uscc": "1"})
    assert wrong.status_code == 422 and 'href="#uscc"' in wrong.content.decode()
    assert first.post(PAGE, {**typed, "photo_invoice": _file("invoice")}).status_code == 302
    mine = first.get(PAGE).content.decode()
    assert "等待本站另一人对照原件确认" in mine and "已对照原件，确认" not in mine
    named = {"shop": f"X{USCC}", "repair_no": "P1"}
    sent = first.post(PAGE, {**named, "what": "photograph", "paper": "settlement", "file": _file("list")})
    assert sent.status_code == 302
    assert "已对照原件，确认" in second.get(PAGE).content.decode()
    assert second.post(PAGE, {**named, "what": "confirm"}).status_code == 302
    assert "已确认" in first.get(PAGE).content.decode() and permit(failed) == (True, [])
    office = person(f"{PLACE}-transport").get(f"/repairs/X{USCC}/P1").content.decode()
    assert "由检验机构代为登记" in office and "invoice.png" in office


def _file(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{name}.png", PNG + name.encode(), "image/png")


def test_after_the_phase_the_page_says_who_uploads(people: Doors) -> None:
    people.at("2026-03-06 09:00")
    window = person(NEAR, name="one")
    assert PAGE not in window.get("/desk/istation/permit").content.decode()
    assert "不得代为登记" in window.get(PAGE).content.decode()
