"""Whether the law's data fits the installation: its place has texts of its own, and what was judged still has them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from imloop.facts.days import midnight
from imloop.law import load
from imloop.steps.ground.access import place_prefix
from imloop.steps.journal.law_in_use import lost_texts
from imloop.store.models import Test

NATION = "000000"


def place_without_text(place: str) -> Iterator[str]:
    """In words where no text of the place itself is there: it follows the province's and the nation's alone."""
    texts = load().texts.values()
    if place != NATION and not any(text.place == place and not text.title_only for text in texts):
        heard = [text.short for text in texts if text.place == place]
        more = f"; known by title alone: {', '.join(heard)}" if heard else ""
        yield f"{place} has no text of its own and follows its province's and the nation's{more}"


def verdicts_without_text() -> Iterator[str]:
    """In words: a text that stored verdicts were judged under, and that is no longer there."""
    for text in lost_texts():
        tests = Test.objects.filter(started_at__gte=midnight(date.fromisoformat(text["in_force"])))
        if text["ends"]:
            after = date.fromisoformat(text["ends"]) + timedelta(days=1)
            tests = tests.filter(started_at__lt=midnight(after))
        if text["place"] != NATION:
            tests = tests.filter(station__place__startswith=place_prefix(text["place"]))
        if count := tests.count():
            yield f"{text['short']} ({text['id']}) is gone; {count} stored tests were judged while it was in force"
