"""The published lists of stations, for anyone: rows, points on the map, and every published change of standing (E1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from imloop.steps.ground.access import place_prefix
from imloop.steps.ground.registers import km_between
from imloop.steps.matters import lookups as matter_lookups
from imloop.steps.stations.as_json import station_json
from imloop.steps.stations.standing import is_active
from imloop.store.models import Party, PartyKind

KINDS = (PartyKind.ISTATION, PartyKind.MSTATION)
COLUMNS = (
    "code",
    "kind",
    "name",
    "place",
    "address",
    "phone",
    "longitude",
    "latitude",
    "active",
    "methods",
    "capability",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for in ``within``, the place the list is for; empty means all of it. ``method``: an
    I-station's lines, or the fuel an M-station takes."""

    within: str

    kind: str = ""
    text: str = ""
    place: str = ""
    method: str = ""
    open_only: bool = False


def find(wanted: Wanted, day: date) -> list[tuple[Party, bool]]:
    """Stations with whether they may work on the day, in the order of kind and code: no ranking."""
    kinds: Sequence[str] = [wanted.kind] if wanted.kind in KINDS else KINDS
    rows = _within(wanted.within).filter(kind__in=kinds).prefetch_related("lines").order_by("kind", "code")
    if wanted.place:
        rows = rows.filter(place__startswith=place_prefix(wanted.place))
    if wanted.text:
        text = wanted.text
        rows = (
            rows.filter(name__icontains=text) | rows.filter(address__icontains=text) | rows.filter(code=text)
        )
    found = [(row, is_active(row, day)) for row in rows if _takes(row, wanted.method)]
    return [(row, active) for row, active in found if active or not wanted.open_only]


def by_distance(found: Iterable[tuple[Party, bool]], near: Party) -> list[tuple[Party, bool, float | None]]:
    """The nearest first, with kilometres as the crow flies; those without a position last."""
    rows = [(row, active, km_between(near, row)) for row, active in found]
    return sorted(rows, key=lambda row: (row[2] is None, row[2] or 0.0))


def _takes(party: Party, method: str) -> bool:
    """An I-station by the method of a line, an M-station by a fuel or repair it takes."""
    if not method:
        return True
    if party.kind == PartyKind.ISTATION:
        return any(method in line.methods for line in party.lines.all())
    return method in party.capability


def rows(found: Iterable[tuple[Party, bool]], day: date) -> list[dict[str, object]]:
    """As published: contract of ``public/stations``."""
    return [station_json(party, day) for party, _ in found]


def flat(listed: Iterable[dict[str, object]]) -> list[dict[str, object]]:
    """The same for a table: lists as one text."""
    return [
        {name: ";".join(map(str, value)) if isinstance(value, list) else value for name, value in row.items()}
        for row in listed
    ]


def geojson(listed: Iterable[dict[str, object]]) -> dict[str, object]:
    """RFC 7946; a station without a position has a null geometry."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": row["code"],
                "geometry": None
                if row["longitude"] is None
                else {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]},
                "properties": {name: row[name] for name in row if name not in ("longitude", "latitude")},
            }
            for row in listed
        ],
    }


def places(within: str) -> list[str]:
    """Codes of the places in which there are stations."""
    return sorted(set(_within(within).filter(kind__in=KINDS).values_list("place", flat=True)))


def _within(place: str) -> QuerySet[Party]:
    return Party.objects.filter(place__startswith=place_prefix(place))


def changes(now: datetime, since: date | None = None) -> list[dict[str, object]]:
    """Published decisions about stations of the last year, the latest first; ``since``: from that day on."""
    told = [matter_lookups.publication_json(event) for event in matter_lookups.publications(now)]
    return [each for each in told if since is None or str(each["on"]) >= since.isoformat()]
