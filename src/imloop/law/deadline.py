"""Until when to repair and retest: in working or natural days, by what brought the vehicle into the loop."""

from __future__ import annotations

from datetime import date

from imloop.law.book import Law
from imloop.law.working_days import WorkingDays

EVERY = "deadline.days"


def deadline_key(origin: str, law: Law) -> str:
    """The value of the law that rules a case: that of its origin where there is one (a spot check has its own in some
    places), else that of every case."""
    own = f"deadline.{origin}.days"
    return own if law.get(own) is not None else EVERY


def deadline_of(failed_on: date, origin: str, law: Law) -> WorkingDays:
    """The days to repair and retest; the day of the failed test is not counted."""
    return law.term(deadline_key(origin, law), failed_on)
