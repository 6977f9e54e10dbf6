"""Messages reach systems outside in order and are never lost, whatever the receiver does."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.test import Client
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from imloop.exchange.couriers.courier import bring_again, carry, carry_to
from imloop.exchange.signing import public_key
from imloop.facts.refusal import Malformed, NotAllowed, Unknown
from imloop.steps.couriers import deliveries, receivers
from imloop.steps.desk.work_list import tasks
from imloop.steps.ground.access import SYSTEM, caller_for
from imloop.store.models import Delivery, JournalEntry, OutboxEntry, Party, Receiver
from support.city import NEAR, City, at
from support.examples import examples
from support.servers.fake_receiver import FakeReceiver

OFFICE = "450200-environment"
START = at("2026-03-02 09:00")
BEHAVIOURS = ["ok", "silent", "500", "503", "429", "hang", "drop"]


def messages(count: int) -> list[int]:
    rows = [
        OutboxEntry.objects.create(
            receiver=OFFICE, topic="case-opened", subject=f"C{number}", created_at=START, body={"n": number}
        )
        for number in range(count)
    ]
    return [row.pk for row in rows]


@pytest.fixture
def region(city: City) -> Receiver:
    return receivers.add_receiver(
        SYSTEM,
        code="region",
        name="自治区平台",
        party=OFFICE,
        way="http",
        address="https://region.example/in",
        topics=[],
        now=START,
    )


class Clock:
    """Moves an hour at every look, so that every pause is over."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(hours=1)
        return self.now


@hypothesis_settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(BEHAVIOURS), max_size=12))
def test_everything_arrives_once_and_in_order_whatever_happens(
    region: Receiver, behaviours: list[str]
) -> None:
    sent = messages(5)
    outside, clock = FakeReceiver(*behaviours), Clock()
    for _ in range(len(behaviours) + 1):
        carry(clock, outside)
    assert outside.sequence == sent
    region.refresh_from_db()
    assert region.cursor == sent[-1] and not deliveries.waiting(region).exists()


def test_what_fails_for_now_is_tried_again_later_and_later(region: Receiver) -> None:
    first, _ = messages(2)
    outside = FakeReceiver("500", "hang", "503")
    now = START

    def carry_at(moment: datetime) -> int:
        return carry(lambda: moment, outside)

    for tries, pause in ((1, 5), (2, 10), (3, 20)):
        assert carry_at(now) == 0
        region.refresh_from_db()
        assert (region.tries, region.retry_at) == (tries, now + timedelta(seconds=pause))
        assert carry_at(now + timedelta(seconds=pause - 1)) == 0, "not before its time"
        assert len(outside.requests) == tries
        now += timedelta(seconds=pause)
    assert region.last_error.startswith("HTTP 503") and region.failing_since == START
    assert carry_at(now) == 2
    region.refresh_from_db()
    assert (region.tries, region.last_error, region.failing_since) == (0, "", None)
    assert Delivery.objects.get(entry_id=first).tries == 4


def test_the_pause_has_an_end() -> None:
    pauses = [deliveries.pause_after(tries) for tries in range(1, 60)]
    assert pauses == sorted(pauses) and pauses[-1] == timedelta(minutes=15)


def test_what_is_refused_for_good_is_set_aside_and_the_next_goes_on(region: Receiver) -> None:
    sent = messages(3)
    outside = FakeReceiver("ok", "400")
    assert carry(lambda: START, outside) == 2
    assert outside.sequence == [sent[0], sent[2]]
    dead = Delivery.objects.get(state="dead")
    assert dead.entry_id == sent[1] and "HTTP 400" in dead.error
    assert JournalEntry.objects.filter(kind="dead-letter", subject="region").exists()

    with pytest.raises(NotAllowed):
        bring_again(SYSTEM, "region", sent[1], START, FakeReceiver("400"))
    bring_again(SYSTEM, "region", sent[1], START, outside)
    assert outside.sequence == [sent[0], sent[2], sent[1]]
    with pytest.raises(Unknown):
        bring_again(SYSTEM, "region", sent[1], START, outside)


def test_a_redirect_is_not_followed(region: Receiver) -> None:
    messages(1)
    outside = FakeReceiver("302")
    assert carry(lambda: START, outside) == 0 and len(outside.requests) == 1


def test_paused_waits_and_resumed_goes_on(region: Receiver) -> None:
    sent = messages(2)
    outside = FakeReceiver()
    receivers.set_paused(SYSTEM, "region", paused=True, reason="维护", now=START)
    assert carry(lambda: START, outside) == 0
    receivers.set_paused(SYSTEM, "region", paused=False, reason="", now=START)
    assert carry(lambda: START, outside) == 2 and outside.sequence == sent


def test_a_replay_brings_everything_once_more(region: Receiver) -> None:
    sent = messages(4)
    carry(lambda: START, FakeReceiver())
    assert receivers.replay_from(SYSTEM, "region", seq=sent[2], reason="对方数据丢失", now=START) == 2
    again = FakeReceiver()
    assert carry(lambda: START, again) == 2 and again.sequence == sent[2:]
    for seq, reason in ((0, "x"), (sent[3] + 1, "x"), (sent[0], " ")):
        with pytest.raises(Malformed):
            receivers.replay_from(SYSTEM, "region", seq=seq, reason=reason, now=START)


def test_a_replay_during_a_pass_wins(region: Receiver) -> None:
    sent = messages(3)

    class SetsBack(FakeReceiver):
        def handle_request(self, request: object) -> object:  # type: ignore[override]
            if len(self.requests) == 1:
                receivers.replay_from(SYSTEM, "region", seq=sent[0], reason="x", now=START)
            return super().handle_request(request)  # type: ignore[arg-type]

    outside = SetsBack()
    carry(lambda: START, outside)
    carry(lambda: START, outside)
    assert [message["seq"] for message in outside.got] == [sent[0], sent[1], *sent]


def test_of_two_workers_one_carries(region: Receiver) -> None:
    with deliveries.leased(region, START) as mine, deliveries.leased(region, START) as other:
        assert (mine, other) == (True, False)
    with deliveries.leased(region, START) as mine:
        assert mine, "given back"
    Receiver.objects.update(leased_until=START + timedelta(minutes=1))
    with deliveries.leased(region, START + timedelta(minutes=2)) as mine:
        assert mine, "a worker that died does not keep it"


def test_who_looked_at_the_clock_earlier_takes_nothing_from_who_carries(region: Receiver) -> None:
    """On a busy machine a worker waits for the database between its look at the clock and its asking: in the meantime
    another began, with a later clock, and the first took that one's lease for one of a clock that was set back."""
    late = START + timedelta(seconds=5)
    with deliveries.leased(region, late) as mine, deliveries.leased(region, START) as other:
        assert (mine, other) == (True, False)
    messages(2)

    class Meanwhile(FakeReceiver):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            assert carry_to(other_workers, lambda: START, self) == 0
            return super().handle_request(request)

    other_workers, outside = Receiver.objects.get(), Meanwhile()
    assert carry(lambda: late, outside) == 2 and len(outside.got) == 2


def test_only_the_topics_asked_for(city: City) -> None:
    receivers.add_receiver(
        SYSTEM,
        code="police",
        name="交管",
        party=OFFICE,
        way="http",
        address="https://police.example/in",
        topics=["case-closed"],
        now=START,
    )
    messages(2)
    closed = OutboxEntry.objects.create(
        receiver=OFFICE, topic="case-closed", subject="C9", created_at=START, body={}
    )
    outside = FakeReceiver()
    assert carry(lambda: START, outside) == 1 and outside.sequence == [closed.pk]


def test_a_new_receiver_is_not_flooded_with_the_past(city: City) -> None:
    messages(3)
    row = receivers.add_receiver(
        SYSTEM, code="late", name="x", party=OFFICE, way="folder", address="/srv/in", topics=[], now=START
    )
    assert not deliveries.waiting(row).exists()


def test_the_folder_gets_whole_files_in_order(city: City, tmp_path: Path) -> None:
    receivers.add_receiver(
        SYSTEM, code="old", name="x", party=OFFICE, way="folder", address=str(tmp_path), topics=[], now=START
    )
    sent = messages(3)
    assert carry(lambda: START) == 3
    files = sorted(file.name for file in tmp_path.iterdir())
    assert files == [f"{seq:012d}-case-opened.json" for seq in sent]
    assert json.loads((tmp_path / files[1]).read_text())["body"] == {"n": 1}


def test_a_folder_that_is_gone_is_waited_for(city: City, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    receivers.add_receiver(
        SYSTEM, code="old", name="x", party=OFFICE, way="folder", address=str(folder), topics=[], now=START
    )
    messages(1)
    assert carry(lambda: START) == 0
    folder.mkdir()
    assert carry(lambda: START + timedelta(minutes=1)) == 1


def test_the_day_sheet_tells_sent_from_acknowledged_from_differing(region: Receiver) -> None:
    messages(5)
    carry(lambda: START, FakeReceiver("ok", "silent", "wrong", "400", "ok"))
    sheet, before = deliveries.reconcile(region, [START.date(), START.date() - timedelta(days=1)])
    assert (sheet.sent, sheet.acknowledged, sheet.unanswered, sheet.differing, sheet.dead) == (4, 2, 1, 1, 1)
    assert (before.sent, before.dead) == (0, 0)


def test_other_bytes_than_were_sent_are_a_task_until_they_arrive(region: Receiver) -> None:
    (seq,) = messages(1)
    office = caller_for(Party.objects.get(code=OFFICE))
    carry(lambda: START, FakeReceiver("wrong"))
    assert JournalEntry.objects.filter(kind="delivery-differs", subject="region").exists()
    assert ["不一致" in task.what.zh for task in tasks(office, START) if task.kind == "delivery"] == [True]

    bring_again(SYSTEM, "region", seq, START, FakeReceiver("wrong"))
    assert deliveries.lags([region])[0].differing == 1, "still other bytes"
    receivers.replay_from(SYSTEM, "region", seq=seq, reason="对方已改正", now=START)
    carry(lambda: START, FakeReceiver())
    assert deliveries.lags([region])[0].differing == 0
    (sheet,) = deliveries.reconcile(region, [START.date()])
    assert (sheet.sent, sheet.acknowledged, sheet.differing) == (2, 1, 1), "the day keeps what happened"
    assert not [task for task in tasks(office, START) if task.kind == "delivery"]


def test_what_is_sent_proves_who_sent_it(region: Receiver) -> None:
    messages(1)
    outside = FakeReceiver()
    carry(lambda: datetime.now(START.tzinfo), outside)
    request = outside.requests[0]
    assert request.headers["Content-Digest"] == (
        f"sha-256=:{base64.b64encode(hashlib.sha256(request.content).digest()).decode()}:"
    )
    key = load_pem_public_key(public_key()["pem"].encode())

    class Known(HTTPSignatureKeyResolver):
        def resolve_public_key(self, key_id: str) -> object:
            assert key_id == public_key()["keyid"]
            return key

    class Got:
        method, url, headers = "POST", str(request.url), request.headers

    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=Known())
    found = verifier.verify(Got())
    covered = {name.strip('"') for name in found[0].covered_components}
    assert {"@method", "@target-uri", "content-digest", "idempotency-key"} <= covered
    assert Client().get("/public/signing-key").json() == public_key()


@pytest.mark.parametrize(
    ("way", "address"),
    [
        ("http", "http://region.example/in"),
        ("http", "ftp://region.example"),
        ("http", "https://"),
        ("folder", "relative/folder"),
        ("pigeon", "/x"),
    ],
)
def test_an_odd_address_is_refused(city: City, way: str, address: str) -> None:
    with pytest.raises(Malformed):
        receivers.add_receiver(
            SYSTEM, code="x", name="x", party=OFFICE, way=way, address=address, topics=[], now=START
        )


def test_only_the_owner_and_administrators_see_a_receiver(region: Receiver) -> None:
    office, market, station = (
        caller_for(Party.objects.get(code=code)) for code in (OFFICE, "450200-market", NEAR)
    )
    assert receivers.receiver(office, "region") == region
    for other in (market, station):
        with pytest.raises(Unknown):
            receivers.receiver(other, "region")
    with pytest.raises(NotAllowed):
        receivers.add_receiver(
            office, code="x", name="x", party=OFFICE, way="folder", address="/srv/x", topics=[], now=START
        )
