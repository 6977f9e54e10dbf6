"""Keep a list's filter under a name, and drop it again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from imloop.pages.guard import EVERY_DESK, desk
from imloop.steps.accounts.saved_filters import drop_filter, keep_filter
from imloop.steps.ground.access import Caller


@desk(*EVERY_DESK)
def keep(request: HttpRequest, caller: Caller) -> HttpResponse:
    """POST ``path``, ``query``, ``name``; back to the list with the filter on."""
    form = request.POST
    path, query = form.get("path", ""), form.get("query", "")
    if request.method == "POST":
        keep_filter(caller, path=path, query=query, name=form.get("name", ""))
    target = f"{path}?{query}"
    fits = path and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return redirect(target if fits else "/desk")


@desk(*EVERY_DESK)
def drop(request: HttpRequest, caller: Caller, number: int) -> HttpResponse:
    if request.method != "POST":
        return redirect("/desk")
    return redirect(drop_filter(caller, number))
