"""Findings that wait for somebody to look into them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Q

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.gates.prices.charge import DEVIATIONS
from imloop.steps.findings import lookups
from imloop.steps.ground.access import Caller
from imloop.steps.ground.findings import ROUTINE
from imloop.steps.ground.task import MOST, Source, Task
from imloop.store.models import Finding, Party, PartyKind


def findings(caller: Caller, now: datetime) -> Iterator[Task]:
    """All but those about a charge, which are the market department's."""
    open_ones = (
        lookups.findings(caller).filter(resolved_at__isnull=True).exclude(code__in=(*ROUTINE, *DEVIATIONS))
    )
    if caller.kind == PartyKind.TRANSPORT:
        shops = Party.objects.filter(kind=PartyKind.MSTATION).values("code")
        on_paper = Q(subject_kind="unlock", station_code__in=shops)
        open_ones = open_ones.filter(Q(subject_kind="repair") | on_paper)
    yield from as_tasks("finding", open_ones.order_by("created_at")[:MOST])


def as_tasks(kind: str, rows: Iterable[Finding]) -> Iterator[Task]:
    """Findings as lines of a work list."""
    for row in rows:
        said = row.data
        yield Task(
            kind,
            day_of(row.created_at),
            None,
            Text(str(said["text"]), str(said.get("text_en") or said["text"])),
            f"{row.station_code} · {row.subject}",
            f"/findings/{row.pk}",
        )


SOURCES = (
    Source(
        "finding",
        Text("线索", "findings"),
        (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.SUPERVISOR),
        findings,
    ),
)
