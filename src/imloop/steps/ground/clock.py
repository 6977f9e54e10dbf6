"""The only place where the platform reads the time of day; everything below takes ``now`` as an argument."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from imloop.facts.days import CHINA
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text


def now() -> datetime:
    return datetime.now(CHINA)


def require_past(moment: datetime, now: datetime, words: Text, *, at: str) -> None:
    """Refuse, in ``words``, what is said to have happened later than now by more than clocks may differ. ``at``: the
    name of the value."""
    if moment > now + timedelta(seconds=settings.CLOCK_SKEW_SECONDS):
        raise Malformed("time-in-future", words, at=at)
