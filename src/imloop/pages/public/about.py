"""What the regime is, for anyone: why, the owner's five steps, the phases by law, the service guide (E5)."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imloop.facts.days import day_of, read_day
from imloop.facts.places import known_place
from imloop.law import Book, Law, Value, load
from imloop.law.sentences import handed_over, hotline, outage_proof, proof, what_to_do
from imloop.law.values import CONFIDENCE_NAMES
from imloop.law.working_days import WORKING
from imloop.pages.guard import public, words
from imloop.steps.ground import clock, registers


@public
def about(request: HttpRequest) -> HttpResponse:
    """By the law of ``place`` and ``day``, today's of this installation by default."""
    asked = request.GET
    place = known_place(asked.get("place") or settings.PLACE)
    day = read_day(asked["day"]) if asked.get("day") else day_of(clock.now())
    law = registers.law_at(day, place)
    on_paper = outage_proof(law)
    context = {
        "law": law,
        "day": day,
        "place": place,
        "days": law.integer("deadline.days"),
        "working": law.value("deadline.days").unit == WORKING,
        "deadline_cite": law.cite("deadline.days"),
        "duty_cite": law.cite("repair.owner_duty"),
        "same_station": law.flag("retest.same_station"),
        "same_cite": law.cite("retest.same_station"),
        "listed_only": law.flag("retest.listed_repairer_required"),
        "listed_cite": law.cite("retest.listed_repairer_required"),
        "papers": words(proof(law)),
        "handed_over": words(handed_over(law)),
        "what_to_do": words(what_to_do(law)),
        "outage_papers": words(on_paper) if on_paper else "",
        "outage_cite": law.cite("outage.paper_accepted"),
        "hotline": hotline(law),
        "warranty_days": law.integer("warranty.days"),
        "warranty_km": law.integer("warranty.km"),
        "warranty_cite": law.cite("warranty.days"),
        "phases": _phases(load(), law),
        "phase": law.word("phase"),
    }
    return render(request, "public/about.html", context)


def _phases(book: Book, law: Law) -> list[dict[str, object]]:
    """The phases of the place the present one comes from, in order; ``now`` marks the one in force."""
    current = law.value("phase")
    return [
        {
            "name": _phase_name(value),
            "since": value.since,
            "until": value.until,
            "cite": value.cite,
            "now": value.in_force(law.on),
        }
        for value in book.values["phase"]
        if value.place == current.place
    ]


def _phase_name(value: Value) -> str:
    if value.unseen:
        return CONFIDENCE_NAMES[value.confidence].in_(get_language() or "")
    return {
        "none": _("未实施"),
        "general": _("一般要求"),
        "transition": _("过渡实施"),
        "full": _("全面实施"),
    }[str(value.value)]
