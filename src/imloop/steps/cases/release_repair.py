"""A department looks at a repair that was held by a doubt, and lets it count, with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from imloop import loop
from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed, NotAllowed
from imloop.facts.text import Text
from imloop.loop.case import FAIL_TOLD_LATE, RepairFact
from imloop.loop.events import RepairReleased
from imloop.loop.repairs import find_repair
from imloop.steps.cases.history import goes_on_as
from imloop.steps.cases.move_case import as_loop_case, decide_and_keep
from imloop.steps.cases.reconsider import reconsider_after
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, covers
from imloop.steps.ground.ledger import Ledger, writing
from imloop.store.models import Case, Finding, PartyKind

RELEASERS = (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT)
"""Who answers for the retest, and who for the repairers."""


_FAIL_HOUR_OPEN = Malformed(
    "fail-hour-open",
    Text(
        "该维修只因不合格检验迟传而待核实：请对照检测线日志、监控，认定不合格检验的时间属实后再放行；不实的不放行，由车主再次维修。",
        "Only the late failed test holds this repair: compare log and video of its line, say that its hour holds, and "
        "release; if it does not hold, the vehicle has to be repaired again.",
    ),
    at="fail_hour_holds",
)


def held_repairs(case: Case) -> list[RepairFact]:
    """Those of an open case that wait for a department."""
    if case.closed_at is not None:
        return []
    known = as_loop_case(case)
    law = registers.law_at(day_of(known.last_known_at), case.place)
    return list(loop.held_repairs(known, law))


def release_repair(
    caller: Caller,
    case_no: str,
    shop: str,
    repair_no: str,
    *,
    reason: str,
    now: datetime,
    fail_hour_holds: bool = False,
) -> Case:
    """It counts from now on: no retest is made good by it that began before, but for the minutes by which two clocks
    may differ. ``fail_hour_holds``: looked at was the hour of the failed test as well, which came after the work; else
    that doubt stays."""
    if not 0 < len(reason.strip()) <= 400:
        raise Malformed(
            "malformed",
            Text("请写明理由，至多 400 字。", "Give a reason in at most 400 characters."),
            at="reason",
        )
    with writing(now, caller) as ledger:
        row = Case.objects.select_related("vehicle", "station").filter(case_no=goes_on_as(case_no)).first()
        if caller.kind not in RELEASERS or row is None or not covers(caller.place, row.place):
            raise NotAllowed(
                "not-your-case",
                Text(
                    "只有案件所在地生态环境、交通运输部门可以核实放行。",
                    "Only the environment or transport department in charge may release it.",
                ),
            )
        waiting = held_by(row, shop, repair_no)
        settled = [code for code in waiting if fail_hour_holds or code != FAIL_TOLD_LATE]
        if waiting and not settled:
            raise _FAIL_HOUR_OPEN
        return release(ledger, row, shop, repair_no, caller.actor, reason.strip(), settled)


def held_by(row: Case, shop: str, repair_no: str) -> list[str]:
    """What a department has to look at, by code."""
    known = find_repair(held_repairs(row), shop, repair_no)
    return [lack.code for lack in known.lacks if lack.releasable] if known else []


def release(
    ledger: Ledger,
    row: Case,
    shop: str,
    repair_no: str,
    approver: str,
    reason: str,
    settled: Sequence[str],
) -> Case:
    """The event, and the doubts settled by it: those that were looked at, and no other."""
    event = RepairReleased(
        at=ledger.now,
        shop=shop,
        repair_no=repair_no,
        approver=approver,
        reason=reason,
        settled=tuple(settled),
    )
    known = find_repair(held_repairs(row), shop, repair_no)
    papers = {"documents-elsewhere", "documents-on-paper"} & set(settled)
    law = registers.law_at(day_of(ledger.now), row.place)
    row, _ = decide_and_keep(ledger, row, event, law, vehicle=row.vehicle, place=row.place)
    if known and reconsider_after(ledger, row.vehicle, known.finished_at, f"{shop}/{repair_no}"):
        row.refresh_from_db()
    Finding.objects.filter(
        subject_kind="repair",
        subject=repair_no,
        station_code=shop,
        code__in=[*settled, *(["paper-number-reused"] if papers else [])],
        resolved_at__isnull=True,
    ).update(
        resolved_at=ledger.now, resolved_by=approver[:80], resolution=reason, outcome=Finding.Outcome.GONE
    )
    return row
