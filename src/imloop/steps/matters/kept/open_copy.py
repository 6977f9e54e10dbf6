"""One copy: to whom, what is wanted, until when it is to be answered; the department is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from imloop.facts.refusal import Conflict, Malformed, Unlawful
from imloop.facts.text import Text
from imloop.law import Law
from imloop.matters import Kind, State
from imloop.matters.guards import too_far_ahead
from imloop.matters.labels import KINDS, STATES
from imloop.steps.ground.ledger import Ledger
from imloop.store.models import Copy, Matter, Party


def open_copy(
    ledger: Ledger,
    new: Copy,
    office: Party,
    law: Law,
    *,
    wanted: str,
    answer_by: date | None,
) -> Copy:
    """``new`` says what it is of; ``answer_by`` None: the own days of the law's data."""
    due = answer_by or law.term("copy.answer_days", law.on).deadline
    if due <= law.on:
        words = Text(
            f"答复期限 {due} 应晚于今天。", f"The day to answer by, {due}, must be later than today."
        )
        raise Malformed("in-the-past", words, at="answer_by")
    if (reason := too_far_ahead(due, law.on, law)) is not None:
        raise Unlawful(reason.code, reason.text, cite=reason.cite, reasons=(reason,))
    known = Copy.objects.filter(of=new.of, reference=new.reference, to=office)
    if known.filter(answered_at__isnull=True).exists():
        raise Conflict(
            "copied-already",
            Text(f"已抄告{office.name}，尚未答复。", f"{office.name} has a copy that it has not answered."),
        )
    new.to, new.wanted, new.answer_due = office, wanted.strip(), due
    new.sent_by, new.sent_at = ledger.caller.party_code, ledger.now
    new.save()
    body = {
        "copy": new.pk,
        "of": new.of,
        "reference": new.reference,
        "title": new.title,
        "wanted": new.wanted,
    }
    ledger.send(office.code, "copied", new.reference, {**body, "answer_due": due.isoformat()})
    return new


def in_words(lines: Iterable[tuple[Text, str]], record: Mapping[str, object]) -> dict[str, object]:
    """What a copy shows: for people, and as machines read it."""
    said = [{"zh": label.zh, "en": label.en, "value": value} for label, value in lines if value]
    return {"lines": said, "record": dict(record)}


def of_matter(row: Matter) -> Copy:
    """What a copy says of a matter: its number, kind and state, whom it is about, and no step of it."""
    kind, state = KINDS[Kind(row.kind)], STATES[State(row.state)]
    record = {"matter_no": row.matter_no, "kind": row.kind, "state": row.state, "title": row.title}
    lines = [
        (Text("编号", "number"), row.matter_no),
        (Text("事项", "matter"), kind.zh),
        (Text("对象", "about"), row.title),
        (Text("状态", "state"), state.zh),
    ]
    shown = in_words(lines, record)
    return Copy(matter=row, of=Copy.Of.MATTER, reference=row.matter_no, title=row.title, shown=shown)
