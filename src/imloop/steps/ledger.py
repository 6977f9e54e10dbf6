"""One writing step = one transaction, with its journal entries, outbox messages and numbers.

The journal head is locked first, so journal, outbox sequence and numbers are all in commit order: a feed that
reads past a sequence can never miss an earlier one, and the hash chain has no gaps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

import msgspec
from django.db import DataError, transaction

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.steps.access import Caller
from imloop.store.models import Counter, JournalEntry, JournalHead, OutboxEntry

GENESIS = hashlib.sha256(b"imloop journal").hexdigest()


def canonical(body: object) -> str:
    """JSON with sorted keys and no blanks: the same value always hashes the same."""
    return msgspec.json.encode(body, order="sorted", enc_hook=_plain).decode()


def _plain(value: object) -> object:
    if isinstance(value, Text):
        return value.zh
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset):
        return sorted(value)
    raise NotImplementedError(f"cannot be kept as JSON: {type(value)}")


def entry_hash(previous: str, number: int, at: str, kind: str, actor: str, subject: str, body: str) -> str:
    """SHA-256 over the previous hash and every field, each on its own line."""
    lines = [previous, str(number), at, kind, actor, subject, body]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class Ledger:
    """What a step will leave behind besides its rows. Written when the step's transaction ends well."""

    def __init__(self, head: JournalHead, now: datetime, caller: Caller) -> None:
        self.now = now
        self.caller = caller
        self._head = head
        self._entries: list[tuple[str, str, str]] = []
        self._messages: list[OutboxEntry] = []

    def note(self, kind: str, subject: str, body: object) -> None:
        """Add a journal entry."""
        self._entries.append((kind, subject, canonical(body)))

    def send(self, receiver: str, topic: str, subject: str, body: Mapping[str, object]) -> None:
        """Add a message to the receiver's feed. The outside hears only after commit."""
        self._messages.append(
            OutboxEntry(receiver=receiver, topic=topic, subject=subject, created_at=self.now, body=dict(body))
        )

    def number(self, kind: str, place: str, year: int) -> int:
        """The next gapless number of a kind in a place and year."""
        counter, _ = Counter.objects.get_or_create(kind=kind, place=place, year=year)
        counter.last += 1
        counter.save(update_fields=["last"])
        return counter.last

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part that may be refused: its rows, entries and messages vanish together if it raises."""
        entries, messages = len(self._entries), len(self._messages)
        try:
            with transaction.atomic():
                yield
        except BaseException:
            del self._entries[entries:]
            del self._messages[messages:]
            raise

    def write(self) -> None:
        rows = []
        at = self.now.isoformat()
        for kind, subject, body in self._entries:
            number, previous = self._head.number + 1, self._head.hash
            digest = entry_hash(previous, number, at, kind, self.caller.actor, subject, body)
            rows.append(
                JournalEntry(
                    number=number,
                    at=at,
                    kind=kind,
                    actor=self.caller.actor,
                    subject=subject,
                    body=body,
                    previous=previous,
                    hash=digest,
                )
            )
            self._head.number, self._head.hash = number, digest
        if rows:
            JournalEntry.objects.bulk_create(rows)
            self._head.save()
        if self._messages:
            OutboxEntry.objects.bulk_create(self._messages)


@contextmanager
def writing(now: datetime, caller: Caller) -> Iterator[Ledger]:
    """The transaction of a writing step. What the database cannot hold (too long for its column, a NUL character) is the
    message's fault, whichever step it came through."""
    try:
        with transaction.atomic():
            head = JournalHead.objects.select_for_update().get(pk=1)
            ledger = Ledger(head, now, caller)
            yield ledger
            ledger.write()
    except DataError as error:
        raise Malformed(
            "cannot-be-kept",
            Text(
                "有一项内容过长，或者含有不能保存的字符。",
                "A value is too long, or holds a character that cannot be kept.",
            ),
        ) from error
