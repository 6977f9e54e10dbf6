"""The agent's status for the command line, the page and machines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from imloop.agent.spool import Figures, Spool

CLOCK_OFF = 30
"""Clock error in seconds from which the station is warned; the legal limit comes with a heartbeat's answer."""


@dataclass(frozen=True, slots=True)
class Status:
    """``clock_skew_s``: seconds the platform's clock is ahead of this computer's; None before the first contact."""

    station: str
    figures: Figures
    last_contact: str
    last_error: str
    clock_skew_s: float | None
    backlog_minutes: int

    @property
    def clock_is_off(self) -> bool:
        return self.clock_skew_s is not None and abs(self.clock_skew_s) > CLOCK_OFF

    def to_json(self) -> dict[str, object]:
        figures = self.figures
        return {
            "station": self.station,
            "waiting": figures.waiting,
            "sent": figures.sent,
            "refused": figures.refused,
            "oldest": figures.oldest,
            "backlog_minutes": self.backlog_minutes,
            "last_contact": self.last_contact or None,
            "last_error": self.last_error or None,
            "clock_skew_s": self.clock_skew_s,
            "stored_bytes": figures.stored,
            "limit_bytes": figures.limit,
            "room": str(figures.room),
        }


def status(spool: Spool, station: str, now: datetime) -> Status:
    figures, skew = spool.figures(), spool.fact("clock_skew_s")
    return Status(
        station=station,
        figures=figures,
        last_contact=spool.fact("last_contact"),
        last_error=spool.fact("last_error"),
        clock_skew_s=float(skew) if skew else None,
        backlog_minutes=figures.backlog_minutes(now),
    )
