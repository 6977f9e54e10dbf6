"""An outage was taken back, or is known to have been over earlier: what it alone explained is held again. A retest that
has come stands, and the environment department is told what it rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Exists, OuterRef

from imloop.facts.days import day_of
from imloop.facts.text import Reason
from imloop.gates.outages.outage import Scope, outage_for
from imloop.loop.events import OutageTakenBack
from imloop.loop.repairs import find_repair
from imloop.steps.cases.history import lasting
from imloop.steps.cases.move_case import as_loop_case, open_case, take_back
from imloop.steps.ground import registers
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import Ledger
from imloop.steps.outages.known_outages import declared_for
from imloop.steps.outages.late_repairs import no_longer_excused
from imloop.steps.outages.taken_back.hold_runs import hold_runs, reached
from imloop.store.models import Case, Outage, PaperUnlock, Repair, Test


def hold_again(ledger: Ledger, outage: Outage) -> None:
    """By what is known of outages now. A station's own fault has explained nothing."""
    if outage.scope == Scope.OWN_FAULT:
        return
    papers = _papers(ledger, outage)
    repairs = _repairs(ledger, outage, [row.unlock_no for rows in papers.values() for row in rows])
    for case in Case.objects.select_related("vehicle", "station").filter(pk__in={*papers, *repairs}):
        event = OutageTakenBack(
            at=ledger.now,
            outage_no=outage.outage_no,
            unlocks=tuple(row.unlock_no for row in papers[case.pk]),
            repairs=tuple((row.shop.code, row.repair_no) for row in repairs[case.pk]),
        )
        take_back(ledger, case, event)
        for row in papers[case.pk]:
            _wait_again(row, case)
    hold_runs(ledger, outage)


def _papers(ledger: Ledger, outage: Outage) -> dict[int, list[PaperUnlock]]:
    """By case, those that no other outage accepts; one that another accepts is its."""
    lost: dict[int, list[PaperUnlock]] = defaultdict(list)
    rows = outage.unlocks.filter(unlocked_at__isnull=False)
    for row in rows.select_related("station", "case").order_by("id"):
        law = registers.law_at(day_of(row.granted_at), row.station.place)
        found = outage_for(
            declared_for(row.granted_at),
            station=row.station.code,
            place=row.station.place,
            at=row.granted_at,
            law=law,
        )
        if isinstance(found, Reason):
            assert row.case is not None
            lost[lasting(row.case).pk].append(row)
            keep_findings(ledger, "unlock", row.unlock_no, row.station.code, [found])
        elif found.outage_no != outage.outage_no:
            row.outage = Outage.objects.get(outage_no=found.outage_no)
            row.save(update_fields=["outage"])
    return lost


def _wait_again(row: PaperUnlock, case: Case) -> None:
    """Not used yet, it waits for an outage as before; one that a retest rests on still waits for its record."""
    if case.closed_at is None and row.granted_at > as_loop_case(case).last_failed_at:
        row.unlocked_at = None
        row.save(update_fields=["unlocked_at"])


def _repairs(ledger: Ledger, outage: Outage, lost: Collection[str]) -> dict[int, list[Repair]]:
    """By the case in which they count; of repairers, and of vehicles tested, where the outage was. ``lost``: papers."""
    found: dict[int, list[Repair]] = defaultdict(list)
    tested = Test.objects.filter(reached(outage, "station"), vehicle=OuterRef("case__vehicle"))
    rows = Repair.objects.filter(uploaded_at__gt=outage.starts_at, uploaded_at__lte=ledger.now)
    rows = rows.filter(reached(outage, "shop") | Exists(tested))
    for row in rows.select_related("shop", "case__vehicle", "case__station").order_by("id"):
        case = _counts_in(row)
        held = None if case is None else no_longer_excused(row, case, lost)
        if case is not None and held is not None:
            found[case.pk].append(row)
            keep_findings(ledger, "repair", row.repair_no, row.shop.code, [held])
    return found


def _counts_in(row: Repair) -> Case | None:
    """A repair stays done when its case has ended."""
    cases = (open_case(row.case.vehicle), lasting(row.case))
    known = (case for case in cases if case is not None)
    named = row.shop.code, row.repair_no
    return next((case for case in known if find_repair(as_loop_case(case).repairs, *named)), None)
