"""What waits for a second person, in the work lists of those who may confirm it; the supervisor sees what took effect
before, and what of the register the people of one party agree on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.steps.ground.access import OFFICES, SYSTEM, Caller
from imloop.steps.ground.registers import in_words
from imloop.steps.ground.task import Done, Source, Task, named, of_vehicle
from imloop.steps.second_person.kinds import act_of
from imloop.steps.second_person.lookups import proposals
from imloop.steps.second_person.who_may import seen_by, to_confirm
from imloop.store.models import PartyKind, Proposal


def waiting(caller: Caller, now: datetime) -> Iterator[Task]:
    rows = proposals(caller, is_open=True)
    mine = {row.pk for row in to_confirm(caller, rows)}
    for row in rows:
        told = row.state == Proposal.State.IN_FORCE or row.vehicle is not None
        watched = told and caller.kind == PartyKind.SUPERVISOR
        if row.expires_at < now or not (watched or row.pk in mine):
            continue
        name, by = act_of(row.kind).name, in_words(row.proposed_by)
        yield Task(
            "proposal",
            day_of(row.proposed_at),
            day_of(row.expires_at),
            Text(f"待第二人确认：{name.zh}（{by.zh}）", f"waits for a second person: {name.en} ({by.en})"),
            _about(row),
            f"/proposals/{row.pk}",
            vehicle=row.vehicle_id,
        )


def decided(caller: Caller, since: datetime, until: datetime) -> Iterator[Done]:
    """What a second person decided, and by when that was due."""
    rows = Proposal.objects.filter(seen_by(caller), decided_at__gte=since, decided_at__lt=until)
    for row in (
        rows.exclude(decided_by__in=("", SYSTEM.actor)).select_related("vehicle").order_by("decided_at")
    ):
        assert row.decided_at is not None
        due, link = day_of(row.expires_at), f"/proposals/{row.pk}"
        yield Done("proposal", row.decided_by, row.decided_at, due, _about(row), link)


def _about(row: Proposal) -> Text:
    return named(row.subject) if row.vehicle is None else of_vehicle(row.vehicle)


SOURCES = (Source("proposal", Text("待确认事项", "to be confirmed"), OFFICES, waiting, decided),)
