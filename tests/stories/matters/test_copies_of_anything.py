"""A department copies what it sees to another: frozen as it was, with its papers and files by hash, to be received and
answered; nobody else sees it, and the receiver sees no more of it."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import pytest

from imloop.steps.desk.work_list import tasks
from imloop.steps.ground.access import caller_for
from imloop.steps.repairs.repair_files import attach_to_repair
from imloop.store.models import (
    Attachment,
    Copy,
    Evidence,
    Finding,
    JournalEntry,
    OutboxEntry,
    Party,
    Repair,
    Test,
)
from support.casework.penalties import Team
from support.city import LISTED, NEAR, PLACE, City, at
from support.doors import Doors
from support.messages.uploads import PLATE
from support.people import person
from support.stories.two_cities import PNG

OFFICE, MARKET, TRANSPORT, POLICE = (
    f"{PLACE}-{kind}" for kind in ("environment", "market", "transport", "police")
)
WANTED = "请核查有关情况并答复"
KINDS = ("test", "repair", "trace_back", "finding", "matter")


@pytest.fixture
def objects(city: City, doors: Doors) -> dict[str, str]:
    """One of each, of one vehicle."""
    city.test("2026-03-02 09:00", co=0.9)
    city.repair("2026-03-03 16:00")
    city.test("2026-03-04 09:00", purpose="retest")
    doors.at("2026-03-05 09:00")
    repair, test = Repair.objects.get(), Test.objects.latest("pk")
    attach_to_repair(city.callers[LISTED], repair.repair_no, "old.png", PNG, at("2026-03-05 09:00"))
    finding = Finding.objects.create(
        created_at=at("2026-03-04 10:00"),
        code="repair-too-quick",
        station_code=LISTED,
        subject=repair.repair_no,
        subject_kind="repair",
        data={"text": "维修时间不足", "text_en": "repaired too quickly"},
    )
    opened = {"ground": "conditions_lost", "findings": "底盘测功机停用", "evidence": "现场检查记录"}
    matter = doors.post("matters", {"kind": "suspension", "party": NEAR, "fields": opened}, by=OFFICE)
    doors.post(f"matters/{matter['matter_no']}/files?name=x.png", PNG + b"1", by=OFFICE)
    assert test.vehicle is not None
    return {
        "test": f"{NEAR}/{test.test_no}",
        "repair": f"{LISTED}/{repair.repair_no}",
        "trace_back": str(test.vehicle.pk),
        "finding": str(finding.pk),
        "matter": str(matter["matter_no"]),
    }


def copy(
    doors: Doors, objects: dict[str, str], of: str, expect: int = 201, **change: str
) -> dict[str, object]:
    body = {"of": of, "reference": objects[of], "to": MARKET, "wanted": WANTED, **change}
    return dict(doors.post("copies", body, by=OFFICE, expect=expect))


@pytest.mark.parametrize("of", KINDS)
def test_it_is_frozen_seen_by_its_two_departments_and_answered(
    city: City, doors: Doors, objects: dict[str, str], of: str
) -> None:
    sent = copy(doors, objects, of)
    number = sent["number"]
    assert (sent["of"], sent["reference"], sent["answer_due"]) == (of, objects[of], "2026-03-12")
    told = OutboxEntry.objects.get(receiver=MARKET, topic="copied").body
    assert (told["copy"], told["reference"]) == (number, objects[of])
    got = doors.get(f"copies/{number}", by=MARKET)
    assert got["shown"] == sent["shown"] and got["shown"]["lines"]
    assert JournalEntry.objects.filter(kind="looked-up", actor__startswith=MARKET).exists()
    for other in (TRANSPORT, POLICE):
        assert doors.get(f"copies/{number}", by=other, expect=404)["code"] == "unknown-copy"
        assert number not in [each["number"] for each in doors.get("copies", by=other)["copies"]]
    doors.post(f"copies/{number}/receipt", {}, by=MARKET)
    doors.post(f"copies/{number}/answer", {"answer": "已核查，未见异常。"}, by=MARKET)
    assert doors.get(f"copies/{number}", by=OFFICE)["answer"] == "已核查，未见异常。"
    said = json.loads(JournalEntry.objects.get(kind="copy-sent").body)
    assert said["files"] == [file["sha256"] for file in got["files"]]


@pytest.mark.parametrize("of", KINDS)
def test_what_happens_later_is_not_in_it(city: City, doors: Doors, objects: dict[str, str], of: str) -> None:
    before = copy(doors, objects, of)
    city.test("2026-03-06 09:00", co=0.9)
    Finding.objects.filter(pk=objects["finding"]).update(resolution="后来的核实")
    doors.step(objects["matter"], "notify", by=OFFICE, served_on="2026-03-05", intended="暂停联网")
    after = doors.get(f"copies/{before['number']}", by=MARKET)
    assert after["shown"] == before["shown"] and after["files"] == before["files"]
    assert "后来的核实" not in json.dumps(after, ensure_ascii=False) and "暂停联网" not in str(after)


def test_its_files_are_those_bytes_and_no_others(city: City, doors: Doors, objects: dict[str, str]) -> None:
    repair, trace = copy(doors, objects, "repair"), copy(doors, objects, "trace_back")
    (photo,) = repair["files"]  # type: ignore[misc]
    assert photo["sha256"] == hashlib.sha256(PNG).hexdigest()
    at_it = f"/api/v1/copies/{repair['number']}/files"
    market = city.client(MARKET)
    assert market.get(f"{at_it}/{photo['sha256']}").content == PNG
    report = next(file for file in trace["files"] if file["name"].endswith(".pdf"))  # type: ignore[attr-defined]
    body = market.get(f"/api/v1/copies/{trace['number']}/files/{report['sha256']}").content
    assert body.startswith(b"%PDF") and hashlib.sha256(body).hexdigest() == report["sha256"]
    hidden = hashlib.sha256(PNG + b"1").hexdigest()
    for digest, window in ((hidden, market), (photo["sha256"], city.client(TRANSPORT))):
        assert window.get(f"{at_it}/{digest}").status_code == 404


def test_of_a_matter_the_receiver_sees_the_papers_and_not_the_matter(
    city: City, doors: Doors, objects: dict[str, str]
) -> None:
    sent = copy(doors, objects, "matter", to=POLICE)
    assert [file["name"] for file in sent["files"]] == ["x.png"]  # type: ignore[attr-defined]
    got = str(doors.get(f"copies/{sent['number']}", by=POLICE))
    assert objects["matter"] in got and "底盘测功机停用" not in got
    events = doors.get(f"matters/{objects['matter']}", by=OFFICE)["events"]
    assert [event["step"] for event in events] == ["open", "copy"]


def test_what_is_handed_over_goes_with_all_that_was_handed_in(city: City, doors: Doors) -> None:
    doors.at("2026-09-02 09:00")
    team = Team(doors)
    team.open(party=NEAR)
    doors.post(f"matters/{team.number}/files?name=x.png", PNG, by="zhang")
    team("head", "transfer", copied_to=POLICE, wanted="涉嫌犯罪，移送处理")
    (sent,) = doors.get("copies", by=POLICE)["copies"]
    (file,) = doors.get(f"copies/{sent['number']}", by=POLICE)["files"]
    assert file["sha256"] == hashlib.sha256(PNG).hexdigest()
    at_it = f"/api/v1/copies/{sent['number']}/files/{file['sha256']}"
    assert city.client(POLICE).get(at_it).content == PNG
    assert json.loads(JournalEntry.objects.get(kind="copy-sent").body)["files"] == [file["sha256"]]


def test_what_one_does_not_see_one_does_not_copy(city: City, doors: Doors, objects: dict[str, str]) -> None:
    Party.objects.create(code="450300-environment", kind="environment", name="桂林", place="450300")
    Party.objects.create(code="450300-market", kind="market", name="桂林", place="450300")
    for of in KINDS:
        body = {"of": of, "reference": objects[of], "to": "450300-market", "wanted": WANTED}
        if of != "trace_back":
            said = doors.post("copies", body, by="450300-environment", expect=422)
            assert str(said["code"]).startswith(("unknown-", "not-")), said
        assert copy(doors, objects, of, 422, to="450300-market")["code"] in ("wrong-value", "malformed")
    assert copy(doors, objects, "test", 422, to=OFFICE)["code"] == "wrong-value"
    assert copy(doors, objects, "test", 422, wanted="。")["code"] == "reason-missing"
    assert copy(doors, objects, "test", 422, answer_by="2026-03-05")["code"] == "in-the-past"
    assert not Copy.objects.exists() and not Evidence.objects.exists()
    assert not Attachment.objects.filter(copy__isnull=False).exists()
    copy(doors, objects, "test")
    assert copy(doors, objects, "test", 409)["code"] == "copied-already"
    copy(doors, objects, "test", to=TRANSPORT)


def test_an_answer_that_is_late_stands_on_both_work_lists_and_in_the_record(
    city: City, doors: Doors, objects: dict[str, str]
) -> None:
    number = copy(doors, objects, "test")["number"]
    sender, receiver = (caller_for(Party.objects.get(code=code)) for code in (OFFICE, MARKET))
    link = f"/copies/{number}"
    assert link in {task.link for task in tasks(receiver, at("2026-03-06 09:00"))}
    assert link not in {task.link for task in tasks(sender, at("2026-03-06 09:00"))}
    late = at("2026-03-13 09:00")
    assert {task.late for task in tasks(receiver, late) if task.link == link} == {True}
    assert {task.late for task in tasks(sender, late) if task.link == link} == {False}, "another's delay"
    doors.at("2026-03-13 09:00")
    doors.post(f"{link[1:]}/answer", {"answer": "已核查，未见异常。"}, by=MARKET)
    assert not {task.link for task in tasks(sender, late)} & {link}


def test_by_its_pages(city: City, doors: Doors, objects: dict[str, str]) -> None:
    office, market, police = person(OFFICE), person(MARKET), person(POLICE)
    test = Test.objects.latest("pk")
    page = office.get(f"/tests/{test.test_no}").content.decode()
    assert f"/copies/new?of=test&amp;reference={NEAR}%2F{test.test_no}" in page
    form = f"/copies/new?of=test&reference={NEAR}/{test.test_no}"
    assert MARKET in office.get(form).content.decode()
    refused = office.post(form, {"copied_to": MARKET, "wanted": "", "sure": "1"})
    assert refused.status_code == 422 and not Copy.objects.exists()
    sent = office.post(form, {"copied_to": MARKET, "wanted": WANTED, "sure": "1"})
    at_it = sent["Location"]
    shown = market.get(at_it).content.decode()
    assert PLATE in shown and WANTED in shown and "检验报告" in shown
    assert PLATE not in market.get("/copies").content.decode(), "the list names no vehicle"
    assert police.get(at_it).status_code == 404
    assert office.post(at_it, {"do": "receive"}).status_code in (403, 422)
    assert market.post(at_it, {"do": "answer", "answer": "已核查，未见异常。"}).status_code == 302
    assert "已核查，未见异常。" in office.get(at_it).content.decode()
    assert date(2026, 3, 12) == Copy.objects.get().answer_due
