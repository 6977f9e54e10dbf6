"""Findings that a caller may see, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q, QuerySet

from imloop.facts.refusal import Unknown
from imloop.facts.text import Text
from imloop.steps.findings.outcomes import ENDS
from imloop.steps.ground.access import Caller, own, place_prefix
from imloop.steps.ground.findings import ROUTINE
from imloop.steps.ground.lookups import within_days, within_place
from imloop.store.models import Finding, Party, PartyKind, Vehicle

DECIDERS = (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.MARKET, PartyKind.POLICE)
"""To whom a finding can be handed over."""
Outcome = Finding.Outcome
_DONE = Q(resolved_at__isnull=False)
STATES: dict[str, Q] = {
    "open": Q(resolved_at__isnull=True),
    Outcome.HANDED_OVER.value: Q(resolved_at__isnull=True, outcome=Outcome.HANDED_OVER),
    "resolved": _DONE,
    **{each.value: _DONE & Q(outcome=each) for each in ENDS},
    "earlier": _DONE & Q(outcome=""),
}
"""By what people ask for. ``open``: handed over or not; ``earlier``: resolved before outcomes were asked for."""


def findings(caller: Caller) -> QuerySet[Finding]:
    if caller.is_department:
        codes = Party.objects.filter(own(caller, "place", "code", None)).values("code")
        return Finding.objects.filter(station_code__in=codes)
    return Finding.objects.filter(station_code=caller.party_code)


def finding(caller: Caller, number: int) -> Finding:
    found = findings(caller).filter(pk=number).first()
    if found is None:
        raise Unknown(
            "unknown-finding", Text("没有这条线索，或无权查看。", "No such finding, or not yours to see.")
        )
    return found


def of_place(rows: QuerySet[Finding], place: str) -> QuerySet[Finding]:
    """About the stations of a place and of all it covers; of every one where none is asked for."""
    if not place:
        return rows
    return rows.filter(station_code__in=Party.objects.filter(within_place("place", place)).values("code"))


def asked_for(
    rows: QuerySet[Finding],
    *,
    state: str,
    code: str = "",
    station: str = "",
    since: date | None = None,
    until: date | None = None,
    text: str = "",
    routine: bool = False,
) -> QuerySet[Finding]:
    """Open ones first, oldest first. ``state``: a key of ``STATES``, all others mean every one; ``since``, ``until``:
    days, both included; ``text``: part of what it is about; ``routine``: also doubts about a message's completeness."""
    rows = rows.filter(STATES.get(state, Q()))
    if code:
        rows = rows.filter(code=code)
    elif not routine:
        rows = rows.exclude(code__in=ROUTINE)
    if station:
        rows = rows.filter(station_code=station)
    rows = rows.filter(within_days("created_at", since, until))
    if text.strip():
        rows = rows.filter(subject__icontains=text.strip())
    return rows.order_by("resolved_at", "created_at", "id")


_COUNTS = {name: Count("pk", filter=asked) for name, asked in STATES.items() if name != "resolved"}


def counted(rows: QuerySet[Finding]) -> dict[str, dict[str, int]]:
    """Kind → state → how many, kinds with most decided ones first. Handed over ones are open ones, too."""
    grouped = rows.order_by().values_list("code").annotate(**_COUNTS)
    found = {code: dict(zip(_COUNTS, counts, strict=True)) for code, *counts in grouped}
    return dict(sorted(found.items(), key=lambda kind: (-_decided(kind[1]), -kind[1]["open"], kind[0])))


def _decided(counts: dict[str, int]) -> int:
    return counts[Outcome.TRUE] + counts[Outcome.NOT_TRUE] + counts[Outcome.PROCEEDING]


def counted_together(rows: QuerySet[Finding]) -> dict[str, int]:
    return rows.order_by().aggregate(**_COUNTS)


def vehicle_of(row: Finding) -> Vehicle | None:
    """Of a finding about a vehicle, which is named by its plate or VIN."""
    if row.subject_kind != "vehicle" or not row.subject:
        return None
    return Vehicle.objects.filter(Q(plate=row.subject) | Q(vin=row.subject)).order_by("-id").first()


def kind_of_party(row: Finding) -> str:
    """Of the party that it concerns; empty where it is registered no more."""
    return Party.objects.filter(code=row.station_code).values_list("kind", flat=True).first() or ""


def same_event(caller: Caller, row: Finding) -> QuerySet[Finding]:
    """The others that tell of what ``row`` tells of, about somebody else."""
    alike = findings(caller).filter(code=row.code, subject_kind=row.subject_kind, subject=row.subject)
    return alike.exclude(pk=row.pk).exclude(station_code=row.station_code).order_by("id")


def others_of_party(caller: Caller, row: Finding) -> QuerySet[Finding]:
    """The others about the same party, newest first, without those about a message's completeness."""
    others = findings(caller).filter(station_code=row.station_code).exclude(pk=row.pk)
    return others.exclude(code__in=ROUTINE).order_by("-created_at", "-id")


def receivers(caller: Caller, row: Finding) -> list[Party]:
    """Departments in charge of the party's place to which ``caller`` can hand the finding over."""
    place = Party.objects.filter(code=row.station_code).values_list("place", flat=True).first() or ""
    offices = Party.objects.filter(kind__in=DECIDERS).exclude(code=caller.party_code).order_by("code")
    return [office for office in offices if place.startswith(place_prefix(office.place))]


def concerned(rows: Iterable[Finding]) -> dict[str, str]:
    """Code → name of every party that the findings concern or were handed to, by name; the code itself where it is
    registered no more."""
    return party_names(code for row in rows for code in (row.station_code, row.handed_to))


def party_names(wanted: Iterable[str]) -> dict[str, str]:
    """Code → name, by name; a code that is registered no more is its own name."""
    codes = {code for code in wanted if code}
    names = dict(Party.objects.filter(code__in=codes).values_list("code", "name"))
    return dict(sorted(((code, names.get(code, code)) for code in codes), key=lambda pair: pair[1]))
