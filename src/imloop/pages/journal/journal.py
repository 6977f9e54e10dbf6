"""The journal for anyone: hourly roots, whether a paper's entry is in it, and the program that checks both."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from imloop.exchange.http.rate_limit import count_question
from imloop.facts.digits import whole
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.pages.guard import public
from imloop.proof import journal as proof
from imloop.steps.ground import clock
from imloop.steps.journal import seals
from imloop.steps.journal.prove_journal import head

SHOWN = 72


@public
def roots(request: HttpRequest) -> HttpResponse:
    """The latest roots; ``number`` leads to an entry."""
    asked = request.GET.get("number", "").strip()
    if asked:
        wanted = whole(asked)
        if wanted is None:
            raise Malformed(
                "wrong-value", Text("编号应为数字。", "The number must consist of digits."), at="number"
            )
        return redirect(f"/public/journal/{wanted}")
    number, digest = head()
    context = {"seals": seals.latest(SHOWN), "number": number, "hash": digest}
    return render(request, "journal/journal.html", context)


@public
def entry(request: HttpRequest, number: int) -> HttpResponse:
    """The proof of one entry: its hash and the root of its hour; nothing of its content."""
    count_question(request, clock.now())
    return render(request, "journal/journal_entry.html", {"place": seals.place_of(number)})


@public
def checker(request: HttpRequest) -> HttpResponse:
    """The program itself, as the platform runs it."""
    return HttpResponse(Path(proof.__file__).read_bytes(), content_type="text/x-python; charset=utf-8")
