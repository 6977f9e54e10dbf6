"""What departments see of a vehicle. Every look-up of one is journalled: it shows personal data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime

import zstandard
from django.db.models import QuerySet

from imloop.facts.days import day_of
from imloop.facts.identifiers import signs
from imloop.facts.refusal import NotAllowed, Unknown
from imloop.facts.text import Text
from imloop.gates.vehicles.compare_statement import COMPARED, differs
from imloop.gates.vehicles.cycle import Cycle, cycle_on
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, covers
from imloop.steps.ground.ledger import writing
from imloop.steps.ground.lookups import Shown, nothing_there
from imloop.steps.ground.seen import listed
from imloop.steps.second_person.who_may import seen_by
from imloop.steps.vehicles.identify_vehicle import with_vin
from imloop.steps.vehicles.plates import once_bore
from imloop.steps.vehicles.register.word import ENVIRONMENT, value_of
from imloop.steps.vehicles.vehicle_facts import loaded_subject
from imloop.store.models import Party, PartyKind, Proposal, RegisterFile, Vehicle

_MOST = 20
_MOST_HELD = 500
_STATES = {
    "waiting": "waiting",
    "confirmed": "applied",
    **dict.fromkeys(("rejected", "withdrawn", "lapsed"), "rejected"),
}
"""Of a proposal, as the calls about held changes have always named them."""


@dataclass(frozen=True, slots=True)
class Found:
    """Vehicles that fit, and as a hint the one that had the plate before."""

    vehicles: list[Vehicle]
    former: Vehicle | None = None


def search_vehicles(caller: Caller, text: str, now: datetime) -> Found:
    """By plate, VIN, or the last six or more of a VIN; at most twenty."""
    _require_department(caller)
    text = signs(text)
    if len(text) < 4:
        return Found([])
    with writing(now, caller, by_key=True) as ledger:
        found = list(Vehicle.objects.filter(plate=text)[:_MOST])
        if not found and len(text) == 17:
            found = list(with_vin(text))
        elif not found and text.isascii() and len(text) >= 6:
            found = list(Vehicle.objects.filter(vin__endswith=text)[:_MOST])
        former = once_bore(text) if not text.isascii() else None
        ledger.note("looked-up", text, {"kind": "vehicle-search", "found": len(found)})
    return Found(found, former)


def show_owner(caller: Caller, vehicle_id: int, now: datetime) -> tuple[str, str]:
    """The owner's full name and phone, for who needs them; recorded in the journal as an entry of its own."""
    _require_department(caller)
    with writing(now, caller, by_key=True) as ledger:
        found = _registered(vehicle_id)
        ledger.note("shown", found.vin or found.plate, {"kind": "owner"})
    return found.owner_name, found.owner_phone


def vehicle(caller: Caller, vehicle_id: int, now: datetime, show: Callable[[Vehicle, Cycle], Shown]) -> Shown:
    """What ``show`` makes of one vehicle with its running cycle, of one moment with the journal's entry."""
    _require_department(caller)
    law = registers.law_at(day_of(now), caller.place)
    with writing(now, caller, by_key=True) as ledger:
        found = _registered(vehicle_id)
        ledger.note("looked-up", found.vin or found.plate, {"kind": "vehicle"})
        return show(found, cycle_on(loaded_subject(found), day_of(now), law))


def _registered(vehicle_id: int) -> Vehicle:
    found = Vehicle.objects.filter(pk=vehicle_id).first()
    if found is None:
        raise Unknown(
            "unknown-vehicle", Text("登记资料中没有这辆车。", "This vehicle is not in the register.")
        )
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """The register's value with its source (who, day, where written) beside what was stated, by whom, on which day.
    ``settled_on``: since when a department knows that the register is right. ``mine``: the caller may settle it."""

    field: str
    code: str
    entered: object
    source: list[str] | None
    stated: object
    by: str
    on: str
    settled_on: str | None
    mine: bool


def differences_of(caller: Caller, found: Vehicle, day: date) -> list[Difference]:
    """Where the latest statements contradict the authorities' word; none for a vehicle that no authority entered."""
    law = registers.law_at(day, caller.place)
    shown = []
    for name, each in COMPARED.items() if found.registered else ():
        said, known = found.stated.get(name), value_of(found, name)
        if said is None or not differs(name, known, said[0], law):
            continue
        source = found.sources.get(name)
        mine = caller.kind == PartyKind.POLICE or (
            caller.kind == PartyKind.ENVIRONMENT and (not source or source[0] == ENVIRONMENT)
        )
        settled = str(said[3]) if len(said) > 3 else None
        shown.append(
            Difference(name, each.code, known, source, said[0], str(said[1]), str(said[2]), settled, mine)
        )
    return shown


def held_changes(caller: Caller) -> QuerySet[Proposal]:
    """What of vehicles waits for a second person, as far as the caller may see it."""
    rows = Proposal.objects.select_related("vehicle", "party", "asked").filter(seen_by(caller))
    return rows.filter(vehicle__isnull=False, state__in=Proposal.OPEN).order_by("proposed_at", "id")


def held_list(caller: Caller) -> list[Proposal]:
    """The same as a list, oldest first; the look is kept."""
    rows = list(held_changes(caller)[:_MOST_HELD])
    listed(caller, "proposals", [row.vehicle_id for row in rows])
    return rows


def kept_list(caller: Caller, evidence: str, now: datetime) -> bytes:
    """The bytes of a list as they were handed in, for the party that did so (of the operator's: the police) and for
    supervisors; journalled, as lists hold owners."""
    with writing(now, caller, by_key=True) as ledger:
        rows = RegisterFile.objects.filter(sha256__startswith=evidence) if len(evidence) >= 16 else None
        kept = rows.select_related("party").first() if rows is not None else None
        if kept is None or not _sees(caller, kept.party):
            raise nothing_there("list", evidence)
        ledger.note("looked-up", kept.sha256, {"kind": "register-list"})
    return zstandard.ZstdDecompressor().decompress(bytes(kept.body))


def _sees(caller: Caller, party: Party | None) -> bool:
    if caller.kind in (PartyKind.SUPERVISOR, PartyKind.ADMIN):
        return party is None or covers(caller.place, party.place)
    return party.code == caller.party_code if party else caller.kind == PartyKind.POLICE


def held_json(held: Proposal) -> dict[str, object]:
    """For machines, as they know it."""
    assert held.vehicle is not None
    body = held.body
    return {
        "id": held.pk,
        "kind": body["what"],
        "state": _STATES[held.state],
        "vehicle": held.vehicle.pk,
        "plate": held.vehicle.plate,
        "vin": held.vehicle.vin,
        "changes": body["fields"],
        "source": body["source"],
        "reason": held.reason,
        "evidence": body["evidence"],
        "proposed_at": held.proposed_at.isoformat(),
        "proposed_by": held.proposed_by,
        "decided_at": held.decided_at.isoformat() if held.decided_at else None,
        "decided_by": held.decided_by,
        "decision": held.decision,
    }


def vehicle_json(caller: Caller, found: Vehicle, cycle: Cycle, now: datetime) -> dict[str, object]:
    """The vehicle for machines, without its owner."""
    return {
        "id": found.pk,
        "vin": found.vin,
        "plate": found.plate,
        "plate_colour": found.plate_colour,
        "fuel": found.fuel,
        "status": found.status,
        "registered": found.registered,
        "facts": {key: value for key, value in found.facts.items() if key != "owner"},
        "sources": {key: value for key, value in found.sources.items() if not key.startswith("owner")},
        "stated": found.stated,
        "differences": [
            {name: value for name, value in asdict(each).items() if name != "mine"}
            for each in differences_of(caller, found, day_of(now))
        ],
        "waiting": [held_json(each) for each in held_changes(caller).filter(vehicle=found)],
        "cycle": cycle.to_json(),
        "plates": [
            {
                "plate": span.plate,
                "since": span.since.isoformat(),
                "until": span.until.isoformat() if span.until else None,
                "source": span.source,
            }
            for span in found.plates.order_by("since", "id")
        ],
        "changes": [
            {"kind": change.kind, "on": change.on.isoformat()}
            for change in found.changes.order_by("on", "id")
        ],
    }


def _require_department(caller: Caller) -> None:
    if not caller.is_department:
        raise NotAllowed(
            "wrong-kind-of-party", Text("仅主管部门可查询车辆。", "Only departments look up vehicles.")
        )
