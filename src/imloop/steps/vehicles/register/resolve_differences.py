"""Findings that the register and a statement differ are resolved when a department settles the field."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from imloop.gates.vehicles.compare_statement import COMPARED
from imloop.steps.ground.ledger import Ledger
from imloop.store.models import Finding, Vehicle


def resolve_differences(
    ledger: Ledger, vehicle: Vehicle, fields: Sequence[str], resolution: str, outcome: Finding.Outcome
) -> None:
    """Open findings about these fields, whether of the vehicle or of one of its tests."""
    codes = {COMPARED[name].code for name in fields if name in COMPARED}
    if not codes:
        return
    tests = set(vehicle.tests.values_list("station__code", "test_no"))
    names = {vehicle.vin, vehicle.plate, *vehicle.plates.values_list("plate", flat=True)} - {""}
    about = Q(subject_kind="vehicle", subject__in=names) | Q(
        subject_kind="test", subject__in={number for _, number in tests}
    )
    for row in Finding.objects.filter(about, code__in=codes, resolved_at__isnull=True):
        if row.subject_kind == "test" and (row.station_code, row.subject) not in tests:
            continue
        row.resolved_at, row.resolved_by = ledger.now, (ledger.proposed_by or ledger.caller.actor)[:80]
        row.resolution, row.outcome = resolution[:400], outcome
        row.save(update_fields=["resolved_at", "resolved_by", "resolution", "outcome"])
