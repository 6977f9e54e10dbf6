"""Records of the road: each record number of a sender is one reading, bad records are named, bytes are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from imloop.exchange.imports import import_file, rejected_rows
from imloop.exchange.uploads.take_readings import take_readings
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unknown
from imloop.steps.ground.access import Caller
from imloop.steps.remote_sensing.enter_sites import NewInstrument, NewSite, enter_instrument, enter_site
from imloop.steps.remote_sensing.keep_readings import Kept
from imloop.steps.remote_sensing.lookups import asked_for, past_their_date, sites
from imloop.store.models import JournalEntry, Party, RawUpload, RegisterFile, RemoteReading
from support.city import NEAR, PLACE, City, at
from support.messages.readings import message, record

OFFICE = f"{PLACE}-environment"
NOW = at("2026-03-05 12:00")


def take(city: City, *records: object, now: Any = NOW) -> Kept:
    return take_readings(message(*records), city.callers[OFFICE], now)


def codes(kept: Kept) -> list[tuple[int, str]]:
    return [(number, refusal.code) for number, refusal in kept.refused]


def test_one_passage_sent_fifty_times_is_one_reading(city: City) -> None:
    smoky = record(opacity_pct=35)
    for _ in range(50):
        kept = take(city, smoky)
        assert (kept.new + kept.known, kept.refused) == (1, [])
    row = RemoteReading.objects.get()
    assert (row.plate, row.plate_read, row.over, row.state) == (
        "桂B12345",
        "桂B·12345",
        "opacity_pct",
        "first",
    )
    assert RawUpload.objects.count() == 1 and row.source == RawUpload.objects.get().sha256
    assert JournalEntry.objects.filter(kind="readings-kept").count() == 1


def test_the_same_passage_in_other_messages_is_one_reading_too(city: City) -> None:
    take(city, record(1), record(2))
    kept = take(city, record(2), record(2), record(3))
    assert (kept.new, kept.known) == (1, 2)
    assert RemoteReading.objects.count() == 3 and RawUpload.objects.count() == 2


def test_a_number_that_says_something_else_is_refused_and_changes_nothing(city: City) -> None:
    take(city, record(1))
    assert codes(take(city, record(1, opacity_pct=80), record(2))) == [(1, "record-differs")]
    assert RemoteReading.objects.get(record_no="B1").data["values"]["opacity_pct"] == 12.5
    assert RemoteReading.objects.filter(record_no="B2").exists()


def test_two_offices_may_use_the_same_numbers(city: City) -> None:
    other = Party.objects.create(code="450300-environment", kind="environment", name="桂林", place="450300")
    take(city, record(1))
    take_readings(message(record(1, opacity_pct=80)), Caller(other.code, "environment", "", "450300"), NOW)
    assert RemoteReading.objects.count() == 2
    assert [row.sender.code for row in asked_for(city.callers[OFFICE], queue="realtime")] == [OFFICE]


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"site": None}, "missing", "site"),
        ({"record_no": None}, "missing", "record_no"),
        ({"record_no": "../x"}, "wrong-value", "record_no"),
        ({"at": None}, "missing", "at"),
        ({"at": "2019-04-98 10:00:00"}, "bad-date", "at"),
        ({"at": "2026-02-30 10:00:00"}, "bad-date", "at"),
        ({"at": "2026-03-06 10:00:00"}, "time-in-future", "at"),
        ({"opacity_pct": "thick"}, "wrong-value", "opacity_pct"),
        ({"opacity_pct": True}, "wrong-value", "opacity_pct"),
        ({"opacity_pct_valid": "maybe"}, "wrong-value", "opacity_pct_valid"),
        ({"plate": 7}, "wrong-value", "plate"),
        ({"plate_confidence": 900}, "wrong-value", "plate_confidence"),
        ({"plate_colour": "pink"}, "wrong-value", "plate_colour"),
        ({"verdict": "1"}, "wrong-value", "verdict"),
        ({"photos": ["x"] * 5}, "wrong-value", "photos"),
    ],
)
def test_a_bad_record_is_named_and_leaves_the_others_alone(
    city: City, change: dict[str, Any], code: str, path: str
) -> None:
    kept = take(city, record(1), record(2, **change), record(3))
    assert codes(kept) == [(2, code)]
    assert kept.refused[0][1].problems[0].path.endswith(f".{path}")
    assert [row.record_no for row in RemoteReading.objects.order_by("pk")] == ["B1", "B3"]
    assert RawUpload.objects.get().refused == "", "the bytes are kept"


@pytest.mark.parametrize(
    ("change", "doubt", "measured"),
    [
        ({"ringelmann_grade": 100}, "reading-out-of-range", {"opacity_pct", "no_ppm"}),
        ({"opacity_pct": 101}, "reading-out-of-range", {"no_ppm"}),
        ({"plate": "桂B1234567"}, "plate-malformed", {"opacity_pct", "no_ppm"}),
    ],
)
def test_what_cannot_be_is_a_doubt_and_the_record_is_kept(
    city: City, change: dict[str, Any], doubt: str, measured: set[str]
) -> None:
    """A Ringelmann grade of 100, a plate of nine signs."""
    assert take(city, record(**change)).new == 1
    row = RemoteReading.objects.get()
    assert [each["code"] for each in row.data["doubts"]] == [doubt]
    assert set(row.data["values"]) & {"opacity_pct", "no_ppm", "ringelmann_grade"} == measured
    assert row.over == ""


def test_an_endless_plate_keeps_its_beginning_and_names_nobody(city: City) -> None:
    take(city, record(plate="桂B12345" * 30))
    row = RemoteReading.objects.get()
    assert (row.plate, len(row.plate_read)) == ("", 40)


def test_a_flag_that_is_off_never_counts(city: City) -> None:
    take(city, record(no_ppm=9000, no_ppm_valid=False))
    row = RemoteReading.objects.get()
    assert (row.over, row.state, row.data["off"]) == ("", "kept", ["no_ppm"])


def test_what_the_device_calls_a_fail_is_looked_at_without_a_number_over_a_limit(city: City) -> None:
    take(city, record(1, verdict="fail", ringelmann_grade=100), record(2, verdict="pass"))
    assert [row.state for row in RemoteReading.objects.order_by("pk")] == ["first", "kept"]


def test_the_limit_itself_is_not_over(city: City) -> None:
    take(city, record(1, opacity_pct=30, no_ppm=1500, ringelmann_grade=1), record(2, opacity_pct=30.1))
    assert [row.over for row in RemoteReading.objects.order_by("pk")] == ["", "opacity_pct"]


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'{"schema": "x", "readings": []}', b'{"schema": "imloop.readings/1", "readings": {}}'],
)
def test_a_message_that_cannot_be_read_is_kept_once_and_refused_each_time(city: City, body: bytes) -> None:
    for _ in range(2):
        with pytest.raises(Malformed):
            take_readings(body, city.callers[OFFICE], NOW)
    kept = RawUpload.objects.get()
    assert kept.refused and not RemoteReading.objects.exists()
    assert JournalEntry.objects.filter(kind="readings-refused").count() == 1


def test_only_the_environment_department_sends_and_its_machines_may(city: City) -> None:
    with pytest.raises(NotAllowed):
        take_readings(message(record()), city.callers[NEAR], NOW)
    assert take_readings(message(record()), replace(city.callers[OFFICE], user=""), NOW).new == 1


def test_a_reading_changes_by_its_review_alone(city: City) -> None:
    take(city, record())
    with pytest.raises(DatabaseError), transaction.atomic():
        RemoteReading.objects.update(data={"values": {"opacity_pct": 99}})
    with pytest.raises(DatabaseError), transaction.atomic():
        RemoteReading.objects.all()._raw_delete("default")
    assert RemoteReading.objects.update(state="second") == 1


def test_a_file_is_entered_row_by_row_and_once(city: City, tmp_path: Path) -> None:
    file = tmp_path / "readings.csv"
    file.write_text(
        "record_no,site,at,plate,opacity_pct,opacity_pct_valid\n"
        "A1,YC-01,2026-03-05 08:00:00,桂B12345,35.5,1\n"
        "A2,YC-01,2019-04-98 10:00:00,桂B12345,35.5,1\n"
        "A1,YC-01,2026-03-05 08:00:00,桂B12345,35.5,1\n"
        "A3,,2026-03-05 08:00:00,桂B12345,35.5,1\n"
        "A4,YC-01,2026-03-05 08:00:09,,7,0\n",
        encoding="utf-8",
    )
    done = import_file("readings", file, tmp_path / "mark", city.callers[OFFICE], lambda: NOW)
    assert (done.rows, done.new, done.same, done.rejected) == (5, 2, 1, 2)
    refused = dict(rejected_rows(tmp_path / "mark", "readings", done.digest))
    assert refused["3"].startswith("bad-date") and refused["5"].startswith("missing")
    assert RemoteReading.objects.filter(source=RegisterFile.objects.get().sha256).count() == 2
    again = import_file("readings", file, tmp_path / "elsewhere", city.callers[OFFICE], lambda: NOW)
    assert (again.new, again.same, RemoteReading.objects.count()) == (0, 3, 2)


def site(**change: Any) -> NewSite:
    return NewSite(**{"code": "YC-01", "name": "柳太路", "kind": "horizontal", **change})


def certificate(**change: Any) -> NewInstrument:
    return NewInstrument(
        **{
            "site": "YC-01",
            "kind": "smoke",
            "model": "OP-2",
            "serial": "17",
            "verified_from": date(2025, 3, 5),
            "verified_until": date(2026, 3, 4),
            **change,
        }
    )


def test_an_instrument_past_its_date_is_named_until_it_has_a_new_certificate(city: City) -> None:
    office = city.callers[OFFICE]
    enter_site(office, site(), NOW)
    enter_instrument(office, certificate(), NOW)
    assert past_their_date(sites(office).get(), NOW) == ["17"]
    assert past_their_date(sites(office).get(), NOW - timedelta(days=1)) == []
    renewed = certificate(verified_from=date(2026, 3, 5), verified_until=date(2027, 3, 4))
    enter_instrument(office, renewed, NOW)
    enter_instrument(office, renewed, NOW)
    assert past_their_date(sites(office).get(), NOW) == [] and sites(office).get().instruments.count() == 2
    with pytest.raises(Conflict, match="certificate-differs"):
        enter_instrument(office, replace(renewed, verified_until=date(2030, 1, 1)), NOW)


def test_a_site_is_not_published_in_the_past_once_it_is(city: City) -> None:
    office = city.callers[OFFICE]
    enter_site(office, site(), NOW)
    enter_site(office, site(published_on=date(2026, 3, 5), sign=True), NOW)
    with pytest.raises(Malformed) as caught:
        enter_site(office, site(published_on=date(2026, 1, 1)), NOW)
    assert caught.value.problems[0].path == "$.published_on"
    assert sites(office).get().published_on == date(2026, 3, 5)


@pytest.mark.parametrize(
    "change", [{"code": ""}, {"code": "a/b"}, {"kind": "laser"}, {"slope_pct": 31.0}, {"longitude": 200.0}]
)
def test_a_site_that_cannot_be_is_refused(city: City, change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        enter_site(city.callers[OFFICE], site(**change), NOW)


def test_an_instrument_stands_on_a_site_of_ones_own(city: City) -> None:
    with pytest.raises(Unknown):
        enter_instrument(city.callers[OFFICE], certificate(), NOW)
    enter_site(city.callers[OFFICE], site(), NOW)
    with pytest.raises(Malformed, match="不能早于检定日期"):
        enter_instrument(city.callers[OFFICE], certificate(verified_until=date(2025, 1, 1)), NOW)
    with pytest.raises(NotAllowed):
        enter_site(city.callers[NEAR], site(), NOW)
