"""A12: when a station may no longer test, its open cases may go to another one, without the owner having to apply."""

from __future__ import annotations

from imloop.facts.text import Text
from imloop.law import Law
from imloop.loop.case import StationExit
from imloop.loop.events import ExitGranted
from imloop.steps.cases.move_case import as_loop_case, decide_and_keep
from imloop.steps.ground.ledger import Ledger
from imloop.steps.stations.standing import is_active
from imloop.store.models import Case, Party

KIND = "station-closed"
_REASON = Text("原检验机构停业、暂停或者注销", "the first station is closed, suspended or struck off")


def let_cases_go(ledger: Ledger, station: Party, decision_no: str, reasons: str, law: Law) -> int:
    """Every open case bound to the station may be retested at any active station until the law's day. How many."""
    if not law.flag("exit.station_closed"):
        return 0
    found = Case.objects.filter(station=station, closed_at__isnull=True).select_related("vehicle", "station")
    count = 0
    for row in found.order_by("id").iterator(chunk_size=200):
        let_go(ledger, row, decision_no, reasons, law)
        count += 1
    return count


def let_late_case_go(ledger: Ledger, row: Case, station: Party, law: Law) -> None:
    """A failed test that was uploaded after its station had been closed, or a case that a late fact opened again: it
    gets the same exit, once. ``law`` is today's."""
    if not law.flag("exit.station_closed") or is_active(station, law.on):
        return
    if any(
        each.kind == KIND and law.on <= each.expires_on and not each.ended_at
        for each in as_loop_case(row).exits
    ):
        return
    closing = station.standings.filter(since__lte=law.on).order_by("-since", "-id").first()
    number, grounds = (closing.decision_no, closing.grounds) if closing else ("", "")
    let_go(ledger, row, number or "—", grounds, law)


def let_go(ledger: Ledger, row: Case, decision_no: str, reasons: str, law: Law) -> None:
    expires = law.working_days(law.on, law.integer("exit.station_closed_days")).deadline
    way_out = StationExit(
        kind=KIND,
        to_station=None,
        approver=ledger.caller.actor,
        reason=f"{_REASON.zh}：{reasons}" if reasons else _REASON.zh,
        evidence=decision_no,
        granted_at=ledger.now,
        expires_on=expires,
    )
    decide_and_keep(
        ledger, row, ExitGranted(at=ledger.now, exit=way_out), law, vehicle=row.vehicle, place=row.place
    )
