"""A line locks exactly the methods that need what is missing, and opens by itself when it is there again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from imloop.gates.lines import CheckFact, InstrumentFact, OrderFact, line_standing
from imloop.law import load
from support.city import at

METHODS = ["ASM", "TSI", "LUGDOWN", "FREEACC"]
NOW = at("2026-03-05 09:00")
LAW = load().at(date(2026, 3, 5), "450200")
KINDS = (
    "analyser",
    "dynamometer",
    "opacimeter",
    "nox_analyser",
    "tachometer",
    "obd_reader",
    "weather_station",
)
WHOLE = [
    InstrumentFact(kind, f"S-{kind}", date(2020, 1, 1), None, ((date(2025, 6, 1), date(2026, 6, 1)),))
    for kind in KINDS
]
CHECKS = [
    CheckFact(kind, at("2026-03-05 07:30"), "pass")
    for kind in ("dyno_coast_down", "analyser_leak", "analyser_gas", "opacimeter", "nox_analyser")
]


def locked(instruments=WHOLE, checks=CHECKS, orders=(), when=NOW, law=LAW) -> dict[str, set[str]]:
    found = line_standing(METHODS, instruments, checks, orders, when, law)
    codes = {method: {r.code for r in reasons if not r.warning} for method, reasons in found.items()}
    return {method: reasons for method, reasons in codes.items() if reasons}


def without(kind: str) -> list[CheckFact]:
    return [check for check in CHECKS if check.kind != kind]


def test_everything_in_order_opens_every_method() -> None:
    assert locked() == {}


@pytest.mark.parametrize(
    ("kind", "methods"),
    [
        ("analyser_gas", {"ASM", "TSI"}),
        ("analyser_leak", {"ASM", "TSI"}),
        ("dyno_coast_down", {"ASM", "LUGDOWN"}),
        ("opacimeter", {"LUGDOWN", "FREEACC"}),
        ("nox_analyser", {"LUGDOWN"}),
    ],
)
def test_a_check_locks_exactly_the_methods_that_need_it(kind: str, methods: set[str]) -> None:
    assert locked(checks=without(kind)) == dict.fromkeys(methods, {"missing-check"})
    failed = [*CHECKS, CheckFact(kind, at("2026-03-05 08:30"), "fail")]
    assert locked(checks=failed) == dict.fromkeys(methods, {"failed-check"})
    assert locked(checks=[*failed, CheckFact(kind, at("2026-03-05 08:50"), "pass")]) == {}
    old = [*without(kind), CheckFact(kind, NOW - timedelta(hours=24, seconds=1), "pass")]
    assert locked(checks=old) == dict.fromkeys(methods, {"stale-check"})
    just = [*without(kind), CheckFact(kind, NOW - timedelta(hours=24), "pass")]
    assert locked(checks=just) == {}


def test_a_later_check_does_not_heal_an_earlier_moment() -> None:
    late = [*without("opacimeter"), CheckFact("opacimeter", NOW + timedelta(minutes=1), "pass")]
    assert set(locked(checks=late)) == {"LUGDOWN", "FREEACC"}


def test_a_check_without_a_period_locks_only_when_it_failed() -> None:
    bad = [*CHECKS, CheckFact("tachometer", NOW - timedelta(days=40), "fail")]
    assert locked(checks=bad) == dict.fromkeys(METHODS, {"failed-check"})
    assert locked(checks=[*bad, CheckFact("tachometer", NOW - timedelta(days=39), "pass")]) == {}


def test_certificates_and_instruments() -> None:
    lapsed = [
        replace(i, certificates=((date(2025, 3, 5), date(2026, 3, 5)),)) if i.kind == "nox_analyser" else i
        for i in WHOLE
    ]
    assert locked(lapsed) == {"LUGDOWN": {"certificate-expired"}}
    assert locked(lapsed, when=NOW - timedelta(hours=1.4), law=LAW) == {"LUGDOWN": {"certificate-expired"}}
    gone = [i for i in WHOLE if i.kind != "analyser"]
    assert locked(gone) == {"ASM": {"instrument-missing"}, "TSI": {"instrument-missing"}}
    spare = InstrumentFact(
        "nox_analyser", "S2", date(2020, 1, 1), None, ((date(2026, 1, 1), date(2027, 1, 1)),)
    )
    assert locked([*lapsed, spare]) == {}


def test_a_line_without_registered_instruments_is_warned_never_locked() -> None:
    found = line_standing(METHODS, [], [], [], NOW, LAW)
    assert {r.code for reasons in found.values() for r in reasons} == {"instruments-unregistered"}
    assert locked([], []) == {}


def test_how_hard_a_lock_is_follows_day_and_place() -> None:
    for day, place, expected in (("2026-02-28", "450200", True), ("2026-03-05", "330100", True)):
        law = load().at(date.fromisoformat(day), place)
        found = line_standing(["ASM"], WHOLE, [], [], at(f"{day} 09:00"), law)["ASM"]
        assert found
        assert all(reason.warning for reason in found) is expected
    early = load().at(date(2021, 3, 5), "450200")
    assert line_standing(["ASM"], WHOLE, [], [], at("2021-03-05 09:00"), early) == {"ASM": ()}


def test_orders_of_the_department() -> None:
    lock = OrderFact("lock", ("ASM",), NOW - timedelta(hours=1), NOW + timedelta(hours=1), "抽查", "env")
    assert locked(orders=[lock]) == {"ASM": {"locked-by-order"}}
    assert locked(orders=[lock], when=NOW + timedelta(hours=1)) == {}
    unlock = replace(lock, kind="unlock", methods=())
    assert locked(checks=[], orders=[unlock]) == {}
    assert locked(checks=[], orders=[lock, unlock]) == {"ASM": {"locked-by-order"}}


def test_every_reason_has_a_clause_and_a_next_step() -> None:
    for reasons in line_standing(METHODS, WHOLE[:2], [], [], NOW, LAW).values():
        assert all(reason.cite and reason.next and reason.text.en for reason in reasons)
