"""What a step does to a matter: find the row, check who, what it says and its conditions; name state and effects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from imloop.facts.refusal import Conflict, NotAllowed, Unlawful
from imloop.facts.text import Text
from imloop.law import Law
from imloop.matters.clocks import STATE, Clock, ended, started
from imloop.matters.fields import Choices, Offered, read_fields
from imloop.matters.guards import Asked
from imloop.matters.labels import KINDS, ROLES, STATES, STEPS
from imloop.matters.matter import Effect, Matter, New, Value, state_clock
from imloop.matters.names import OF_THE_PARTY, Kind, Role, State, Step
from imloop.matters.table import TIMERS, Row, rows_for

_SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Decision:
    """The matter after the step, the answers given, the effects outside, the state before, and the row of the table."""

    matter: Matter
    values: Mapping[str, Value]
    effects: tuple[Effect, ...]
    before: State | None
    row: Row


@dataclass(frozen=True, slots=True)
class By:
    """The account that takes a step, and whom its department can name: people and other offices, code and label.
    ``alike``: accounts that are one natural person's, by each of them."""

    person: str = ""
    people: Choices = ()
    offices: Choices = ()
    alike: Mapping[str, frozenset[str]] = field(default_factory=dict)


NOBODY = By()


def take(
    matter: Matter | New,
    step: Step,
    given: Mapping[str, object],
    roles: frozenset[Role],
    day: date,
    law: Law,
    by: By = NOBODY,
) -> Decision:
    """Take ``step`` on ``day`` under that day's law as someone who has ``roles``. Raises ``Conflict`` (no such step),
    ``NotAllowed`` (not these roles), ``Malformed`` (fields), ``Unlawful`` (every condition that does not hold)."""
    before = matter.state if isinstance(matter, Matter) else None
    row = _row(matter, before, step, roles)
    of = (
        matter
        if isinstance(matter, Matter)
        else Matter(matter.kind, matter.subject, row.next, holder=matter.holder)
    )
    values = read_fields(row.fields, given, offered(matter, law, by))
    asked = Asked(of, values, day, law, by.person, by.alike)
    _ask_guards(row, asked)
    after = replace(of, state=row.next, facts={**of.facts, **values})
    if row.change is not None:
        after = row.change(after, asked)
    after = replace(after, clocks=_clocks_after(row, after, before, asked))
    return Decision(after, values, row.effects, before, row)


def offered(matter: Matter | New, law: Law, by: By = NOBODY) -> Offered:
    """What the choices of a step's fields are drawn from."""
    of = matter if isinstance(matter, Matter) else None
    return Offered(matter.kind, matter.subject, law, TIMERS, of, by.people, by.offices)


def row_of(matter: Matter, step: Step, roles: frozenset[Role]) -> Row:
    """The row of the table that the step is; raises like ``take``."""
    return _row(matter, matter.state, step, roles)


def steps_open(matter: Matter, roles: frozenset[Role]) -> tuple[Row, ...]:
    """The steps someone with these roles may take now, as far as state and role tell."""
    return tuple(row for row in _rows_of(matter) if roles.intersection(row.roles))


def waits_for(matter: Matter, roles: frozenset[Role]) -> bool:
    """Whether a step that moves the matter on is these roles' to take."""
    return any(not row.aside for row in steps_open(matter, roles))


def is_late(matter: Matter, day: date) -> bool:
    """Whether a department is late with anything that is its own to do."""
    return matter.state.is_open and any(clock.is_late(day) for clock in matter.clocks if not clock.of_party)


def rests(matter: Matter, day: date) -> bool:
    """Nothing needs a department today: the party's time runs, or a suspension has more than a week to go."""
    if matter.kind is Kind.SUSPENSION and matter.state is State.IN_FORCE:
        until = matter.facts.get("until")
        return not until or date.fromisoformat(str(until)) > day + _SOON
    if matter.state not in OF_THE_PARTY:
        return False
    days = [clock.due_on for clock in matter.clocks if clock.of_party and clock.ended_on is None]
    return bool(days) and max(days) >= day


def _rows_of(matter: Matter) -> tuple[Row, ...]:
    rows = rows_for(matter.kind, matter.state)
    return tuple(row for row in rows if row.when is None or row.when(matter))


def _clocks_after(row: Row, matter: Matter, before: State | None, asked: Asked) -> tuple[Clock, ...]:
    """The row stops some clocks and starts others; a new state starts its own, a closed one ends all."""
    moved = before is not row.next
    ending = {*row.stops, *((STATE,) if moved else ()), *(timer.name for timer in row.starts)}
    everything = not row.next.is_open
    kept = [
        ended(clock, asked.day) if clock.ended_on is None and (everything or clock.name in ending) else clock
        for clock in matter.clocks
    ]
    kept += [started(timer, _first_day(timer.since, asked), asked.law) for timer in row.starts]
    if moved and not everything and not _is_final(row.next, matter.facts):
        own = state_clock(matter.kind, row.next, _first_day(row.since, asked), asked.law)
        kept += [own] if own is not None else []
    return tuple(kept)


def _first_day(name: str, asked: Asked) -> date:
    day = asked.values.get(name)
    return day if isinstance(day, date) else asked.day


def _is_final(state: State, facts: Mapping[str, Value]) -> bool:
    """A decision upheld on appeal cannot be appealed again: nothing runs out."""
    return state is State.IN_FORCE and "appeal" in facts


def _row(matter: Matter | New, state: State | None, step: Step, roles: frozenset[Role]) -> Row:
    found = _rows_of(matter) if isinstance(matter, Matter) else rows_for(matter.kind, None)
    rows = [row for row in found if row.step is step]
    name, what = STEPS[step], KINDS[matter.kind]
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
