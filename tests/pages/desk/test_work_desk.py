"""A department opens on its work, oldest first; every list is a file; a filter is found again;
a finding is looked into."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta
from itertools import groupby
from urllib.parse import parse_qsl

import pytest

from imloop.facts.mask import masked_plate
from imloop.steps.cases.declare_overdue import declare_overdue
from imloop.steps.desk.work_list import tasks
from imloop.steps.ground import clock
from imloop.steps.ground.access import caller_for
from imloop.store.models import (
    Case,
    Certificate,
    Finding,
    JournalEntry,
    Look,
    LookedVehicle,
    Party,
    SavedFilter,
)
from support.casework.leads import called_true
from support.city import FAR, LISTED, NEAR, City
from support.people import person

pytestmark = pytest.mark.every_case("each case asks the database something else")

OFFICES = ("environment", "transport", "market", "police", "supervisor")


def rows_of(answer: object) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))  # type: ignore[attr-defined]


@pytest.fixture
def busy(city: City) -> City:
    """An overdue case, a finding about a test, a certificate that ends in three weeks."""
    now = clock.now()
    city.test(f"{now - timedelta(days=60):%Y-%m-%d %H:%M}", co=0.9)
    declare_overdue(now)
    Finding.objects.create(
        created_at=now - timedelta(days=2),
        code="claim-differs",
        station_code=NEAR,
        subject=Case.objects.get().snapshot["failed_test"],
        subject_kind="test",
        data={"code": "claim-differs", "text": "上报结论与复算不符", "text_en": "the claim differs"},
    )
    today = now.date()
    Certificate.objects.create(
        party=Party.objects.get(code=NEAR),
        kind="cma",
        number="CMA-1",
        since=today - timedelta(days=300),
        until=today + timedelta(days=21),
    )
    return city


TRUE = {"outcome": "true", "reason": "已电话核实，机构改正"}


def waits(number: int) -> bool:
    office = caller_for(Party.objects.get(code="450200-environment"))
    return any(task.link == f"/findings/{number}" for task in tasks(office, clock.now()))


def kinds(kind: str) -> list[str]:
    return [task.kind for task in tasks(caller_for(Party.objects.get(code=f"450200-{kind}")), clock.now())]


def test_each_department_is_asked_for_what_is_its_own(busy: City) -> None:
    environment = kinds("environment")
    assert {"overdue", "finding", "certificate"} <= set(environment) and environment[0] == "overdue"
    assert set(kinds("transport")) <= {"matter", "finding", "certificate", "delivery"}
    assert "certificate" not in kinds("transport"), "an I-station's certificate is not transport's"
    assert "certificate" in kinds("market") and "overdue" not in kinds("market")
    assert kinds("police")[0] == "overdue"


def test_nobody_is_asked_for_another_place(busy: City) -> None:
    far = Party.objects.create(code="110100-environment", kind="environment", name="x", place="110100")
    assert tasks(caller_for(far), clock.now()) == []


def test_the_first_page_is_the_work_list_and_every_row_leads_on(busy: City) -> None:
    office = person("450200-environment")
    assert office.get("/desk")["Location"] == "/work"
    text = office.get("/work").content.decode()
    case = Case.objects.get()
    assert f'href="/cases/{case.case_no}"' in text and "待核" in text
    late = (clock.now().date() - case.deadline).days
    assert f"已超 {late} 天" in text or f"已超 {late + 1} 天" in text
    only = office.get("/work", {"kind": "finding"}).content.decode()
    assert "上报结论与复算不符" in only and case.case_no not in only
    table = rows_of(office.get("/work", {"format": "csv"}))
    assert int(table[0]["超期天数"]) > 20 and len(table) == len(kinds("environment"))


def test_by_what_is_due_and_what_happened_once_is_there_once(busy: City) -> None:
    """Late first, then what is due soon, what has no day, and what is due in months; a finding of a silent line gives
    way to the line itself, and one about two stations is one line."""
    now = clock.now()
    office = caller_for(Party.objects.get(code="450200-environment"))
    today = now.date()
    Certificate.objects.create(
        party=Party.objects.get(code=FAR),
        kind="cma",
        number="CMA-2",
        since=today - timedelta(days=300),
        until=today + timedelta(days=5),
    )
    for station in (NEAR, LISTED):
        Finding.objects.create(
            created_at=now, code="fallback-unmatched", station_code=station, subject="U1", subject_kind="unlock",
            data={"code": "fallback-unmatched", "text": "没有补传", "text_en": "not uploaded"},
        )  # fmt: skip
    found = tasks(office, now)
    order = [kind for kind, _ in groupby(task.kind for task in found)]
    assert order == ["overdue", "certificate", "finding", "certificate"]
    shared = next(task for task in found if task.what.zh == "没有补传")
    assert "、" in shared.about.zh and NEAR not in shared.about.zh


def test_the_sentence_about_suspicions_stands_where_there_is_one(busy: City) -> None:
    said = "线索不等于违规"
    window = person("450200-environment")
    assert said in window.get("/work").content.decode()
    assert said in window.get("/work?kind=finding").content.decode()
    assert said not in window.get("/work?kind=overdue").content.decode()


def test_another_language_keeps_what_the_page_was_asked(busy: City) -> None:
    window = person("450200-environment")
    text = window.get("/cases?state=open&station=" + NEAR).content.decode()
    switch = html.unescape(re.findall(r'href="(/settings\?language=en[^"]*)"', text)[0])
    assert window.get(switch)["Location"] == f"/cases?state=open&station={NEAR}"


def test_a_case_is_taken_away_with_what_failed(busy: City) -> None:
    rows = rows_of(person("450200-environment").get("/cases?format=csv"))
    assert "一氧化碳" in rows[0]["不合格项目"] and rows[0]["最近一次不合格"]


def test_an_empty_list_says_what_will_come(city: City) -> None:
    for kind in OFFICES:
        page = person(f"450200-{kind}").get("/work")
        assert page.status_code == 200 and "没有待办" in page.content.decode()


def test_stations_have_other_desks(city: City) -> None:
    assert person(NEAR).get("/work").status_code == 403
    assert person(LISTED).get("/work").status_code == 403


@pytest.mark.parametrize(
    ("office", "address"),
    [
        ("environment", "/cases"),
        ("environment", "/matters"),
        ("environment", "/parties"),
        ("market", "/certificates"),
        ("market", "/conflicts"),
        ("market", "/prices"),
        ("environment", "/enrolments"),
        ("environment", "/lines"),
        ("environment", "/findings"),
        ("environment", "/work"),
    ],
)
def test_every_list_is_a_file_and_taking_it_is_journalled(busy: City, office: str, address: str) -> None:
    client = person(f"450200-{office}")
    page = client.get(address).content.decode()
    assert "format=xlsx" in page and "format=csv" in page
    before = JournalEntry.objects.filter(kind="export").count()
    assert client.get(address, {"format": "csv"}).content.startswith(b"\xef\xbb\xbf")
    assert client.get(address, {"format": "xlsx"}).content.startswith(b"PK")
    assert JournalEntry.objects.filter(kind="export").count() == before + 2


def test_the_file_has_what_the_filter_leaves_in_the_reader_s_language(busy: City) -> None:
    office = person("450200-environment")
    assert len(rows_of(office.get("/cases", {"format": "csv", "state": "closed"}))) == 0
    assert rows_of(office.get("/cases", {"format": "csv"}))[0]["号牌"] == "桂B12345"
    office.get("/settings", {"language": "en"})
    assert "Plate" in rows_of(office.get("/cases", {"format": "csv"}))[0]


def test_a_filter_is_kept_found_again_replaced_and_dropped(busy: City) -> None:
    office = person("450200-environment")
    kept = office.post("/filters", {"path": "/cases", "query": "overdue=1", "name": "逾期的"})
    assert kept["Location"] == "/cases?overdue=1"
    assert 'href="/cases?overdue=1">逾期的' in office.get("/cases").content.decode()
    office.post("/filters", {"path": "/cases", "query": "state=open", "name": "逾期的"})
    assert SavedFilter.objects.get().query == "state=open"
    other = person("450200-market")
    assert "逾期的" not in other.get("/cases").content.decode()
    number = SavedFilter.objects.get().pk
    assert other.post(f"/filters/{number}/delete").status_code == 404
    assert office.post(f"/filters/{number}/delete")["Location"] == "/cases"
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize("form", [{"path": "//evil.example", "name": "x"}, {"path": "/cases", "name": " "}])
def test_an_odd_filter_is_refused(city: City, form: dict[str, str]) -> None:
    assert person("450200-environment").post("/filters", {"query": "a=1", **form}).status_code == 422


def test_a_finding_is_looked_into_and_opened_again(busy: City) -> None:
    office = person("450200-environment")
    row = Finding.objects.get(code="claim-differs")
    page = office.get(f"/findings/{row.pk}").content.decode()
    assert "线索不等于违规" in page and f"/tests/{row.subject}" in page
    assert office.get(f"/tests/{row.subject}").status_code == 200
    called_true(office, person("450200-environment", name="second"), row, TRUE["reason"])
    assert row.resolved_at is not None and (row.outcome, row.resolution) == ("true", TRUE["reason"])
    assert not waits(row.pk)
    assert f"/findings/{row.pk}" not in office.get("/findings").content.decode()
    assert f"/findings/{row.pk}" in office.get("/findings", {"state": "resolved"}).content.decode()
    office.post(f"/findings/{row.pk}", {"do": "reopen", "reason": "复核有疑"})
    assert waits(row.pk)
    entries = JournalEntry.objects.filter(kind__startswith="finding-").order_by("number")
    assert [entry.kind for entry in entries] == ["finding-resolved", "finding-reopened"]


def test_a_station_sees_its_findings_and_resolves_none(busy: City) -> None:
    row = Finding.objects.get(code="claim-differs")
    station = person(NEAR)
    assert station.get(f"/findings/{row.pk}").status_code == 200
    assert station.post(f"/findings/{row.pk}", TRUE).status_code == 422
    assert person(LISTED).get(f"/findings/{row.pk}").status_code == 404


@pytest.mark.parametrize("office", ["environment", "transport", "market", "police"])
def test_a_card_opens_exactly_the_rows_it_counts(busy: City, office: str) -> None:
    client = person(f"450200-{office}")
    text = client.get("/work").content.decode()
    cards = re.findall(r'<div class="n">\s*(?:<a href="([^"]+)">)?([^<\s]+)', text)
    assert cards and all(link for link, _ in cards), "every card leads to its rows"
    for link, number in cards:
        if number.isdigit():
            path, _, query = html.unescape(link).partition("?")
            listed = client.get(path, {**dict(parse_qsl(query)), "format": "csv"})
            assert len(rows_of(listed)) == int(number), link


def test_the_list_of_inspections_is_seen_with_a_trace(busy: City) -> None:
    """By a department; a station looks at its own."""
    vehicle = Case.objects.get().vehicle
    days = {"since": "2020-01-01"}
    assert vehicle.plate[-4:] in person(NEAR).get("/tests", days).content.decode()
    assert not Look.objects.exists()
    office = person("450200-environment")
    assert masked_plate(vehicle.plate) in office.get("/tests", days).content.decode()
    look = Look.objects.get()
    assert (look.door, LookedVehicle.objects.get().vehicle_id) == ("list", vehicle.pk)
    assert (
        "这一段时间没有检验"
        in office.get("/tests", {"since": "2020-01-01", "until": "2020-01-02"}).content.decode()
    )
