"""The agent and the real platform in one process: what was taken offline moves cases as if it had been live."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imloop.agent.inlets.folder import Folder
from imloop.agent.inlets.inlet import take
from imloop.agent.paper import Paper
from imloop.agent.permit import ask
from imloop.agent.sending.credentials import credentials
from imloop.agent.sending.heartbeats import Lines, beat
from imloop.agent.sending.platform import Platform
from imloop.agent.sending.uploader import Step, Uploader
from imloop.agent.spool import Spool, State
from imloop.store.models import Case, Finding, Link, PaperUnlock, Test
from support.city import LISTED, NEAR, at
from support.doors import Doors
from support.messages.uploads import PLATE, VIN, repair_message, test_message
from support.servers.fake_platform import FakePlatform
from support.servers.in_process import InProcess
from support.stories.outages import declare

from .conftest import Clock

EXAMPLES = Path(__file__).parents[1] / "exchange" / "dialects"
URL = "http://127.0.0.1"


def platform_for(doors: Doors, station: str) -> Platform:
    return Platform(URL, credentials(doors.city.key(station), URL), transport=InProcess())


@pytest.fixture
def uploader(doors: Doors, spool: Spool, clock: Clock) -> Uploader:
    doors.at("2026-03-05 09:30")
    return Uploader(spool, platform_for(doors, NEAR), clock)


def send_all(uploader: Uploader) -> list[Step]:
    steps = []
    while (step := uploader.step()) in (Step.SENT, Step.REFUSED):
        steps.append(step)
    return steps


def test_a_day_of_an_outage_closes_its_case_afterwards(
    doors: Doors, spool: Spool, clock: Clock, tmp_path: Path
) -> None:
    """Fail in the morning, repaired, retested on paper in the afternoon: all uploaded in the evening, by two agents in
    order, and the outage declared after it. The record is that of the paper."""
    doors.at("2026-03-05 08:00")
    clock.moment = at("2026-03-05 08:00")
    station = Uploader(spool, platform_for(doors, NEAR), clock)
    paper = Paper(spool, NEAR)
    assert paper.refresh(station.platform, clock())
    take(spool, json.dumps(test_message(at("2026-03-05 09:00"), station=NEAR, co=2.0)).encode(), clock())
    clock.moment = at("2026-03-05 14:50")
    record = repair_message(at("2026-03-05 14:00"), shop=LISTED)
    numbers = {name: record["documents"][name] for name in ("settlement_no", "certificate_no")}  # type: ignore[index]
    shown = {"plate": PLATE, "vin": VIN, "shop": LISTED, **numbers}
    paper.use(paper.usable(clock())[0].voucher.number, shown, clock())
    retest = test_message(at("2026-03-05 15:00"), station=NEAR, purpose="retest")
    take(spool, json.dumps(retest).encode(), clock())
    doors.at("2026-03-05 20:00")
    clock.moment = at("2026-03-05 20:00")
    declare(doors, "2026-03-05 08:30", ends_at=at("2026-03-05 19:30").isoformat(), late_reason="光缆中断")
    assert send_all(station) == [Step.SENT] * 3
    assert Case.objects.get().state == "closed"
    shop_spool = Spool(tmp_path / "shop")
    shop = Uploader(shop_spool, platform_for(doors, LISTED), clock)
    take(shop_spool, json.dumps(record).encode(), clock())
    assert send_all(shop) == [Step.SENT]
    assert PaperUnlock.objects.get().repair is not None
    shop_spool.close()


def test_a_file_in_a_dialect_reaches_the_platform(
    uploader: Uploader, spool: Spool, clock: Clock, tmp_path: Path
) -> None:
    folder = Folder(tmp_path / "inbox", spool)
    (folder.path / "one.ini").write_bytes((EXAMPLES / "line-ini-asm.ini").read_bytes())
    folder.look(clock())
    clock.on(seconds=3)
    folder.look(clock())
    assert send_all(uploader) == [Step.SENT]
    receipt = json.loads(spool.answer(1))
    test = Test.objects.get()
    assert (receipt["verdict"], test.result, test.test_no) == ("fail", "fail", receipt["test_no"])


def test_sent_again_after_a_lost_answer_is_one_test_and_the_first_receipt(
    uploader: Uploader, spool: Spool, clock: Clock
) -> None:
    body = json.dumps(test_message(at("2026-03-05 09:00"), station=NEAR)).encode()
    take(spool, body, clock())
    first = uploader.platform.post("tests", spool.body(1), clock())  # taken, and then the power failed
    assert first.status == 201 and spool.items(State.SENT) == []
    assert send_all(uploader) == [Step.SENT]
    assert Test.objects.count() == 1
    assert json.loads(spool.answer(1)) == first.json
    item = spool.get(1)
    assert item is not None and item.status == 200


def test_the_platforms_refusal_is_shown_and_does_not_stop_the_others(
    uploader: Uploader, spool: Spool, clock: Clock
) -> None:
    other = json.dumps(test_message(at("2026-03-05 09:00"), station="450299999")).encode()
    take(spool, other, clock())
    take(spool, json.dumps(test_message(at("2026-03-05 09:05"), station=NEAR)).encode(), clock())
    assert send_all(uploader) == [Step.REFUSED, Step.SENT]
    assert Test.objects.count() == 1
    (parked,) = spool.items(State.REFUSED)
    assert parked.status in (403, 422) and parked.error


def test_a_wrong_key_costs_no_message(doors: Doors, spool: Spool, clock: Clock) -> None:
    doors.at("2026-03-05 09:30")
    wrong = Platform(URL, credentials("no such key", URL), transport=InProcess())
    take(spool, json.dumps(test_message(at("2026-03-05 09:00"), station=NEAR)).encode(), clock())
    uploader = Uploader(spool, wrong, clock)
    assert uploader.step() is Step.FAILED
    assert spool.head() is not None and "401" in spool.fact("last_error")


def test_the_platform_hears_how_much_waits(uploader: Uploader, spool: Spool, clock: Clock) -> None:
    lines = Lines(NEAR, ["01", "02"])
    for minute in (0, 5):
        message = test_message(at(f"2026-03-05 09:0{minute}"), station=NEAR, sequence=7 + minute)
        item, _ = take(spool, json.dumps(message).encode(), clock())
        lines.learn(spool, item)
    answer = beat(lines, spool, uploader.platform, clock())
    assert answer is not None and answer.status == 200, answer and answer.body
    assert {link.line.code: link.spooled for link in Link.objects.all()} == {"01": 2, "02": 2}
    send_all(uploader)
    beat(lines, spool, uploader.platform, clock())
    link = Link.objects.get(line__code="01")
    assert (link.spooled, link.sequence) == (0, 12)
    assert not Finding.objects.filter(code__contains="clock").exists()


def test_a_permit_is_asked_through(uploader: Uploader, clock: Clock) -> None:
    answer = ask(uploader.platform, f"plate=桂B12345&station={NEAR}", clock())
    assert answer is not None and answer.status == 200
    assert answer.json is not None and answer.json["reasons"][0]["code"] == "unknown-vehicle"


def test_chinese_in_a_question_is_escaped_before_it_is_signed(doors: Doors, clock: Clock) -> None:
    fake = FakePlatform()
    fake.answers["GET /api/v1/retest-permit"] = (200, {}, b"{}")
    signed = Platform(URL, credentials("imh_abc_0123456789abcdef", URL), transport=fake)
    assert ask(signed, "plate=桂B12345&at=2026-03-05T09:00:00%2B08:00", clock()) is not None
    assert "signature" in fake.seen[0][2]


def test_a_voucher_used_without_network_is_redeemed_at_the_platform(
    uploader: Uploader, doors: Doors, spool: Spool, clock: Clock
) -> None:
    pytest.importorskip("imloop.api.outages", reason="the platform issues no vouchers")
    paper = Paper(spool, NEAR)
    assert paper.refresh(uploader.platform, clock())
    first, *others = paper.usable(clock())
    papers = {"plate": PLATE, "vin": VIN, "shop": LISTED, "settlement_no": "J1", "certificate_no": "H1"}
    paper.use(first.voucher.number, papers, clock())
    doors.at("2026-03-05 09:40")
    assert send_all(uploader) == [Step.SENT]
    assert json.loads(spool.answer(1))["voucher"] == first.voucher.number
    assert [held.voucher for held in paper.usable(clock())] == [held.voucher for held in others]
