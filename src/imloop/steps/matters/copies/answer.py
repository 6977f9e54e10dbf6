"""Copies to and from a department: seen, received and answered, or waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from django.db.models import F, Q, QuerySet

from imloop.facts.refusal import Conflict, NotAllowed, Unknown, require_reason
from imloop.facts.text import Text
from imloop.matters import Kind
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.ground.lookups import Shown, look
from imloop.steps.matters.attachments import as_shown
from imloop.steps.matters.roles import is_payer, visible
from imloop.store.models import Attachment, Copy, Evidence, Matter

LONGEST = 1000
"""Characters of an answer."""


def copies(caller: Caller) -> QuerySet[Copy]:
    """Those the caller got and those it sent, unanswered ones first, by the day they are to be answered. Who pays
    rewards sees none of a complaint."""
    theirs = Q(to__code=caller.party_code) | Q(sent_by=caller.party_code)
    if is_payer(caller):
        theirs &= Q(matter__isnull=True) | ~Q(matter__kind=Kind.COMPLAINT)
    found = Copy.objects.filter(theirs).select_related("matter", "to").defer("shown")
    return found.order_by(F("answered_at").asc(nulls_first=True), "answer_due", "id")


def the_copy(caller: Caller, number: int, show: Callable[[Copy], Shown], now: datetime) -> Shown:
    """What ``show`` makes of one; whose data is seen with it is in the journal."""
    return look(caller, "copy", lambda: _known(caller, number), lambda found: found.reference, show, now)


def files_of(copy: Copy) -> QuerySet[Evidence]:
    return copy.evidence.order_by("id")


def copy_file(caller: Caller, number: int, digest: str, now: datetime) -> Attachment:
    """One of its files, found by its hash wherever it is kept."""

    def file(copy: Copy) -> Attachment:
        named = files_of(copy).filter(sha256=digest).exists()
        found = Attachment.objects.filter(sha256=digest).first() if named else None
        if found is None:
            raise Unknown("unknown-file", Text("没有这个文件。", "There is no such file."))
        if copy.matter is not None and copy.matter.kind == Kind.COMPLAINT:
            found.body = as_shown(bytes(found.body))
        return found

    return the_copy(caller, number, file, now)


def is_late(copy: Copy, day: date) -> bool:
    return copy.answered_at is None and copy.answer_due < day


def not_theirs(caller: Caller, found: Iterable[Copy]) -> set[int]:
    """The matters that the caller got word of, and may not open: a copy tells what it says, not the file."""
    named = {copy.matter_id for copy in found if copy.matter_id is not None}
    return named - set(Matter.objects.filter(visible(caller), pk__in=named).values_list("pk", flat=True))


def receive(caller: Caller, number: int, now: datetime) -> Copy:
    """A person of the department confirms that it has the copy."""
    with writing(now, caller) as ledger:
        copy = _own(caller, number)
        if copy.received_at is not None:
            raise Conflict("received-already", Text("已签收。", "It was received already."))
        _note_receipt(ledger, copy)
        copy.save(update_fields=["received_at", "received_by"])
    return copy


def answer(caller: Caller, number: int, words: str, now: datetime) -> Copy:
    """The department says what it did; that also says that it has the copy."""
    with writing(now, caller) as ledger:
        copy = _own(caller, number)
        if copy.answered_at is not None:
            raise Conflict("answered-already", Text("已答复。", "It was answered already."))
        require_reason(words, LONGEST)
        if copy.received_at is None:
            _note_receipt(ledger, copy)
        copy.answer, copy.answered_at, copy.answered_by = words.strip(), now, caller.actor[:80]
        copy.save(update_fields=["received_at", "received_by", "answer", "answered_at", "answered_by"])
        body = {"copy": copy.pk, "of": copy.of, "answer": copy.answer, "by": copy.to.code}
        ledger.note("copy-answered", copy.reference, body)
        ledger.send(copy.sent_by, "copy-answered", copy.reference, body)
    return copy


def _note_receipt(ledger: Ledger, copy: Copy) -> None:
    copy.received_at, copy.received_by = ledger.now, ledger.caller.actor[:80]
    ledger.note("copy-received", copy.reference, {"copy": copy.pk, "of": copy.of})


def _known(caller: Caller, number: int) -> Copy:
    copy = copies(caller).defer(None).filter(pk=number).first()
    if copy is None:
        raise Unknown("unknown-copy", Text("没有这件抄告。", "There is no such copy."))
    return copy


def _own(caller: Caller, number: int) -> Copy:
    copy = _known(caller, number)
    if copy.to.code != caller.party_code:
        raise NotAllowed(
            "not-your-copy",
            Text(f"由{copy.to.name}签收、答复。", f"{copy.to.name} receives and answers it."),
        )
    return copy


def copy_json(copy: Copy, day: date) -> dict[str, object]:
    return {
        "number": copy.pk,
        "of": copy.of,
        "reference": copy.reference,
        "title": copy.title,
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


def whole_json(copy: Copy, day: date) -> dict[str, object]:
    """With what it shows."""
    files = [{"name": file.reference, "sha256": file.sha256} for file in files_of(copy)]
    return {**copy_json(copy, day), "shown": copy.shown, "files": files}
