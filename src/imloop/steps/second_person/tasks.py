"""What waits for a second person, in the work lists of those who may confirm it; the supervisor sees what took effect
before, and what of the register the people of one party agree on. And what became of it, in the duty records of those
who confirmed, rejected, or let it lapse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache

from django.db.models import Q

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.steps.ground.access import OFFICES, Caller
from imloop.steps.ground.registers import in_words
from imloop.steps.ground.task import Done, Source, Task
from imloop.steps.second_person.kinds import act_of
from imloop.steps.second_person.lookups import about_of, proposals
from imloop.steps.second_person.rules import COULD
from imloop.steps.second_person.texts import STATES
from imloop.steps.second_person.who_may import asked_of, of_the_office, seen_by, to_confirm
from imloop.store.models import PartyKind, Proposal

State = Proposal.State
_WATCHED = Q(state=State.IN_FORCE) | Q(vehicle__isnull=False)


def waiting(caller: Caller, now: datetime) -> Iterator[Task]:
    supervises = caller.kind == PartyKind.SUPERVISOR
    rows = proposals(
        caller, is_open=True, only=asked_of(caller) | _WATCHED if supervises else asked_of(caller)
    )
    theirs = {row.pk for row in _theirs(caller, rows)}
    called = cache(in_words)
    for row in rows:
        watched = supervises and (row.state == State.IN_FORCE or row.vehicle is not None)
        if row.expires_at < now or not (watched or row.pk in theirs):
            continue
        act, by = act_of(row.kind), called(row.proposed_by)
        yield Task(
            "proposal",
            day_of(row.proposed_at),
            day_of(row.expires_at),
            Text(
                f"待第二人确认：{act.name.zh}（{by.zh}）",
                f"waits for a second person: {act.name.en} ({by.en})",
            ),
            about_of(row),
            f"/proposals/{row.pk}",
            vehicle=row.vehicle_id,
            waits_for=act.only(row) if act.only else "",
        )


def _theirs(caller: Caller, rows: list[Proposal]) -> list[Proposal]:
    """An office as such is asked for all that its people may confirm."""
    return to_confirm(caller, rows) if caller.user else [row for row in rows if of_the_office(caller, row)]


def decided(caller: Caller, since: datetime, until: datetime) -> Iterator[Done]:
    """Due when the time to confirm ends. What lapsed is missed by everybody who could have confirmed it then."""
    seen = Proposal.objects.filter(seen_by(caller), decided_at__gte=since, decided_at__lt=until)
    ways = (State.CONFIRMED, State.REJECTED, State.LAPSED)
    for row in seen.filter(state__in=ways).select_related("vehicle").order_by("decided_at", "id"):
        assert row.decided_at is not None
        name, state, object_ = act_of(row.kind).name, STATES[row.state], about_of(row)
        about = Text(f"{state.zh}：{name.zh} {object_.zh}", f"{state.en}: {name.en} {object_.en}")
        missed = row.state == State.LAPSED
        for who in row.done.get(COULD, []) if missed else [row.decided_by]:
            due = day_of(row.expires_at)
            yield Done("proposal", who, row.decided_at, due, about, f"/proposals/{row.pk}", missed)


SOURCES = (Source("proposal", Text("待确认事项", "to be confirmed"), OFFICES, waiting, decided),)
