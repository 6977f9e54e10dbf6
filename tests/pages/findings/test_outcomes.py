"""What became of a finding: true, not true, or handed over to the department that then decides; counted by kind."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.test import Client

from imloop.steps.desk.work_list import tasks
from imloop.steps.findings.lookups import counted, counted_together, findings
from imloop.steps.ground import clock
from imloop.steps.ground.access import caller_for
from imloop.store.models import Finding, JournalEntry, Party
from support.casework.leads import TRUE, called_true
from support.city import LISTED, NEAR, PLACE, City
from support.people import person

ENVIRONMENT, MARKET, POLICE = f"{PLACE}-environment", f"{PLACE}-market", f"{PLACE}-police"
TO_MARKET = {"outcome": "handed_over", "handed_to": MARKET, "reason": "涉及计量器具"}


@pytest.fixture
def lead(city: City) -> Finding:
    city.test("2026-03-02 09:00", co=0.9)
    return doubt("claim-differs", subject=Finding.__name__)


def doubt(code: str, *, subject: str, station: str = NEAR, kind: str = "test", text: str = "不符") -> Finding:
    return Finding.objects.create(
        created_at=clock.now(),
        code=code,
        station_code=station,
        subject=subject,
        subject_kind=kind,
        data={"code": code, "text": text, "text_en": text},
    )


def office(code: str) -> Client:
    return person(code)


def colleague(code: str) -> Client:
    return person(code, name=f"second-{code}")


def waits(code: str, row: Finding) -> bool:
    listed = tasks(caller_for(Party.objects.get(code=code)), clock.now())
    return any(task.link == f"/findings/{row.pk}" for task in listed)


def kinds(row: Finding) -> list[str]:
    entries = JournalEntry.objects.filter(kind__startswith="finding-", subject=row.subject).order_by("number")
    return [entry.kind for entry in entries]


def test_an_outcome_and_its_reason_are_kept_with_the_person(lead: Finding) -> None:
    desk = office(ENVIRONMENT)
    called_true(desk, colleague(ENVIRONMENT), lead)
    assert (lead.outcome, lead.resolution, lead.handed_to) == ("true", TRUE["reason"], "")
    assert lead.resolved_at is not None and lead.resolved_by == f"{ENVIRONMENT}/u-{ENVIRONMENT}"
    body = json.loads(JournalEntry.objects.get(kind="finding-resolved").body)
    assert (body["outcome"], body["reason"], body["finding"]) == ("true", TRUE["reason"], lead.pk)
    page = desk.get(f"/findings/{lead.pk}").content.decode()
    assert "属实" in page and TRUE["reason"] in page and 'name="outcome"' not in page
    assert not waits(ENVIRONMENT, lead)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"reason": "视频核实"}, "核实结果：请选择"),
        ({"outcome": "gone", "reason": "视频核实"}, "请从所列各项中选择"),
        ({"outcome": "true", "reason": " "}, "请填写"),
        ({"outcome": "true", "reason": "。"}, "请写明理由"),
        ({"outcome": "handed_over", "reason": "涉及计量"}, "请选择移送给本地的哪个部门"),
        ({"outcome": "handed_over", "handed_to": NEAR, "reason": "涉及计量"}, "请从所列各项中选择"),
        ({"outcome": "true", "handed_to": MARKET, "reason": "涉及计量"}, "只在移送时选部门"),
    ],
)
def test_what_is_missing_is_said_at_the_field_and_nothing_typed_is_lost(
    lead: Finding, form: dict[str, str], said: str
) -> None:
    desk = office(ENVIRONMENT)
    answer = desk.post(f"/findings/{lead.pk}", form)
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page and 'aria-invalid="true"' in page
    assert form["reason"].strip() in page
    assert ("checked" in page) == (form.get("outcome") in ("true", "not_true", "handed_over"))
    lead.refresh_from_db()
    assert (lead.outcome, lead.resolved_at, kinds(lead)) == ("", None, [])


def test_nothing_is_chosen_beforehand(lead: Finding) -> None:
    page = office(ENVIRONMENT).get(f"/findings/{lead.pk}").content.decode()
    assert page.count('name="outcome"') == 3 and "checked" not in page


def test_who_has_it_handed_over_has_it_on_its_list_and_decides(lead: Finding) -> None:
    environment, market = office(ENVIRONMENT), office(MARKET)
    assert waits(ENVIRONMENT, lead) and not waits(MARKET, lead)
    assert environment.post(f"/findings/{lead.pk}", TO_MARKET).status_code == 302
    lead.refresh_from_db()
    assert (lead.outcome, lead.handed_to, lead.resolved_at) == ("handed_over", MARKET, None)
    assert waits(MARKET, lead) and not waits(ENVIRONMENT, lead)
    assert f"/findings/{lead.pk}" in market.get("/work").content.decode()
    page = environment.get(f"/findings/{lead.pk}").content.decode()
    assert 'name="outcome"' not in page and "收回" in page
    assert environment.post(f"/findings/{lead.pk}", TRUE).status_code == 422
    assert TO_MARKET["reason"] in market.get(f"/findings/{lead.pk}").content.decode()
    market.post(f"/findings/{lead.pk}", {"outcome": "not_true", "reason": "检定有效"})
    lead.refresh_from_db()
    assert (lead.outcome, lead.handed_to) == ("not_true", MARKET) and lead.resolved_at is not None
    assert not waits(MARKET, lead)
    assert kinds(lead) == ["finding-handed-over", "finding-resolved"]


def test_what_is_handed_over_can_be_taken_back_and_what_was_decided_goes_back_to_who_decided(
    lead: Finding,
) -> None:
    environment, police = office(ENVIRONMENT), office(POLICE)
    environment.post(f"/findings/{lead.pk}", {**TO_MARKET, "handed_to": POLICE})
    assert waits(POLICE, lead)
    environment.post(f"/findings/{lead.pk}", {"do": "reopen", "reason": "移送有误"})
    assert waits(ENVIRONMENT, lead) and not waits(POLICE, lead)
    environment.post(f"/findings/{lead.pk}", {**TO_MARKET, "handed_to": POLICE})
    called_true(police, colleague(POLICE), lead)
    police.post(f"/findings/{lead.pk}", {"do": "reopen", "reason": "另有新证据"})
    lead.refresh_from_db()
    assert (lead.outcome, lead.handed_to, lead.resolved_at) == ("handed_over", POLICE, None)
    assert waits(POLICE, lead) and not waits(ENVIRONMENT, lead)


def test_the_police_decide_nothing_that_nobody_handed_them(lead: Finding) -> None:
    police = office(POLICE)
    assert 'name="outcome"' not in police.get(f"/findings/{lead.pk}").content.decode()
    assert police.post(f"/findings/{lead.pk}", TRUE).status_code == 422
    lead.refresh_from_db()
    assert lead.outcome == ""


def test_it_is_not_handed_to_a_department_of_another_place_or_to_oneself(lead: Finding) -> None:
    Party.objects.create(code="450300-market", kind="market", name="桂林", place="450300")
    Party.objects.create(code="450203-market", kind="market", name="鱼峰", place="450203")
    Party.objects.filter(code=NEAR).update(place="450203")
    page = office(ENVIRONMENT).get(f"/findings/{lead.pk}").content.decode()
    assert f'value="{MARKET}"' in page and 'value="450203-market"' in page
    assert 'value="450300-market"' not in page and f'value="{ENVIRONMENT}"' not in page


def test_outcomes_are_listed_filtered_exported_and_counted(lead: Finding) -> None:
    desk = office(ENVIRONMENT)
    earlier = doubt("claim-differs", subject="T-9")
    Finding.objects.filter(pk=earlier.pk).update(resolved_at=clock.now(), resolution="已办")
    false = doubt("claim-differs", subject="T-8")
    handed = doubt("obd-absent", subject="T-7")
    called_true(desk, colleague(ENVIRONMENT), lead)
    desk.post(f"/findings/{false.pk}", {"outcome": "not_true", "reason": "录入错误"})
    desk.post(f"/findings/{handed.pk}", TO_MARKET)
    by_state = {"true": lead, "not_true": false, "handed_over": handed, "earlier": earlier}
    for state, row in by_state.items():
        others = {each.pk for name, each in by_state.items() if name != state}
        listed = desk.get("/findings", {"state": state}).content.decode()
        assert f'href="/findings/{row.pk}"' in listed
        assert not [pk for pk in others if f'href="/findings/{pk}"' in listed], state
    answer = desk.get("/findings", {"state": "all", "format": "csv"}).content.decode("utf-8-sig")
    told = {row["对象"]: (row["结果"], row["移送"]) for row in csv.DictReader(io.StringIO(answer))}
    market = Party.objects.get(code=MARKET).name
    assert told[lead.subject] == ("属实", "") and told["T-8"] == ("不属实", "")
    assert told["T-7"] == ("已移送", market) and told["T-9"] == ("以前办结", "")
    seen = findings(caller_for(Party.objects.get(code=ENVIRONMENT)))
    of_claims = counted(seen)["claim-differs"]
    assert {name: of_claims[name] for name in ("true", "not_true", "earlier", "handed_over")} == {
        "true": 1, "not_true": 1, "earlier": 1, "handed_over": 0,
    }  # fmt: skip
    assert counted(seen)["obd-absent"]["handed_over"] == counted(seen)["obd-absent"]["open"] == 1
    assert next(iter(counted(seen))) == "claim-differs", "the kind with most decisions first"
    assert counted_together(seen)["true"] == 1
    assert 'href="?state=true&amp;code=claim-differs' in desk.get("/findings").content.decode()


def test_a_page_names_the_party_its_evidence_and_its_other_findings(city: City) -> None:
    part = {"name": "三元催化转化器", "code": "TWC-18", "quantity": 1, "serial": "TWC-18-240100317"}
    second = {"vin": "LSVAU2180N2183294", "plate": "桂B54321"}
    city.test("2026-03-02 09:00", co=0.9)
    city.test("2026-03-02 10:00", co=0.9, vehicle={**second, "fuel": "gasoline"})
    city.repair("2026-03-03 15:00", parts=[part], repair_no="R-1")
    city.repair("2026-03-04 15:00", parts=[part], repair_no="R-2", **second)
    row = Finding.objects.get(code="part-serial-repeated")
    before = doubt("repair-too-quick", subject="R-1", station=LISTED, kind="repair", text="维修过快")
    desk = office(f"{PLACE}-transport")
    desk.get(f"/repairs/{LISTED}/R-1")
    other = colleague(f"{PLACE}-transport")
    other.get(f"/repairs/{LISTED}/R-1")
    called_true(desk, other, before)
    page = desk.get(f"/findings/{row.pk}").content.decode()
    assert Party.objects.get(code=LISTED).name in page
    proof = page[page.index('id="evidence"') : page.index('id="decide"')]
    assert part["serial"] in proof
    assert f'href="/repairs/{LISTED}/R-1"' in proof and f'href="/repairs/{LISTED}/R-2"' in proof
    others = page[page.index("该站的其他线索") :]
    assert "维修过快" in others and "属实" in others and f"/findings/{before.pk}" in others


def test_the_api_lists_findings_and_decides_them(city: City, lead: Finding) -> None:
    market, ours = city.client(MARKET), city.client(ENVIRONMENT)
    rows = ours.get("/api/v1/findings", {"code": "claim-differs"}).json()
    assert [row["number"] for row in rows["findings"]] == [lead.pk] and rows["next"] is None
    path = f"/api/v1/findings/{lead.pk}/resolve"
    told = ours.post(path, TO_MARKET, content_type="application/json")
    assert told.status_code == 200 and told.json()["outcome"] == "handed_over"
    assert ours.post(path, TRUE, content_type="application/json").json()["code"] == "handed-over"
    lacking = market.post(path, {"outcome": "perhaps", "reason": "甲"}, content_type="application/json")
    assert lacking.status_code == 422 and lacking.json()["errors"][0]["path"] == "$.outcome"
    decided = market.post(
        path, {"outcome": "not_true", "reason": "检定有效"}, content_type="application/json"
    )
    assert decided.json()["resolved_by"].startswith(MARKET) and decided.json()["reason"] == "检定有效"
    assert market.get("/api/v1/findings", {"code": "claim-differs"}).json()["findings"] == []
    (row,) = market.get("/api/v1/findings", {"state": "not_true"}).json()["findings"]
    assert (row["number"], row["handed_to"]) == (lead.pk, MARKET)
