"""What led to an exceedance: the last pass before it, the repairs of that round, the tests of each owner."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from imloop.facts.days import CHINA
from imloop.watch.led_to import Mended, Owned, Ran, led_to

DAY = datetime(2026, 3, 2, 9, tzinfo=CHINA)


def ran(key: int, days: int, *, passed: bool = True) -> Ran:
    return Ran(key, DAY + timedelta(days=days), passed)


def mended(key: int, days: int) -> Mended:
    return Mended(key, DAY + timedelta(days=days))


def test_the_last_pass_before_it_and_nothing_of_that_moment_or_later() -> None:
    tests = [ran(1, 0), ran(2, 10), ran(3, 5, passed=False), ran(4, 20)]
    found = led_to(DAY + timedelta(days=20), tests, [mended(7, 20), mended(8, 21)], [])
    assert (found.passed, found.repairs) == (2, ())


def test_the_repairs_that_the_pass_rests_on_and_those_since() -> None:
    tests = [ran(1, 0), ran(2, 300, passed=False), ran(3, 310)]
    repairs = [mended(5, -9), mended(6, 302), mended(7, 305), mended(8, 400)]
    found = led_to(DAY + timedelta(days=500), tests, repairs, [])
    assert (found.repairs, found.before) == ((8, 7, 6), False)


def test_without_any_since_the_pass_before_the_latest_earlier_one_is_shown_as_earlier() -> None:
    found = led_to(DAY + timedelta(days=500), [ran(1, 0), ran(3, 310)], [mended(5, -9), mended(6, -8)], [])
    assert (found.repairs, found.before) == ((6,), True)


def test_a_vehicle_that_never_passed_has_all_its_repairs() -> None:
    found = led_to(DAY, [ran(1, -5, passed=False)], [mended(5, -4), mended(6, -3)], [])
    assert (found.passed, found.repairs, found.before) == (None, (6, 5), False)


def test_nothing_is_known() -> None:
    found = led_to(DAY, [], [], [])
    assert (found.passed, found.repairs, found.owners) == (None, (), (Owned(None, None, ()),))


def test_tests_stand_under_the_owner_of_their_day_and_the_day_of_sale_is_the_sellers() -> None:
    tests = [ran(1, 0), ran(2, 1), ran(3, 2), ran(4, 3)]
    sold = [date(2026, 3, 3), date(2027, 1, 1)]
    found = led_to(DAY + timedelta(days=30), tests, [], sold)
    assert found.owners == (Owned(date(2026, 3, 3), None, (4, 3)), Owned(None, date(2026, 3, 3), (2, 1)))
