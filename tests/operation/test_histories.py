"""The checker of histories notices what it is to notice, and nothing else: histories made by hand, both ways."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from torture.histories.answers import torn
from torture.histories.model import Vehicle, changes, step
from torture.histories.search import Call, find_order, shortest
from torture.histories.words import told_as_story

TORTURE = Path(__file__).resolve().parents[1] / "torture"
OPENED = {
    "status": 201,
    "counts": "case",
    "why": None,
    "case": "C1",
    "state": "awaiting_repair",
    "notice": True,
}
CLOSED = {"status": 201, "counts": "case", "why": None, "case": "C1", "state": "closed", "notice": False}
REPAIRED = {"status": 201, "case": "C1", "state": "awaiting_retest", "round": 1, "allowed": True}
HELD = {"status": 201, "case": "C1", "state": "awaiting_repair", "round": 1, "allowed": False}
MAY = {"status": 200, "allowed": True, "codes": frozenset(), "case": "C1", "state": "awaiting_retest"}
MAY_NOT = {
    "status": 200,
    "allowed": False,
    "codes": frozenset({"not-repaired"}),
    "case": "C1",
    "state": "awaiting_repair",
}


def run(at: int, answer: dict[str, Any], when: tuple[float, float], *, failed: bool = False) -> Call:
    given = {"at": at, "failed": failed, "station": "A", "number": f"T{at}", "upload": f"run {at}"}
    return Call("run", given, answer, *when)


def repair(at: int, answer: dict[str, Any], when: tuple[float, float], *, held: bool = False) -> Call:
    return Call("repair", {"at": at, "number": f"R{at}", "held": held, "upload": f"r {at}"}, answer, *when)


def permit(answer: dict[str, Any], when: tuple[float, float]) -> Call:
    return Call("permit", {"station": "A"}, answer, *when)


def shown(
    when: tuple[float, float], state: str, events: int, *repairs: str, held: tuple[str, ...] = ()
) -> Call:
    answer = {
        "status": 200,
        "state": state,
        "round": 1,
        "events": events,
        "repairs": frozenset(repairs),
        "held": frozenset(held),
        "exits": 0,
        "objections": (0, 0),
    }
    return Call("case", {"case": "C1"}, answer, *when)


def refused(kind: str, given: dict[str, Any], status: int, code: str, when: tuple[float, float]) -> Call:
    return Call(kind, given, {"status": status, "codes": frozenset({code})}, *when)


def booked(token: str, when: tuple[float, float]) -> Call:
    answer = {"status": 201, "booking": "booked", "token": token}
    return Call("book", {"case": "C1", "station": "A"}, answer, *when)


FAIL = run(0, OPENED, (0, 1), failed=True)
PASS = run(5, CLOSED, (6, 8))
AGAIN = {**OPENED, "state": "awaiting_repair"}
LATE_REPAIR = [
    FAIL,
    repair(8, REPAIRED, (2, 3)),
    run(9, OPENED, (4, 5), failed=True),
    run(
        5, {**CLOSED, "counts": "nothing", "why": "retest-without-permit", "state": "awaiting_repair"}, (6, 7)
    ),
    repair(3, {**REPAIRED, "state": "closed", "allowed": False}, (8, 9)),
]

GOOD = {
    "one after the other": [FAIL, permit(MAY_NOT, (2, 3)), repair(1, REPAIRED, (4, 5)), PASS],
    "seen before and after, while it is reported": [
        FAIL,
        repair(1, REPAIRED, (2, 9)),
        permit(MAY_NOT, (3, 4)),
        permit(MAY, (5, 6)),
    ],
    "answered in another order than asked": [FAIL, permit(MAY, (2, 5)), repair(1, REPAIRED, (3, 4))],
    "a look between two events": [FAIL, repair(1, REPAIRED, (2, 4)), shown((2, 4), "awaiting_repair", 1)],
    "a refused retest changes nothing": [
        FAIL,
        refused("run", run(1, {}, (0, 0)).given, 403, "not-repaired", (2, 3)),
        permit(MAY_NOT, (4, 5)),
    ],
    "booked while it closes": [FAIL, repair(1, REPAIRED, (2, 3)), PASS, booked("t", (7, 9))],
    "a held repair, released": [
        FAIL,
        repair(1, HELD, (2, 3), held=True),
        Call(
            "release",
            {"case": "C1", "number": "R1"},
            shown((0, 0), "awaiting_retest", 3, "R1").answer,
            4,
            5,
        ),
        PASS,
    ],
    "the same bytes twice at once": [
        FAIL,
        repair(1, {"status": 200}, (2, 5)),
        repair(1, REPAIRED, (2, 4)),
    ],
    "a run that comes late is fitted in": [
        FAIL,
        repair(1, REPAIRED, (2, 3)),
        PASS,
        run(3, {**OPENED, "notice": False}, (9, 10), failed=True),
        permit(MAY_NOT, (11, 12)),
    ],
    "a late repair closes a case, and the fail since opens one that no receipt names": [
        *LATE_REPAIR,
        permit({**MAY_NOT, "case": "C2"}, (11, 12)),
    ],
}
BAD = {
    "a permit before any repair": [FAIL, permit(MAY, (2, 3)), repair(1, REPAIRED, (4, 5))],
    "a repair forgotten": [FAIL, repair(1, REPAIRED, (2, 3)), permit(MAY_NOT, (4, 5))],
    "seen, and then not": [
        FAIL,
        repair(1, REPAIRED, (2, 9)),
        permit(MAY, (3, 4)),
        permit(MAY_NOT, (5, 6)),
    ],
    "a state of one moment, events of another": [
        FAIL,
        repair(1, REPAIRED, (2, 4)),
        shown((2, 4), "awaiting_repair", 2, "R1"),
    ],
    "retested without a repair": [FAIL, run(5, CLOSED, (6, 8))],
    "retested on a repair that is held": [FAIL, repair(1, HELD, (2, 3), held=True), PASS],
    "booked after it has closed": [FAIL, repair(1, REPAIRED, (2, 3)), PASS, booked("t", (9, 10))],
    "booked twice": [FAIL, booked("t", (2, 5)), booked("u", (3, 4))],
    "the same bytes taken twice": [FAIL, repair(1, REPAIRED, (2, 5)), repair(1, REPAIRED, (2, 4))],
    "two cases opened at once": [FAIL, run(2, {**OPENED, "case": "C2"}, (0, 1), failed=True)],
    "passed twice on one repair": [
        FAIL,
        repair(1, REPAIRED, (2, 3)),
        PASS,
        run(6, CLOSED, (9, 10)),
    ],
    "a late fail is forgotten": [
        FAIL,
        repair(1, REPAIRED, (2, 3)),
        PASS,
        run(3, {**OPENED, "notice": False}, (9, 10), failed=True),
        permit(
            {"status": 200, "allowed": False, "codes": frozenset({"no-open-case"}), "case": None}, (11, 12)
        ),
    ],
    "a fail since a case that a late repair closed is forgotten": [
        *LATE_REPAIR,
        permit(
            {"status": 200, "allowed": False, "codes": frozenset({"no-open-case"}), "case": None}, (11, 12)
        ),
    ],
}


@pytest.mark.parametrize("calls", GOOD.values(), ids=GOOD.keys())
def test_an_order_is_found(calls: list[Call]) -> None:
    found = find_order(calls, Vehicle(), step)
    assert found.holds, told_as_story("vehicle", calls)
    assert {id(call) for call in found.order} == {id(call) for call in calls}


@pytest.mark.parametrize("calls", BAD.values(), ids=BAD.keys())
def test_that_there_is_none_is_noticed_and_told(calls: list[Call]) -> None:
    found = find_order(calls, Vehicle(), step)
    assert found.known and not found.holds
    assert "here the plan answers" in told_as_story("vehicle", calls)


def test_the_shortest_is_shown() -> None:
    """What has nothing to do with it is left out, whatever came before, beside and after."""
    bad = [FAIL, permit(MAY, (20, 21))]
    others = [permit(MAY_NOT, (when, when + 0.5)) for when in range(2, 15)]
    after = [repair(1, REPAIRED, (22, 23)), *(permit(MAY, (when, when + 0.5)) for when in range(24, 30))]
    assert shortest([*bad, *others, *after], Vehicle(), step, changes) == bad


def test_the_search_gives_up_and_says_so() -> None:
    calls = [FAIL, *(booked(f"t{number}", (2, 30)) for number in range(12))]
    found = find_order(calls, Vehicle(), step, most=5)
    assert not found.holds and not found.known


def test_many_at_once_are_no_trouble() -> None:
    """Hundreds of calls, each beside others, are put in order without trying every order."""
    looks = [permit(MAY, (when / 10 + 4, when / 10 + 5)) for when in range(600)]
    found = find_order([FAIL, repair(1, REPAIRED, (2, 3)), *looks], Vehicle(), step, most=20_000)
    assert found.holds


WHOLE: dict[str, Any] = {
    "state": "awaiting_retest",
    "round": 1,
    "closed_at": None,
    "notices": ["N1"],
    "repairs": [{"repair_no": "R1", "lacks": []}],
    "exits": [],
    "objections": [],
    "events": [
        {"number": 1, "event": "TestFailed", "before": None, "after": "awaiting_repair"},
        {"number": 2, "event": "RepairReported", "before": "awaiting_repair", "after": "awaiting_retest"},
    ],
}


def test_a_whole_answer_is_not_torn() -> None:
    assert not list(torn(WHOLE))


@pytest.mark.parametrize(
    "tear",
    [
        lambda case: case | {"state": "awaiting_repair"},
        lambda case: case | {"events": case["events"][:1]},
        lambda case: case | {"events": [case["events"][0], case["events"][1] | {"number": 3}]},
        lambda case: case | {"events": [case["events"][0], case["events"][1] | {"before": "closed"}]},
        lambda case: case | {"notices": []},
        lambda case: case | {"round": 2},
        lambda case: case | {"repairs": []},
        lambda case: case | {"exits": [{}]},
        lambda case: case | {"closed_at": "2026-03-05T09:00:00+08:00"},
    ],
)
def test_a_torn_answer_is_noticed(tear: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    assert list(torn(tear(WHOLE)))


@pytest.mark.one_database("sqlite", reason="it starts its own; `make histories` runs both")
def test_a_short_round_against_the_real_server() -> None:
    """What ``make histories`` does at length."""
    done = subprocess.run(
        [sys.executable, str(TORTURE / "histories" / "run.py"), "--seconds", "4"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert found["calls put in order"] and not found["histories too long to decide"]
