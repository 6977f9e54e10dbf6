"""Copies of matters to other departments: received and answered, or waited for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import F, Q, QuerySet

from imloop.facts.refusal import Conflict, NotAllowed, Unknown, require_reason
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.matters.roles import visible
from imloop.store.models import Matter, MatterCopy

LONGEST = 1000
"""Characters of an answer."""


def copies(caller: Caller) -> QuerySet[MatterCopy]:
    """Those the caller got and those it sent, unanswered ones first, by the day they are to be answered."""
    theirs = Q(to__code=caller.party_code) | Q(sent_by=caller.party_code)
    found = MatterCopy.objects.filter(theirs).select_related("matter", "to")
    return found.order_by(F("answered_at").asc(nulls_first=True), "answer_due", "id")


def is_late(copy: MatterCopy, day: date) -> bool:
    return copy.answered_at is None and copy.answer_due < day


def not_theirs(caller: Caller, found: Iterable[MatterCopy]) -> set[int]:
    """The matters that the caller got word of, and may not open: a copy tells what it says, not the file."""
    named = {copy.matter_id for copy in found}
    return named - set(Matter.objects.filter(visible(caller), pk__in=named).values_list("pk", flat=True))


def receive(caller: Caller, number: int, now: datetime) -> MatterCopy:
    """A person of the department confirms that it has the copy."""
    with writing(now, caller) as ledger:
        copy = _own(caller, number)
        if copy.received_at is not None:
            raise Conflict("received-already", Text("已签收。", "It was received already."))
        _note_receipt(ledger, copy)
        copy.save(update_fields=["received_at", "received_by"])
    return copy


def answer(caller: Caller, number: int, words: str, now: datetime) -> MatterCopy:
    """The department says what it did; that also says that it has the copy."""
    with writing(now, caller) as ledger:
        copy = _own(caller, number)
        if copy.answered_at is not None:
            raise Conflict("answered-already", Text("已答复。", "It was answered already."))
        require_reason(words, LONGEST)
        if copy.received_at is None:
            _note_receipt(ledger, copy)
        copy.answer, copy.answered_at, copy.answered_by = words.strip(), now, caller.actor[:80]
        copy.save()
        body = {"copy": copy.pk, "matter": copy.matter.matter_no, "answer": copy.answer, "by": copy.to.code}
        ledger.note("copy-answered", copy.matter.matter_no, body)
        ledger.send(copy.sent_by, "copy-answered", copy.matter.matter_no, body)
    return copy


def _note_receipt(ledger: Ledger, copy: MatterCopy) -> None:
    copy.received_at, copy.received_by = ledger.now, ledger.caller.actor[:80]
    ledger.note("copy-received", copy.matter.matter_no, {"copy": copy.pk, "matter": copy.matter.matter_no})


def _own(caller: Caller, number: int) -> MatterCopy:
    copy = copies(caller).filter(pk=number).first()
    if copy is None:
        raise Unknown("unknown-copy", Text("没有这件抄告。", "There is no such copy."))
    if copy.to.code != caller.party_code:
        raise NotAllowed(
            "not-your-copy",
            Text(f"由{copy.to.name}签收、答复。", f"{copy.to.name} receives and answers it."),
        )
    return copy


def copy_json(copy: MatterCopy, day: date) -> dict[str, object]:
    return {
        "number": copy.pk,
        "matter_no": copy.matter.matter_no,
        "title": copy.matter.title,
        "sent_by": copy.sent_by,
        "to": copy.to.code,
        "wanted": copy.wanted,
        "sent_at": copy.sent_at.isoformat(),
        "answer_due": copy.answer_due.isoformat(),
        "late": is_late(copy, day),
        "received_at": copy.received_at.isoformat() if copy.received_at else None,
        "answer": copy.answer,
        "answered_at": copy.answered_at.isoformat() if copy.answered_at else None,
    }
