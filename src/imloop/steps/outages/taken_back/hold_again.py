"""An outage was taken back, or is known to have been over earlier: what it alone explained is held again. A retest that
has come stands, and the environment department is told what it rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Unlawful
from imloop.facts.text import Reason
from imloop.gates.inspections.counts import Counts
from imloop.gates.inspections.times import HELD, Times, late
from imloop.gates.outages.outage import Scope, outage_for
from imloop.loop.events import OutageTakenBack
from imloop.steps.cases.history import run_of
from imloop.steps.cases.move_case import as_loop_case, decide_and_keep, open_case
from imloop.steps.cases.reconsider import reconsider
from imloop.steps.ground import registers
from imloop.steps.ground.access import place_prefix
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import Ledger
from imloop.steps.outages.known_outages import declared_for, kept_until
from imloop.steps.outages.late_repairs import no_longer_excused
from imloop.store.models import Case, HeldRun, Outage, PaperUnlock, Repair, Test
from imloop.store.statements import update

_CLOCKS = timedelta(hours=1)
"""Less than any law lets a message take: what arrived within it was never late."""


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
        law = registers.law_at(day_of(ledger.now), case.place)
        # Annulled, scrapped, or told anew since, a case may rest on nothing of it.
        with suppress(Unlawful, Conflict), ledger.attempt():
            decide_and_keep(ledger, case, event, law, vehicle=case.vehicle, place=case.place)
        for row in papers[case.pk]:
            _wait_again(row, case)
    _runs(ledger, outage)


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
            lost[row.case.pk].append(row)
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
    tested = Test.objects.filter(_reached(outage, "station"), vehicle=OuterRef("case__vehicle"))
    rows = Repair.objects.filter(uploaded_at__gt=outage.starts_at, uploaded_at__lte=ledger.now)
    rows = rows.filter(_reached(outage, "shop") | Exists(tested))
    for row in rows.select_related("shop", "case__vehicle", "case__station").order_by("id"):
        case = open_case(row.case.vehicle) or row.case
        held = no_longer_excused(row, case, lost)
        if held is not None:
            found[case.pk].append(row)
            keep_findings(ledger, "repair", row.repair_no, row.shop.code, [held])
    return found


def _reached(outage: Outage, party: str) -> Q:
    """Rows of a ``party`` that it may have kept from sending: of all others it explained nothing."""
    if outage.stations:
        return Q(**{f"{party}__code__in": outage.stations})
    return Q(**{f"{party}__place__startswith": place_prefix(outage.place)})


def _runs(ledger: Ledger, outage: Outage) -> None:
    """A pass that came late waits for a department, as it would have at first."""
    rows = Test.objects.filter(
        _reached(outage, "station"),
        result="pass",
        counts__in=(Counts.CASE, Counts.CYCLE),
        received_at__gt=F("started_at") + _CLOCKS,
        received_at__range=(outage.starts_at, ledger.now),
    )
    for run in rows.select_related("station", "vehicle").order_by("started_at", "id"):
        reason = _why_late(run)
        if reason is None or HeldRun.objects.filter(test=run).exists():
            continue
        assert run.vehicle is not None
        held = HeldRun.objects.create(
            test=run,
            vin=run.vehicle.vin,
            plate=run.vehicle.plate,
            reasons=[reason.to_json()],
            place=run.station.place,
            held_at=ledger.now,
        )
        held.candidates.set([run.vehicle])
        run.counts_why = HELD
        update(run, "counts_why")
        reconsider(ledger, run.vehicle, run_of(run), outage.outage_no)


def _why_late(run: Test) -> Reason | None:
    law = registers.law_at(day_of(run.started_at), run.station.place)
    ended = kept_until(run.station, run.started_at, law.number("upload.within_hours"))
    times = Times(
        started=run.started_at,
        ended=run.ended_at,
        arrived=run.received_at,
        recorded_s=0,
        outage_ended=None if ended is None else min(ended, run.received_at),
    )
    return late(times, law)
