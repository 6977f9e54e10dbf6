"""A place's month: counts beside the month before and the year before, with no vehicle in them."""

from __future__ import annotations

import html
import re
from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from imloop.steps.ground import clock
from imloop.steps.reports.month_figures import FIGURES, MonthFigures, later, month_figures
from imloop.store.models import Case, Finding, JournalEntry, Outage, Party
from support.city import FAR, LISTED, NEAR, PLACE, City, at
from support.messages.uploads import PLATE, VIN
from support.people import person

MARCH, FEBRUARY = date(2026, 3, 1), date(2026, 2, 1)


@pytest.fixture
def months(city: City, monkeypatch: pytest.MonkeyPatch) -> City:
    """One case that opens in February and closes in March."""
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-31 12:00"))
    city.test("2026-02-26 09:00", co=0.9)
    city.repair("2026-03-03 15:00")
    city.test("2026-03-04 09:00", co=0.1, test_no="T-2")
    return city


def counted(city: City, month: date = MARCH, kind: str = "environment") -> MonthFigures:
    return month_figures(city.callers[f"{PLACE}-{kind}"], month)


def numbers(figures: MonthFigures, month: date, place: str = "") -> dict[str, int]:
    found = {each: figures.of(month, each, place) for each in FIGURES}
    return {name: number for name, number in found.items() if number and name != "leads"}


def test_what_happened_is_counted_in_its_month(months: City) -> None:
    figures = counted(months)
    assert numbers(figures, FEBRUARY) == {"tests": 1, "failed": 1, "opened": 1}
    assert numbers(figures, MARCH) == {"tests": 1, "retests": 1, "closed": 1, "repairs": 1}
    assert figures.months[0] == date(2025, 3, 1) and not figures.known(figures.months[0])


def test_the_first_and_the_last_minute_of_a_month_are_china_s(city: City) -> None:
    city.test("2026-02-28 23:50", co=0.1)
    city.test("2026-03-01 00:10", co=0.1)
    figures = counted(city)
    assert (figures.of(FEBRUARY, "tests"), figures.of(MARCH, "tests")) == (1, 1)


def test_the_same_month_of_last_year_is_within_and_the_one_before_is_not(city: City) -> None:
    city.test("2025-03-03 09:00", co=0.1)
    city.test("2025-02-27 09:00", co=0.1)
    figures = counted(city)
    assert figures.of(date(2025, 3, 1), "tests") == 1
    assert not figures.known(date(2025, 2, 1)) and figures.known(date(2025, 3, 1))


def test_leads_outages_and_what_became_overdue(months: City) -> None:
    before = counted(months).of(MARCH, "leads")
    for code in ("probe-out", "uploaded-late"):
        Finding.objects.create(
            created_at=at("2026-03-05 12:00"),
            code=code,
            station_code=FAR,
            subject="x",
            subject_kind="test",
            data={},
        )
    moments = {"starts_at": at("2026-03-05 12:00"), "declared_at": at("2026-03-05 12:10")}
    Outage.objects.create(
        outage_no="O-1", scope="platform", place=PLACE, cause="甲", declared_by="x", **moments
    )
    kept = Case.objects.get().events.first()
    assert kept is not None
    for number, kind in ((91, "DeadlinePassed"), (92, "ExitGranted")):
        kept.pk, kept.number, kept.kind, kept.at = None, number, kind, at("2026-03-20 09:00")
        kept.save(force_insert=True)
    figures = counted(months)
    assert figures.of(MARCH, "leads") == before + 1
    assert [figures.of(MARCH, name) for name in ("outages", "overdue", "exits")] == [1, 1, 1]


def test_districts_add_up_and_another_city_is_in_none(months: City) -> None:
    Party.objects.filter(code=FAR).update(place="450204")
    months.test("2026-03-10 09:00", co=0.1, station=FAR, vehicle=_another())
    figures = counted(months)
    assert figures.places == ["450200", "450204"]
    assert figures.of(MARCH, "tests") == 2 and figures.of(MARCH, "tests", "450204") == 1
    text = person(f"{PLACE}-transport").get("/desk/month").content.decode()
    assert "各地区本月" in text and "柳南区" in text
    Party.objects.create(code="450300-environment", kind="environment", name="桂林", place="450300")
    away = person("450300-environment").get("/desk/month").content.decode()
    assert (
        "各地区本月" not in away and ">0</td>" in re.sub(r"\s+", "", away) and "?since=2026-03-01" not in away
    )


def _another() -> dict[str, object]:
    from support.messages.uploads import test_message

    known = test_message(at("2026-03-02 09:00"), station=NEAR)["vehicle"]
    return {**known, "vin": "LSVAU2222N2222222", "plate": "桂B62222"}


@pytest.mark.parametrize("kind", ["environment", "transport", "market", "supervisor"])
def test_each_department_reads_it_from_its_menu_and_no_vehicle_is_in_it(months: City, kind: str) -> None:
    desk = person(f"{PLACE}-{kind}")
    assert 'href="/desk/month"' in desk.get("/work").content.decode()
    text = desk.get("/desk/month").content.decode()
    assert "2026-03" in text and 'aria-label="2025-04 0；' in text and "2026-02 1；2026-03 1" in text
    assert not [name for name in (PLATE, VIN, VIN[-6:], LISTED, Case.objects.get().case_no) if name in text]
    assert "—" in text, "of the year before nothing is known"


def test_the_reader_goes_from_month_to_month_and_not_into_the_future(months: City) -> None:
    desk = person(f"{PLACE}-environment")
    march = desk.get("/desk/month").content.decode()
    assert "?month=2026-02-01" in march and "?month=2026-04-01" not in march and "本月截至现在" in march
    february = desk.get("/desk/month", {"month": "2026-02-01"}).content.decode()
    assert "?month=2026-03-01" in february and "本月截至现在" not in february
    assert re.search(r"<h1>月报 2026-03", desk.get("/desk/month", {"month": "2030-01-01"}).content.decode())
    assert desk.get("/desk/month", {"month": "soon"}).status_code == 422


def test_the_file_has_every_month_of_the_year_and_is_journalled(months: City) -> None:
    text = person(f"{PLACE}-market").get("/desk/month", {"format": "csv"}).content.decode("utf-8-sig")
    assert len(text.splitlines()) == 1 + 13 and "2026-02,柳州市,1,1,0,1" in text
    assert JournalEntry.objects.filter(kind="export", subject="months").exists()


def test_it_is_for_departments_that_watch_over_the_loop_alone(months: City) -> None:
    for code in (NEAR, LISTED, f"{PLACE}-police"):
        assert person(code).get("/desk/month").status_code == 403


def test_more_places_are_not_more_questions(months: City) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as questions:
            counted(months)
        return len(questions)

    before = asked()
    Party.objects.filter(code=FAR).update(place="450204")
    months.test("2026-03-10 09:00", co=0.1, station=FAR, vehicle=_another())
    assert asked() == before == 8


@pytest.mark.parametrize(
    ("month", "by", "other"),
    [(MARCH, -1, FEBRUARY), (MARCH, -12, date(2025, 3, 1)), (date(2026, 12, 1), 1, date(2027, 1, 1))],
)
def test_months_are_counted_over_the_turn_of_a_year(month: date, by: int, other: date) -> None:
    assert later(month, by) == other


LISTED_IN = {
    "tests": ("/tests", "2026-03"),
    "retests": ("/tests", "2026-03"),
    "closed": ("/cases", "2026-03"),
    "repairs": ("/repairs", "2026-03"),
    "failed": ("/tests", "2026-02"),
    "opened": ("/cases", "2026-02"),
    "overdue": ("/cases", "2026-03"),
    "exits": ("/cases", "2026-03"),
    "leads": ("/findings", "2026-03"),
    "outages": ("/outages", "2026-03"),
}


def _something_of_everything(months: City) -> None:
    kept = Case.objects.get().events.first()
    assert kept is not None
    for number, kind in ((91, "DeadlinePassed"), (92, "ExitGranted"), (93, "DeadlinePassed")):
        kept.pk, kept.number, kept.kind, kept.at = None, number, kind, at("2026-03-20 09:00")
        kept.save(force_insert=True)
    moments = {"starts_at": at("2026-03-05 12:00"), "declared_at": at("2026-03-05 12:10")}
    for number, place in enumerate((PLACE, "450203")):
        Outage.objects.create(
            outage_no=f"O-{number}", scope="place", place=place, cause="甲", declared_by="x", **moments
        )
    Party.objects.filter(code=FAR).update(place="450204")
    months.test("2026-03-10 09:00", co=0.1, station=FAR, vehicle=_another())
    for station in (FAR, NEAR):
        Finding.objects.create(
            created_at=at("2026-03-05 12:00"),
            code="probe-out",
            station_code=station,
            subject="x",
            subject_kind="test",
            data={"text": {"zh": "甲", "en": "a"}},
        )


def _rows_of(desk: Client, address: str) -> int:
    """How many rows the list has at an address, as its file says."""
    parts = urlsplit(html.unescape(address))
    answer = desk.get(parts.path, {**dict(parse_qsl(parts.query)), "format": "csv"})
    return len(answer.content.decode("utf-8-sig").splitlines()) - 1


def test_every_figure_leads_to_as_many_rows(months: City) -> None:
    """Of the month, of the one before, and of each district."""
    _something_of_everything(months)
    desk = person(f"{PLACE}-environment")
    text = desk.get("/desk/month").content.decode()
    links = re.findall(r'<a href="(/[^"]+since=[^"]+)">\s*([\d,]+)\s*</a>', text)
    assert all(_rows_of(desk, address) == int(said) > 0 for address, said in links), [
        (address, said, _rows_of(desk, address)) for address, said in links
    ]
    for figure, (path, month) in LISTED_IN.items():
        assert [each for each, _ in links if each.startswith(path) and f"since={month}-01" in each], figure
    assert [each for each, _ in links if "place=450204" in each], "of a district, too"


def test_a_figure_whose_list_is_another_department_s_leads_nowhere(months: City) -> None:
    transport = person(f"{PLACE}-transport").get("/desk/month").content.decode()
    assert 'href="/tests?' not in transport and 'href="/repairs?' in transport
    market = person(f"{PLACE}-market").get("/desk/month").content.decode()
    assert 'href="/tests?' in market and 'href="/repairs?' not in market


def test_the_month_on_paper_is_the_page_s(months: City) -> None:
    months.test("2026-03-10 09:00", co=0.1, station=FAR, vehicle=_another())
    Party.objects.filter(code=FAR).update(place="450204")
    desk = person(f"{PLACE}-environment")
    assert 'href="/desk/month.pdf?month=2026-03-01"' in desk.get("/desk/month").content.decode()
    paper = desk.get("/desk/month.pdf", {"month": "2026-03-15"})
    assert paper["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF")
    assert "month-2026-03.pdf" in paper["Content-Disposition"]
    assert JournalEntry.objects.filter(kind="export", subject="months").exists()
    for code in (NEAR, f"{PLACE}-police"):
        assert person(code).get("/desk/month.pdf").status_code == 403
