"""I-stations side by side: figures with what one's own cars would bring, each leading to the rows it counts."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from imloop.facts.share import Share
from imloop.steps.ground import clock
from imloop.steps.ground.findings import ROUTINE
from imloop.steps.lines.lock_line import NewOrder, order_line
from imloop.steps.reports import compare_stations
from imloop.steps.reports.compare_stations import Period, StationRow, period_of, station_rows
from imloop.store.models import Finding, JournalEntry, Line, Party, PartyKind
from support.city import FAR, NEAR, PLACE, City, at
from support.doors import Doors
from support.messages.uploads import test_message
from support.people import person
from support.stories.outages import FAIL, RETEST, declare, unlock, upload

DECEMBER = period_of(date(2025, 12, 1), date(2025, 12, 31))
ASKED = {"since": "2025-12-01", "until": "2025-12-31"}


def car(number: int, registered: str = "2010-05-01") -> dict[str, object]:
    known = test_message(at("2025-12-02 09:00"), station=NEAR)["vehicle"]
    sign = str(number)
    named = {"vin": f"LSVAU{sign * 4}N2{sign * 6}", "plate": f"桂B6{sign * 4}"}
    return {**known, **named, "first_registered_on": registered}


@pytest.fixture
def month(city: City, monkeypatch: pytest.MonkeyPatch) -> City:
    """Near: two old cars, of which one fails, is repaired and passes; far: an old one that fails and two new ones that
    pass."""
    monkeypatch.setattr(clock, "now", lambda: at("2025-12-20 12:00"))
    old = car(1)
    city.test("2025-12-02 09:00", co=0.9, vehicle=old)
    city.repair("2025-12-03 15:00", vin=old["vin"], plate=old["plate"])
    city.test("2025-12-04 09:00", co=0.1, vehicle=old, test_no="T-2")
    city.test("2025-12-05 09:00", co=0.1, vehicle=car(2))
    city.test("2025-12-06 09:00", co=0.9, vehicle=car(3), station=FAR)
    city.test("2025-12-06 10:00", co=0.1, vehicle=car(4, "2011-06-01"), station=FAR)
    city.test("2025-12-06 11:00", co=0.1, vehicle=car(5, "2011-06-01"), station=FAR)
    return city


@pytest.fixture
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare_stations, "ENOUGH", 2)
    monkeypatch.setattr(compare_stations, "ENOUGH_RETESTS", 1)


def row(city: City, code: str, period: Period = DECEMBER) -> StationRow:
    rows = station_rows(city.callers[f"{PLACE}-environment"], period)
    return next(each for each in rows if each.code == code)


def test_first_tests_and_retests_beside_what_such_cars_bring(month: City) -> None:
    near, far = row(month, NEAR), row(month, FAR)
    assert (near.tests, far.tests) == (3, 3)
    assert (near.failed, far.failed) == (Share(1, 2), Share(1, 3))
    assert (near.passed, far.passed) == (Share(1, 1), Share(0, 0))
    # Two of three old cars failed, and no new one.
    assert near.expected == pytest.approx(2 * 2 / 3) and far.expected == pytest.approx(2 / 3)


def test_a_car_is_as_old_as_the_authorities_say(month: City) -> None:
    month.enter(**{name: str(car(1)[name]) for name in ("vin", "plate")}, first_registered_on="2011-06-01")
    # One of two old cars failed, and one of three newer ones.
    assert row(month, NEAR).expected == pytest.approx(1 / 2 + 1 / 3)


def test_another_period_counts_other_runs(month: City) -> None:
    caller = month.callers[f"{PLACE}-market"]
    assert [each.tests for each in station_rows(caller, period_of(date(2025, 11, 1), date(2025, 12, 4)))] == [
        2,
        0,
    ]


def test_a_retest_on_paper_is_one_and_no_other_is(doors: Doors, month_of_paper: StationRow) -> None:
    assert month_of_paper.on_paper == Share(1, 1) and month_of_paper.failed == Share(1, 1)


@pytest.fixture
def month_of_paper(doors: Doors) -> StationRow:
    doors.at("2026-03-02 09:10")
    upload(doors, FAIL, co=0.9)
    doors.at("2026-03-04 10:00")
    declare(doors)
    unlock(doors)
    doors.at("2026-03-04 10:40")
    upload(doors, RETEST)
    return row(doors.city, NEAR, period_of(date(2026, 3, 1), date(2026, 3, 31)))


def test_late_uploads_open_leads_and_locks_of_each_station(month: City) -> None:
    for code, subject, day in (
        ("uploaded-late", "T-2", "2025-12-04"),
        ("uploaded-late", "T-0", "2025-11-04"),
        ("probe-out", "T-2", "2025-11-04"),
    ):
        Finding.objects.create(
            created_at=at(f"{day} 12:00"),
            code=code,
            station_code=NEAR,
            subject=subject,
            subject_kind="test",
            data={},
        )
    wanted = NewOrder(kind="lock", methods=[], reason="甲", evidence="乙", until=at("2026-01-01 08:00"))
    order_line(month.callers[f"{PLACE}-environment"], NEAR, "01", wanted, at("2025-12-10 08:00"))
    near, far = row(month, NEAR), row(month, FAR)
    leads = Finding.objects.filter(station_code=NEAR, resolved_at=None).exclude(code__in=ROUTINE).count()
    assert (near.late, near.findings, near.locks) == (1, leads, 1)
    assert (far.late, far.locks) == (0, 0)


def links(text: str, station: str) -> dict[str, int]:
    """Addresses of the figures of a station's line, and what each says."""
    line = next(each for each in text.split("<tr>") if f'"/parties/{station}"' in each)
    found = re.findall(r'<a href="([^"]+)">\s*(\d+)\s*</a>', line)
    return {unescape(url): int(figure) for url, figure in found}


@pytest.mark.parametrize("kind", [PartyKind.ENVIRONMENT, PartyKind.MARKET, PartyKind.SUPERVISOR])
def test_each_figure_leads_to_the_rows_it_counts(month: City, kind: str) -> None:
    desk = person(f"{PLACE}-{kind}")
    for station in (NEAR, FAR):
        found = links(desk.get("/parties/compare", ASKED).content.decode(), station)
        lists = {url: n for url, n in found.items() if url.startswith(("/tests", "/findings"))}
        assert len(lists) == 8
        for url, figure in lists.items():
            heading = re.search(r"<h1>.*?>(\d+)</span>", desk.get(url).content.decode(), re.DOTALL)
            assert heading and int(heading[1]) == figure, url
        lines = desk.get(f"/lines?station={station}").content.decode()
        assert f"/lines/{station}/01" in lines and f"/lines/{NEAR if station == FAR else FAR}/01" not in lines


def test_few_tests_give_no_rate(month: City) -> None:
    text = person(f"{PLACE}-environment").get("/parties/compare", ASKED).content.decode()
    assert text.count("数据不足") == 6 and "50.0 %" not in text and "<svg class" not in text
    assert "差异只是问题" in text


def test_enough_tests_give_a_rate_with_its_interval_and_a_picture_in_words(
    month: City, few_are_enough: None
) -> None:
    text = person(f"{PLACE}-environment").get("/parties/compare", ASKED).content.decode()
    assert "50.0 % (9–91 %)" in text and "预期 66.7 %" in text and "×0.75" in text
    assert 'aria-label="首检不合格率 50.0 % (9–91 %)，预期 66.7 %"' in text
    assert ">待问<" not in text


def test_who_stands_apart_is_to_be_asked() -> None:
    rest = {"tests": 0, "passed": Share(0, 0), "on_paper": Share(0, 0), "late": 0, "findings": 0, "locks": 0}
    mild = StationRow(code="a", name="a", failed=Share(2, 200), expected=20.0, **rest)
    alike = StationRow(code="b", name="b", failed=Share(18, 200), expected=20.0, **rest)
    few = StationRow(code="c", name="c", failed=Share(0, 20), expected=15.0, **rest)
    assert (mild.apart, alike.apart, few.apart) == (True, False, False)


def test_the_reader_chooses_the_order(month: City, few_are_enough: None) -> None:
    desk = person(f"{PLACE}-environment")

    def order(**asked: str) -> list[str]:
        text = desk.get("/parties/compare", ASKED | asked).content.decode()
        return re.findall(r'<a href="/parties/(\d+)"', text)

    assert order() == [NEAR, FAR] == order(order="failed") == order(order="nonsense")
    assert order(order="ratio") == [FAR, NEAR]


def test_the_file_has_the_same_rows_and_is_journalled(month: City) -> None:
    desk = person(f"{PLACE}-supervisor")
    text = desk.get("/parties/compare", ASKED | {"format": "csv"}).content.decode("utf-8-sig")
    assert len(text.splitlines()) == 3 and NEAR in text and "1.3" in text
    assert JournalEntry.objects.filter(kind="export", subject="stations-compared").exists()
    assert desk.get("/parties/compare", ASKED | {"format": "xlsx"}).content.startswith(b"PK")


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "2025-12-02", "until": "2025-12-01"},
        {"since": "2024-11-02", "until": "2025-12-01"},
        {"since": "tomorrow"},
    ],
)
def test_a_period_that_is_none_or_too_long_is_refused(month: City, asked: dict[str, str]) -> None:
    assert person(f"{PLACE}-environment").get("/parties/compare", asked).status_code == 422


def test_the_last_ninety_days_unless_asked(month: City) -> None:
    text = person(f"{PLACE}-environment").get("/parties/compare").content.decode()
    assert 'value="2025-09-22"' in text and 'value="2025-12-20"' in text


def test_another_city_is_not_in_it(month: City) -> None:
    Party.objects.create(code="450300-environment", kind="environment", name="桂林", place="450300")
    away = person("450300-environment")
    text = away.get("/parties/compare", ASKED).content.decode()
    assert NEAR not in text and "还没有登记检验机构" in text


def test_more_stations_are_not_more_questions(month: City) -> None:
    caller = month.callers[f"{PLACE}-environment"]

    def asked() -> int:
        with CaptureQueriesContext(connection) as questions:
            station_rows(caller, DECEMBER)
        return len(questions)

    before = asked()
    for number in range(3):
        station = Party.objects.create(code=f"45020500{number}", kind="istation", name="新", place=PLACE)
        Line.objects.create(station=station, code="01", methods=["ASM"], since=date(2015, 1, 1))
    assert asked() == before == 5


def test_it_is_in_the_menu_of_those_who_may_read_it(month: City) -> None:
    for kind in ("environment", "market", "supervisor"):
        assert 'href="/parties/compare"' in person(f"{PLACE}-{kind}").get("/work").content.decode()
    shut_out: Client = person(f"{PLACE}-transport")
    assert 'href="/parties/compare"' not in shut_out.get("/work").content.decode()
    assert shut_out.get("/parties/compare").status_code == 403
