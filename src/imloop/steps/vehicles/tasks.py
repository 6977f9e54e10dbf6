"""Changes of the register that wait for a second person, and differences that the police settle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.gates.vehicles.compare_statement import CODES
from imloop.steps.findings.tasks import as_tasks
from imloop.steps.ground.access import Caller, own
from imloop.steps.ground.task import MOST, Source, Task, named
from imloop.steps.vehicles.lookups import held_changes
from imloop.steps.vehicles.texts import FIELD_NAMES
from imloop.store.models import Finding, HeldChange, Party, PartyKind


def held(caller: Caller, now: datetime) -> Iterator[Task]:
    for row in held_changes(caller).order_by("proposed_at", "id")[:MOST]:
        names = [FIELD_NAMES.get(name, Text(name, name)) for name in row.fields]
        fields = Text("、".join(each.zh for each in names), ", ".join(each.en for each in names))
        by = row.proposed_by
        what = (
            Text(
                f"不经检验核发标志，待复核（{by}）", f"a mark without a test waits for a second person ({by})"
            )
            if row.kind == HeldChange.Kind.MARK
            else Text(
                f"登记更正待复核：{fields.zh}（{by}）",
                f"a change of the register waits for a second person: {fields.en} ({by})",
            )
        )
        yield Task(
            "held-change", day_of(row.proposed_at), None, what, named(str(row.vehicle)), "/vehicles/held"
        )


def differences(caller: Caller, now: datetime) -> Iterator[Task]:
    """The police's register is doubted: open findings that a statement differs."""
    parties = Party.objects.filter(own(caller, "place", "code", None)).values("code")
    rows = Finding.objects.filter(station_code__in=parties, code__in=CODES, resolved_at__isnull=True)
    yield from as_tasks("difference", rows.order_by("created_at")[:MOST])


_HELD = (PartyKind.POLICE, PartyKind.ENVIRONMENT, PartyKind.SUPERVISOR)
SOURCES = (
    Source("held-change", Text("登记复核", "changes to confirm"), _HELD, held),
    Source("difference", Text("登记不一致", "differences"), (PartyKind.POLICE,), differences),
)
