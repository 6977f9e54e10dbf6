"""A test, a repair and a line bear the numbers of those who made them: new ones have one alphabet, old ones with other
signs can still be opened, and the same number of two stations is never taken for the other's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch
from urllib.parse import quote

import pytest

from imloop.exchange.http.addresses import disposition
from imloop.steps.journal.check_against_journal import unlike_the_journal
from imloop.store.models import Test
from support.city import FAR, LISTED, NEAR, City, at
from support.doors import Doors
from support.messages.uploads import repair_message, test_message
from support.people import person

pytestmark = pytest.mark.every_case("what one database keeps and finds as it was written another may not")

OFFICE = "450200-environment"
ODD = ["A/B", 'A"B', "A\nB", "检 A#B?c=%2F", "A&B;C"]


def refused(doors: Doors, path: str, message: dict[str, object], by: str) -> list[str]:
    answer = doors.post(path, message, by=by, expect=422)
    assert answer["code"] == "malformed"
    return [fault["path"] for fault in answer["errors"]]


@pytest.mark.parametrize("number", ODD)
def test_a_new_number_outside_the_alphabet_is_refused_and_named(doors: Doors, number: str) -> None:
    doors.at("2026-03-02 09:30")
    test = test_message(at("2026-03-02 09:00"), station=NEAR, test_no=number)
    assert refused(doors, "tests", test, NEAR) == ["$.test_no"]
    repair = repair_message(at("2026-03-02 09:00"), shop=LISTED, repair_no=number)
    assert refused(doors, "repairs", repair, LISTED) == ["$.repair_no"]
    assert not Test.objects.exists()


@contextmanager
def once() -> Iterator[None]:
    """As it was before there was an alphabet."""
    with patch("imloop.exchange.reading.is_number", lambda text: True):
        yield


@pytest.mark.parametrize("number", ODD)
def test_what_was_stored_with_any_number_stays_reachable_and_sound(doors: Doors, number: str) -> None:
    doors.at("2026-03-05 09:30")
    with once():
        doors.city.test("2026-03-02 09:00", co=0.9, test_no=number)
        doors.city.repair("2026-03-04 15:00", repair_no=number)
    part = quote(number, safe="")
    assert doors.get(f"tests/{part}", by=NEAR)["test_no"] == number
    assert doors.get(f"tests/{part}/replay", by=NEAR)["same"] is True
    desk = person(OFFICE)
    for path in (f"/tests/{part}", f"/traces/{part}.csv", f"/repairs/{LISTED}/{part}"):
        assert desk.get(path).status_code == 200, path
    assert person(LISTED).get(f"/desk/mstation/repairs/{part}").status_code == 200
    header = desk.get(f"/traces/{part}.csv")["Content-Disposition"]
    assert header.startswith('attachment; filename="') and "\n" not in header and header.isascii()
    assert header.count('"') == 2
    assert unlike_the_journal() == []


def test_two_numbers_that_read_alike_on_one_line_are_no_false_alarm(city: City) -> None:
    with once():
        city.test("2026-03-02 09:00", test_no="A\nB")
        city.test("2026-03-03 09:00", test_no="A B")
    assert unlike_the_journal() == []


def test_a_report_with_any_number_is_printed(doors: Doors) -> None:
    doors.at("2026-03-05 09:30")
    number = '检"A\nB'
    with once():
        doors.city.test("2026-03-02 09:00", test_no=number)
    page = doors.city.client(NEAR).get(f"/api/v1/tests/{quote(number, safe='')}/report.pdf")
    assert page.content.startswith(b"%PDF")
    assert page["Content-Disposition"] == (
        "inline; filename=\"__A_B.pdf\"; filename*=UTF-8''%E6%A3%80%22A%20B.pdf"
    )


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("T-1.pdf", 'attachment; filename="T-1.pdf"'),
        ("检 1.csv", "attachment; filename=\"__1.csv\"; filename*=UTF-8''%E6%A3%80%201.csv"),
        ('a"; filename="evil.html', "attachment; filename=\"a___filename__evil.html\"; "
         "filename*=UTF-8''a%22%3B%20filename%3D%22evil.html"),
    ],
)  # fmt: skip
def test_a_file_is_named_by_the_standard(name: str, header: str) -> None:
    assert disposition(name) == header


def two_stations(city: City, number: str = "0001") -> None:
    city.test(
        "2026-03-02 09:00",
        station=NEAR,
        test_no=number,
        vehicle={"plate": "桂B10001", "fuel": "gasoline"},
        co=0.9,
    )
    old = {"plate": "桂B20002", "fuel": "gasoline", "produced_on": "2010-03-01"}
    city.test("2026-03-03 09:00", station=FAR, test_no=number, vehicle=old)


@pytest.mark.parametrize("tail", ["", "/replay", "/report.pdf"])
def test_a_number_of_two_stations_is_answered_with_both_names(doors: Doors, tail: str) -> None:
    two_stations(doors.city)
    doors.at("2026-03-03 10:00")
    answer = doors.get(f"tests/0001{tail}", by=OFFICE, expect=409)
    assert answer["code"] == "test-no-ambiguous"
    assert answer["choices"] == [
        {"station": NEAR, "name": "鱼峰环保检测站"},
        {"station": FAR, "name": "柳南机动车检测中心"},
    ]
    assert NEAR in answer["detail"] and "柳南机动车检测中心" in answer["detail"]


def test_with_the_station_each_is_found_and_a_station_sees_its_own(doors: Doors) -> None:
    two_stations(doors.city)
    doors.at("2026-03-03 10:00")
    results = {
        code: doors.get(f"tests/0001?station={code}", by=OFFICE)["verdict"]["verdict"] for code in (NEAR, FAR)
    }
    assert results == {NEAR: "fail", FAR: "pass"}
    assert doors.get("tests/0001", by=FAR)["station"] == FAR


@pytest.mark.parametrize("path", ["/tests/0001", "/traces/0001.csv", "/reports/0001.pdf"])
def test_a_page_lets_the_reader_choose(city: City, path: str) -> None:
    two_stations(city)
    desk = person(OFFICE)
    page = desk.get(path)
    text = page.content.decode()
    assert page.status_code == 300
    for code in (NEAR, FAR):
        assert f'href="{path}?station={code}"' in text
    assert "柳南机动车检测中心" in text and "鱼峰环保检测站" in text
