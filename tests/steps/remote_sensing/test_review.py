"""Smoke is seen, two people look on their own, it becomes a lead; what evidence still lacks is said point by point."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from imloop.exchange.uploads.take_readings import take_readings
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unknown
from imloop.steps.findings.lookups import findings
from imloop.steps.ground.access import Caller
from imloop.steps.remote_sensing.enter_sites import NewInstrument, NewSite, enter_instrument, enter_site
from imloop.steps.remote_sensing.hand_over import hand_over
from imloop.steps.remote_sensing.lookups import asked_for, to_review
from imloop.steps.remote_sensing.review import cannot_tell, review, take_back
from imloop.steps.remote_sensing.weigh import Weighed, weighed
from imloop.store.models import Finding, JournalEntry, Party, RemoteReading, RemoteReview, Vehicle
from support.city import NEAR, PLACE, City, at
from support.messages.readings import message, record

OFFICE = f"{PLACE}-environment"
NOW = at("2026-03-05 12:00")


@pytest.fixture
def office(city: City) -> Caller:
    return city.callers[OFFICE]


def seen(office: Caller, number: int = 1, **change: Any) -> int:
    """A record over the limit, unless told otherwise; its key."""
    kept = take_readings(message(record(number, **{"opacity_pct": 35, **change})), office, NOW)
    assert not kept.refused
    return RemoteReading.objects.get(record_no=f"B{number}").pk


def looks(office: Caller, reading: int, **said: Any) -> str:
    return review(office, reading, **{"holds": True, "plate_ok": True, "now": NOW, **said}).state


def second(office: Caller) -> Caller:
    return replace(office, user="li")


def test_two_people_confirm_and_it_becomes_a_lead_of_the_vehicle(office: Caller) -> None:
    reading = seen(office)
    assert looks(office, reading) == "second" and looks(second(office), reading) == "confirmed"
    assert [row.pk for row in asked_for(office, queue="reviewed")] == [reading]
    lead = hand_over(office, reading, NOW)
    assert (lead.code, lead.subject_kind, lead.subject) == ("remote-over-limit", "vehicle", "桂B12345")
    assert "35" in lead.data["text"] and lead.data["item"] == "B1" and lead in findings(office)
    assert [row.pk for row in asked_for(office, queue="handed_over")] == [reading]
    with pytest.raises(Conflict, match="not-confirmed"):
        hand_over(office, reading, NOW)
    kinds = JournalEntry.objects.filter(subject="B1").values_list("kind", flat=True)
    assert list(kinds) == ["reading-reviewed", "reading-reviewed", "reading-handed-over"]


def test_smoke_without_a_plate_is_a_lead_by_its_record(office: Caller) -> None:
    reading = seen(office, opacity_pct=None, ringelmann_grade=3, plate=None)
    looks(office, reading), looks(second(office), reading)
    lead = hand_over(office, reading, NOW)
    assert (lead.code, lead.subject_kind, lead.subject) == ("smoke-seen", "reading", "B1")


def test_one_person_does_not_review_twice(office: Caller) -> None:
    reading = seen(office)
    looks(office, reading)
    with pytest.raises(Conflict, match="same-reviewer"):
        looks(office, reading)
    with pytest.raises(Conflict, match="not-confirmed"):
        hand_over(office, reading, NOW)
    assert not Finding.objects.exists()


@pytest.mark.parametrize("said", [{"holds": False}, {"plate_ok": False}])
@pytest.mark.parametrize("first", [True, False])
def test_where_one_of_them_says_no_it_is_dismissed(
    office: Caller, said: dict[str, bool], first: bool
) -> None:
    reading = seen(office)
    no, yes = {**said, "words": "水汽，不是烟"}, {}
    assert looks(office, reading, **(no if first else yes)) == "second"
    assert looks(second(office), reading, **(yes if first else no)) == "dismissed"
    assert asked_for(office) == []


def test_a_no_says_why_and_leaves_nothing_without(office: Caller) -> None:
    reading = seen(office)
    with pytest.raises(Malformed, match="reason-missing"):
        looks(office, reading, holds=False)
    assert not RemoteReview.objects.exists()


def test_what_is_below_every_limit_waits_for_nobody(office: Caller) -> None:
    with pytest.raises(Conflict, match="not-waiting"):
        looks(office, seen(office, opacity_pct=5))


def test_a_person_of_the_office_that_measured_reviews(city: City, office: Caller) -> None:
    reading = seen(office)
    Party.objects.create(code="450000-environment", kind="environment", name="省厅", place="450000")
    Party.objects.create(code="450300-environment", kind="environment", name="桂林", place="450300")
    with pytest.raises(NotAllowed, match="not-your-reading"):
        looks(Caller("450000-environment", "environment", "省厅", "450000", "wang"), reading)
    with pytest.raises(Unknown, match="unknown-reading"):
        looks(Caller("450300-environment", "environment", "桂林", "450300", "wang"), reading)
    with pytest.raises(NotAllowed):
        looks(city.callers[NEAR], reading)
    with pytest.raises(NotAllowed):
        looks(replace(office, user=""), reading)


def diesel() -> None:
    Vehicle.objects.create(
        vin="LSVAU2180N2183294",
        plate="桂B12345",
        fuel="diesel",
        registered=True,
        facts={"max_mass_kg": 18000},
    )


def codes(found: Weighed) -> tuple[list[str], list[str]]:
    return [r.code for r in found.evidence.refusals], [r.code for r in found.screening.reasons]


def furnish(office: Caller, until: date = date(2026, 12, 31)) -> None:
    enter_site(
        office,
        NewSite(
            code="YC-01", name="柳太路", kind="horizontal", slope_pct=1.0, geometry_ok=True, sign=True,
            published_on=date(2026, 1, 1), legal_review_on=date(2026, 1, 1), technical_review_on=date(2026, 1, 1),
        ),
        NOW,
    )  # fmt: skip
    paper = {"site": "YC-01", "kind": "smoke", "model": "OP", "serial": "17", "conforms": True}
    enter_instrument(
        office, NewInstrument(**paper, verified_from=date(2025, 1, 1), verified_until=until), NOW
    )


def test_before_the_owner_is_told_it_is_a_lead_whatever_else_holds(office: Caller) -> None:
    furnish(office)
    diesel()
    reading = seen(office)
    looks(office, reading), looks(second(office), reading)
    assert codes(weighed(office, reading)) == (["owner-not-told", "look-up-not-open"], [])
    RemoteReading.objects.update(told_at=NOW, open_at=NOW)
    assert weighed(office, reading).evidence.allowed


def test_a_reading_of_then_is_judged_by_the_certificate_of_then(office: Caller) -> None:
    furnish(office, until=date(2026, 3, 4))
    reading = seen(office)
    assert "verification-not-valid" in codes(weighed(office, reading))[0]
    later = {"site": "YC-01", "kind": "smoke", "model": "OP", "serial": "17", "conforms": True}
    renewed = NewInstrument(**later, verified_from=date(2026, 3, 6), verified_until=date(2027, 3, 5))
    enter_instrument(office, renewed, NOW)
    assert "verification-not-valid" in codes(weighed(office, reading))[0]


def test_two_successive_readings_of_a_diesel_fail_and_of_nobody_known_do_not(office: Caller) -> None:
    seen(office, 1, at="2026-01-10 08:00:00")
    last = seen(office, 2)
    assert codes(weighed(office, last))[1] == ["fuel-not-confirmed"]
    diesel()
    assert codes(weighed(office, last))[1] == ["remote-limit-exceeded"]


def test_a_fuel_that_the_sender_guesses_makes_no_diesel(office: Caller) -> None:
    seen(office, 1, at="2026-01-10 08:00:00", fuel="diesel")
    assert codes(weighed(office, seen(office, 2, fuel="diesel")))[1] == ["fuel-not-confirmed"]


def test_what_people_dismissed_counts_no_more(office: Caller) -> None:
    diesel()
    first, last = seen(office, 1, at="2026-01-10 08:00:00"), seen(office, 2)
    for who in (office, second(office)):
        looks(who, first, holds=False, words="水汽，不是烟")
    assert codes(weighed(office, last))[1] == []


def test_a_look_at_a_reading_is_journalled(office: Caller) -> None:
    weighed(office, seen(office))
    assert JournalEntry.objects.filter(kind="looked-up", subject="桂B12345").count() == 1


def test_a_review_is_taken_back_within_minutes_and_another_one_is_given(office: Caller) -> None:
    reading = seen(office)
    looks(office, reading, holds=False, words="水汽")
    assert take_back(office, reading, NOW + timedelta(minutes=10)).state == "first"
    assert looks(office, reading) == "second" and looks(second(office), reading) == "confirmed"
    assert take_back(second(office), reading, NOW).state == "second"
    assert looks(second(office), reading, plate_ok=False, words="看错了号牌") == "dismissed"
    kinds = JournalEntry.objects.filter(subject="B1").values_list("kind", flat=True)
    assert list(kinds).count("reading-review-taken-back") == 2
    assert RemoteReview.objects.count() == 4, "what was taken back stays to be read"


def test_a_review_is_not_taken_back_late_by_another_or_once_it_has_gone_on(office: Caller) -> None:
    reading = seen(office)
    with pytest.raises(Conflict, match="not-yours-to-take-back"):
        take_back(office, reading, NOW)
    looks(office, reading)
    with pytest.raises(Conflict, match="take-back-late"):
        take_back(office, reading, NOW + timedelta(minutes=11))
    looks(second(office), reading)
    with pytest.raises(Conflict, match="not-yours-to-take-back"):
        take_back(office, reading, NOW)
    hand_over(office, reading, NOW)
    with pytest.raises(Conflict, match="not-yours-to-take-back"):
        take_back(second(office), reading, NOW)


def test_what_one_cannot_tell_another_looks_at_and_what_two_cannot_is_dismissed(office: Caller) -> None:
    reading, third = seen(office), replace(office, user="zhou")
    assert cannot_tell(office, reading, NOW).state == "first"
    assert [row.pk for row in to_review(office)] == [] and [row.pk for row in to_review(third)] == [reading]
    with pytest.raises(Conflict, match="same-reviewer"):
        looks(office, reading)
    assert looks(second(office), reading) == "second"
    assert cannot_tell(third, reading, NOW).state == "dismissed"
    assert take_back(third, reading, NOW).state == "second"
    assert looks(third, reading) == "confirmed"
