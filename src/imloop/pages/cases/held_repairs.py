"""A department releases a repair that a doubt held: one click on the page of its case."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from imloop.pages.guard import desk
from imloop.steps.cases.release_repair import RELEASERS, release_repair
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller


@desk(*RELEASERS)
def release(request: HttpRequest, caller: Caller, case_no: str) -> HttpResponse:
    """With a reason; what was typed stays when something is wrong."""
    if request.method == "POST":
        form = request.POST
        release_repair(
            caller,
            case_no,
            form.get("shop", ""),
            form.get("repair_no", ""),
            reason=form.get("reason", ""),
            fail_hour_holds="fail_hour_holds" in form,
            now=clock.now(),
        )
    return redirect(f"/cases/{case_no}")
