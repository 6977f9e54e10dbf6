"""The answer to a refused form: the page it stands on, shown again and marked."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import resolve

from imloop.exchange.http.http_status import UNTAKEABLE, status_of
from imloop.facts.refusal import Refusal
from imloop.pages.sent_form.marked import marked

Ask = Callable[[HttpRequest], HttpResponse]


def form_again(request: HttpRequest, ask: Ask, refusal: Refusal) -> HttpResponse | None:
    """The page that a view shows when it is merely asked for, with the form in it that was sent; None where it has no
    such form. A view without a page leads to the one where its form stands, and so do we. What was sent stays in
    ``POST``: a page whose rows and choices depend on the answers draws them so."""
    posted = request.method == "POST"
    kept: QueryDict | None = None if posted else getattr(request, "question", None)  # pages/searches.py
    typed = request.POST if posted else request.GET if kept is None else kept
    if "HX-Request" in request.headers or not (posted or typed):
        return None
    again = copy(request)
    again.method = "GET"
    again.shown_again = True  # type: ignore[attr-defined]  # a question is counted once
    again.GET = request.GET if posted else QueryDict()
    try:
        response = ask(again)
        if response.status_code == 302:
            response = _where_it_leads(again, response["Location"])
    except (Refusal, *UNTAKEABLE):
        return None
    if response.status_code != 200 or not response.get("Content-Type", "").startswith("text/html"):
        return None
    text = marked(
        response.content.decode(),
        "POST" if kept is not None else request.method or "",
        request.get_full_path(),
        typed,
        set(request.FILES),
        refusal,
    )
    if text is None:
        return None
    response.content = text.encode()
    status = status_of(refusal, request.method or "")
    response.status_code = max(422, status) if posted else status
    return response


def _where_it_leads(request: HttpRequest, address: str) -> HttpResponse:
    parts = urlsplit(address)
    request.path = request.path_info = parts.path
    request.GET = QueryDict(parts.query)
    found = request.resolver_match = resolve(parts.path)
    response: HttpResponse = found.func(request, *found.args, **found.kwargs)
    return response
