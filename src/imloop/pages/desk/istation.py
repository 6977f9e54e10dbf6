"""The I-station's desk: today."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse

from imloop.pages.appointments.reception_day import todays_visits
from imloop.pages.fresh import fresh
from imloop.pages.guard import desk, page
from imloop.pages.lines.istation_live import figures, live_card
from imloop.steps.appointments.texts import QUEUE_TOPICS
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.inspections import lookups as test_lookups
from imloop.store.models import PartyKind

I = PartyKind.ISTATION  # noqa: E741 - the field's own name for an inspection station


@desk(I)
def today(request: HttpRequest, caller: Caller) -> HttpResponse:
    now, renewal = clock.now(), fresh(caller, QUEUE_TOPICS)
    since = now.replace(hour=0, minute=0, second=0, microsecond=0)
    recent = (
        test_lookups.tests(caller)
        .defer("trace", "receipt", "verdict")
        .filter(started_at__gte=since - timedelta(days=1))
    )
    cases = (
        case_lookups.cases(caller)
        .filter(closed_at__isnull=True)
        .prefetch_related("notices")
        .order_by("deadline")
    )
    return page(
        request,
        caller,
        "desk/istation.html",
        {
            "now": now,
            "tests": recent.order_by("-started_at")[:100],
            "cases": cases[:100],
            "visits": todays_visits(caller),
            "tiles": figures(caller, now),
            **live_card(caller, now),
            **renewal,
        },
    )
