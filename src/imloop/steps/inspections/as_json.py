"""A kept test as the JSON that outsiders read."""

from __future__ import annotations

from imloop.steps.ground.access import Caller
from imloop.steps.vehicles.vehicle_facts import candidates_of, described
from imloop.store import traces
from imloop.store.models import HeldRun, Test


def test_json(test: Test) -> dict[str, object]:
    """The record as kept: verdict, receipt and trace."""
    trace = traces.decode(test.trace)
    columns: dict[str, object] = {
        name: [None if value != value else value for value in column.tolist()]
        for name, column in trace.columns.items()
    }
    if trace.phase:
        columns["phase"] = list(trace.phase)
    return {
        "test_no": test.test_no,
        "station": test.station.code,
        "line": test.line,
        "method": test.method,
        "purpose": test.purpose,
        "outcome": test.outcome,
        "started_at": test.started_at.isoformat(),
        "ended_at": test.ended_at.isoformat(),
        "received_at": test.received_at.isoformat(),
        "vehicle": described(test.vehicle) if test.vehicle else {},
        "case": test.case_no or None,
        "counts": test.counts,
        "counts_why": test.counts_why,
        "sha256": test.raw.sha256,
        "verdict": test.verdict,
        "receipt": test.receipt,
        "trace": {"columns": columns},
    }


test_json.__test__ = False  # type: ignore[attr-defined]  # a mark for pytest, which would run it


def held_json(held: HeldRun, caller: Caller) -> dict[str, object]:
    """A run that waits for a department; the vehicles that it may have been are for departments."""
    test = held.test
    candidates = candidates_of(held) if caller.is_department else ()
    return {
        "test_no": test.test_no,
        "station": test.station.code,
        "verdict": test.result,
        "started_at": test.started_at.isoformat(),
        "held_at": held.held_at.isoformat(),
        "vin": held.vin,
        "plate": held.plate,
        "reasons": held.reasons,
        "candidates": [{"id": each.pk, "vin": each.vin, "plate": each.plate} for each in candidates],
        "settled": held.settled,
        "settled_at": held.settled_at.isoformat() if held.settled_at else None,
        "settled_by": held.settled_by,
        "settled_because": held.settled_because,
        "counts": test.counts,
        "counts_why": test.counts_why,
    }
