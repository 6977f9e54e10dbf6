"""What gates ask of a known vehicle is changed by two people of a department: one proposes, another decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from imloop.facts.refusal import Conflict
from imloop.facts.text import Text
from imloop.gates.vehicles.compare_statement import shown
from imloop.law import Law
from imloop.steps.ground.ledger import Ledger
from imloop.steps.ground.task import named
from imloop.steps.second_person.kinds import Body
from imloop.steps.vehicles.register.word import value_of
from imloop.steps.vehicles.texts import FIELD_NAMES
from imloop.store.models import ApiKey, Proposal, Vehicle, VehicleChange

CORRECTED = "corrected"
"""Kind of the ``VehicleChange`` that keeps which fields an authority changed, filled or entered after a test."""
_BACK = ("reinstated", "moved_in", "sold")
Fields = Mapping[str, list[object]]
"""Field → before and after."""


LIST, DIFFERENCE, CHANGE, MARK = "list", "difference", "change", "mark"
"""What of a vehicle two people decide (``what`` in the body of the proposal)."""


def held_body(vehicle: Vehicle, what: str, fields: Fields, source: str, **more: object) -> dict[str, object]:
    """Of a proposal about a vehicle: its fields before and after, whose word it will be, where it is written."""
    named = {"what": what, "vehicle": vehicle.pk, "fields": dict(fields), "source": source, "evidence": ""}
    return {**named, **more}


def compared(row: Proposal) -> list[tuple[Text, Text, Text]]:
    """By name, what the register holds and what it will."""
    return [
        (FIELD_NAMES.get(name, named(name)), _said(name, before), _said(name, after))
        for name, (before, after) in row.body["fields"].items()
    ]


def _said(name: str, value: object) -> Text:
    if value in ("", None):
        return named("—")
    return named(str(Vehicle.Status(str(value)).label)) if name == "status" else shown(name, value)


def who_proposed(row: Proposal) -> list[str]:
    """Of what a key proposed, whoever made a key of the party: revoked since or not, it may have been that one."""
    if row.party is None or row.proposed_by != row.party.code:
        return []
    return list(ApiKey.objects.filter(party=row.party).values_list("created_by", flat=True))


def vehicle_of(body: Body) -> Vehicle:
    return Vehicle.objects.get(pk=body["vehicle"])


def link_of(row: Proposal) -> str:
    return f"/vehicles/{row.vehicle_id}"


def require_as_it_was(vehicle: Vehicle, fields: Fields) -> None:
    """What was compared must still be there: else a later change would be undone unseen."""
    for name, (before, _) in fields.items():
        if value_of(vehicle, name) != before:
            raise Conflict(
                "register-moved-on",
                Text(
                    f"提出后登记资料已变（{name}），请退回，重新提出。",
                    f"The register has changed since this was proposed ({name}). Reject it and propose it anew.",
                ),
            )


def keep_changes(ledger: Ledger, changed: Iterable[tuple[Vehicle, Fields]]) -> None:
    """Remember which of a vehicle's gate fields an authority changed, and when."""
    VehicleChange.objects.bulk_create(
        VehicleChange(
            vehicle=vehicle,
            kind=CORRECTED,
            on=ledger.now.date(),
            recorded_at=ledger.now,
            source=ledger.caller.actor[:80],
            data={"fields": dict(fields)},
        )
        for vehicle, fields in changed
        if fields
    )


def changed_lately(vehicle: Vehicle, now: datetime, law: Law) -> set[str]:
    """Gate fields of the vehicle that an authority changed within the law's days."""
    since = now - timedelta(days=law.integer("mark.changed_days"))
    found: set[str] = set()
    for kind, data in vehicle.changes.filter(recorded_at__gte=since).values_list("kind", "data"):
        found |= set(data.get("fields", {}))
        if kind in _BACK and data.get("before") not in (None, Vehicle.Status.ACTIVE):
            found.add("status")
    return found
