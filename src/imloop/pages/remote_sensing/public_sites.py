"""For anyone: where the road is watched and with which instruments; for an owner: the reading of one's own car."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from imloop.exchange.http.rate_limit import count_question
from imloop.facts.days import day_of
from imloop.law.sentences import hotline
from imloop.pages.guard import public, words
from imloop.pages.remote_sensing import shown
from imloop.steps.ground import clock
from imloop.steps.ground.registers import law_at
from imloop.steps.remote_sensing import lookups
from imloop.steps.remote_sensing.owner_door import for_owner, reading_behind
from imloop.steps.remote_sensing.tell_owner import WAYS, read_by_owner
from imloop.steps.remote_sensing.texts import INSTRUMENT_KINDS, SITE_KINDS


@public
def public_sites(request: HttpRequest) -> HttpResponse:
    """Penalty Law 41: the places where devices stand are made public."""
    now = clock.now()
    today = day_of(now)
    found = lookups.published_sites(settings.PLACE, today)
    law = law_at(today, settings.PLACE)
    context = {
        "sites": [
            (
                site,
                words(SITE_KINDS[site.kind]),
                [
                    (each, words(INSTRUMENT_KINDS[each.kind]), each.verified_until >= today)
                    for each in lookups.last_certificates(site)
                ],
            )
            for site in found
        ],
        "cite": law.cite("evidence.automatic_needs"),
        "today": today,
    }
    return render(request, "remote_sensing/public_sites.html", context)


@public
def owner_reading(request: HttpRequest, token: str) -> HttpResponse:
    """What was measured, what it means, and what can be said against it. POST: it was read."""
    now = clock.now()
    count_question(request, now)
    if request.method == "POST":
        read_by_owner(token, now)
        return redirect(f"/r/{token}")
    found, site = for_owner(token)
    row = found.reading
    law = law_at(day_of(now), row.sender.place)
    context = {
        "reading": row,
        "token": token,
        "site": site,
        "values": shown.values(found),
        "others": shown.other_values(row),
        "together": [(words(each.text), each.cite) for each in found.screening.reasons],
        "is_evidence": found.evidence.allowed,
        "photos": [each for each in shown.photos(row) if each["here"]],
        "told_how": words(WAYS[row.told_how]) if row.told_how else "",
        "office": row.sender,
        "hotline": hotline(law),
        "cite": law.cite("evidence.automatic_needs"),
    }
    return render(request, "remote_sensing/owner_reading.html", context)


@public
def owner_photo(request: HttpRequest, token: str, which: int) -> HttpResponse:
    count_question(request, clock.now())
    return shown.photo_response(reading_behind(token), which)
