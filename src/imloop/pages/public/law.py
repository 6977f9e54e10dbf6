"""The law as the platform applies it, for anyone: every value in force on a day in a place, with its clause."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from io import BytesIO

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from imloop.exchange.http.addresses import disposition
from imloop.exchange.tables.write_tables import write_csv
from imloop.facts.days import day_of, read_day
from imloop.facts.places import province_of, typed_place
from imloop.law import Law, load
from imloop.law.report import show_rows, threshold_rows, title_rows
from imloop.pages.guard import public, words
from imloop.pages.public.law_words import in_words, unit_in_words
from imloop.steps.ground import clock, registers

_COLUMNS = (
    *("key", "value", "unit", "cite", "says", "place", "since", "until"),
    *("confidence", "confidence_says", "confidence_says_en", "source", "note", "decided_by"),
)


@public
def law(request: HttpRequest) -> HttpResponse:
    """By text, the most local first; ``q`` searches keys, clauses and meanings; ``format=csv`` downloads the rows."""
    asked = request.GET
    within = province_of(settings.PLACE)
    place = typed_place(asked.get("place") or settings.PLACE, within)
    day = read_day(asked["day"]) if asked.get("day") else day_of(clock.now())
    text = asked.get("q", "").strip()
    found = registers.law_at(day, place)
    rows, titles, thresholds = (
        [row for row in known if text.lower() in " ".join(map(str, row.values())).lower()]
        for known in (show_rows(found), title_rows(load(), found), threshold_rows(found))
    )
    if asked.get("format") == "csv":
        return _file([*rows, *titles], place, day)
    context = {
        "law": found,
        "texts": _by_text(found, rows),
        "titles": titles,
        "thresholds": [found.thresholds[str(row["key"])] for row in thresholds],
        "count": len(rows),
        "q": text,
        "place": place,
        "within": within,
        "day": day,
        "provisional": found.is_provisional(day),
    }
    return render(request, "public/law.html", context)


def _by_text(found: Law, rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """The texts with values in force, each with its rows; the most local text first."""
    book = load()
    values = {value.key: value for value in found.rows}
    grouped: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in rows:
        value = row["value"]
        shown = None if value is None else words(in_words(str(row["key"]), value))
        source = values[str(row["key"])]
        grouped[source.text_id].append(
            {**row, "value": shown, "unit": words(unit_in_words(str(row["unit"]))), "clause": source.clause}
        )
    order = sorted(grouped, key=lambda name: (-int(book.texts[name].place), book.texts[name].title))
    return [{"text": book.texts[name], "rows": grouped[name]} for name in order]


def _file(rows: list[dict[str, object]], place: str, day: date) -> HttpResponse:
    out = BytesIO()
    write_csv(out, _COLUMNS, rows)
    headers = {"Content-Disposition": disposition(f"law-{place}-{day.isoformat()}.csv")}
    return HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)
