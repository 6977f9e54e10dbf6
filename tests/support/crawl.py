"""Which pages a person can reach by links, a few of each kind; what counts as one kind is the route that serves it."""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, get_resolver, resolve

from support.desks import Desk

OF_EACH = 2
FILES = re.compile(r"\.(pdf|csv|xlsx|ics|json|zip|bin)$|/files/|^api/|^static/|\.py$|^traces/")
ACTIONS = (
    "settings",
    "logout",
    "find",
    "desk",
    "cases/<str:case_no>/decide",
    "held-runs/<str:station>/<str:held_no>/settle",
    "cases/<str:case_no>/release",
    "desk/istation/visits/<int:number>",
    "filters",
    "filters/<int:number>/delete",
)
"""Routes that lead elsewhere at once."""
_LINK = re.compile(r'\shref="([^"#]+)')


def page_routes() -> set[str]:
    """Every route of the site that shows a page."""
    found = {str(pattern.pattern) for pattern in get_resolver("imloop.pages.urls").url_patterns}
    return {route for route in found if not FILES.search(route) and route not in ACTIONS}


def route_of(address: str) -> str | None:
    """The route that serves the address; None for a file, an action or nothing at all."""
    path = urlsplit(address).path
    try:
        route = resolve(path).route
    except Resolver404:
        return None
    return None if FILES.search(route) or FILES.search(path.lstrip("/")) or route in ACTIONS else route


def is_page(desk: Desk, route: str) -> bool:
    """Whether the route shows a page; one with a part to fill in is taken for a page."""
    if "<" in route:
        return True
    answer = desk.page.request.get(f"{desk.base_url}/{route}", max_redirects=0)
    return answer.status == 200 and "text/html" in answer.headers.get("content-type", "")


def reachable(desk: Desk, start: Iterable[str]) -> dict[str, list[str]]:
    """Route → addresses of it, from ``start`` on by links; asked for with the person's session, not drawn."""
    waiting, seen, kept = deque(start), set(start), Counter[str]()
    out: dict[str, list[str]] = {}
    while waiting:
        address = waiting.popleft()
        route = route_of(address)
        if route is None or kept[route] >= OF_EACH:
            continue
        answer = desk.page.request.get(f"{desk.base_url}{address}")
        if answer.status != 200 or "text/html" not in answer.headers.get("content-type", ""):
            continue
        landed = urlsplit(answer.url).path
        if route_of(landed) != route:
            waiting.append(landed)
            continue
        kept[route] += 1
        out.setdefault(route, []).append(address)
        for link in _LINK.findall(answer.text()):
            target = urlsplit(urljoin(answer.url, html.unescape(link)))
            if f"{target.scheme}://{target.netloc}" != desk.base_url:
                continue
            follow = f"{target.path}?{target.query}" if target.query else target.path
            if follow not in seen and "format=" not in follow:
                seen.add(follow)
                waiting.append(follow)
    return out
