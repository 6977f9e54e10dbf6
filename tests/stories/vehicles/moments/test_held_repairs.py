"""A repair that waits is released by any number its case has borne, and what was finished before a fail was known waits
whether or not that fail had a permit."""

from __future__ import annotations

import pytest

from imloop.steps.cases.release_repair import release_repair
from imloop.store.models import Case
from stories.inspections.test_sixth_try import run
from support.city import FAR, LISTED, NEAR, City, at
from support.stories.one_car import ENV, FAIL, permitted

WORDS = {"reason": "看过工单和照片"}


def test_a_repair_is_released_by_the_number_under_which_it_was_reported(city: City) -> None:
    """Its case was found to be part of another since: a late fail took the pass between them back."""
    city.enter()
    first = run(city, "2026-03-02 09:00", **FAIL)["case"]
    city.repair("2026-03-04 16:00")
    run(city, "2026-03-05 10:00", purpose="retest")
    second = run(city, "2026-03-06 09:00", **FAIL)["case"]
    late = city.repair("2026-03-06 16:00", now=at("2026-03-09 09:00")).body
    assert [each["code"] for each in late["retest"]["reasons"]] == ["time-held"]
    run(city, "2026-03-05 09:00", purpose="retest", now=at("2026-03-05 11:00"), **FAIL)
    assert Case.objects.get(closed_at=None).case_no == first != second
    found = release_repair(
        city.callers[ENV], second, LISTED, late["repair_no"], now=at("2026-03-09 10:00"), **WORDS
    )
    assert found.case_no == first and permitted(city, NEAR, "2026-03-09 10:10")


@pytest.mark.parametrize(
    ("finished", "open_at_once"), [("2026-03-03 11:30", False), ("2026-03-03 14:30", True)]
)
def test_one_from_before_a_fail_without_a_permit_was_known_waits(
    city: City, finished: str, open_at_once: bool
) -> None:
    """It failed at nine elsewhere, which came at two; half past eleven is the repairer's word alone."""
    city.enter()
    case = run(city, "2026-03-02 09:00", **FAIL)["case"]
    run(city, "2026-03-03 09:30", station=FAR, outcome="aborted")
    run(city, "2026-03-03 09:00", station=FAR, now=at("2026-03-03 14:00"), **FAIL)
    said = city.repair(
        finished, received_at=at("2026-03-03 10:00").isoformat(), now=at("2026-03-03 15:00")
    ).body
    assert permitted(city, NEAR, "2026-03-03 15:10") is open_at_once
    if not open_at_once:
        assert [each["code"] for each in said["retest"]["reasons"]] == ["fail-told-late"]
        look = {**WORDS, "now": at("2026-03-03 16:00"), "fail_hour_holds": True}
        release_repair(city.callers[ENV], case, LISTED, said["repair_no"], **look)
        assert permitted(city, NEAR, "2026-03-03 16:10")
