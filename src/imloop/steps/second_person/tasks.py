"""What waits for a second person, in the work lists of those who may confirm it; the supervisor sees what took effect
before. And what became of it, in the duty records of those who confirmed, rejected, or let it lapse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.steps.ground.access import OFFICES, Caller
from imloop.steps.ground.registers import in_words
from imloop.steps.ground.task import MOST, Done, Source, Task
from imloop.steps.second_person.kinds import act_of
from imloop.steps.second_person.lookups import proposals
from imloop.steps.second_person.rules import COULD
from imloop.steps.second_person.texts import STATES
from imloop.steps.second_person.who_may import may_confirm, of_the_office, seen_by
from imloop.store.models import PartyKind, Proposal

State = Proposal.State


def waiting(caller: Caller, now: datetime) -> Iterator[Task]:
    for row in proposals(caller, is_open=True)[:MOST]:
        if row.expires_at < now or not _is_theirs(caller, row):
            continue
        act, by = act_of(row.kind), in_words(row.proposed_by)
        yield Task(
            "proposal",
            day_of(row.proposed_at),
            day_of(row.expires_at),
            Text(
                f"待第二人确认：{act.name.zh}（{by.zh}）",
                f"waits for a second person: {act.name.en} ({by.en})",
            ),
            act.about(row),
            f"/proposals/{row.pk}",
            waits_for=act.only(row) if act.only else "",
        )


def _is_theirs(caller: Caller, row: Proposal) -> bool:
    """An office as such is asked for all that its people may confirm."""
    if row.state == State.IN_FORCE and caller.kind == PartyKind.SUPERVISOR:
        return True
    return may_confirm(caller, row) if caller.user else of_the_office(caller, row)


def decided(caller: Caller, since: datetime, until: datetime) -> Iterator[Done]:
    """Due when the time to confirm ends. What lapsed is missed by everybody who could have confirmed it then."""
    seen = Proposal.objects.filter(seen_by(caller), decided_at__gte=since, decided_at__lt=until)
    ways = (State.CONFIRMED, State.REJECTED, State.LAPSED)
    for row in seen.filter(state__in=ways).order_by("decided_at", "id"):
        assert row.decided_at is not None
        act, state = act_of(row.kind), STATES[row.state]
        object_ = act.about(row)
        about = Text(f"{state.zh}：{act.name.zh} {object_.zh}", f"{state.en}: {act.name.en} {object_.en}")
        missed = row.state == State.LAPSED
        for who in row.done.get(COULD, []) if missed else [row.decided_by]:
            due = day_of(row.expires_at)
            yield Done("proposal", who, row.decided_at, due, about, f"/proposals/{row.pk}", missed)


SOURCES = (Source("proposal", Text("待确认事项", "to be confirmed"), OFFICES, waiting, decided),)
