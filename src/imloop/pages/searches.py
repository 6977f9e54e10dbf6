"""Questions about a vehicle stand in no address: neither its plate nor its VIN reaches a log, a history or a bookmark.

Their form is sent by POST; what names the vehicle is kept in the session, and the reader led on to the same page with
the search's id in its place. So the page can be renewed, gone back to, turned to its next leaf and taken out as a file.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller

SEARCH = "search"
"""The id's name in the address."""
ASK = "ask"
"""The value of ``what`` by which such a form is known among the others of its page (``parts/ask.html``)."""
_MOST, _LONGEST = 20, 200
_GONE = Text("这次查询已不再保留，请重新输入", "this search is no longer kept: type it again")
_NAMES = ("plate", "vin", "tail", "q", "about")
"""Fields that may name a vehicle; an address typed by hand may hold one."""
Row = TypeVar("Row", bound=Model)
View = Callable[..., HttpResponse]


def asks(*names: str) -> Callable[[View], View]:
    """A desk's page that is asked about vehicles: its view takes the question as its third argument, with the fields of
    these names, as if all of it stood in the address."""

    def wrap(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, caller: Caller, *args: object, **kwargs: object) -> HttpResponse:
            posted = request.method == "POST" and request.POST.get("what") == ASK
            given = request.POST if posted else request.GET
            named = {name: given[name][:_LONGEST] for name in names if given.get(name)}
            if posted or (named and request.method == "GET"):
                return redirect(_without(request, given, named))
            question = request.GET.copy()
            if request.method == "GET" and question:
                kept = request.session.get(SEARCH, {}).get(request.GET.get(SEARCH, ""), {})
                question.update({name: kept.get(name, "") for name in names})
                request.question = question  # type: ignore[attr-defined]  # for the form, should it come back
                if SEARCH in question and not kept:
                    raise Malformed("search-gone", _GONE, at=names[0])
            return view(request, caller, question, *args, **kwargs)

        return asked

    return wrap


def address_without_names(request: HttpRequest) -> str:
    """This page's own address, for its links."""
    rest = request.GET.copy()
    for name in _NAMES:
        rest.pop(name, None)
    return f"{request.path}?{rest.urlencode()}" if rest else request.path


def only_hit(request: HttpRequest, rows: QuerySet[Row]) -> Row | None:
    """What a search found, where it found one thing alone and has just been asked."""
    if SEARCH not in request.GET or "page" in request.GET or "HX-Request" in request.headers:
        return None
    found = list(rows[:2])
    return found[0] if len(found) == 1 else None


def _without(request: HttpRequest, given: QueryDict, named: dict[str, str]) -> str:
    """The address of the same question; what is named in it is kept apart."""
    rest = given.copy()
    for name in ("csrfmiddlewaretoken", "what", SEARCH, *named):
        rest.pop(name, None)
    if named:
        number = secrets.token_urlsafe(6)
        before = list(request.session.get(SEARCH, {}).items())[1 - _MOST :]
        request.session[SEARCH] = {**dict(before), number: named}
        rest[SEARCH] = number
    return f"{request.path}?{rest.urlencode()}" if rest else request.path
