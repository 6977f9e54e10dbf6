"""Facts arrive in any order; what follows from them is decided in the order in which they happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import msgspec
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imloop.exchange.uploads.intake import take_repair, take_test
from imloop.facts.refusal import Refusal
from imloop.steps.vehicles.ask_mark import ask_mark, release_mark
from imloop.store.models import Case, CaseEvent, Finding, OutboxEntry, Test, Vehicle
from support.city import FAR, LISTED, NEAR, City, at
from support.messages.uploads import VIN, repair_message, test_message
from support.stories.one_car import car

ENVIRONMENT, POLICE = "450200-environment", "450200-police"
FAIL = {"co": 0.9}
WRONG = VIN[:-1] + ("2" if VIN[-1] == "1" else "1")
CAR = car()


@pytest.fixture(autouse=True)
def known_car(city: City) -> None:
    """The police have entered it: what a gate refuses here, it refuses for what was tested."""
    city.enter()


def test_a_fail_that_comes_after_the_pass_opens_its_case_and_takes_the_pass_back(city: City) -> None:
    passed = city.test("2026-03-02 16:20", vehicle=CAR).body
    assert passed["counts"] == "cycle"
    release_mark(city.callers[POLICE], vin=VIN, now=at("2026-03-02 16:40"))
    failed = city.test("2026-03-02 16:00", vehicle=CAR, now=at("2026-03-02 17:00"), **FAIL).body
    assert failed["counts"] == "case" and failed["notice"]
    case, run = Case.objects.get(), Test.objects.get(test_no=passed["test_no"])
    assert (case.state, case.case_no) == ("awaiting_repair", failed["case"])
    assert (run.counts, run.counts_why) == ("nothing", "retest-without-permit")
    assert Finding.objects.filter(code="retest-without-permit", subject=run.test_no).exists()
    told = set(OutboxEntry.objects.values_list("receiver", "topic"))
    assert {(NEAR, "reconsidered"), (ENVIRONMENT, "reconsidered"), (POLICE, "mark-doubtful")} <= told
    assert Vehicle.objects.get().cycle == 1
    assert not ask_mark(city.callers[POLICE], vin=VIN, at=at("2026-03-02 18:00")).allowed


def test_a_fail_at_one_station_and_a_pass_at_another_in_either_order(city: City) -> None:
    passed = city.test("2026-03-02 16:20", station=FAR, vehicle=CAR).body
    city.test("2026-03-02 16:00", vehicle=CAR, now=at("2026-03-02 17:00"), **FAIL)
    assert Case.objects.get().station.code == NEAR  # type: ignore[union-attr]
    assert Test.objects.get(test_no=passed["test_no"]).counts == "nothing"


def test_a_fail_between_the_repair_and_the_retest_reopens_the_case(city: City) -> None:
    city.test("2026-03-02 09:00", vehicle=CAR, **FAIL)
    city.repair("2026-03-04 16:00")
    city.test("2026-03-05 12:00", vehicle=CAR, purpose="retest")
    assert Case.objects.get().state == "closed"
    city.test("2026-03-05 09:00", vehicle=CAR, now=at("2026-03-05 13:00"), purpose="retest", **FAIL)
    case = Case.objects.get()
    assert (case.state, case.round, case.closed_at) == ("awaiting_repair", 2, None)
    assert CaseEvent.objects.filter(case=case, kind="Reconsidered").count() == 1


def test_a_case_that_a_late_pass_makes_of_a_later_fail_has_its_own_notice(city: City) -> None:
    """The owner's only paper was of the case that the pass has closed: its key opens nothing any more."""
    city.test("2026-03-02 09:00", vehicle=CAR, **FAIL)
    city.repair("2026-03-05 08:00", received_at=at("2026-03-04 16:00").isoformat())
    again = city.test("2026-03-05 14:00", vehicle=CAR, purpose="retest", **FAIL).body
    city.test("2026-03-05 10:00", vehicle=CAR, purpose="retest", now=at("2026-03-05 15:00"))
    first, second = Case.objects.order_by("id")
    assert (first.state, second.state, second.round) == ("closed", "awaiting_repair", 1)
    notices = list(second.notices.values_list("round", "content__test_no"))
    assert notices == [(1, again["test_no"])] and first.notices.count() == 2


@pytest.mark.parametrize(
    "order",
    [each for each in permutations(("pass", "fail", "repair")) if each != ("pass", "repair", "fail")],
)
def test_a_repair_answers_the_fail_before_it_whichever_arrives_first(
    city: City, order: Sequence[str]
) -> None:
    """It is reported in the case that was open then, as the pass that ended it had not arrived; or after both. Where no
    case is open, there is none to report it in, and its shop is told so."""
    city.test("2026-03-02 09:00", vehicle=CAR, **FAIL)
    city.repair("2026-03-04 16:00")
    came = at("2026-03-05 13:01")
    for what in order:
        if what == "pass":
            city.test("2026-03-05 09:00", vehicle=CAR, purpose="retest", now=came)
        elif what == "fail":
            city.test("2026-03-05 11:00", vehicle=CAR, now=came, **FAIL)
        else:
            city.repair("2026-03-05 13:00", received_at=at("2026-03-05 12:00").isoformat(), now=came)
        came += timedelta(minutes=1)
    (case,) = Case.objects.filter(closed_at=None)
    assert (case.state, case.round) == ("awaiting_retest", 1)
    assert case.notices.count() == 1
    assert city.test("2026-03-05 14:00", vehicle=CAR, purpose="retest").body["case_state"] == "closed"


@pytest.mark.parametrize("late", [True, False])
def test_the_receipt_of_a_repair_tells_what_it_changes(city: City, late: bool) -> None:
    """``late``: the retest after it is known already, and had no permit without it; it closes the case now."""
    came = at("2026-03-05 11:03") + timedelta(seconds=20)
    if late:
        city.test("2026-03-05 11:00", vehicle=CAR, purpose="retest", now=came)
    city.test("2026-03-05 10:50", vehicle=CAR, now=came + timedelta(seconds=20), **FAIL)
    received = at("2026-03-05 10:55").isoformat()
    told = city.repair("2026-03-05 10:59", received_at=received, now=came + timedelta(minutes=1)).body
    state = "closed" if late else "awaiting_retest"
    assert (Case.objects.get().state, told["case_state"]) == (state, state)
    assert told["retest"]["allowed"] is not late


def test_a_pass_dated_before_the_fail_closes_nothing(city: City) -> None:
    city.test("2026-03-02 09:00", vehicle=CAR, **FAIL)
    early = city.test("2026-03-02 08:50", vehicle=CAR, now=at("2026-03-02 10:00")).body
    assert Case.objects.get().state == "awaiting_repair"
    assert early["case"] is None or early["counts"] != "case"
    assert not ask_mark(city.callers[POLICE], vin=VIN, at=at("2026-03-02 18:00")).allowed


def _facts() -> dict[str, tuple[str, dict[str, Any]]]:
    """Name → kind and message. Hours of one day, so that none is late."""
    start = at("2026-03-02 08:00")

    def hour(number: float) -> datetime:
        return start + timedelta(hours=number)

    def run(number: float, station: str, said: Any = (), **change: Any) -> tuple[str, dict[str, Any]]:
        return "test", test_message(hour(number), station=station, vehicle={**CAR, **dict(said)}, **change)

    def repair(number: float) -> tuple[str, dict[str, Any]]:
        message = repair_message(hour(number), shop=LISTED, received_at=hour(number - 0.8).isoformat())
        return "repair", message

    return {
        "fail 1": run(0, NEAR, **FAIL),
        "repair 1": repair(1),
        "fail 2": run(2, NEAR, **FAIL),
        "repair 2": repair(3),
        "pass here": run(4, NEAR),
        "pass there": run(5, FAR),
        "comparison": run(6, NEAR, purpose="comparison"),
        "aborted": run(7, NEAR, outcome="aborted"),
        "fail under another VIN": run(0.5, NEAR, {"vin": WRONG}, **FAIL),
        "pass under another VIN": run(4.5, FAR, {"vin": WRONG}),
        "pass under another plate": run(5.5, NEAR, {"plate": "桂B67890"}),
        "pass as an electric car": run(6.5, FAR, {"fuel": "electric"}),
        "fail as an electric car": run(1.5, NEAR, {"fuel": "electric"}, **FAIL),
    }


def _bring(city: City, order: Sequence[tuple[str, dict[str, Any]]]) -> tuple[object, ...]:
    """In this order, each a minute after the other, and what was refused again after every arrival; the state that
    comes out."""
    now, waiting = at("2026-03-02 20:00"), list[tuple[str, dict[str, Any]]]()
    for fact in order:
        waiting.append(fact)
        moved = True
        while moved:
            moved = False
            for each in list(waiting):
                now += timedelta(minutes=1)
                kind, message = each
                try:
                    if kind == "test":
                        take_test(msgspec.json.encode(message), city.callers[str(message["station"])], now)
                    else:  # its record was there in time
                        done = datetime.fromisoformat(message["finished_at"]) + timedelta(minutes=2)
                        take_repair(msgspec.json.encode(message), city.callers[str(message["shop"])], done)
                except Refusal:
                    continue
                waiting.remove(each)
                moved = True
    cases = [
        (case.state, case.round, case.failed_at, case.snapshot["failed_test"], case.cycle)
        for case in Case.objects.exclude(state="annulled").order_by("opened_at")
    ]
    counted = set(Test.objects.exclude(counts="nothing").values_list("test_no", "counts"))
    vehicle = Vehicle.objects.get()
    return cases, counted, vehicle.cycle, ask_mark(city.callers[POLICE], vin=VIN, at=now).allowed


@pytest.mark.parametrize(
    "names",
    [
        ("fail 1", "repair 1", "pass here"),
        ("fail 1", "pass here", "pass there"),
        ("fail 1", "repair 1", "fail 2", "pass here"),
    ],
    ids=lambda names: ", ".join(names),
)
def test_every_order_of_arrival_ends_in_one_state(city: City, names: tuple[str, ...]) -> None:
    facts = _facts()
    states = []
    for order in permutations(names):
        with transaction.atomic():
            states.append(_bring(city, [facts[name] for name in order]))
            transaction.set_rollback(True)
    assert all(state == states[0] for state in states)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_order_frees_what_the_true_order_holds(city: City, data: st.DataObject) -> None:
    facts = _facts()
    names = data.draw(st.lists(st.sampled_from(sorted(facts)), min_size=2, max_size=6, unique=True))
    order = data.draw(st.permutations(names))
    true = sorted(names, key=lambda name: _moment(facts[name]))
    states = []
    for each in (true, order):
        with transaction.atomic():
            states.append(_bring(city, [facts[name] for name in each]) if _has_a_run(each) else ())
            transaction.set_rollback(True)
    assert _freed(states[0]) == _freed(states[1]), f"{order} against {true}"


def _moment(fact: tuple[str, dict[str, Any]]) -> str:
    return str(fact[1].get("started_at") or fact[1]["finished_at"])


def _freed(state: tuple[object, ...]) -> tuple[object, ...]:
    """Is the vehicle held, which passes count, which cycle runs, is the mark to be had? A repair that comes when its
    case is closed is not taken, so rounds may differ."""
    if not state:
        return ()
    cases, counted, cycle, mark = state
    held = bool(cases) and str(cases[-1][0]).startswith("awaiting")  # type: ignore[index]
    passes = {run for run in counted if run[1] == "cycle"}  # type: ignore[attr-defined]
    return held, passes, cycle, mark


def _has_a_run(names: Sequence[str]) -> bool:
    return any(name.startswith(("fail", "pass")) for name in names)
