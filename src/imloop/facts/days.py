"""Days as the law counts them: the calendar of China, whatever zone a moment was written in."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")


def day_of(moment: datetime) -> date:
    """The calendar day in China of a moment."""
    return moment.astimezone(CHINA).date()


def read_day(text: str) -> date:
    """A day as people and forms write it: 2026-03-05; else ``Malformed``."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        words = Text(f"{text} 不是日期，应如 2026-03-05。", f"{text} is not a date such as 2026-03-05.")
        raise Malformed("bad-date", words) from None
