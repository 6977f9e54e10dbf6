"""Findings that a caller may see."""

from __future__ import annotations

from django.db.models import QuerySet

from imloop.steps.ground.access import Caller, own
from imloop.store.models import Finding, Party


def findings(caller: Caller) -> QuerySet[Finding]:
    if caller.is_department:
        codes = Party.objects.filter(own(caller, "place", "code", None)).values("code")
        return Finding.objects.filter(station_code__in=codes)
    return Finding.objects.filter(station_code=caller.party_code)
