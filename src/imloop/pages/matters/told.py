"""The steps of a matter as people read them: what was said, under the names it was asked by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from imloop.matters import Matter as Fact
from imloop.matters import State
from imloop.matters.fields import Field, Shape, Source
from imloop.matters.labels import GROUNDS, STATES, STEPS
from imloop.matters.names import Step
from imloop.matters.table import rows_for
from imloop.pages.guard import words
from imloop.pages.templatetags.imloop_tags import grouped
from imloop.steps.findings.lookups import party_names
from imloop.steps.ground import registers
from imloop.store.models import MatterEvent


def told(events: Sequence[MatterEvent], fact: Fact) -> list[dict[str, object]]:
    """Each step with its state and its answers; people and departments are called by their names."""
    asked = [_fields(event, fact) for event in events]
    named = _names(events, asked)
    return [
        {
            "event": event,
            "name": words(STEPS[Step(event.kind)]),
            "after": words(STATES[State(event.after)]),
            "said": [_said(name, value, fields.get(name), named, fact) for name, value in event.data.items()],
        }
        for event, fields in zip(events, asked, strict=True)
    ]


def _fields(event: MatterEvent, fact: Fact) -> dict[str, Field]:
    rows = rows_for(fact.kind, State(event.before) if event.before else None)
    return {field.name: field for row in rows if row.step == event.kind for field in row.fields}


def _names(events: Sequence[MatterEvent], asked: Sequence[Mapping[str, Field]]) -> dict[str, str]:
    """Account or code of a department → its name, of all that were said."""
    found: dict[Source, set[str]] = {Source.PEOPLE: set(), Source.OFFICES: set()}
    for event, fields in zip(events, asked, strict=True):
        for name, value in event.data.items():
            source = fields[name].source if name in fields else None
            if source in found:
                found[source].add(str(value))
    people = {account: name for account, name in registers.names_of(found[Source.PEOPLE]).items() if name}
    return {**people, **party_names(found[Source.OFFICES])}


def _said(
    name: str, value: object, field: Field | None, named: Mapping[str, str], fact: Fact
) -> tuple[str, object]:
    if field is None:
        return name, value
    return words(field.label), _answer(value, field, named, fact)


def _answer(value: object, field: Field, named: Mapping[str, str], fact: Fact) -> object:
    code = str(value)
    if field.source in (Source.PEOPLE, Source.OFFICES):
        return named.get(code, code)
    if field.source is Source.REQUIREMENTS:
        return next((each.words for each in fact.requirements if str(each.number) == code), code)
    if field.shape is Shape.MONEY:
        return grouped(float(code))
    choices = {**dict(field.choices), **(GROUNDS if field.source is Source.LAW else {})}
    return words(choices[code]) if code in choices else value
