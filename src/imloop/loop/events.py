"""What can happen to a case. ``at`` is the event's own time: it decides law and phase, not the arrival."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from imloop.loop.case import Origin, RepairFact, StationExit


@dataclass(frozen=True, slots=True, kw_only=True)
class TestFailed:
    __test__ = False
    at: datetime
    station: str
    test_no: str
    items: tuple[str, ...]
    origin: Origin = Origin.PERIODIC
    odometer_km: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TestPassed:
    __test__ = False
    at: datetime
    station: str
    test_no: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairReported:
    at: datetime
    repair: RepairFact


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinePassed:
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRecomputed:
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitGranted:
    at: datetime
    exit: StationExit


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAnnulled:
    at: datetime
    approver: str
    reason: str
    evidence: str


Event = (
    TestFailed
    | TestPassed
    | RepairReported
    | DeadlinePassed
    | DeadlineRecomputed
    | ExitGranted
    | CaseAnnulled
)
