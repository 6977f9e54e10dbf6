"""The only place where the platform reads the time of day; everything below takes ``now`` as an argument."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")


def now() -> datetime:
    return datetime.now(CHINA)


def day_of(moment: datetime) -> date:
    """The calendar day in China of a moment."""
    return moment.astimezone(CHINA).date()


def read_day(text: str) -> date:
    """A day as people and forms write it: 2026-03-05."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        words = Text(f"{text} 不是日期，应如 2026-03-05。", f"{text} is not a date such as 2026-03-05.")
        raise Malformed("bad-date", words) from None
