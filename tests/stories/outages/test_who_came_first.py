"""A failed run, its repair, the paper of it, the outage that explains it: they come in any order, and end alike. What
answers a failed run is later than the platform knew of that run, unless an outage truly kept it."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from imloop.steps.cases.release_repair import release_repair
from imloop.steps.second_person.decide import reject
from imloop.store.models import Case, Finding
from stories.inspections.test_sixth_try import run
from stories.outages.test_taken_back import alone, failed, gate, taken_back, true_one
from stories.second_person import test_as_proposed as as_proposed
from support.city import City, at
from support.doors import Doors
from support.stories import outages
from support.stories.one_car import FAIL
from support.stories.second_person import ENV, TRANSPORT, another

DAY = "2026-12-03"


def tells(city: City, when: str, failed_at: str = f"{DAY} 10:00") -> None:
    """A later run of the car is known, so that the fail is one that is told late."""
    run(city, when, outcome="aborted", now=at(when.replace(":00", ":05")))
    run(city, failed_at, now=at(when.replace(":00", ":10")), **FAIL)


def works(city: City, when: str) -> None:
    city.repair(f"{DAY} 15:00", now=at(when))


def goes_down(when: str) -> None:
    true_one(when, f"{DAY} 09:30", ends_at=at(f"{DAY} 16:00"))


@pytest.mark.parametrize("order", list(permutations(["fail", "repair", "outage"])))
@pytest.mark.parametrize("true", [True, False])
def test_a_station_that_was_cut_off_is_believed_in_any_order(
    city: City, order: tuple[str, ...], true: bool
) -> None:
    """All come within a quarter of an hour after the outage; without it, or with one of five minutes, the repair
    waits."""
    failed(city)
    for number, what in enumerate(order):
        when = f"{DAY} 16:{number * 5 + 1:02}"
        if what == "fail":
            run(city, f"{DAY} 15:50", outcome="aborted", now=at(when))
            run(city, f"{DAY} 10:00", now=at(when), **FAIL)
        elif what == "repair":
            works(city, when)
        elif true:
            goes_down(when)
        else:
            true_one(when, f"{DAY} 12:00", ends_at=at(f"{DAY} 12:05"))
    assert gate(city, f"{DAY} 16:30") is true
    assert (
        Finding.objects.filter(code="fail-told-late", subject_kind="repair", resolved_at=None).exists()
        is not true
    )


@pytest.mark.parametrize("order", list(permutations(["fail", "paper", "outage"])))
@pytest.mark.parametrize("true", [True, False])
def test_nor_does_a_paper_ask_who_came_first(doors: Doors, order: tuple[str, ...], true: bool) -> None:
    """The outage began before the run ended, or half an hour after that."""
    city = doors.city
    doors.at("2026-12-02 08:00")
    voucher = outages.of_day(outages.stock(doors), DAY)
    failed(city)
    for number, what in enumerate(order):
        when = f"{DAY} 16:{number * 5 + 1:02}"
        if what == "fail":
            run(city, f"{DAY} 15:50", outcome="aborted", now=at(when))
            run(city, f"{DAY} 10:00", now=at(when), **FAIL)
        elif what == "paper":
            doors.at(when)
            outages.redeem(doors, voucher, used=f"{DAY} 11:00")
        else:
            true_one(when, f"{DAY} {'09:30' if true else '10:30'}", ends_at=at(f"{DAY} 16:00"))
    assert gate(city, f"{DAY} 16:30") is true


def test_a_fail_that_is_uploaded_some_minutes_late_is_answered_by_what_followed(city: City) -> None:
    run_at = f"{DAY} 10:00"
    city.enter()
    run(city, run_at, now=at(f"{DAY} 10:25"), **FAIL)
    city.repair(f"{DAY} 14:00")
    assert run(city, f"{DAY} 15:00", purpose="retest")["case_state"] == "closed"


def released(case: str, when: str) -> None:
    held = Finding.objects.get(code="fail-told-late", subject_kind="repair", resolved_at=None)
    said = {"reason": "看过检测线日志", "now": at(when), "fail_hour_holds": True}
    release_repair(another(ENV, "looker"), case, held.station_code, held.subject, **said)


@pytest.mark.parametrize("passed", [False, True])
def test_a_department_releases_the_repair(city: City, passed: bool) -> None:
    """Its record had come in time: a retest that it answered stands again."""
    case = failed(city)
    city.repair(f"{DAY} 15:00")
    if passed:
        assert run(city, f"{DAY} 15:30", purpose="retest")["case_state"] == "closed"
    tells(city, f"{DAY} 16:00")
    assert not gate(city, f"{DAY} 16:20")
    released(case, f"{DAY} 17:00")
    if passed:
        assert Case.objects.get().state == "closed"
    else:
        assert gate(city, f"{DAY} 17:10")
    assert not Finding.objects.filter(code="fail-told-late", resolved_at=None).exists()


def test_its_word_is_for_the_fails_it_knew_of(city: City) -> None:
    case = failed(city)
    city.repair(f"{DAY} 15:00")
    tells(city, f"{DAY} 16:00")
    released(case, f"{DAY} 17:00")
    tells(city, f"{DAY} 18:00", f"{DAY} 10:30")
    assert not gate(city, f"{DAY} 18:30")


def test_an_outage_that_was_none_explains_no_fail(city: City) -> None:
    failed(city)
    works(city, f"{DAY} 15:05")
    made = alone(city, f"{DAY} 15:30", f"{DAY} 09:30")
    tells(city, f"{DAY} 16:00")
    assert gate(city, f"{DAY} 16:20")
    taken_back(made, f"{DAY} 17:00")
    assert not gate(city, f"{DAY} 17:10")


@pytest.mark.parametrize("ended", ["2026-12-02 17:00", "2026-12-03 09:00"])
def test_a_paper_that_is_rejected_excuses_no_record_that_came_before(city: City, ended: str) -> None:
    """Within its hours or after them: what it alone excused waits for a department."""
    as_proposed.in_outage(city)
    run(city, "2026-11-30 09:00", now=at("2026-11-30 09:06"), **FAIL)
    made = as_proposed.paper("2026-12-02 16:10", alone=True)
    documents = {"settlement_no": "J77001", "certificate_no": "H-77", "invoice_no": "F-77"}
    city.repair("2026-11-30 16:00", now=at("2026-12-02 16:20"), documents=documents)
    assert gate(city, "2026-12-02 16:25")
    reject(another(TRANSPORT), made.pk, said="没有这回事", now=at(ended))
    assert not gate(city, "2026-12-03 10:00")


def test_the_record_of_a_paper_that_stands_is_excused(city: City) -> None:
    as_proposed.in_outage(city)
    run(city, "2026-11-30 09:00", now=at("2026-11-30 09:06"), **FAIL)
    as_proposed.paper("2026-12-02 16:10", alone=True)
    documents: dict[str, Any] = {"settlement_no": "J77001", "certificate_no": "H-77", "invoice_no": "F-77"}
    city.repair("2026-11-30 16:00", now=at("2026-12-07 10:00"), documents=documents)
    assert gate(city, "2026-12-07 11:00")
