"""Changes of the register that wait for a second person, and differences that the police settle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller
from imloop.steps.ground.registers import in_words
from imloop.steps.ground.task import MOST, Done, Source, Task, of_vehicle
from imloop.steps.vehicles.lookups import held_changes
from imloop.steps.vehicles.texts import FIELD_NAMES
from imloop.store.models import HeldChange, PartyKind


def held(caller: Caller, now: datetime) -> Iterator[Task]:
    rows = list(held_changes(caller).order_by("proposed_at", "id")[:MOST])
    who = {line: in_words(line) for line in {row.proposed_by for row in rows}}
    for row in rows:
        names = [FIELD_NAMES.get(name, Text(name, name)) for name in row.fields]
        fields = Text("、".join(each.zh for each in names), ", ".join(each.en for each in names))
        by = who[row.proposed_by]
        what = (
            Text(
                f"不经检验核发标志，待复核（{by.zh}）",
                f"a mark without a test waits for a second person ({by.en})",
            )
            if row.kind == HeldChange.Kind.MARK
            else Text(
                f"登记更正待复核：{fields.zh}（{by.zh}）",
                f"a change of the register waits for a second person: {fields.en} ({by.en})",
            )
        )
        yield Task(
            "held-change",
            day_of(row.proposed_at),
            None,
            what,
            of_vehicle(row.vehicle),
            "/vehicles/held",
            vehicle=row.vehicle_id,
        )


def decided(caller: Caller, since: datetime, until: datetime) -> Iterator[Done]:
    """Changes of the register, by a second person; no law gives a day for it."""
    rows = held_changes(caller, waiting=False).filter(decided_at__gte=since, decided_at__lt=until)
    for row in rows.exclude(decided_by="").order_by("decided_at"):
        assert row.decided_at is not None
        yield Done(
            "held-change", row.decided_by, row.decided_at, None, of_vehicle(row.vehicle), "/vehicles/held"
        )


_HELD = (PartyKind.POLICE, PartyKind.ENVIRONMENT, PartyKind.SUPERVISOR)
SOURCES = (Source("held-change", Text("登记复核", "changes to confirm"), _HELD, held, decided),)
