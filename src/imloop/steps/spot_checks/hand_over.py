"""Overdue: the vehicle may not be on the road, and the police hear of it with the record, once."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.refusal import Conflict, Unknown, require_reason
from imloop.facts.text import Text
from imloop.law import Law
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.ledger import writing
from imloop.steps.spot_checks.lookups import check_of
from imloop.steps.spot_checks.team import law_of
from imloop.store.models import Case, PartyKind, SpotCheck

_LONGEST = 400


def no_road_cite(law: Law) -> str:
    """What bars it from the road: the place's rule of spot checks, else the nation's of failed vehicles."""
    key = "overdue.no_road" if law.get("overdue.no_road") else "driving.pass_required"
    return law.cite(key)


def case_of(row: SpotCheck) -> Case | None:
    """The one that it opened, or was found in."""
    found = Case.objects.filter(case_no=row.case_no).select_related("vehicle")
    return found.first() if row.case_no else None


def overdue_case(row: SpotCheck) -> Case | None:
    """The open case of its order, once the last day has passed; None: nothing is overdue."""
    found = Case.objects.filter(case_no=row.case_no, closed_at__isnull=True, overdue=True)
    return found.first() if row.order_no else None


def hand_over(caller: Caller, number: str, reason: str, now: datetime) -> SpotCheck:
    """A person decides it; that a vehicle was driven meanwhile is for the police to find."""
    require_kind(caller, PartyKind.ENVIRONMENT)
    require_reason(reason, _LONGEST)
    with writing(now, caller) as ledger:
        row = check_of(caller, number)
        if row.handed_at is not None:
            raise Conflict("handed-over-already", Text("已经移送。", "It was handed over already."))
        case = overdue_case(row)
        if case is None:
            words = Text("没有逾期未复检的责令，不移送。", "No order of it is overdue: nothing to hand over.")
            raise Conflict("not-overdue", words)
        police = registers.department(PartyKind.POLICE, row.place)
        if police is None:
            words = Text("本地没有登记公安交管部门。", "No police department is registered for the place.")
            raise Unknown("unknown-party", words)
        row.handed_at, row.handed_by, row.handed_because = now, caller.actor[:80], reason.strip()
        row.save(update_fields=["handed_at", "handed_by", "handed_because"])
        body = {
            "check": row.number,
            "case": case.case_no,
            "order": row.order_no,
            "plate": row.plate,
            "deadline": case.deadline.isoformat(),
            "cite": no_road_cite(law_of(row.task, now)),
            "because": row.handed_because,
        }
        ledger.send(police.code, "spot-check-handed-over", row.number, body)
        noted = {name: value for name, value in body.items() if name != "plate"}
        ledger.note("spot-check-handed-over", row.number, {**noted, "to": police.code})
    return row
