"""A department releases a repair that a doubt held: one click on the page of its case."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from imloop.facts.refusal import Refusal
from imloop.pages.cases.one_case import case_page
from imloop.pages.forms import refusal_context
from imloop.pages.guard import desk, page
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.cases.release_repair import RELEASERS, release_repair
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller


@desk(*RELEASERS)
def release(request: HttpRequest, caller: Caller, case_no: str) -> HttpResponse:
    """With a reason; what was typed stays when something is wrong."""
    if request.method == "POST":
        form = request.POST
        try:
            release_repair(
                caller,
                case_no,
                form.get("shop", ""),
                form.get("repair_no", ""),
                reason=form.get("reason", ""),
                now=clock.now(),
            )
        except Refusal as refusal:
            context = case_lookups.case(caller, case_no, partial(case_page, caller)) | refusal_context(
                refusal
            )
            return page(request, caller, "cases/case.html", {**context, "typed": form}, 422)
    return redirect(f"/cases/{case_no}")
