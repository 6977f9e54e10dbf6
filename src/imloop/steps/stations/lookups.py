"""The public register: parties of a kind, and the lines of a station."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from imloop.store.models import Line, Party


def parties(kind: str) -> QuerySet[Party]:
    """Public: the register of a kind."""
    return Party.objects.filter(kind=kind).order_by("code")


def find_party(code: str, kind: str) -> Party | None:
    """Public: the party of a kind under a code, where there is one."""
    return Party.objects.filter(code=code, kind=kind).first()


def lines(station: str, day: date) -> QuerySet[Line]:
    """Public: the lines a station has on a day."""
    in_force = Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gt=day))
    return Line.objects.filter(in_force, station__code=station).order_by("code")
