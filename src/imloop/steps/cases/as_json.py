"""A case as the JSON that outsiders read."""

from __future__ import annotations

from imloop.facts.days import day_of
from imloop.loop.case import FAIL_TOLD_LATE
from imloop.loop.repairs import over_before_known
from imloop.steps.cases.lookups import notice_address, repairs_of
from imloop.steps.cases.move_case import as_loop_case
from imloop.steps.ground import registers
from imloop.store.models import Case


def _lacks(case: Case) -> dict[tuple[str, str], list[str]]:
    """By shop and number; what only the case shows, too: the work was over before the failed test was known."""
    fact = as_loop_case(case)
    law = registers.law_at(day_of(fact.last_known_at), case.place)
    found = {}
    for repair in fact.repairs:
        held = over_before_known(fact, repair, law)
        codes = [lack.code for lack in repair.lacks]
        found[repair.shop, repair.repair_no] = [*codes, FAIL_TOLD_LATE] if held else codes
    return found


def case_json(case: Case) -> dict[str, object]:
    """The case with its whole history."""
    lacks = _lacks(case)
    notices = list(case.notices.order_by("round").values_list("notice_no", flat=True))
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
        "notices": notices,
        "notice_addresses": [notice_address(number) for number in notices],
        "repairs": [
            {
                "repair_no": r.repair_no,
                "shop": r.shop.code,
                "finished_at": r.finished_at.isoformat(),
                "listed": r.listed,
                "lacks": lacks.get((r.shop.code, r.repair_no), []),
            }
            for r in repairs_of(case).order_by("uploaded_at")
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
