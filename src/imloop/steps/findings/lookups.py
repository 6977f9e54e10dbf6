"""Findings that a caller may see."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from imloop.steps.ground.access import Caller, own
from imloop.store.models import Finding, Party


def findings(caller: Caller) -> QuerySet[Finding]:
    if caller.is_department:
        codes = Party.objects.filter(own(caller, "place", "code", None)).values("code")
        return Finding.objects.filter(station_code__in=codes)
    return Finding.objects.filter(station_code=caller.party_code)


def same_event(caller: Caller, row: Finding) -> QuerySet[Finding]:
    """The others that tell of what ``row`` tells of, about somebody else."""
    alike = findings(caller).filter(code=row.code, subject_kind=row.subject_kind, subject=row.subject)
    return alike.exclude(pk=row.pk).exclude(station_code=row.station_code).order_by("id")


def concerned(rows: Iterable[Finding]) -> dict[str, str]:
    """Code → name of every party that the findings concern, by name; the code itself where it is registered no more."""
    codes = {row.station_code for row in rows}
    names = dict(Party.objects.filter(code__in=codes).values_list("code", "name"))
    return dict(sorted(((code, names.get(code, code)) for code in codes), key=lambda pair: pair[1]))
