"""The published lists as a page with a map, as files, and as a feed of changes (E1, C6)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from imloop.exchange.http.addresses import disposition
from imloop.exchange.tables.write_tables import write_csv, write_xlsx
from imloop.facts.codes import FUEL_NAMES, METHOD_NAMES
from imloop.facts.days import day_of, read_day
from imloop.pages.guard import public, words
from imloop.pages.site_map import site, with_tiles
from imloop.steps.ground import clock
from imloop.steps.reports import open_lists
from imloop.steps.reports.open_lists import Wanted
from imloop.store.models import Party

_TABLES = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@public
def stations(request: HttpRequest) -> HttpResponse:
    """List and map; ``format`` = csv, xlsx, json or geojson downloads the filtered rows."""
    day = day_of(clock.now())
    found = open_lists.find(_wanted(request.GET), day)
    wanted = request.GET.get("format", "")
    if wanted:
        return _file(open_lists.rows(found, day), wanted)
    query = request.GET.copy()
    query.pop("format", None)
    context = {
        "found": found,
        "typed": request.GET,
        "query": query.urlencode(),
        "sites": [_site(party, active) for party, active in found if party.longitude is not None],
        "places": _places(),
        "methods": [(method.value, words(name)) for method, name in METHOD_NAMES.items()],
        "fuels": [(fuel.value, words(name)) for fuel, name in FUEL_NAMES.items()],
        "tiles": settings.TILES,
    }
    return with_tiles(render(request, "reports/stations.html", context))


def _wanted(asked: Mapping[str, str]) -> Wanted:
    return Wanted(
        within=settings.PLACE,
        kind=asked.get("kind", ""),
        text=asked.get("q", "").strip(),
        place=place if (place := asked.get("place", "")).isdigit() and len(place) == 6 else "",
        method=asked.get("method", ""),
        open_only=asked.get("open") == "1",
    )


def _site(party: Party, active: bool) -> dict[str, object]:
    says = [party.get_kind_display(), _("可以营业") if active else _("不得营业"), party.address]
    return site(
        party,
        "good" if active else "bad",
        f"/public/stations/{party.code}",
        " · ".join(str(part) for part in says if part),
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


@public
def outlines(request: HttpRequest) -> HttpResponse:
    """The districts' outlines this installation was given; without a file none are drawn."""
    return JsonResponse(_outlines(), content_type="application/geo+json")


def _outlines() -> dict[str, Any]:
    file = Path(settings.DATA_DIR) / "outlines.geojson"
    if not file.exists():
        return {"type": "FeatureCollection", "features": []}
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _places() -> list[tuple[str, str]]:
    """Codes in which there are stations, each with its name where the outlines know it."""
    areas = [area.get("properties", {}) for area in _outlines()["features"]]
    names = {area.get("code"): area.get("name") for area in areas}
    return [(code, names.get(code) or code) for code in open_lists.places(settings.PLACE)]
