"""What waits for a second person, in the work lists of those who may confirm it; the supervisor sees what took effect
before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.steps.ground.access import OFFICES, Caller
from imloop.steps.ground.registers import in_words
from imloop.steps.ground.task import MOST, Source, Task, named
from imloop.steps.second_person.kinds import act_of
from imloop.steps.second_person.lookups import proposals
from imloop.steps.second_person.who_may import may_confirm
from imloop.store.models import PartyKind, Proposal


def waiting(caller: Caller, now: datetime) -> Iterator[Task]:
    for row in proposals(caller, is_open=True)[:MOST]:
        watched = row.state == Proposal.State.IN_FORCE and caller.kind == PartyKind.SUPERVISOR
        if row.expires_at < now or not (watched or may_confirm(caller, row)):
            continue
        name, by = act_of(row.kind).name, in_words(row.proposed_by)
        yield Task(
            "proposal",
            day_of(row.proposed_at),
            day_of(row.expires_at),
            Text(f"待第二人确认：{name.zh}（{by.zh}）", f"waits for a second person: {name.en} ({by.en})"),
            named(row.subject),
            f"/proposals/{row.pk}",
        )


SOURCES = (Source("proposal", Text("待确认事项", "to be confirmed"), OFFICES, waiting),)
