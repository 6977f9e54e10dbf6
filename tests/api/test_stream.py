"""The feed as events: where it begins, what it acknowledges, when it ends; a stream that is slow reads on by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client, RequestFactory

from imloop.api import couriers
from imloop.api.couriers import Events
from imloop.api.http import stream_hub
from imloop.api.http.stream_hub import Hub, Stream
from imloop.steps.accounts.keys import revoke_key
from imloop.steps.couriers.feed import after_in, as_entry, newest
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import writing
from imloop.store.models import OutboxEntry
from support.city import FAR, NEAR, PLACE, City, at

NOW = at("2026-03-02 09:00")
WHO = Caller(NEAR, "istation", "", PLACE)


def message(receiver: str = NEAR, topic: str = "case-opened") -> int:
    entry = OutboxEntry.objects.create(
        receiver=receiver, topic=topic, subject="C", created_at=NOW, body={"n": 1}
    )
    return int(entry.pk)


def ids(body: bytes) -> list[int]:
    return [int(line[4:]) for line in body.decode().splitlines() if line.startswith("id: ")]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Nobody reads for it: what is handed to its streams, the test hands."""
    monkeypatch.setattr(Hub, "_read", lambda self: self._ready.set())
    monkeypatch.setattr(couriers, "close_old_connections", lambda: None)
    monkeypatch.setattr(stream_hub, "REST", 0.01)
    made = Hub()
    yield made
    made.stop()


def test_a_server_that_holds_nothing_open_says_what_waits_and_ends(city: City) -> None:
    first, second = message(), message()
    message(FAR)
    client = city.client(NEAR)
    answer = client.get("/api/v1/feed/stream?after=0")
    assert answer["Content-Type"] == "text/event-stream" and ids(answer.content) == [first, second]
    assert ids(client.get("/api/v1/feed/stream").content) == [], "from now on"
    again = client.get("/api/v1/feed/stream", headers={"Last-Event-ID": str(first)})
    assert ids(again.content) == [second]


def test_only_a_machine_that_comes_back_acknowledges(city: City) -> None:
    seq = message()
    person = Client()
    from imloop.steps.accounts.create_user import create_user
    from imloop.store.models import Party

    person.force_login(create_user("near", "a-long-password", Party.objects.get(code=NEAR), NOW))
    person.get("/api/v1/feed/stream", headers={"Last-Event-ID": str(seq)})
    assert OutboxEntry.objects.get(pk=seq).seen_at is None
    city.client(NEAR).get("/api/v1/feed/stream", headers={"Last-Event-ID": str(seq)})
    assert OutboxEntry.objects.get(pk=seq).seen_at is not None


def test_missed_first_then_handed_out_each_once(city: City, hub: Hub) -> None:
    missed = message()
    own = Stream(NEAR, 0)
    events = Events(hub, own, RequestFactory().get("/"), WHO)
    assert next(events).startswith(b"retry")
    assert ids(next(events)) == [missed]
    for seq in (missed, missed + 1):
        own.hand(seq, b"id: %d\n\n" % seq)
    assert ids(next(events)) == [missed + 1], "what came both ways is said once"


def test_one_that_does_not_fetch_reads_from_the_outbox_again(
    city: City, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_hub, "MOST_WAITING", 2)
    own = Stream(NEAR, 0)
    events = Events(hub, own, RequestFactory().get("/"), WHO)
    next(events)
    message()
    next(events)
    late = [message() for _ in range(4)]
    for seq in late:
        own.hand(seq, b"id: %d\n\n" % seq)
    assert own.behind
    assert ids(next(events)) == late


def test_what_is_too_much_while_it_reads_is_read_afterwards(
    city: City, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_hub, "MOST_WAITING", 2)
    own = Stream(NEAR, 0)
    events = Events(hub, own, RequestFactory().get("/"), WHO)
    next(events)
    first, late = message(), []
    read = couriers.after_in

    def read_slowly(party: str, after: int, most: int) -> list[OutboxEntry]:
        found = list(read(party, after, most))
        if not late:
            late.extend(message() for _ in range(4))
            for seq in late:
                own.hand(seq, b"id: %d\n\n" % seq)
        return found

    monkeypatch.setattr(couriers, "after_in", read_slowly)
    assert ids(next(events)) == [first]
    assert ids(next(events)) == late


def test_a_revoked_key_ends_its_stream_at_the_next_sign_of_life(
    city: City, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(couriers, "BEAT", 0.0)
    key = city.key(NEAR)
    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {key}"})
    events = Events(hub, Stream(NEAR, 0), request, WHO)
    next(events)
    assert next(events).startswith(b":"), "a sign of life"
    revoke_key(key.split("_")[1], NOW)
    assert list(events) == []


def test_a_server_that_stops_ends_every_stream_and_opens_none(city: City, hub: Hub) -> None:
    from imloop.facts.refusal import Refusal

    events = Events(hub, Stream(NEAR, 0), RequestFactory().get("/"), WHO)
    next(events)
    hub.stop()
    assert list(events) == []
    with pytest.raises(Refusal) as refused:
        Events(hub, Stream(NEAR, 0), RequestFactory().get("/"), WHO)
    assert refused.value.code == "streams-full"


def test_what_is_committed_here_is_handed_out_as_it_would_be_read(city: City, hub: Hub) -> None:
    own = Stream(NEAR, 0)
    Events(hub, own, RequestFactory().get("/"), WHO)
    own.follow()
    hub._head = message(FAR)
    with writing(NOW, city.callers[NEAR]) as ledger:
        for receiver in (NEAR, FAR, NEAR):
            ledger.send(receiver, "case-opened", "C", {"vin": "V", "deadline": NOW.isoformat(), "n": 1})
    assert hub._take(ledger._messages)
    read = after_in(NEAR, 0, 10)
    assert [seq for seq, _ in own.fetch()] == [each.pk for each in read]
    mine = [each for each in ledger._messages if each.receiver == NEAR]
    assert [as_entry(each) for each in mine] == [as_entry(each) for each in read]
    assert hub._head == newest()


def test_what_others_may_have_written_between_is_read(city: City, hub: Hub) -> None:
    hub._head = message(FAR)
    with writing(NOW, city.callers[NEAR]) as ledger:
        for subject in ("before", "own", "own"):
            ledger.send(NEAR, "case-opened", subject, {})
    messages = ledger._messages
    assert not hub._take(messages[1:]), "one before is not known here"
    assert not hub._take([messages[0], messages[2]]), "one between is not known here"
    with hub._following:
        assert not hub._take(messages), "the reader is at it"
    before = hub._head
    assert hub._take(messages) and hub._head == before + 3
    assert not hub._take(messages), "once"
