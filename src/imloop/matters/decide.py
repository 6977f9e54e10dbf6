"""What a step does to a matter: find the row, check who, what it says and its conditions; name state and effects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from imloop.facts.refusal import Conflict, NotAllowed, Unlawful
from imloop.facts.text import Text
from imloop.law import Law
from imloop.matters.fields import Value, read_fields
from imloop.matters.guards import Asked
from imloop.matters.matter import Effect, Matter, due_on
from imloop.matters.names import KINDS, OF_THE_PARTY, ROLES, STATES, STEPS, Kind, Role, State, Step
from imloop.matters.table import Row, rows_for

_SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Decision:
    """The matter after the step, the answers given, and the effects outside."""

    matter: Matter
    values: Mapping[str, Value]
    effects: tuple[Effect, ...]
    before: State | None


def take(
    matter: Matter | None,
    step: Step,
    given: Mapping[str, object],
    roles: frozenset[Role],
    day: date,
    law: Law,
    *,
    kind: Kind | None = None,
    subject: str = "",
) -> Decision:
    """Take ``step`` on ``day`` under that day's law as someone who has ``roles``. ``matter`` None: a new one of
    ``kind`` about ``subject``. Raises ``Conflict`` (no such step), ``NotAllowed`` (not these roles), ``Malformed``
    (fields), ``Unlawful`` (every condition that does not hold)."""
    if matter is None:
        assert kind is not None
        row = _row(kind, None, step, roles)
        values = read_fields(row.fields, given, kind, subject, law)
        matter = Matter(kind, subject, row.next, None, {})
        before = None
    else:
        row = _row(matter.kind, matter.state, step, roles)
        values = read_fields(row.fields, given, matter.kind, matter.subject, law)
        before = matter.state
        _ask_guards(row, Asked(matter, values, day, law))
    facts = {**matter.facts, **values}
    stays = before is row.next
    due = matter.due_on if stays else _due(row.next, facts, day, law)
    return Decision(replace(matter, state=row.next, due_on=due, facts=facts), values, row.effects, before)


def steps_open(matter: Matter, roles: frozenset[Role]) -> tuple[Row, ...]:
    """The steps someone with these roles may take now, as far as state and role tell."""
    return tuple(row for row in rows_for(matter.kind, matter.state) if roles.intersection(row.roles))


def is_late(matter: Matter, day: date) -> bool:
    """Whether a department is late."""
    due = matter.due_on
    return matter.state.is_open and matter.state not in OF_THE_PARTY and due is not None and due < day


def rests(matter: Matter, day: date) -> bool:
    """Nothing needs a department today: the party's time runs, or a suspension has more than a week to go."""
    if matter.kind is Kind.SUSPENSION and matter.state is State.IN_FORCE:
        until = matter.facts.get("until")
        return not until or date.fromisoformat(str(until)) > day + _SOON
    return matter.state in OF_THE_PARTY and matter.due_on is not None and matter.due_on >= day


def _due(state: State, facts: Mapping[str, Value], day: date, law: Law) -> date | None:
    # A decision upheld on appeal cannot be appealed again: nothing runs out.
    if not state.is_open or (state is State.IN_FORCE and "appeal" in facts):
        return None
    return due_on(state, day, law)


def _row(kind: Kind, state: State | None, step: Step, roles: frozenset[Role]) -> Row:
    rows = [row for row in rows_for(kind, state) if row.step is step]
    name, what = STEPS[step], KINDS[kind]
    if not rows:
        where = STATES[state] if state else Text("尚未提出", "not opened yet")
        raise Conflict(
            "no-such-step",
            Text(
                f"“{what.zh}”状态为“{where.zh}”，不接受“{name.zh}”。",
                f"“{what.en}” in state “{where.en}” does not accept “{name.en}”.",
            ),
        )
    for row in rows:
        if roles.intersection(row.roles):
            return row
    who = [ROLES[role] for role in rows[0].roles]
    raise NotAllowed(
        "not-your-step",
        Text(
            f"“{name.zh}”由{'、'.join(role.zh for role in who)}办理。",
            f"“{name.en}” can only be done by: {', '.join(role.en for role in who)}.",
        ),
    )


def _ask_guards(row: Row, asked: Asked) -> None:
    reasons = tuple(reason for guard in row.guards if (reason := guard(asked)) is not None)
    if reasons:
        first = reasons[0]
        raise Unlawful(first.code, first.text, cite=first.cite, reasons=reasons)
