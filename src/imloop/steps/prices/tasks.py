"""Charges that differ from the approved price, for the market department."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from imloop.facts.text import Text
from imloop.gates.prices.charge import DEVIATIONS
from imloop.steps.findings import lookups as finding_lookups
from imloop.steps.findings.tasks import as_tasks
from imloop.steps.ground.access import Caller
from imloop.steps.ground.task import MOST, Source, Task
from imloop.store.models import PartyKind


def charges(caller: Caller, now: datetime) -> Iterator[Task]:
    rows = finding_lookups.findings(caller).filter(resolved_at__isnull=True, handed_to="")
    charged = rows.filter(code__in=DEVIATIONS)
    yield from as_tasks("fee", charged.order_by("created_at")[:MOST])


SOURCES = (Source("fee", Text("收费", "fees"), (PartyKind.MARKET,), charges),)
