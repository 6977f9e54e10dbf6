"""Places on a map: what ``map.js`` draws, the tiles an installation may have, and the page headers these need."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from imloop.pages.headers import POLICY
from imloop.steps.lines.lookups import LineView
from imloop.store.models import Party


def site(party: Party, state: str, url: str, words: str) -> dict[str, object]:
    """``state``: good, wait or bad; ``words`` says the same in text."""
    return {
        "name": party.name,
        "kind": party.kind,
        "state": state,
        "at": [party.latitude, party.longitude],
        "url": url,
        "words": words,
    }


def station_sites(lines: Sequence[LineView]) -> list[dict[str, object]]:
    """Each station once, by the state of its lines, which come in the order of stations."""
    out = []
    for _code, group in groupby(lines, key=lambda view: view["line"].station.code):
        views = list(group)
        station = views[0]["line"].station
        if station.longitude is None:
            continue
        locked = sum(1 for view in views if view["locked"])
        silent = sum(1 for view in views if view["link"] is None or view["link"].lost_at is not None)
        spooled = sum(view["link"].spooled for view in views if view["link"] is not None)
        words = _("检测线 {n} 条 · 锁定 {locked} · 断联或未联 {silent} · 待传 {spooled}").format(
            n=len(views), locked=locked, silent=silent, spooled=spooled
        )
        state = "bad" if locked else "wait" if silent or spooled else "good"
        out.append(site(station, state, f"/parties/{station.code}", words))
    return out


def with_tiles(response: HttpResponse) -> HttpResponse:
    """The page may show the pictures of the configured tile server, and no others."""
    if settings.TILES:
        parts = urlsplit(settings.TILES)
        response["Content-Security-Policy"] = POLICY.replace(
            "img-src 'self'", f"img-src 'self' {parts.scheme}://{parts.netloc}"
        )
    return response
