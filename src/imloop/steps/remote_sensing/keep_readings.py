"""Readings are kept as they came, each record of a sender once: what was sent fifty times is one reading."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import msgspec

from imloop.facts.days import day_of
from imloop.facts.records.reading import DeviceVerdict, Pollutant, Reading
from imloop.facts.refusal import Conflict, Refusal
from imloop.facts.text import Text
from imloop.gates.remote_sensing.screening import limits, over
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.clock import require_past
from imloop.steps.ground.keep_raw import keep_raw, keep_refusal
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.ground.registers import law_at
from imloop.store.models import Party, PartyKind, RawUpload, RemoteReading
from imloop.store.statements import fetch_all, insert_values

Row = tuple[int, Reading | Refusal]
"""The number of a record in its message or file, and what it says, or why it cannot be read."""
_ASKED = 400
"""Record numbers of one question: their count is fixed, so that its statement is planned once."""
_BEFORE = (
    "SELECT record_no, content FROM store_remotereading"
    f" WHERE sender_id = %s AND record_no IN ({', '.join(['%s'] * _ASKED)})"
)
_FIELDS = (
    *("sender", "record_no", "content", "source", "site_code", "at", "received_at", "plate", "plate_read"),
    *("plate_colour", "confidence", "data", "over", "state", "finding", "told_at", "told_how", "open_at"),
)


@dataclass(slots=True)
class Kept:
    """``known``: came before, word for word. ``refused``: the number of each record that was not taken, and why."""

    new: int = 0
    known: int = 0
    refused: list[tuple[int, Refusal]] = field(default_factory=list)


def require_sender(caller: Caller) -> None:
    """The environment department sends, by its machines, too."""
    require_kind(caller, PartyKind.ENVIRONMENT)


def receive_message(ledger: Ledger, raw: RawUpload, found: Sequence[Row] | Refusal) -> Kept | Refusal:
    """The bytes are kept before anything is judged; a message that is sent again is not kept again. Gives the
    ``Refusal`` where nothing of it could be read: it is kept beside the bytes."""
    sender = Party.objects.get(code=ledger.caller.party_code)
    new = not RawUpload.objects.filter(sha256=raw.sha256, party=sender, kind=raw.kind).exists()
    if new:
        keep_raw(raw, sender)
    if not isinstance(found, Refusal):
        return keep_rows(ledger, sender, found, raw.sha256)
    if new:
        keep_refusal(ledger, raw, found)
    return found


def keep_block(caller: Caller, found: Sequence[Row], source: str, now: datetime) -> Kept:
    """A part of a file whose bytes are kept. ``source``: their SHA-256."""
    require_sender(caller)
    with writing(now, caller, by_key=True) as ledger:
        return keep_rows(ledger, Party.objects.get(code=caller.party_code), found, source)


def keep_rows(ledger: Ledger, sender: Party, found: Sequence[Row], source: str) -> Kept:
    kept = Kept()
    known = _known(sender, [row.record_no for _, row in found if isinstance(row, Reading)])
    new: list[list[object]] = []
    judge = _Judge(sender.place)
    for number, row in found:
        if isinstance(row, Refusal):
            kept.refused.append((number, row))
            continue
        try:
            content = _content(row)
            if _is_known(known, row, content):
                kept.known += 1
                continue
            _require_past(row, ledger.now)
        except Refusal as refusal:
            kept.refused.append((number, refusal))
            continue
        known[row.record_no] = content
        new.append(_values(row, sender, content, source, ledger.now, judge))
    insert_values(RemoteReading, _FIELDS, new)
    kept.new = len(new)
    if new or kept.refused:
        codes = sorted({refusal.code for _, refusal in kept.refused})
        counts = {"new": kept.new, "known": kept.known, "refused": len(kept.refused)}
        ledger.note("readings-kept", source, {**counts, "codes": codes})
    return kept


def _known(sender: Party, numbers: Sequence[str]) -> dict[str, str]:
    """Record number → hash of what it said."""
    found: dict[str, str] = {}
    for start in range(0, len(numbers), _ASKED):
        asked = list(numbers[start : start + _ASKED])
        asked += asked[:1] * (_ASKED - len(asked))
        found |= dict(fetch_all(_BEFORE, [sender.pk, *asked]))
    return found


def _is_known(known: dict[str, str], row: Reading, content: str) -> bool:
    before = known.get(row.record_no)
    if before is None or before == content:
        return before is not None
    raise Conflict(
        "record-differs",
        Text(
            f"记录 {row.record_no} 已按另一内容接收，编号不能重复使用。",
            f"Record {row.record_no} was taken before and said something else: a number is used once.",
        ),
        at="record_no",
    )


def _content(row: Reading) -> str:
    said = [row.site, row.at.isoformat(), row.device, row.plate_read, row.confidence, row.verdict]
    numbers = [*sorted(row.values.items()), *row.off, *(str(doubt.item) for doubt in row.reasons)]
    whole = msgspec.json.encode([*said, numbers, row.photos, row.video])
    return hashlib.blake2b(whole, digest_size=16).hexdigest()


def _require_past(row: Reading, now: datetime) -> None:
    if row.at <= now:
        return
    words = Text(f"通过时间 {row.at} 晚于平台时间。", f"The passage at {row.at} is in the future.")
    require_past(row.at, now, words, at="at")


class _Judge:
    """Above which limits: by the law of each day in the sender's place."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.limits: dict[date, dict[Pollutant, float]] = {}

    def over(self, row: Reading) -> list[str]:
        day = day_of(row.at)
        if day not in self.limits:
            self.limits[day] = limits(law_at(day, self.place))
        return sorted(over(row.values, self.limits[day]))


def _values(
    row: Reading, sender: Party, content: str, source: str, now: datetime, judge: _Judge
) -> list[object]:
    """As ``_FIELDS`` names them. What the device calls a fail is looked at by people, too, whatever its numbers say."""
    above = judge.over(row)
    waits = above or row.verdict == DeviceVerdict.FAIL
    state = RemoteReading.State.FIRST if waits else RemoteReading.State.KEPT
    data = dict(_said(row))
    return [
        *(sender.pk, row.record_no, content, source, row.site, row.at, now, row.plate, row.plate_read),
        *(row.plate_colour, row.confidence, data, ",".join(above), state.value, None, None, "", None),
    ]


def _said(row: Reading) -> Iterator[tuple[str, object]]:
    yield "values", dict(row.values)
    for name in ("device", "vehicle_class", "fuel_said", "verdict", "off", "photos", "video"):
        if said := getattr(row, name):
            yield name, said
    if row.reasons:
        yield "doubts", [reason.to_json() for reason in row.reasons]
