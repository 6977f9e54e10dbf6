"""Days as the law counts them: the calendar of China, whatever zone a moment was written in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache

from imloop.facts.digits import are_digits
from imloop.facts.padding import shown, unpadded
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
_LONGEST = 40
_YEARS = range(1900, 2200)
"""Within them lies every day that a person or a question means; 0001 and 9999 are how programs write none."""
_DAY = re.compile(
    r"(?:(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})年(\d{1,2})月(\d{1,2})日?|(\d{4})(\d{2})(\d{2}))"
    r"(?:(?:T| +)(?P<time>\d{1,2}:\d{2}(?::\d{2})?)(?:[.,]\d{1,9})? *(?P<zone>Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?", re.ASCII)
_ODD = re.compile(r"\d{4}-\d\d-\d\d[^Tt ]|\d{4}-?[Ww]", re.ASCII)
"""What Python reads as a moment, and nobody writes so."""
_STAMP = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[01]\d|2[0-3])[0-5]\d[0-5]\d", re.ASCII)


def day_of(moment: datetime) -> date:
    """The calendar day in China of a moment."""
    return moment.astimezone(CHINA).date()


def midnight(day: date) -> datetime:
    """The moment at which a day begins in China."""
    return datetime.combine(day, time(), CHINA)


def days_between(one: date, other: date) -> Iterator[date]:
    """Every day from the earlier to the later, both included."""
    first, last = sorted((one.toordinal(), other.toordinal()))
    return map(date.fromordinal, range(first, last + 1))


@lru_cache(maxsize=65536)
def day_in(text: str) -> date | None:
    """The day that a text names: 2026-03-05, 2026/3/5, 2026.3.5, 2026年3月5日, 20260305, with a time behind or not. A
    moment with an offset is the day it falls on in China; one without is China's. None where it names no day, or could
    name two (2015112, 2016.111)."""
    if len(text) > _LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", unpadded(text))
    found = _DAY.fullmatch(plain) or _STAMP.fullmatch(plain)
    if found is None:
        return None
    named = found.groupdict()
    year, month, day = [int(part) for part in found.groups() if part and are_digits(part)][:3]
    try:
        if named.get("time") is None:
            return date(year, month, day)
        hour, minute, second = (*map(int, named["time"].split(":")), 0)[:3]
        clock = time(hour, minute, second, tzinfo=_zone(named["zone"]))
        return day_of(datetime.combine(date(year, month, day), clock))
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone:
    if text is None:
        return CHINA
    if text in "Zz":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-offset if text[0] == "-" else offset)


def read_day(text: str, *, at: str = "") -> date:
    """A day as people and forms write it, such as 2026-03-05; else ``Malformed``. ``at``: the name of the value."""
    found = day_in(text)
    if found is None or found.year not in _YEARS:
        text = shown(text[:_LONGEST])
        words = Text(f"{text} 不是日期，应如 2026-03-05。", f"{text} is not a date such as 2026-03-05.")
        raise Malformed("bad-date", words, at=at)
    return found


def moment_in(text: str) -> datetime | None:
    """The moment that ISO 8601 names, in China's time where no offset is given. None for anything else: seconds since
    1970, digits that could be several days, weeks, and another sign between day and time are no moment."""
    text = text.strip()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.year not in _YEARS or _ODD.match(text):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=CHINA)


def clock_in(text: str) -> time | None:
    """The time of day that a text such as 08:30 names."""
    return time.fromisoformat(text.strip()) if _CLOCK.fullmatch(text.strip()) else None


def read_moment(text: str, *, at: str = "") -> datetime:
    """The same; else ``Malformed``. ``at``: the name of the value."""
    found = moment_in(text)
    if found is None:
        text = shown(text[:_LONGEST])
        words = Text(
            f"{text} 不是时间，应如 2026-03-05T09:30:00+08:00。",
            f"{text} is not a time such as 2026-03-05T09:30:00+08:00.",
        )
        raise Malformed("bad-date", words, at=at)
    return found
