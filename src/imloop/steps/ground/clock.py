"""The only place where the platform reads the time of day; everything below takes ``now`` as an argument."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.days import CHINA


def now() -> datetime:
    return datetime.now(CHINA)
