"""That a finding is true is proposed by one person: which findings wait for the second one, and who said what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from imloop.store.models import Finding, Proposal

KIND = "finding-true"


def named(number: int) -> str:
    """As the journal and the proposal name the finding."""
    return f"finding/{number}"


def waiting(rows: Iterable[Finding], now: datetime) -> dict[int, Proposal]:
    """Number of the finding → what waits about it; nothing whose time is over."""
    wanted = {named(row.pk): row.pk for row in rows}
    found = _open(now).filter(subject__in=wanted).select_related("party", "asked")
    return {wanted[each.subject]: each for each in found}


def numbers_waiting(now: datetime) -> list[int]:
    """Of every finding that waits."""
    return [int(subject.partition("/")[2]) for subject in _open(now).values_list("subject", flat=True)]


def ended(row: Finding) -> QuerySet[Proposal]:
    """Those about the finding that came to nothing."""
    ways = (Proposal.State.REJECTED, Proposal.State.WITHDRAWN, Proposal.State.LAPSED)
    return Proposal.objects.filter(kind=KIND, subject=named(row.pk), state__in=ways)


def deciders(rows: QuerySet[Finding]) -> list[str]:
    """Who decided any of these, one line each: who said what it was, and who confirmed that it is true."""
    decided = list(rows.exclude(resolved_by="").values_list("pk", "resolved_by"))
    second = Proposal.objects.filter(
        kind=KIND, subject__in=[named(number) for number, _ in decided], state=Proposal.State.CONFIRMED
    )
    return [*(by for _, by in decided), *second.values_list("decided_by", flat=True)]


def _open(now: datetime) -> QuerySet[Proposal]:
    return Proposal.objects.filter(kind=KIND, state__in=Proposal.OPEN, expires_at__gte=now)
