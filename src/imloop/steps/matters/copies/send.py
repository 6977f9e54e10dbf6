"""A department copies what it sees to another: what the object says at that moment is frozen with its files, and the
other sees this and nothing else of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from imloop.facts.days import day_of
from imloop.facts.digits import whole
from imloop.facts.refusal import Malformed, require_reason
from imloop.facts.text import Text
from imloop.matters import Step
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, covers
from imloop.steps.ground.ledger import writing
from imloop.steps.ground.lookups import nothing_there
from imloop.steps.matters.as_fact import by_of
from imloop.steps.matters.copies.answer import LONGEST
from imloop.steps.matters.kept.enclose import enclose
from imloop.steps.matters.kept.open_copy import open_copy
from imloop.steps.matters.roles import roles_in, visible
from imloop.steps.matters.take_step import locked, step_on
from imloop.store.models import Attachment, Copy, Finding, Matter, Party


@dataclass(frozen=True, slots=True)
class Object:
    """What a copy is of, as it is now. ``shown``: of all but a matter, which says it itself; ``kept``: files that are
    there already, shown by hash; ``printed``: papers made for the copy, by name."""

    of: str
    reference: str
    title: str = ""
    shown: Mapping[str, object] = field(default_factory=dict)
    kept: tuple[Attachment, ...] = ()
    printed: tuple[tuple[str, bytes], ...] = ()


def send(caller: Caller, it: Object, *, to: str, wanted: str, answer_by: date | None, now: datetime) -> Copy:
    """``to``: the department's code; ``wanted``: what it is asked to do."""
    with writing(now, caller) as ledger:
        place = place_of(caller, it.of, it.reference)
        law = registers.law_at(day_of(now), place)
        require_reason(wanted, LONGEST, at="wanted")
        if it.of == Copy.Of.MATTER:
            row = locked(it.reference, caller)
            said = {"copied_to": to, "wanted": wanted, **({"answer_by": answer_by} if answer_by else {})}
            step_on(ledger, row, Step.COPY, said, roles_in(caller, row), law)
            made = row.copies.latest("pk")
        else:
            new = Copy(of=it.of, reference=it.reference, title=it.title[:120], shown=dict(it.shown))
            office = _office(caller, place, to)
            made = open_copy(ledger, new, office, law, wanted=wanted, answer_by=answer_by)
        enclose(ledger, made, it.kept, it.printed)
    return made


def _office(caller: Caller, place: str, code: str) -> Party:
    if code not in dict(by_of(caller, place).offices):
        words = Text("请选择本地的另一个部门。", "Choose another department of the place.")
        raise Malformed("wrong-value", words, at="copied_to")
    return registers.any_party(code)


def place_of(caller: Caller, of: str, reference: str) -> str:
    """Where the object lies: its departments may get a copy. A vehicle's way back is the caller's own look."""
    code = reference.partition("/")[0]
    if of == Copy.Of.MATTER:
        seen = Matter.objects.filter(visible(caller), matter_no=reference)
        found = seen.values_list("place", flat=True).first()
    elif of == Copy.Of.TRACE_BACK:
        found = caller.place
    else:
        if of == Copy.Of.FINDING:
            code = (
                Finding.objects.filter(pk=whole(reference) or 0)
                .values_list("station_code", flat=True)
                .first()
                or ""
            )
        found = Party.objects.filter(code=code).values_list("place", flat=True).first()
    if found is None or not covers(caller.place, found):
        raise nothing_there("object", reference)
    return found
