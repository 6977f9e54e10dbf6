"""What waits is sent once, in order, whatever the network and the platform do."""

from __future__ import annotations

import json
import random

import httpx
import pytest

from imloop.agent.inlets.inlet import take
from imloop.agent.sending.alone import PATIENCE_WITH_ONE
from imloop.agent.sending.platform import Platform
from imloop.agent.sending.uploader import Step, Uploader
from imloop.agent.spool import Kind, State

from .conftest import BEARER, Bench, upload


def fill(bench: Bench, *numbers: int) -> None:
    for number in numbers:
        take(bench.spool, upload(number), bench.clock())


def drain(bench: Bench) -> None:
    """Step by step, the clock moved on whenever a pause is kept."""
    for _ in range(20_000):
        match bench.uploader.step():
            case Step.EMPTY:
                return
            case Step.WAITING:
                bench.clock.on(seconds=1)
    raise AssertionError("never empty")


def test_everything_goes_in_order_and_its_receipt_is_kept(bench: Bench) -> None:
    fill(bench, 3, 1, 2)
    drain(bench)
    assert bench.fake.numbers() == ["T0003", "T0001", "T0002"]
    assert [item.state for item in bench.spool.items()] == [State.SENT] * 3
    assert bench.spool.answer(2) == b'{"receipt": 2}'
    assert {path for _, path, _ in bench.fake.seen} == {"/api/v1/tests"}
    assert bench.fake.seen[0][2]["authorization"] == "Bearer key"


@pytest.mark.parametrize("mood", ["drop", "lost", "500", "internal", "503", "429", "401", "html", "gone"])
def test_what_says_nothing_about_the_message_is_tried_again(bench: Bench, mood: str) -> None:
    fill(bench, 1, 2)
    bench.fake.mood.extend([mood, mood])
    assert bench.uploader.step() is Step.FAILED
    assert bench.uploader.offline
    assert bench.uploader.step() is Step.WAITING  # not at once
    head = bench.spool.head()
    assert head is not None and head.tries == 1 and head.error
    drain(bench)
    assert bench.fake.numbers() == ["T0001", "T0002"]
    assert not bench.uploader.offline


def pause(bench: Bench) -> int:
    """Seconds until the next try, which is made."""
    seconds, seen = 0, len(bench.fake.seen)
    while bench.uploader.step() is Step.WAITING:
        bench.clock.on(seconds=1)
        seconds += 1
    assert len(bench.fake.seen) == seen + 1
    return seconds


def test_pauses_grow_and_the_platform_may_ask_for_longer_ones(bench: Bench) -> None:
    fill(bench, 1)
    bench.fake.mood.extend(["drop", "drop", "drop", "429", "503", "drop", "drop", "drop", "drop"])
    bench.uploader.step()
    assert [pause(bench) for _ in range(9)] == [1, 2, 5, 10, 120, 40, 60, 60, 60]


def test_a_refusal_is_put_aside_and_the_next_goes(bench: Bench) -> None:
    heard = []
    bench.uploader._refused = heard.append
    fill(bench, 1, 2)
    bench.fake.mood.append("refuse")
    assert bench.steps(3) == [Step.REFUSED, Step.SENT, Step.EMPTY]
    assert bench.fake.numbers() == ["T0002"]
    (parked,) = bench.spool.items(State.REFUSED)
    assert parked.status == 422 and "malformed" in parked.error and [item.id for item in heard] == [parked.id]
    assert b"malformed" in bench.spool.answer(parked.id)
    assert bench.spool.retry(parked.id) and not bench.spool.retry(parked.id)
    assert bench.uploader.step() is Step.SENT
    assert bench.fake.numbers() == ["T0002", "T0001"]


def test_a_refused_message_that_comes_again_is_asked_again(bench: Bench) -> None:
    fill(bench, 1)
    bench.fake.mood.append("refuse")
    drain(bench)
    item, fresh = take(bench.spool, bench.spool.original(1), bench.clock())
    assert not fresh and item.state == State.WAITING
    drain(bench)
    assert bench.spool.items(State.REFUSED) == []


STOPS = ["internal", "too large", "gone", "drop", "lost", "500", "html", "401", "slow"]


@pytest.mark.parametrize("mood", STOPS)
def test_one_message_that_never_gets_through_does_not_hold_the_others_for_ever(
    bench: Bench, mood: str
) -> None:
    heard: list[int] = []
    bench.uploader._refused = lambda item: heard.append(item.id)
    fill(bench, 1, 2, 3)
    bench.fake.stops[b'"T0001"'] = mood
    drain(bench)
    assert [each for each in bench.fake.numbers() if each != "T0001"] == ["T0002", "T0003"]
    (aside,) = bench.spool.items(State.REFUSED)
    assert aside.id == 1 and heard == [1] and PATIENCE_WITH_ONE <= aside.tries < PATIENCE_WITH_ONE + 10
    assert json.loads(bench.spool.answer(1))["code"] == "held-up-on-the-way"
    assert bench.spool.original(1) == upload(1), "nothing of it is lost"
    bench.fake.stops.clear()
    assert bench.spool.retry(1) and bench.uploader.step() is Step.SENT
    bench.fake.stops[b'"T0004"'] = mood
    fill(bench, 4, 5)
    assert bench.uploader.step() is Step.FAILED, "the next one has the same patience"


def test_alone_in_the_line_it_waits_for_there_is_nobody_to_hold_up(bench: Bench) -> None:
    bench.fake.stops[b'"T0001"'] = "drop"
    fill(bench, 1)
    for _ in range(PATIENCE_WITH_ONE * 2):
        assert bench.uploader.step() is Step.FAILED
        bench.clock.on(seconds=60)
    fill(bench, 2)
    drain(bench)
    assert bench.fake.numbers() == ["T0002"] and [i.id for i in bench.spool.items(State.REFUSED)] == [1]


@pytest.mark.parametrize("mood", [*STOPS, "503", "429"])
def test_an_outage_sets_nothing_aside_and_keeps_the_order(bench: Bench, mood: str) -> None:
    fill(bench, *range(1, 6))
    bench.fake.mood.extend([mood] * (PATIENCE_WITH_ONE * 3))
    drain(bench)
    assert bench.fake.numbers() == [f"T{number:04d}" for number in range(1, 6)]
    assert bench.spool.items(State.REFUSED) == []


@pytest.mark.parametrize("mood", STOPS)
def test_nor_does_one_of_all_messages_while_the_platform_seems_ready(bench: Bench, mood: str) -> None:
    """A firewall that lets nothing through but small questions, a fault at every upload."""
    fill(bench, 1, 2, 3)
    bench.fake.stops[b'"test_no"'] = mood
    for _ in range(PATIENCE_WITH_ONE * 4):
        assert bench.uploader.step() is Step.FAILED
        bench.clock.on(seconds=60)
    bench.fake.stops.clear()
    drain(bench)
    assert sorted(bench.fake.numbers()) == ["T0001", "T0002", "T0003"]
    assert bench.spool.items(State.REFUSED) == []


@pytest.mark.parametrize("mood", ["503", "429"])
def test_who_asks_for_patience_has_said_nothing_of_the_message(bench: Bench, mood: str) -> None:
    fill(bench, *range(1, 9))
    bench.fake.stops[b'"T0001"'] = mood
    for _ in range(PATIENCE_WITH_ONE * 2):
        bench.uploader.step()
        bench.clock.on(seconds=120)
    assert bench.spool.items(State.REFUSED) == []


def test_days_offline_then_all_of_it(bench: Bench) -> None:
    bench.fake.always = "drop"
    for day in range(4):
        for number in range(10):
            take(bench.spool, upload(day * 10 + number), bench.clock())
            bench.uploader.step()
            bench.clock.on(hours=2.4)
    figures = bench.spool.figures()
    assert figures.waiting == 40 and figures.backlog_minutes(bench.clock()) == 4 * 24 * 60
    bench.fake.always = "ok"
    bench.clock.on(seconds=61)
    assert bench.steps(41) == [Step.SENT] * 40 + [Step.EMPTY]  # no pause between them
    assert bench.fake.numbers() == [f"T{number:04d}" for number in range(40)]
    assert bench.spool.figures().backlog_minutes(bench.clock()) == 0


@pytest.mark.parametrize("seed", range(8))
def test_any_weather_keeps_order_and_loses_and_doubles_nothing(bench: Bench, seed: int) -> None:
    dice = random.Random(seed)
    moods = ["ok", "ok", "drop", "lost", "hang", "500", "503", "429", "html", "401"]
    bench.fake.mood.extend(dice.choice(moods) for _ in range(120))
    bench.fake.release.set()
    fill(bench, *range(40))
    drain(bench)
    assert bench.fake.numbers() == [f"T{number:04d}" for number in range(40)]


def test_every_kind_has_its_address(bench: Bench) -> None:
    for kind in Kind:
        bench.spool.put(kind, f'{{"kind":"{kind}"}}'.encode(), bench.clock())
    drain(bench)
    assert [path.removeprefix("/api/v1/") for _, path, _ in bench.fake.seen] == [
        "tests",
        "repairs",
        "equipment-checks",
        "offline-vouchers/redeem",
        "repairs/files",
    ]


def test_the_clock_is_compared_with_the_platforms(bench: Bench) -> None:
    fill(bench, 1)
    bench.fake.date = "Thu, 05 Mar 2026 01:32:00 GMT"  # 09:32 in China, two minutes ahead of the station
    drain(bench)
    assert bench.spool.fact("clock_skew_s") == "120"
    assert bench.spool.fact("last_contact") == "2026-03-05T09:30+08:00"


def test_a_short_patience_is_enough_of_a_hanging_platform(bench: Bench) -> None:
    asked = []

    class Slow(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            asked.append(request.extensions["timeout"]["read"])
            raise httpx.ReadTimeout("nothing", request=request)

    platform = Platform("http://platform.test", BEARER, patience=4.0, transport=Slow())
    fill(bench, 1)
    assert Uploader(bench.spool, platform, bench.clock).step() is Step.FAILED
    assert asked == [4.0]


def test_a_message_whose_bytes_are_damaged_does_not_hold_the_others(bench: Bench) -> None:
    fill(bench, 1, 2, 3)
    bench.spool._db.execute("UPDATE item SET original = X'00' WHERE id = 1")
    bench.spool._db.execute("UPDATE item SET original = NULL WHERE id = 2")
    assert bench.steps(3) == [Step.REFUSED, Step.REFUSED, Step.SENT]
    assert json.loads(bench.spool.answer(1))["code"] == "spool-damaged"
