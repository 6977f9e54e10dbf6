"""The end of an inspection that an authority enters stands, whatever passes are taken back or come late."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations

import pytest

from imloop.facts.refusal import Refusal
from imloop.steps.roads.ask_road import ask_road
from imloop.steps.vehicles.ask_mark import release_mark
from imloop.store.models import Vehicle
from stories.inspections.test_sixth_try import by_two, run
from support.city import FAR, NEAR, City, at
from support.messages.uploads import VIN
from support.stories.one_car import FAIL, POLICE, mark

OVER, NEXT_DUE = "2025-05-31", "2027-05-31"
TOLD = at("2026-03-05 17:00")
KINDS = ("entered", "first fail", "repair", "second fail", "pass")
ORDERS = [
    order
    for number, order in enumerate(permutations(KINDS))
    if order.index("pass") < order.index("entered") or number % 6 == 0
]
"""All in which the day is entered after a pass, and some of the others."""


def due_on() -> str:
    return str(Vehicle.objects.get().due_on)


def may_drive(city: City, when: str) -> bool:
    return ask_road(city.callers[POLICE], vin=VIN, at=at(when)).allowed


@pytest.mark.every_case("each order asks the database something else")
@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_no_order_of_arrival_frees_a_car_that_failed_after_its_repair(
    city: City, order: tuple[str, ...]
) -> None:
    """Its inspection ended a year ago; it failed, was repaired, failed again, and passed without another repair."""
    station = (NEAR, FAR)[ORDERS.index(order) % 2]
    for number, kind in enumerate(order):
        now = TOLD + timedelta(minutes=10 * number)
        try:
            _tell(city, kind, station, now)
        except Refusal:
            continue  # no case is open that the repair could name
    assert due_on() == OVER
    assert not may_drive(city, "2026-03-05 18:00") and not mark(city, "2026-03-05 18:00")


def _tell(city: City, kind: str, station: str, now: datetime) -> None:
    if kind == "entered":
        city.enter(f"{now:%Y-%m-%d %H:%M}", due_on=OVER)
    elif kind == "repair":
        city.repair("2026-03-05 12:00", received_at=at("2026-03-05 10:30").isoformat(), now=now)
    elif kind == "first fail":
        run(city, "2026-03-05 09:00", now=now, **FAIL)
    elif kind == "second fail":
        run(city, "2026-03-05 14:00", station=station, now=now, purpose="retest", **FAIL)
    else:
        run(city, "2026-03-05 16:00", now=now, purpose="retest")


def test_a_pass_after_what_the_police_said_gives_its_own_day(city: City) -> None:
    """The honest car: corrected, failed late, repaired, passed, and its mark is to be had."""
    run(city, "2026-03-02 10:00")
    city.enter("2026-03-02 10:30", due_on=OVER)
    run(city, "2026-03-02 09:00", now=at("2026-03-02 11:00"), **FAIL)
    city.repair("2026-03-03 16:00")
    assert run(city, "2026-03-04 09:00", purpose="retest")["case_state"] == "closed"
    assert due_on() == NEXT_DUE and mark(city, "2026-03-04 10:00") and may_drive(city, "2026-03-04 10:00")


def test_a_mark_since_is_the_later_word_while_its_pass_stands(city: City) -> None:
    """Another pass comes late and changes nothing for it; a fail takes the mark's day with the pass."""
    city.enter(due_on="2026-12-31")
    run(city, "2026-03-02 10:00")
    city.enter("2026-03-02 10:30", due_on=OVER)
    by_two(city, "2026-03-02 10:40")
    release_mark(city.callers[POLICE], vin=VIN, now=at("2026-03-02 10:50"))
    run(city, "2026-03-02 09:30", now=at("2026-03-02 11:00"))
    assert due_on() == NEXT_DUE and may_drive(city, "2026-03-02 11:10")
    run(city, "2026-03-02 09:00", now=at("2026-03-02 11:20"), **FAIL)
    assert due_on() == OVER and not may_drive(city, "2026-03-02 11:30")


def test_a_later_end_that_two_people_have_corrected_stands_as_well(city: City) -> None:
    city.enter(due_on="2016-05-31")
    run(city, "2026-03-02 10:00")
    city.enter("2026-03-02 10:30", due_on="2026-05-31")
    by_two(city, "2026-03-02 10:40")
    run(city, "2026-03-02 09:00", now=at("2026-03-02 11:00"), **FAIL)
    assert due_on() == "2026-05-31"


def test_an_end_that_only_repeats_what_the_pass_gave_goes_with_it(city: City) -> None:
    """A list was drawn up from that pass, when the register knew no first registration."""
    run(city, "2026-03-02 10:00")
    city.enter("2026-03-02 10:30", due_on=NEXT_DUE)
    run(city, "2026-03-02 09:00", now=at("2026-03-02 11:00"), **FAIL)
    assert due_on() == "2026-05-31"
