"""Whoever decides a finding has opened what it is about, on the same day: the journal knows who looked at what."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict
from imloop.facts.text import Text
from imloop.steps.findings.lookups import vehicle_of
from imloop.steps.ground.access import OFFICES, Caller
from imloop.steps.ground.actor import Actor
from imloop.steps.ground.ledger import on_one_line
from imloop.steps.ground.registers import law_at
from imloop.store.models import Case, Finding, JournalEntry, PartyKind, Repair, Test

_OPEN_TO = {
    "test": OFFICES,
    "case": OFFICES,
    "vehicle": OFFICES,
    "repair": (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.SUPERVISOR),
}
"""Kind of subject → departments whose look at it is journalled; of others nothing can be asked."""


def require_looked(caller: Caller, row: Finding, now: datetime) -> None:
    """Refuse who did not, where the law of the day asks for it."""
    law = law_at(day_of(now), caller.place)
    if not law.flag("finding.look_first") or has_looked(caller, row, now):
        return
    raise Conflict(
        "look-first",
        Text(
            "作出结论前，请本人当天先打开这条线索涉及的对象核对。",
            "Open what this finding is about before you decide it: yourself, and today.",
        ),
        cite=law.cite("finding.look_first"),
    )


def has_looked(caller: Caller, row: Finding, now: datetime) -> bool:
    """Whether this person looked at it today; also where their department cannot open it."""
    names = _names(row)
    if not names or caller.kind not in _OPEN_TO.get(row.subject_kind, ()):
        return True
    day = day_of(now).isoformat()
    looks = JournalEntry.objects.filter(kind="looked-up", subject__in=names, at__startswith=day)
    whose = (Actor.read(line) for line in looks.values_list("actor", flat=True))
    return any((who.party, who.person) == (caller.party_code, caller.user) for who in whose)


def _names(row: Finding) -> list[str]:
    """As the journal calls it; none where it is there no more."""
    if row.subject_kind == "vehicle":
        vehicle = vehicle_of(row)
        return [name for name in (vehicle.vin, vehicle.plate) if name] if vehicle else []
    number = [on_one_line(f"{row.station_code}/{row.subject}")]
    if row.subject_kind == "test":
        there = Test.objects.filter(station__code=row.station_code, test_no=row.subject).exists()
        return number if there else []
    if row.subject_kind == "repair":
        there = Repair.objects.filter(shop__code=row.station_code, repair_no=row.subject).exists()
        return number if there else []
    return [row.subject] if Case.objects.filter(case_no=row.subject).exists() else []
