"""Stored rows as the JSON that outsiders read."""

from __future__ import annotations

from datetime import date

from imloop.steps.registers import is_active
from imloop.store import traces
from imloop.store.models import Case, Party, Test


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
        "vehicle": test.vehicle.facts if test.vehicle else {},
        "case": test.case_no or None,
        "sha256": test.raw.sha256,
        "verdict": test.verdict,
        "receipt": test.receipt,
        "trace": {"columns": columns},
    }


test_json.__test__ = False  # type: ignore[attr-defined]  # a mark for pytest, which would run it


def case_json(case: Case) -> dict[str, object]:
    """The case with its whole history."""
    return {
        "case_no": case.case_no,
        "state": case.state,
        "origin": case.origin,
        "cycle": case.cycle,
        "round": case.round,
        "vehicle": {"vin": case.vehicle.vin, "plate": case.vehicle.plate, "fuel": case.vehicle.fuel},
        "station": case.station.code if case.station else None,
        "opened_at": case.opened_at.isoformat(),
        "deadline": case.deadline.isoformat(),
        "deadline_provisional": case.deadline_provisional,
        "overdue": case.overdue,
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
        "failed_items": case.snapshot["failed_items"],
        "notices": [notice.notice_no for notice in case.notices.order_by("round")],
        "repairs": [
            {
                "repair_no": r.repair_no,
                "shop": r.shop.code,
                "finished_at": r.finished_at.isoformat(),
                "listed": r.listed,
            }
            for r in case.repairs.select_related("shop").order_by("uploaded_at")
        ],
        "exits": case.snapshot["exits"],
        "objections": case.snapshot.get("objections", []),
        "events": [
            {
                "number": event.number,
                "event": event.kind,
                "at": event.at.isoformat(),
                "recorded_at": event.recorded_at.isoformat(),
                "before": event.before or None,
                "after": event.after,
                "law": event.law_hash,
                "data": event.data,
            }
            for event in case.events.order_by("number")
        ],
    }


def station_json(party: Party, day: date) -> dict[str, object]:
    """What is published about a station."""
    return {
        "code": party.code,
        "kind": party.kind,
        "name": party.name,
        "place": party.place,
        "address": party.address,
        "phone": party.phone,
        "longitude": party.longitude,
        "latitude": party.latitude,
        "active": is_active(party, day),
        "methods": sorted({method for line in party.lines.all() for method in line.methods}),
        "capability": party.capability,
    }
