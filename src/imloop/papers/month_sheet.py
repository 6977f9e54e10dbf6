"""A place's month on a sheet of A4."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.days import day_of
from imloop.papers.press import print_pdf, template


def month_sheet(place: str, content: dict[str, object], now: datetime) -> bytes:
    """``content``: every word and number of ``month.typ``, in the reader's language."""
    return print_pdf(template(place, "month.typ", day_of(now)), content, now)
