"""Tasks, instruments and checks that a caller may see: the environment department those of its place; the police what
was handed over to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import Q, QuerySet

from imloop.facts.identifiers import plain
from imloop.steps.ground.access import Caller, own, place_prefix, require_kind
from imloop.steps.ground.lookups import look, nothing_there, within_days
from imloop.steps.ground.seen import listed
from imloop.store.models import PartyKind, SpotCheck, SpotInstrument, SpotTask

Shown = TypeVar("Shown")
READERS = (PartyKind.ENVIRONMENT, PartyKind.POLICE, PartyKind.SUPERVISOR)
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """``state``: a state of a record, ``waiting`` or ``overdue``; ``result``: of ``SpotResult``; empty: any."""

    since: date | None = None
    until: date | None = None
    result: str = ""
    state: str = ""
    task: str = ""
    plate: str = ""


def tasks(caller: Caller) -> QuerySet[SpotTask]:
    require_kind(caller, PartyKind.ENVIRONMENT)
    found = SpotTask.objects.filter(own(caller, "office__place", "office__code", None))
    return (
        found.select_related("office", "finding").prefetch_related("officers").order_by("-planned_on", "-pk")
    )


def task_of(caller: Caller, number: str) -> SpotTask:
    found = tasks(caller).filter(number=number).first()
    if found is None:
        raise nothing_there("task", number)
    return found


def instruments(caller: Caller) -> QuerySet[SpotInstrument]:
    """Of the caller's own office: what another one carries, that one keeps."""
    require_kind(caller, PartyKind.ENVIRONMENT)
    found = SpotInstrument.objects.filter(office__code=caller.party_code)
    return found.order_by("kind", "serial", "-verified_from")


def checks(caller: Caller) -> QuerySet[SpotCheck]:
    require_kind(caller, *READERS)
    found = SpotCheck.objects.filter(place__startswith=place_prefix(caller.place))
    if caller.kind == PartyKind.POLICE:
        found = found.filter(handed_at__isnull=False)
    return found.select_related("task__office", "vehicle")


def check_of(caller: Caller, number: str) -> SpotCheck:
    found = checks(caller).filter(number=number).first()
    if found is None:
        raise nothing_there("spot-check", number)
    return found


def one(caller: Caller, number: str, show: Callable[[SpotCheck], Shown]) -> Shown:
    """For a page or an answer: the look is kept by plate or VIN."""
    return look(
        caller, "spot-check", lambda: check_of(caller, number), lambda row: row.plate or row.vin, show
    )


_STATES = {
    "waiting": Q(state__in=[SpotCheck.State.HELD, SpotCheck.State.OFFICERS]),
    "ordered": ~Q(order_no=""),
    "handed": Q(handed_at__isnull=False),
}


def asked_for(caller: Caller, wanted: Wanted, most: int | None = MOST) -> list[SpotCheck]:
    """The newest first; the look is kept."""
    rows = checks(caller).filter(within_days("at", wanted.since, wanted.until))
    if wanted.result:
        rows = rows.filter(result=wanted.result)
    if wanted.state:
        rows = rows.filter(_STATES.get(wanted.state, Q(state=wanted.state)))
    if wanted.task:
        rows = rows.filter(task__number=wanted.task)
    plate = plain(wanted.plate)
    if plate:
        rows = rows.filter(plate=plate)
    found = list(rows.order_by("-at", "-pk")[:most])
    listed(caller, "spot-checks", _vehicles(found), asked=plate)
    return found


def _vehicles(found: Iterable[SpotCheck]) -> list[int | None]:
    return [row.vehicle_id for row in found]
