"""What gates ask of a known vehicle is changed by two people of a department: one proposes, another decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from imloop.facts.refusal import Conflict
from imloop.facts.text import Text
from imloop.law import Law
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import Ledger
from imloop.steps.vehicles.register.word import value_of
from imloop.store.models import HeldChange, Party, Vehicle, VehicleChange

CORRECTED = "corrected"
"""Kind of the ``VehicleChange`` that keeps which fields an authority changed, filled or entered after a test."""
_BACK = ("reinstated", "moved_in", "sold")
Fields = Mapping[str, list[object]]
"""Field → before and after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """``evidence``: the SHA-256 of the list, or how it came; ``data``: what else the act needs when it is done."""

    vehicle: Vehicle
    kind: str
    fields: Fields
    source: str
    reason: str = ""
    evidence: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


def propose(ledger: Ledger, proposals: Sequence[Proposal]) -> list[HeldChange]:
    """Keep them until a second person decides, each with a journal entry; what waits already is not kept twice."""
    if not proposals:
        return []
    party = party_of(ledger.caller)
    known = _waiting(proposals)
    found: list[HeldChange] = []
    new: list[HeldChange] = []
    for each in proposals:
        fields = {name: list(pair) for name, pair in each.fields.items()}
        same = next(
            (one for one in known.get(each.vehicle.pk, []) if one.kind == each.kind and one.fields == fields),
            None,
        )
        if same is None:
            same = HeldChange(
                vehicle=each.vehicle,
                kind=each.kind,
                party=party,
                source=each.source,
                fields=fields,
                data=dict(each.data),
                reason=each.reason[:400],
                evidence=each.evidence[:80],
                proposed_at=ledger.now,
                proposed_by=ledger.caller.actor,
            )
            new.append(same)
        found.append(same)
    HeldChange.objects.bulk_create(new)
    for row in new:
        body = {"held": row.pk, "kind": row.kind, "fields": row.fields, "evidence": row.evidence}
        ledger.note("change-proposed", str(row.vehicle), {**body, "reason": row.reason, "source": row.source})
    return found


def require_as_it_was(held: HeldChange) -> None:
    """What was compared must still be there: else a later change would be undone unseen."""
    for name, (before, _) in held.fields.items():
        if value_of(held.vehicle, name) != before:
            raise Conflict(
                "register-moved-on",
                Text(
                    f"提出后登记资料已变（{name}），请退回，重新提出。",
                    f"The register has changed since this was proposed ({name}). Reject it and propose it anew.",
                ),
            )


def party_of(caller: Caller) -> Party | None:
    """None for the operator, who belongs to no party."""
    return Party.objects.filter(code=caller.party_code).first()


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


def _waiting(proposals: Sequence[Proposal]) -> dict[int, list[HeldChange]]:
    found: dict[int, list[HeldChange]] = {}
    ids = [each.vehicle.pk for each in proposals]
    for start in range(0, len(ids), 500):
        rows = HeldChange.objects.filter(vehicle__in=ids[start : start + 500], state=HeldChange.State.WAITING)
        for row in rows:
            found.setdefault(row.vehicle_id, []).append(row)
    return found
