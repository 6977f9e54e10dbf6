"""An application to become an I- or M-station (``imloop.application/1``), as handed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Instrument:
    """``kind``: ``codes.Instrument``. ``verified_until``: first day on which its verification no longer holds."""

    kind: str
    model: str
    serial: str
    certificate_no: str
    verified_since: date
    verified_until: date
    maker: str = ""


@dataclass(frozen=True, slots=True)
class TestLine:
    """``methods``: codes of ``codes.Method``."""

    __test__ = False
    code: str
    methods: tuple[str, ...]
    equipment: tuple[Instrument, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """``qualified_until``: first day without the qualification; None: without end."""

    name: str
    role: str
    licence_no: str = ""
    qualified_until: date | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate of the applicant; ``until`` is the first day on which it no longer holds."""

    kind: str
    number: str
    issuer: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class ConditionAnswer:
    holds: bool
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """``subject``: ``istation`` or ``mstation``. ``place``: GB/T 2260 of the county. ``capability``: fuels and repair
    item codes an M-station takes; ``brands``: makes it knows best, none: any. ``conditions``: answers
    by condition code."""

    subject: str
    name: str
    place: str
    uscc: str
    legal_person: str
    address: str
    phone: str
    complaint_phone: str
    opening_hours: str
    account: str = ""
    longitude: float | None = None
    latitude: float | None = None
    lines: tuple[TestLine, ...] = ()
    staff: tuple[Person, ...] = ()
    certificates: tuple[Paper, ...] = ()
    capability: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    conditions: Mapping[str, ConditionAnswer] = field(default_factory=dict)
