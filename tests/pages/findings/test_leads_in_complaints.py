"""A finding goes into the file of a complaint about the same party with what it rests on, and keeps its outcome."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from imloop.steps.ground import clock
from imloop.steps.journal.check_against_journal import unlike_the_journal
from imloop.steps.matters.complaints.receive import Report, receive
from imloop.steps.matters.take_step import take_step
from imloop.store.models import Evidence, Finding, JournalEntry, Matter, Party, Test
from support.city import FAR, NEAR, PLACE, City, at
from support.messages.uploads import PLATE
from support.people import person

ENVIRONMENT, TRANSPORT, MARKET = (f"{PLACE}-{kind}" for kind in ("environment", "transport", "market"))
FILM, DIGEST = "https://video.example/3", "ab" * 32
VIDEO = {"do": "evidence", "kind": "video", "reference": FILM, "sha256": DIGEST}
NOW = at("2026-12-02 09:30")


@pytest.fixture
def lead(city: City, monkeypatch: pytest.MonkeyPatch) -> Finding:
    city.test("2026-11-30 09:00", co=0.9)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return doubt(Test.objects.get().test_no)


def doubt(subject: str, *, station: str = NEAR, kind: str = "test") -> Finding:
    return Finding.objects.create(
        created_at=at("2026-11-30 09:10"),
        code="claim-differs",
        station_code=station,
        subject=subject,
        subject_kind=kind,
        data={"code": "claim-differs", "text": "上报值与逐秒数据不符", "text_en": "differs"},
    )


def complaint(party: str, *, about: str = "istation", **more: object) -> Matter:
    said = {
        "category": "false_test",
        "text": "没有上线就给了合格报告",
        "answers": {"how": "no_test", "money": "yes"},
        **more,
    }
    return receive(Report(about=about, place=PLACE, party=party, **said), NOW).matter  # type: ignore[arg-type]


def smoke() -> Matter:
    answers = {"plate": PLATE, "kind": "truck"}
    return complaint(
        "",
        about="vehicle",
        category="smoky_vehicle",
        text="冒黑烟很大味道很呛",
        address="飞鹅路口",
        answers=answers,
    )


def attach(window: Client, row: Finding, matter: Matter) -> int:
    return window.post(f"/findings/{row.pk}", {"do": "attach", "matter": matter.matter_no}).status_code


def kept(matter: Matter) -> set[tuple[str, str]]:
    return set(matter.evidence.values_list("kind", "reference"))


def test_one_click_puts_it_into_the_file_with_its_evidence(lead: Finding) -> None:
    matter, desk = complaint(NEAR), person(ENVIRONMENT)
    desk.post(f"/findings/{lead.pk}", VIDEO)
    page = desk.get(f"/findings/{lead.pk}").content.decode()
    assert matter.matter_no in page and "并入案卷" in page
    assert attach(desk, lead, matter) == 302
    assert kept(matter) == {("finding", str(lead.pk)), ("test", f"{NEAR}/{lead.subject}"), ("video", FILM)}
    lead.refresh_from_db()
    assert (lead.outcome, lead.resolved_at) == ("", None), "it is still to be decided"
    page = desk.get(f"/findings/{lead.pk}").content.decode()
    assert "已并入投诉举报" in page and "由此立案" not in page and 'name="outcome"' in page
    assert 'value="attach"' not in page, "it is there"
    assert FILM in desk.get(f"/matters/{matter.matter_no}").content.decode()
    assert JournalEntry.objects.filter(kind="evidence-carried", subject=matter.matter_no).exists()
    assert unlike_the_journal() == []


def test_the_complaint_offers_the_findings_about_its_party(lead: Finding) -> None:
    matter, desk = complaint(NEAR), person(ENVIRONMENT)
    elsewhere = doubt("T-9", station=FAR)
    page = desk.get(f"/matters/{matter.matter_no}").content.decode()
    assert f'value="{lead.pk}"' in page and f'value="{elsewhere.pk}"' not in page
    form = {"do": "evidence", "kind": "finding", "reference": str(lead.pk)}
    assert desk.post(f"/matters/{matter.matter_no}", form).status_code == 302
    assert ("finding", str(lead.pk)) in kept(matter)
    assert f'value="{lead.pk}"' not in desk.get(f"/matters/{matter.matter_no}").content.decode(), (
        "it is there"
    )


def test_a_name_as_typed_and_a_plate_lead_to_it_as_well(lead: Finding) -> None:
    named = complaint(Party.objects.get(code=NEAR).name)
    assert not named.parties.exists()
    vehicle = doubt(PLATE, kind="vehicle", station=FAR)
    smoked, desk = smoke(), person(ENVIRONMENT)
    assert attach(desk, lead, named) == attach(desk, vehicle, smoked) == 302
    assert attach(desk, lead, smoked) == 422, "that one is about the vehicle"


def test_once_and_only_about_the_same_party_while_it_is_open(lead: Finding) -> None:
    matter, desk = complaint(NEAR), person(ENVIRONMENT)
    assert attach(desk, doubt("T-9", station=FAR), matter) == 422
    for reference in ("", "x", "99999"):
        form = {"do": "evidence", "kind": "finding", "reference": reference}
        assert desk.post(f"/matters/{matter.matter_no}", form).status_code in (404, 422), reference
    assert Evidence.objects.count() == 0
    assert attach(desk, lead, matter) == 302
    assert attach(desk, lead, matter) == 422 and Evidence.objects.filter(kind="finding").count() == 1
    Matter.objects.filter(pk=matter.pk).update(state="withdrawn", closed_at=NOW)
    other = doubt("T-8")
    assert attach(desk, other, matter) == 422
    assert matter.matter_no not in desk.get(f"/findings/{other.pk}").content.decode()


def test_whoever_does_not_handle_the_complaint_neither_sees_nor_attaches(lead: Finding) -> None:
    matter, desk = complaint(NEAR), person(ENVIRONMENT)
    for code in (TRANSPORT, MARKET, NEAR):
        window = person(code)
        assert matter.matter_no not in window.get(f"/findings/{lead.pk}").content.decode(), code
        assert attach(window, lead, matter) in (403, 422), code
    assert Evidence.objects.count() == 0
    assert attach(desk, lead, matter) == 302
    for code in (f"{TRANSPORT}", MARKET, NEAR):
        window = person(code, name=f"li-{code}")
        assert matter.matter_no not in window.get(f"/findings/{lead.pk}").content.decode(), code


def test_a_second_finding_joins_a_case_and_nothing_stands_twice(city: City, lead: Finding) -> None:
    ours = city.client(ENVIRONMENT)
    fields = {"ground": "false_report", "findings": "不符", "evidence": "线索"}
    body = {"kind": "suspension", "party": NEAR, "fields": fields, "finding": lead.pk}
    ours.get(f"/api/v1/tests/{lead.subject}?station={NEAR}")
    number = ours.post("/api/v1/matters", body, content_type="application/json").json()["matter_no"]
    other = doubt(lead.subject)
    given = {"kind": "finding", "reference": str(other.pk)}
    path = f"/api/v1/matters/{number}/evidence"
    answer = ours.post(path, given, content_type="application/json")
    assert answer.status_code == 201 and answer.json()["reference"] == str(other.pk)
    again = ours.post(path, given, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "attached-already")
    matter = Matter.objects.get(matter_no=number)
    assert sorted(matter.evidence.values_list("kind", flat=True)) == ["finding", "finding", "test"]
    page = person(ENVIRONMENT).get(f"/findings/{other.pk}").content.decode()
    assert "已并入案卷" in page and "由此立案" not in page
    wrong = ours.post(path, {**given, "reference": "第一条"}, content_type="application/json")
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["path"] == "$.reference"


def test_what_was_passed_on_is_the_other_offices(city: City, lead: Finding) -> None:
    matter, desk = complaint(NEAR), person(ENVIRONMENT)
    said = {"receiver": "market-report", "reason": "涉及计量"}
    take_step(city.callers[ENVIRONMENT], matter.matter_no, "triage", {"priority": "normal"}, NOW)
    take_step(city.callers[ENVIRONMENT], matter.matter_no, "refer", said, NOW + timedelta(hours=1))
    assert attach(desk, lead, matter) == 422
    assert attach(person(MARKET), lead, matter) == 302
