"""One writing step = one transaction, with its journal entries, outbox messages and numbers.

The journal head is locked first, so journal, outbox sequence and numbers are all in commit order: a feed that
reads past a sequence can never miss an earlier one, and the hash chain has no gaps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from threading import RLock

import msgspec
from django.conf import settings
from django.db import DataError, connection, transaction
from django.db.models import Max

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.proof import journal as proof
from imloop.steps.ground.access import Caller, require_person
from imloop.steps.ground.actor import FIELD
from imloop.store.models import Counter, JournalEntry, JournalHead, OutboxEntry, Restart
from imloop.store.outbox_signal import announce
from imloop.store.statements import (
    fetch_all,
    fetch_one,
    insert,
    insert_all,
    rows,
    update,
)

_LAST = "SELECT last FROM store_counter WHERE kind = %s AND place = %s AND year = %s"
_COUNTED = "UPDATE store_counter SET last = %s WHERE kind = %s AND place = %s AND year = %s"
_WRITING = RLock()
"""Only one may write at a time: threads of one process wait here in turn, as the database only retries."""
_LOCKED = {"sqlite": "id = 1", "postgresql": "id = 1 FOR UPDATE"}
"""SQLite's transaction holds the write lock from its beginning."""


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


def on_one_line(subject: str) -> str:
    """As a subject stands in the journal, whose entries are hashed line by line: a number of others may have held a
    line break."""
    return " ".join(subject.splitlines())


def as_row(entry: JournalEntry) -> dict[str, object]:
    """An entry's fields by name, as they are hashed, exported and stamped on receipts."""
    return {field: getattr(entry, field) for field in proof.FIELDS}


class Ledger:
    """Journal entries, messages and numbers of a step, besides its rows. Written when the transaction succeeds."""

    def __init__(self, head: JournalHead, now: datetime, caller: Caller) -> None:
        self.now = now
        self.caller = caller
        self.proposed_by = ""
        """Who proposed what the caller confirms; every entry of it names both."""
        self._head = head
        self._entries: list[JournalEntry] = []
        self._messages: list[OutboxEntry] = []
        self._numbers: dict[tuple[str, str, int], int] = {}

    def beside(self, now: datetime, caller: Caller) -> Ledger:
        """For another caller's part of the same transaction: one journal, one outbox, in the order of the parts."""
        other = Ledger(self._head, now, caller)
        other._entries, other._messages, other._numbers = self._entries, self._messages, self._numbers
        return other

    @property
    def algorithm(self) -> str:
        """The journal's hash: chosen by setting before its first entry, then kept."""
        return self._head.algorithm

    def receipt_hash(self, receipt: Mapping[str, object]) -> str:
        """Of a receipt as it will be sent: its JSON in canonical form."""
        return proof.receipt_hash(self.algorithm, msgspec.to_builtins(receipt))

    def note(self, kind: str, subject: str, body: object, *, exact: bool = False) -> JournalEntry:
        """Add a journal entry; its number and hash are final, as the journal is locked. Who acted stands in its body as
        fields, unless it is published word for word (``exact``)."""
        last = self._entries[-1] if self._entries else self._head
        who = self.caller.who
        if isinstance(body, Mapping) and not exact and self.proposed_by:
            body = {**body, "proposed_by": self.proposed_by}
        if isinstance(body, Mapping) and not exact and (who.person or who.key):
            body = {**body, FIELD: who.fields()}
        entry = JournalEntry(
            number=last.number + 1,
            at=self.now.isoformat(),
            kind=kind,
            actor=str(who),
            subject=on_one_line(subject),
            body=canonical(body),
            previous=last.hash,
        )
        entry.hash = proof.entry_hash(self.algorithm, as_row(entry))
        self._entries.append(entry)
        return entry

    def send(self, receiver: str, topic: str, subject: str, body: Mapping[str, object]) -> None:
        """Add a message to the receiver's feed. It is announced only after the commit."""
        self._messages.append(
            OutboxEntry(receiver=receiver, topic=topic, subject=subject, created_at=self.now, body=dict(body))
        )

    def tell(self, party: str, topic: str, subject: str, body: Mapping[str, object]) -> None:
        """Of what somebody else did to the party's people and keys; what its own people do they know."""
        if self.caller.party_code != party:
            self.send(party, topic, subject, {**body, "by": self.caller.actor})

    def number(self, kind: str, place: str, year: int) -> int:
        """The next gapless number of a kind in a place and year: counted here, as the journal is locked."""
        of = kind, place, year
        if of not in self._numbers:
            known = fetch_one(_LAST, of)
            if known is None:
                insert(Counter(kind=kind, place=place, year=year, last=0))
            self._numbers[of] = int(known[0]) if known else _begins_after(year)
        self._numbers[of] += 1
        return self._numbers[of]

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part that may be refused, also because the database cannot hold it: its rows, entries and messages are
        undone together if it raises."""
        entries, messages, numbers = len(self._entries), len(self._messages), dict(self._numbers)
        try:
            with transaction.atomic():
                yield
        except BaseException as error:
            del self._entries[entries:]
            del self._messages[messages:]
            self._numbers.clear()
            self._numbers.update(numbers)
            if isinstance(error, DataError):
                raise cannot_be_kept() from error
            raise

    def write(self) -> None:
        for of, count in self._numbers.items():
            fetch_all(_COUNTED, [count, *of])
        if self._entries:
            last = self._entries[-1]
            self._head.number, self._head.hash = last.number, last.hash
            insert_all(self._entries)
            update(self._head, "number", "hash", "algorithm")
        if self._messages:
            insert_all(self._messages)
            announce(self._messages)


@contextmanager
def writing(now: datetime, caller: Caller, *, by_key: bool = False) -> Iterator[Ledger]:
    """The transaction of a writing step. Of a department a person is needed, but for what its machines may do as well
    (``by_key``): deliver, and look. What the database cannot hold (too long for its column, a NUL character) is
    the message's fault, whichever step it came through."""
    if not by_key:
        require_person(caller)
    try:
        with _WRITING, transaction.atomic():
            ledger = Ledger(_locked_head(), now, caller)
            yield ledger
            ledger.write()
    except DataError as error:
        raise cannot_be_kept() from error


def one_writer() -> AbstractContextManager[object]:
    """The turn of this process's threads, for what is written beside the journal."""
    return _WRITING


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else writes meanwhile. A step within takes the same lock; what it wrote is there for what follows."""
    with _WRITING, transaction.atomic():
        _locked_head()
        yield


def cannot_be_kept() -> Malformed:
    """The refusal of a value that the database cannot take, written or queried."""
    return Malformed(
        "cannot-be-kept",
        Text(
            "有一项内容过长，或者含有不能保存的字符。",
            "A value is too long, or holds a character that cannot be kept.",
        ),
    )


def _begins_after(year: int) -> int:
    """0; after a restart of that year or later what may have been given out since the backup is left out. Year 0: of a
    kind that is counted over all years."""
    since = Restart.objects.filter(begun_at__year__gte=year) if year else Restart.objects.all()
    return since.aggregate(last=Max("numbers_from"))["last"] or 0


def _locked_head() -> JournalHead:
    (head,) = rows(JournalHead, _LOCKED[connection.vendor], [])
    if head.number == 0 and head.algorithm != settings.JOURNAL_HASH:
        head.algorithm, head.hash = settings.JOURNAL_HASH, proof.genesis(settings.JOURNAL_HASH)
    return head
