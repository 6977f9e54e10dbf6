"""A matter's file at the desk: assigned, paused, put right, copied to a department, merged, published and withdrawn."""

from __future__ import annotations

from typing import Any

from django.test import Client

from imloop.store.models import Copy, JournalEntry, Matter, OutboxEntry, Party, Publication, Test
from support.city import NEAR, City
from support.doors import Doors
from support.people import person

OFFICE, MARKET, TRANSPORT = (f"450200-{kind}" for kind in ("environment", "market", "transport"))
OPENED = {"ground": "conditions_lost", "findings": "底盘测功机停用", "evidence": "现场检查记录"}


def name_of(code: str) -> str:
    return Party.objects.get(code=code).name


def open_one(doors: Doors) -> str:
    doors.at("2026-03-02 09:00")
    body = {"kind": "suspension", "party": NEAR, "fields": OPENED}
    return str(doors.post("matters", body, by=OFFICE)["matter_no"])


def test_a_clock_stands_still_with_a_reason_and_the_station_reads_it(city: City, doors: Doors) -> None:
    number = open_one(doors)
    assert doors.get(f"matters/{number}", by=OFFICE)["due_on"] == "2026-04-01"
    doors.step(number, "pause", by=OFFICE, clock="state", pause_ground="expertise", reason="送计量院检定")
    shown = doors.get(f"matters/{number}", by=NEAR)
    assert shown["due_on"] == "2026-05-31", "when somebody must look again"
    assert [(clock["paused_on"], clock["late"]) for clock in shown["clocks"]] == [("2026-03-02", False)]
    assert "continue" in {step["step"] for step in doors.get(f"matters/{number}", by=OFFICE)["steps"]}
    doors.at("2026-03-12 09:00")
    doors.step(number, "continue", by=OFFICE, clock="state", reason="检定证书已收到")
    assert doors.get(f"matters/{number}", by=OFFICE)["due_on"] == "2026-04-11"
    # A station has no part in it, and another department neither.
    refused = doors.post(
        f"matters/{number}/steps",
        {"step": "pause", "fields": {"clock": "state", "pause_ground": "party", "reason": "等一等"}},
        by=NEAR,
        expect=403,
    )
    assert refused["code"] == "not-your-step"


def test_another_department_gets_a_copy_receives_and_answers_it(city: City, doors: Doors) -> None:
    number = open_one(doors)
    copy_of(doors, number, wanted="请核查计量认证是否有效")
    told = OutboxEntry.objects.get(receiver=MARKET, topic="copied").body
    assert (told["reference"], told["answer_due"]) == (number, "2026-03-09")
    waiting = doors.get("copies", by=MARKET)["copies"]
    assert [(each["title"], each["answered_at"]) for each in waiting] == [(name_of(NEAR), None)]
    copy = waiting[0]["number"]
    assert doors.post(f"copies/{copy}/answer", {"answer": "代为答复"}, by=OFFICE, expect=403)["code"] == (
        "not-your-copy"
    )
    assert doors.post(f"copies/{copy}/receipt", {}, by=TRANSPORT, expect=422)["code"] == "unknown-copy"
    assert doors.post(f"copies/{copy}/answer", {"answer": "。"}, by=MARKET, expect=422)
    doors.post(f"copies/{copy}/receipt", {}, by=MARKET)
    doors.at("2026-03-10 09:00")
    assert doors.get("copies", by=OFFICE)["copies"][0]["late"]
    answered = doors.post(f"copies/{copy}/answer", {"answer": "证书有效至 2027 年，未见异常。"}, by=MARKET)
    assert not answered["late"]
    assert OutboxEntry.objects.get(receiver=OFFICE, topic="copy-answered").body["copy"] == copy
    assert JournalEntry.objects.filter(kind__in=("copy-received", "copy-answered")).count() == 2
    page = person(OFFICE, name="reader").get(f"/matters/{number}").content.decode()
    steps = page.partition('class="timeline"')[2]
    assert "请核查计量认证是否有效" in steps
    assert MARKET not in steps, "people read the department's name, not its code"
    # The station under investigation hears nothing of it.
    events = doors.get(f"matters/{number}", by=NEAR)["events"]
    assert [event["step"] for event in events] == ["open"]
    assert not OutboxEntry.objects.filter(receiver=NEAR, body__step="copy").exists()


def copy_of(doors: Doors, number: str, *, expect: int = 201, **said: str) -> dict[str, Any]:
    return dict(
        doors.post(
            "copies", {"of": "matter", "reference": number, "to": MARKET, **said}, by=OFFICE, expect=expect
        )
    )


def test_the_step_alone_sends_no_copy_and_says_which_call_does(city: City, doors: Doors) -> None:
    number = open_one(doors)
    fields = {"copied_to": MARKET, "wanted": "请核查计量认证是否有效"}
    body = {"step": "copy", "fields": fields}
    refused = doors.post(f"matters/{number}/steps", body, by=OFFICE, expect=409)
    assert refused["code"] == "copied-with-papers" and "/api/v1/copies" in refused["detail"]
    assert doors.post(f"matters/{number}/steps", body, by=NEAR, expect=403)["code"] == "not-your-step"
    assert not Copy.objects.exists()
    assert "copy" not in {each["step"] for each in doors.get(f"matters/{number}", by=OFFICE)["steps"]}


def test_a_copy_is_refused_by_name_where_it_goes_to_nobody_or_into_the_past(city: City, doors: Doors) -> None:
    number = open_one(doors)
    wanted = {"wanted": "请核查计量认证是否有效"}

    def refused(expect: int, **fields: str) -> str:
        said = copy_of(doors, number, expect=expect, **{**wanted, **fields})
        return str((said.get("errors") or [said])[0]["code"])

    assert refused(422, to="450300-market") == "wrong-value"
    assert refused(422, to=OFFICE) == "wrong-value"
    assert refused(422, to=MARKET, answer_by="2026-03-02") == "in-the-past"
    assert not Copy.objects.exists()
    copy_of(doors, number, **wanted)
    assert refused(409, copied_to=MARKET) == "copied-already"


def test_a_duplicate_goes_on_in_the_other_matter_with_its_evidence(city: City, doors: Doors) -> None:
    number = open_one(doors)
    body = {"kind": "strike-off", "party": NEAR, "fields": OPENED}
    other = str(doors.post("matters", body, by=OFFICE)["matter_no"])
    merge = {"step": "merge", "fields": {"merged_into": other, "reason": "同一事实"}}
    # Only one of the same kind takes it in.
    assert doors.post(f"matters/{number}/steps", merge, by=OFFICE, expect=422)["code"] == "unknown-matter"
    city.test("2026-03-02 09:30", co=0.1)
    evidence = {"kind": "test", "reference": Test.objects.get().test_no, "words": "曲线雷同"}
    kept = doors.post(f"matters/{number}/evidence", evidence, by=OFFICE)
    assert kept["sha256"] == Test.objects.get().raw.sha256
    second = Matter.objects.get(matter_no=other)
    second.kind = "suspension"
    second.save()
    doors.post(f"matters/{number}/steps", merge, by=OFFICE)
    taken = doors.get(f"matters/{other}", by=OFFICE)
    assert [each["words"] for each in taken["evidence"]] == ["曲线雷同"]
    assert taken["links"] == [{"kind": "merged", "matter_no": number, "title": name_of(NEAR), "back": True}]
    assert doors.get(f"matters/{number}", by=OFFICE)["state"] == "merged"


def test_evidence_is_named_and_hashed_and_not_somebody_elses(city: City, doors: Doors) -> None:
    number = open_one(doors)

    def refused(**given: str) -> list[str]:
        said = doors.post(f"matters/{number}/evidence", given, by=OFFICE, expect=422)
        return [problem["path"] for problem in said["errors"]]

    assert refused(kind="test", reference="T-0") == ["$.reference"]
    assert refused(kind="video", reference="http://video.invalid/1", sha256="0" * 64) == ["$.reference"]
    assert refused(kind="video", reference="https://video.invalid/1", sha256="abc") == ["$.sha256"]
    assert refused(kind="hearsay", reference="x") == ["$.kind"]
    video = {"kind": "video", "reference": "https://video.invalid/1.mp4", "sha256": "ab" * 32}
    doors.post(f"matters/{number}/evidence", video, by=OFFICE)
    assert doors.post(f"matters/{number}/evidence", video, by=NEAR, expect=403)["code"] == "not-your-matter"


def test_a_decision_is_public_until_it_is_withdrawn_with_a_reason(city: City, doors: Doors) -> None:
    number = open_one(doors)
    doors.step(number, "notify", by=OFFICE, served_on="2026-03-02", intended="暂停联网")
    assert "withdraw_publication" not in {
        step["step"] for step in doors.get(f"matters/{number}", by=OFFICE)["steps"]
    }
    doors.step(number, "waive_hearing", by=NEAR)
    doors.step(
        number,
        "decide",
        by=OFFICE,
        decision_no="柳环暂〔2026〕1号",
        since="2026-03-02",
        reasons="条件丧失",
        remedy="修复",
    )
    assert [each["matter_no"] for each in doors.get("public/decisions")["decisions"]] == [number]
    doors.step(number, "withdraw_publication", by=OFFICE, reason="决定已变更")
    assert doors.get("public/decisions")["decisions"] == []
    assert number.encode() not in Client().get("/public/decisions").content
    gone = Publication.objects.get()
    assert gone.reason == "决定已变更"
    assert gone.withdrawn_by.startswith(OFFICE)


def test_a_matter_is_one_persons_and_only_of_the_department(city: City, doors: Doors) -> None:
    number = open_one(doors)
    shown = doors.get(f"matters/{number}", by=OFFICE)
    (assign,) = (step for step in shown["steps"] if step["step"] == "assign")
    (person,) = (field["choices"][0] for field in assign["fields"])
    doors.step(number, "assign", by=OFFICE, assigned_to=person)
    assert doors.get(f"matters/{number}", by=OFFICE)["assigned_to"] == person
    body = {"step": "assign", "fields": {"assigned_to": "nobody-here"}}
    assert (
        doors.post(f"matters/{number}/steps", body, by=OFFICE, expect=422)["errors"][0]["code"]
        == "wrong-value"
    )
