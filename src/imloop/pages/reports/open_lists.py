"""The published lists as a page by district or distance, as files, and as a feed of changes (E1, C6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from imloop.exchange.http.addresses import disposition
from imloop.exchange.tables.write_tables import write_csv, write_xlsx
from imloop.facts.codes import FUEL_NAMES, METHOD_NAMES
from imloop.facts.days import day_of, read_day
from imloop.facts.places import is_place, name_of, places_within
from imloop.pages.choices import named, station_kinds
from imloop.pages.guard import public, words
from imloop.steps.ground import clock
from imloop.steps.ground.registers import position_of
from imloop.steps.reports import open_lists
from imloop.steps.reports.open_lists import Wanted
from imloop.store.models import Party

Found = Sequence[tuple[Party, bool]]
Row = dict[str, Any]
Group = dict[str, Any]
_TABLES = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@public
def stations(request: HttpRequest) -> HttpResponse:
    """By district, or by distance from ``near``; the rows as a file by ``format``: csv, xlsx, json or geojson."""
    day = day_of(clock.now())
    found = open_lists.find(_wanted(request.GET), day)
    wanted = request.GET.get("format", "")
    if wanted:
        return _file(open_lists.rows(found, day), wanted)
    query = request.GET.copy()
    query.pop("format", None)
    there = [
        party for party, _active in open_lists.find(Wanted(within=settings.PLACE), day) if position_of(party)
    ]
    near = next((party for party in there if party.code == request.GET.get("near")), None)
    context = {
        "n": len(found),
        "groups": _nearest(found, near) if near else _by_district(found),
        "typed": request.GET,
        "query": query.urlencode(),
        "there": named(there),
        "kinds": station_kinds(),
        "near": near,
        "places": _places(),
        "methods": [(method.value, words(name)) for method, name in METHOD_NAMES.items()],
        "fuels": [(fuel.value, words(name)) for fuel, name in FUEL_NAMES.items()],
    }
    return render(request, "reports/stations.html", context)


def _nearest(found: Found, near: Party) -> list[Group]:
    rows = open_lists.by_distance(found, near)
    return [{"name": _("离{name}由近到远").format(name=near.name), "rows": [_row(*row) for row in rows]}]


def _by_district(found: Found) -> list[Group]:
    """In the order of codes; how many there are of each kind stands in the heading."""
    groups: dict[str, list[Row]] = {}
    for party, active in found:
        groups.setdefault(_district(party), []).append(_row(party, active))
    return [
        {"name": name_of(place) or place, "counts": _counts(rows), "rows": rows}
        for place, rows in sorted(groups.items())
    ]


def _district(party: Party) -> str:
    """The code of the one that the party is registered in; of one that is registered in the city, of the one that its
    address names."""
    within = (code for code, _name in places_within(party.place) if code != party.place)
    return next((code for code in within if name_of(code) in party.address), party.place)


def _counts(rows: Sequence[Row]) -> str:
    kinds = Counter(row["party"].kind for row in rows)
    return " · ".join(f"{name} {kinds[kind]}" for kind, name in station_kinds() if kinds[kind])


def _row(party: Party, active: bool, km: float | None = None) -> Row:
    """``at``: latitude and longitude in degrees, as a ``geo:`` address has them (RFC 5870)."""
    at = position_of(party)
    kind = dict(station_kinds())[party.kind]
    return {
        "party": party,
        "kind": kind,
        "active": active,
        "km": km,
        "at": f"{at[0]:.6f},{at[1]:.6f}" if at else "",
    }


def _wanted(asked: Mapping[str, str]) -> Wanted:
    return Wanted(
        within=settings.PLACE,
        kind=asked.get("kind", ""),
        text=asked.get("q", "").strip(),
        place=place if is_place(place := asked.get("place", "")) else "",
        method=asked.get("method", ""),
        open_only=asked.get("open") == "1",
    )


def _file(rows: list[dict[str, object]], wanted: str) -> HttpResponse:
    if wanted == "geojson":
        return JsonResponse(open_lists.geojson(rows), content_type="application/geo+json")
    if wanted not in _TABLES:
        return JsonResponse({"stations": rows})
    write, kind = _TABLES[wanted]
    out = BytesIO()
    write(out, open_lists.COLUMNS, open_lists.flat(rows))
    headers = {"Content-Disposition": disposition(f"stations.{wanted}")}
    return HttpResponse(out.getvalue(), content_type=kind, headers=headers)


@public
def changes(request: HttpRequest) -> HttpResponse:
    """Published changes of standing as JSON, the latest first; ``since`` is a day."""
    since = read_day(request.GET["since"]) if request.GET.get("since") else None
    return JsonResponse({"changes": open_lists.changes(clock.now(), since)})


def _places() -> list[tuple[str, str]]:
    """Codes in which there are stations, each with its name."""
    return [(code, name_of(code) or code) for code in open_lists.places(settings.PLACE)]
