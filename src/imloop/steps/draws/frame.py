"""Who is on the list of a draw: the registers of a day by strata, each unit with its risk weight and last visit.

weight = (findings + a) / (findings expected by volume + a), cut to a range and to a multiple of the last draw's weight.
What an inspection found does not enter: a draw that used its own results would visit the same few for ever.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count

from imloop.facts.days import midnight
from imloop.facts.text import Text
from imloop.gates.vehicles.cycle import months_later
from imloop.law import Law
from imloop.steps.ground.access import place_prefix
from imloop.steps.ground.findings import ROUTINE
from imloop.steps.stations import standing
from imloop.store.models import Draw, DrawVisit, Finding, Party, PartyKind, Repair, Test, Vehicle

STRATA: dict[str, Text] = {
    "I": Text("检验机构", "I-stations"),
    "M": Text("维修治理站", "M-stations"),
    "F": Text("营运车队", "commercial fleets"),
}
_KINDS = {"I": PartyKind.ISTATION, "M": PartyKind.MSTATION}


@dataclass(frozen=True, slots=True)
class Candidate:
    """``found``: doubts of the months looked at; ``volume``: tests or repairs in them; ``known_since``: first day from
    which a visit would be known."""

    id: str
    name: str
    found: int
    volume: int
    known_since: date | None


@dataclass(slots=True)
class Listed:
    """``units`` without chances yet; ``excluded``: who is registered but not on the list, and why."""

    units: list[dict[str, object]] = field(default_factory=list)
    excluded: list[dict[str, str]] = field(default_factory=list)


def list_of(place: str, stratum: str, as_of: date, law: Law, barred: Mapping[str, str]) -> Listed:
    """Everyone of a stratum in a place on a day; ``barred``: unit → reason of those left out by decision."""
    out = Listed()
    found, excluded = (
        _stations(place, _KINDS[stratum], as_of, law)
        if stratum in _KINDS
        else (_fleets(place, as_of, law), [])
    )
    out.excluded = [
        *excluded,
        *({"id": c.id, "name": c.name, "reason": barred[c.id]} for c in found if c.id in barred),
    ]
    listed = [candidate for candidate in found if candidate.id not in barred]
    visits, weights = _last_visits(c.id for c in listed), _former_weights(place)
    since = months_later(as_of, -law.integer("draw.cover_months"))
    begun = min([draw.as_of for draw in _fixed(place)], default=as_of)
    all_found = sum(_counted(c, law) for c in listed)
    volume = sum(c.volume for c in listed)
    for each in sorted(listed, key=lambda c: c.id):
        last = visits.get(each.id)
        unseen = max(day for day in (last, each.known_since, begun) if day is not None)
        expected = (all_found * each.volume, volume) if volume else (0, 1)
        out.units.append(
            {
                "stratum": stratum,
                "id": each.id,
                "name": each.name,
                "weight": weight(_counted(each, law), expected, weights.get(each.id), law),
                "compulsory": unseen <= since,
                "why": {
                    "found": each.found,
                    "volume": each.volume,
                    "last_visit": last.isoformat() if last else "",
                },
                # Without it a neighbour's hash in a proof would reveal the chance behind it.
                "salt": secrets.token_hex(16),
            }
        )
    return out


def weight(found: int, expected: tuple[int, int], former: int | None, law: Law) -> int:
    """In hundredths, rounded half up. ``expected``: numerator and denominator; ``former``: of the last draw."""
    prior, (top, bottom) = law.integer("draw.risk_prior"), expected
    ratio = (200 * (found + prior) * bottom + top + prior * bottom) // (2 * (top + prior * bottom))
    most = law.integer("draw.weight_max_pct")
    if former is not None:
        most = min(most, former * law.integer("draw.weight_growth"))
    return max(law.integer("draw.weight_min_pct"), min(ratio, most))


def _counted(candidate: Candidate, law: Law) -> int:
    return min(candidate.found, law.integer("draw.risk_findings_cap"))


def _span(as_of: date, law: Law) -> tuple[datetime, datetime]:
    first = months_later(as_of, -law.integer("draw.risk_months"))
    return midnight(first), midnight(as_of)


def _stations(
    place: str, kind: PartyKind, as_of: date, law: Law
) -> tuple[list[Candidate], list[dict[str, str]]]:
    span = _span(as_of, law)
    doubts = _doubts(span)
    volume = _volume(kind, span)
    found, excluded = [], []
    for party in Party.objects.filter(kind=kind, place__startswith=place_prefix(place)).order_by("code"):
        if not standing.is_active(party, as_of):
            reason = f"{as_of} 未在册或者停业"
            excluded.append({"id": party.code, "name": party.name, "reason": reason})
            continue
        first = party.standings.order_by("since").values_list("since", flat=True).first()
        found.append(Candidate(party.code, party.name, doubts[party.code], volume.get(party.code, 0), first))
    return found, excluded


def _volume(kind: PartyKind, span: tuple[datetime, datetime]) -> dict[str, int]:
    """Tests of each I-station, repairs of each shop."""
    if kind == PartyKind.ISTATION:
        tests = Test.objects.filter(started_at__range=span).values_list("station__code")
        return dict(tests.annotate(n=Count("pk")).order_by())
    repairs = Repair.objects.filter(finished_at__range=span).values_list("shop__code")
    return dict(repairs.annotate(n=Count("pk")).order_by())


def _doubts(span: tuple[datetime, datetime]) -> Counter[str]:
    rows = Finding.objects.filter(created_at__range=span).exclude(code__in=ROUTINE)
    return Counter(dict(rows.values_list("station_code").annotate(n=Count("pk")).order_by()))


def _fleets(place: str, as_of: date, law: Law) -> list[Candidate]:
    """Owners of enough commercial vehicles; what is found of them are failed tests."""
    owned = Vehicle.objects.filter(
        facts__usage__in=law.words("commercial.usages"), status=Vehicle.Status.ACTIVE
    ).exclude(owner_name="")
    sizes = Counter(owned.values_list("owner_name", flat=True))
    names = sorted(name for name, size in sizes.items() if size >= law.integer("draw.fleet_min"))
    span = _span(as_of, law)
    tests = Test.objects.filter(
        vehicle__in=owned,
        vehicle__owner_name__in=names,
        started_at__range=span,
        station__place__startswith=place_prefix(place),
    ).values_list("vehicle__owner_name", "result")
    volume, failed = Counter[str](), Counter[str]()
    for name, result in tests.iterator():
        volume[name] += 1
        failed[name] += result == "fail"
    return [Candidate(fleet_id(name), name, failed[name], volume[name], None) for name in names]


def fleet_id(name: str) -> str:
    """A number for a fleet: its owner's name hashed, as fleets are not registered as parties."""
    return f"F-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _last_visits(units: Iterable[str]) -> dict[str, date]:
    done = DrawVisit.objects.filter(
        unit__in=list(units), outcome__in=(DrawVisit.Outcome.SOUND, DrawVisit.Outcome.FAULTS)
    )
    return {unit: day for unit, day in done.order_by("opened_on").values_list("unit", "opened_on") if day}


def _fixed(place: str) -> list[Draw]:
    return list(
        Draw.objects.filter(place=place, committed_at__isnull=False, voided_at__isnull=True).order_by("as_of")
    )


def _former_weights(place: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in _fixed(place):
        found |= {unit["id"]: unit["weight"] for unit in row.frame["units"]}
    return found
