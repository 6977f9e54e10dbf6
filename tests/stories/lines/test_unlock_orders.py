"""An order that lets a line test all the same rests on what was known when it was proposed: not on a check that failed
since, nor on its hours after they are over."""

from __future__ import annotations

import pytest

from imloop.facts.refusal import Conflict
from imloop.steps.lines.lock_line import NewOrder, order_line
from imloop.store.models import Certificate
from stories.inspections.test_sixth_try import _checked, _gas_failed, failed, run
from stories.lines.test_lines import check, equip
from support.city import NEAR, City, at
from support.stories.one_car import ENV
from support.stories.second_person import confirmed

DAY = "2026-12-05"
WORDS = "标准气体已订，暂准检验"


@pytest.fixture
def repaired(city: City) -> City:
    """It failed in March and was repaired; its certificates run on; in December no gas check was made that day."""
    failed(city)
    equip(city)
    Certificate.objects.filter(kind="verification").update(until="2027-12-01")
    for kind in ("dyno_coast_down", "analyser_leak"):
        check(city, kind, f"{DAY} 07:00")
    check(city, "analyser_gas", "2026-12-01 07:00")
    return city


def unlocked(city: City, when: str, until: str = f"{DAY} 18:00") -> object:
    order = NewOrder(kind="unlock", methods=["ASM"], until=at(until), reason=WORDS, evidence=WORDS)
    return order_line(city.callers[ENV], NEAR, "01", order, at(when))


def test_no_order_for_a_missing_check_once_it_has_failed(repaired: City) -> None:
    made = unlocked(repaired, f"{DAY} 08:00")
    _gas_failed(repaired, f"{DAY} 08:30")
    with pytest.raises(Conflict, match="line-changed"):
        confirmed(made, at(f"{DAY} 09:00"))
    assert run(repaired, f"{DAY} 09:10", purpose="retest").get("case_state") != "closed"
    confirmed(unlocked(repaired, f"{DAY} 09:20"), at(f"{DAY} 09:30"))  # by what is known now
    assert run(repaired, f"{DAY} 09:40", purpose="retest")["case_state"] == "closed"


def test_nor_one_that_was_confirmed_before_it_failed(repaired: City) -> None:
    confirmed(unlocked(repaired, f"{DAY} 08:00"), at(f"{DAY} 08:10"))
    _gas_failed(repaired, f"{DAY} 08:30")
    assert run(repaired, f"{DAY} 09:10", purpose="retest").get("case_state") != "closed"


def test_a_missing_check_that_is_missing_still_is_what_it_was_given_for(repaired: City) -> None:
    """And the end of its hours holds nothing: only the time has passed."""
    confirmed(unlocked(repaired, f"{DAY} 08:00", f"{DAY} 10:00"), at(f"{DAY} 09:00"))
    said = run(repaired, f"{DAY} 09:40", purpose="retest", now=at(f"{DAY} 10:20"))
    assert said["case_state"] == "closed"


def test_a_run_sent_before_the_order_ends_needs_nobody(city: City) -> None:
    failed(city)
    _checked(city, "2026-03-05")
    _gas_failed(city, "2026-03-05 08:00")
    unlocked(city, "2026-03-05 08:30", "2026-03-05 10:00")
    assert (
        run(city, "2026-03-05 09:30", purpose="retest", now=at("2026-03-05 09:50"))["case_state"] == "closed"
    )
