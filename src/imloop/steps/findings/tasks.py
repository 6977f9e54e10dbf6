"""Findings that wait for somebody to look into them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db.models import Q

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.gates.prices.charge import DEVIATIONS
from imloop.gates.vehicles.compare_statement import CODES
from imloop.steps.findings import lookups
from imloop.steps.findings.proposed import numbers_waiting
from imloop.steps.findings.titles import title
from imloop.steps.ground.access import Caller
from imloop.steps.ground.findings import ROUTINE
from imloop.steps.ground.task import MOST, Done, Source, Task
from imloop.store.models import Finding, Party, PartyKind


def findings(caller: Caller, now: datetime) -> Iterator[Task]:
    """What was handed over to the caller, and what is the caller's to look into; not while that it is true waits for
    its second person, who has it in the list as that."""
    rows = lookups.findings(caller).filter(resolved_at__isnull=True)
    theirs = rows.filter(Q(handed_to=caller.party_code) | _own(caller)).exclude(pk__in=numbers_waiting(now))
    yield from as_tasks("finding", theirs.order_by("created_at")[:MOST])


def _own(caller: Caller) -> Q:
    """All but those about a charge, which are the market department's; of those that were handed over the supervisor
    alone is told beside who has them."""
    if caller.kind in (PartyKind.MARKET, PartyKind.POLICE):
        return Q(pk__in=())
    own = ~Q(code__in=(*ROUTINE, *DEVIATIONS))
    if caller.kind == PartyKind.TRANSPORT:
        shops = Party.objects.filter(kind=PartyKind.MSTATION).values("code")
        own &= Q(subject_kind="repair") | Q(subject_kind="unlock", station_code__in=shops)
    return own if caller.kind == PartyKind.SUPERVISOR else own & Q(handed_to="")


def differences(caller: Caller, now: datetime) -> Iterator[Task]:
    """The police's register is doubted: what stations state differs from it."""
    rows = lookups.findings(caller).filter(code__in=CODES, resolved_at__isnull=True, handed_to="")
    yield from as_tasks("difference", rows.order_by("created_at")[:MOST])


def decided(caller: Caller, since: datetime, until: datetime) -> Iterator[Done]:
    """By people; no law gives a day for it."""
    rows = lookups.findings(caller).filter(resolved_at__gte=since, resolved_at__lt=until)
    for row in rows.filter(resolved_by__contains="/").order_by("resolved_at"):
        assert row.resolved_at is not None
        yield Done("finding", row.resolved_by, row.resolved_at, None, title(row.code), f"/findings/{row.pk}")


def as_tasks(kind: str, rows: Iterable[Finding]) -> Iterator[Task]:
    """Findings as lines of a work list: what happened once is told once, with everybody it concerns by name."""
    events: dict[tuple[str, str, str, str], list[Finding]] = {}
    for row in rows:
        events.setdefault((row.code, row.subject_kind, row.subject, str(row.data["text"])), []).append(row)
    names = lookups.concerned(row for found in events.values() for row in found)
    for found in events.values():
        first = found[0]
        yield Task(
            kind,
            day_of(first.created_at),
            None,
            Text(str(first.data["text"]), str(first.data.get("text_en") or first.data["text"])),
            _about(first, list(dict.fromkeys(names[row.station_code] for row in found))),
            f"/findings/{first.pk}",
            event=_event(first),
        )


def _about(row: Finding, names: Sequence[str]) -> Text:
    zh, en = "、".join(names), ", ".join(names)
    if row.subject_kind != "line":
        return Text(zh, en)
    line = row.subject.rpartition("/")[2]
    return Text(f"{zh} · {line} 号线", f"{en} · line {line}")


def _event(row: Finding) -> str:
    """A run that waits for a department, and a line that has fallen silent, have kinds of their own."""
    if row.subject_kind == "line":
        return f"line {row.station_code} {row.subject.rpartition('/')[2]}"
    return f"test {row.station_code} {row.subject}" if row.subject_kind == "test" else ""


SOURCES = (
    Source(
        "finding",
        Text("线索", "findings"),
        (*lookups.DECIDERS, PartyKind.SUPERVISOR),
        findings,
        decided,
    ),
    Source("difference", Text("登记不一致", "differences"), (PartyKind.POLICE,), differences),
)
