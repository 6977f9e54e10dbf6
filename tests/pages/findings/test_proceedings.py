"""A lead becomes a proceeding with its evidence; who decides one has looked at what it is about."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from imloop.steps.findings.lookups import counted, counted_together, findings
from imloop.steps.ground import clock
from imloop.steps.ground.access import caller_for
from imloop.steps.repairs.repair_files import attach_to_repair
from imloop.store.models import Attachment, Evidence, Finding, JournalEntry, Matter, Party, Repair, Test
from support.casework.leads import TRUE, called_true, look
from support.casework.penalties import OPENED
from support.city import FAR, LISTED, NEAR, PLACE, City, at
from support.people import person

ENVIRONMENT, TRANSPORT, MARKET = (f"{PLACE}-{kind}" for kind in ("environment", "transport", "market"))
FILM, DIGEST = "https://video.example/3", "ab" * 32
VIDEO = {"do": "evidence", "kind": "video", "reference": FILM, "sha256": DIGEST, "words": "探头未插入"}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
SECOND = {"vin": "LSVAU2180N2183294", "plate": "桂B54321"}
PART = {"name": "三元催化转化器", "code": "TWC-18", "quantity": 1, "serial": "TWC-18-240100317"}


@pytest.fixture
def test(city: City, monkeypatch: pytest.MonkeyPatch) -> Test:
    city.test("2026-11-30 09:00", co=0.9)
    monkeypatch.setattr(clock, "now", lambda: at("2026-12-02 09:30"))
    return Test.objects.get()


@pytest.fixture
def lead(test: Test) -> Finding:
    return doubt(test.test_no)


def doubt(subject: str, *, station: str = NEAR, kind: str = "test") -> Finding:
    return Finding.objects.create(
        created_at=at("2026-11-30 09:10"),
        code="claim-differs",
        station_code=station,
        subject=subject,
        subject_kind=kind,
        data={"code": "claim-differs", "text": "上报值与逐秒数据不符", "text_en": "differs"},
    )


def opening(row: Finding, **change: str) -> dict[str, str]:
    return {
        "kind": "suspension",
        "step": "open",
        "party": row.station_code,
        "finding": str(row.pk),
        "open-ground": "false_report",
        "open-findings": "上报值与逐秒数据不符",
        "open-evidence": f"线索 {row.pk}",
        "sure": "1",
        **change,
    }


# -- looking first -------------------------------------------------------------------------------------------


def test_who_decides_has_opened_it_on_the_same_day(lead: Finding, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, colleague = person(ENVIRONMENT), person(ENVIRONMENT, name="li")
    look(colleague, lead)
    refused = desk.post(f"/findings/{lead.pk}", TRUE)
    assert refused.status_code == 422 and "先打开这条线索涉及的对象" in refused.content.decode()
    look(desk, lead)
    monkeypatch.setattr(clock, "now", lambda: at("2026-12-03 09:30"))
    assert desk.post(f"/findings/{lead.pk}", TRUE).status_code == 422, "that was yesterday"
    look(desk, lead)
    called_true(desk, colleague, lead)
    assert lead.outcome == "true"


def test_a_vehicle_counts_as_looked_at_by_its_page_or_on_the_way_back(test: Test) -> None:
    assert test.vehicle is not None
    desk = person(ENVIRONMENT)
    for path in ("", "/trace-back"):
        row = doubt(test.vehicle.plate, kind="vehicle")
        desk.get(f"/vehicles/{test.vehicle.pk}{path}")
        assert desk.post(f"/findings/{row.pk}", TRUE).status_code == 302, path


def test_before_the_day_of_the_law_and_what_nobody_can_open_nothing_is_asked(
    lead: Finding, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = doubt("there-no-more")
    assert person(ENVIRONMENT).post(f"/findings/{gone.pk}", TRUE).status_code == 302
    monkeypatch.setattr(clock, "now", lambda: at("2026-11-30 18:00"))
    assert person(ENVIRONMENT, name="li").post(f"/findings/{lead.pk}", TRUE).status_code == 302


def test_handing_over_asks_for_no_look(lead: Finding) -> None:
    over = {"outcome": "handed_over", "handed_to": MARKET, "reason": "涉及计量器具"}
    assert person(ENVIRONMENT).post(f"/findings/{lead.pk}", over).status_code == 302


# -- evidence ------------------------------------------------------------------------------------------------


def test_a_video_and_a_photograph_are_added_with_their_hashes(lead: Finding) -> None:
    desk = person(ENVIRONMENT)
    assert desk.post(f"/findings/{lead.pk}", VIDEO).status_code == 302
    photo = SimpleUploadedFile("probe.png", PNG, "image/png")
    assert desk.post(f"/findings/{lead.pk}", {"do": "file", "file": photo}).status_code == 302
    page = desk.get(f"/findings/{lead.pk}").content.decode()
    digest = hashlib.sha256(PNG).hexdigest()
    assert FILM in page and DIGEST in page and "探头未插入" in page and digest in page
    kept = desk.get(f"/findings/{lead.pk}/files/{digest}")
    assert kept.content == PNG and "attachment" in kept["Content-Disposition"]
    body = json.loads(JournalEntry.objects.get(kind="lead-evidence-added").body)
    assert (body["finding"], body["sha256"]) == (lead.pk, DIGEST)
    station = person(NEAR)
    assert FILM not in station.get(f"/findings/{lead.pk}").content.decode(), "not the party's to read"
    assert station.get(f"/findings/{lead.pk}/files/{digest}").status_code == 403
    assert desk.get(f"/findings/{lead.pk}/files/{'0' * 64}").status_code == 404


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reference": "ftp://x"}, "https://"),
        ({"sha256": "12"}, "SHA-256"),
        ({"kind": "rumour"}, "选择"),
        ({"kind": "test", "reference": "T-unknown"}, "T-unknown"),
    ],
)
def test_bad_evidence_is_named_and_nothing_is_kept(lead: Finding, change: dict[str, str], said: str) -> None:
    answer = person(ENVIRONMENT).post(f"/findings/{lead.pk}", {**VIDEO, **change})
    assert answer.status_code == 422 and said in answer.content.decode()
    assert Evidence.objects.count() == 0


def test_nothing_is_added_to_what_is_decided_or_anothers(lead: Finding) -> None:
    desk = person(ENVIRONMENT)
    look(desk, lead)
    desk.post(f"/findings/{lead.pk}", {"outcome": "not_true", "reason": "录入有误"})
    assert desk.post(f"/findings/{lead.pk}", VIDEO).status_code == 422
    other = doubt("T-9")
    assert person(f"{PLACE}-police").post(f"/findings/{other.pk}", VIDEO).status_code == 422
    assert Evidence.objects.count() == Attachment.objects.count() == 0


# -- proceedings ---------------------------------------------------------------------------------------------


def test_a_lead_becomes_a_measure_with_its_evidence(lead: Finding, test: Test) -> None:
    desk = person(ENVIRONMENT)
    desk.post(f"/findings/{lead.pk}", VIDEO)
    look(desk, lead)
    page = desk.get(f"/findings/{lead.pk}").content.decode()
    link = f"/matters/open?kind=suspension&amp;party={NEAR}&amp;finding={lead.pk}"
    assert link in page and "kind=revocation" not in page, "that is for repairers"
    form = desk.get(link.replace("&amp;", "&")).content.decode()
    assert "上报值与逐秒数据不符" in form and f'name="finding" value="{lead.pk}"' in form
    answer = desk.post("/matters/open", opening(lead))
    matter = Matter.objects.get()
    assert answer["Location"] == f"/matters/{matter.matter_no}"
    lead.refresh_from_db()
    assert (lead.outcome, lead.resolution) == ("proceeding", matter.matter_no) and lead.resolved_at
    kept = {(each.kind, each.reference): each.sha256 for each in matter.evidence.all()}
    assert kept == {
        ("finding", str(lead.pk)): "",
        ("test", f"{NEAR}/{test.test_no}"): test.raw.sha256,
        ("video", FILM): DIGEST,
    }
    assert matter.matter_no in desk.get(f"/findings/{lead.pk}").content.decode()
    other = Finding.objects.create(
        created_at=lead.created_at, code="mass-differs", station_code=NEAR, data=lead.data
    )
    beside = desk.get(f"/findings/{other.pk}").content.decode()
    assert matter.matter_no in beside[beside.index("该站的处理记录") :]
    assert FILM in desk.get(f"/matters/{matter.matter_no}").content.decode()
    seen = findings(caller_for(Party.objects.get(code=ENVIRONMENT)))
    assert counted(seen)["claim-differs"]["proceeding"] == counted_together(seen)["proceeding"] == 1
    assert "已立案" in desk.get("/findings?state=proceeding").content.decode()


def test_repairs_go_along_with_their_photographs_and_where_the_part_is_too(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.test("2026-11-20 09:00", co=0.9)
    city.test("2026-11-20 10:00", co=0.9, vehicle={**SECOND, "fuel": "gasoline"})
    city.repair("2026-11-23 15:00", parts=[PART], repair_no="R-1")
    city.repair("2026-11-24 15:00", parts=[PART], repair_no="R-2", **SECOND)
    monkeypatch.setattr(clock, "now", lambda: at("2026-12-02 09:30"))
    photo = attach_to_repair(city.callers[LISTED], "R-2", "old.png", PNG, clock.now())
    row = Finding.objects.get(code="part-serial-repeated")
    desk = person(TRANSPORT)
    desk.get(f"/repairs/{LISTED}/R-2")
    answer = desk.post("/matters/open", opening(row, **{"open-ground": "false_record"}))
    assert answer.status_code == 302, answer.content.decode()[-1500:]
    kept = {(each.kind, each.sha256) for each in Matter.objects.get().evidence.all()}
    for repair in Repair.objects.all():
        assert ("repair", repair.raw.sha256) in kept
    assert ("file", photo.sha256) in kept


@pytest.mark.parametrize("party", [FAR, LISTED])
def test_a_proceeding_about_somebody_else_is_refused_whole(lead: Finding, party: str) -> None:
    desk = person(ENVIRONMENT)
    look(desk, lead)
    assert desk.post("/matters/open", opening(lead, party=party)).status_code == 422
    lead.refresh_from_db()
    assert (lead.outcome, Matter.objects.count(), Evidence.objects.count()) == ("", 0, 0)


def test_without_a_look_or_twice_nothing_is_opened(lead: Finding) -> None:
    desk = person(ENVIRONMENT)
    assert desk.post("/matters/open", opening(lead)).status_code == 422
    assert Matter.objects.count() == 0 and not JournalEntry.objects.filter(kind="matter-step").exists()
    look(desk, lead)
    desk.post(f"/findings/{lead.pk}", {"outcome": "not_true", "reason": "录入有误，已更正"})
    assert desk.post("/matters/open", opening(lead)).status_code == 422
    assert Matter.objects.count() == 0


def test_machines_add_evidence_and_people_open_by_call(lead: Finding, city: City, test: Test) -> None:
    ours = city.client(ENVIRONMENT)
    given = {"kind": "test", "reference": test.test_no, "words": "同一条线"}
    kept = ours.post(f"/api/v1/findings/{lead.pk}/evidence", given, content_type="application/json")
    assert kept.status_code == 201 and kept.json()["sha256"] == test.raw.sha256
    ours.get(f"/api/v1/tests/{test.test_no}?station={NEAR}")
    fields = {"ground": "false_report", "findings": "不符", "evidence": "线索"}
    body = {"kind": "suspension", "party": NEAR, "fields": fields, "finding": lead.pk}
    answer = ours.post("/api/v1/matters", body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    (row,) = ours.get("/api/v1/findings", {"state": "proceeding"}).json()["findings"]
    assert (row["outcome"], row["reason"]) == ("proceeding", answer.json()["matter_no"])
    assert {each["kind"] for each in answer.json()["evidence"]} == {"finding", "test"}


def test_a_lead_becomes_a_penalty_case(lead: Finding, test: Test) -> None:
    desk = person(ENVIRONMENT)
    look(desk, lead)
    assert f"kind=penalty&amp;party={NEAR}" in desk.get(f"/findings/{lead.pk}").content.decode()
    named = {**OPENED, "party_name": Party.objects.get(code=NEAR).name}
    form = {f"propose-{name}": value for name, value in named.items()}
    sent = {"kind": "penalty", "step": "propose", "party": NEAR, "finding": str(lead.pk), "sure": "1", **form}
    answer = desk.post("/matters/open", sent)
    matter = Matter.objects.get(kind="penalty")
    assert answer["Location"] == f"/matters/{matter.matter_no}"
    lead.refresh_from_db()
    assert (lead.outcome, lead.resolution) == ("proceeding", matter.matter_no)
    assert {each.kind for each in matter.evidence.all()} == {"finding", "test"}
