"""The way back for machines: keys and hashes of what led to it, to be fetched by the calls of each."""

from __future__ import annotations

from imloop.steps.inspections.replay import Replayed
from imloop.steps.trace_back.trace_back import Traced, TracedRepair
from imloop.store.models import Finding, Test


def traced_json(traced: Traced) -> dict[str, object]:
    vehicle = traced.vehicle
    return {
        "vehicle": {"id": vehicle.pk, "vin": vehicle.vin, "plate": vehicle.plate},
        "at": traced.at.isoformat(),
        "passed": _test(traced.passed) if traced.passed else None,
        "replay": _replay(traced.replayed) if traced.replayed else None,
        "earlier_repair": traced.earlier_repair,
        "repairs": [_repair(each) for each in traced.repairs],
        "owners": [
            {
                "since": owner.since.isoformat() if owner.since else None,
                "until": owner.until.isoformat() if owner.until else None,
                "tests": [_test(test) for test in owner.tests],
            }
            for owner in traced.owners
        ],
        "findings": [_finding(row) for row in traced.findings],
        "elsewhere": [{"place": place, "day": day.isoformat()} for place, day in traced.elsewhere],
    }


def _test(test: Test) -> dict[str, object]:
    return {
        "test_no": test.test_no,
        "station": test.station.code,
        "line": test.line,
        "inspector": test.inspector or "",
        "method": test.method,
        "started_at": test.started_at.isoformat(),
        "result": test.result,
        "sha256": test.raw.sha256,
    }


def _replay(answer: Replayed) -> dict[str, object]:
    return {
        "stored": answer.stored,
        "recomputed": answer.recomputed,
        "same": answer.stored == answer.recomputed,
        "differs": list(answer.differs),
        "moved_by": list(answer.moved_by),
    }


def _repair(each: TracedRepair) -> dict[str, object]:
    row = each.row
    return {
        "repair_no": row.repair_no,
        "shop": row.shop.code,
        "technician": str(row.record.get("technician") or ""),
        "finished_at": row.finished_at.isoformat(),
        "parts": [
            {"name": part["name"], "serial": part.get("serial") or ""}
            for part in row.record.get("parts") or ()
        ],
        "files": [{"name": file.name, "sha256": file.sha256} for file in each.files],
        "again": [
            {
                "serial": serial,
                "repairs": [{"shop": other.shop.code, "repair_no": other.repair_no} for other in others],
            }
            for serial, others in each.serials
        ],
        "sha256": row.raw.sha256,
    }


def _finding(row: Finding) -> dict[str, object]:
    return {
        "number": row.pk,
        "code": row.code,
        "station": row.station_code,
        "subject_kind": row.subject_kind,
        "subject": row.subject,
        "outcome": row.outcome,
        "resolved": row.resolved_at is not None,
    }
