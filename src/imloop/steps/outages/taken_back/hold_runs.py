"""An outage explained why runs came late, and counts no more: each that it alone explained is asked for its time, as it
would have been at first."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q

from imloop.facts.codes import Result
from imloop.facts.days import day_of
from imloop.facts.text import Reason
from imloop.gates.inspections.retest import NOT_RETESTED
from imloop.gates.inspections.times import HELD, Times, late
from imloop.law import Law
from imloop.loop.history import FAIL_WAITS, WITHOUT_PERMIT
from imloop.steps.cases.history import run_of
from imloop.steps.cases.reconsider import reconsider
from imloop.steps.ground import registers
from imloop.steps.ground.access import place_prefix
from imloop.steps.ground.ledger import Ledger
from imloop.steps.outages.known_outages import kept_until
from imloop.steps.stations.declared_outages import as_fact
from imloop.store.models import CaseEvent, HeldRun, Outage, Test
from imloop.store.statements import update

_CLOCKS = timedelta(hours=1)
"""Less than any law lets a message take: what arrived within it was never late."""
_MAY_COUNT = (None, "", WITHOUT_PERMIT, FAIL_WAITS, NOT_RETESTED, HELD, "identity-doubtful")
"""Why a run counts for nothing, as far as that may change."""
_ANSWERS = ("RepairReported", "ExitGranted", "UnlockedOnPaper")


def hold_runs(ledger: Ledger, outage: Outage) -> None:
    """Passes; and fails that something known by then may have answered. Who has looked at a run's time, or did not
    accept the run, is not asked again."""
    if not as_fact(outage).delays_tests:
        return
    rows = Test.objects.filter(
        reached(outage, "station"),
        result__in=(Result.PASS, Result.FAIL),
        received_at__gt=F("started_at") + _CLOCKS,
        received_at__range=(outage.starts_at, ledger.now),
    )
    for run in rows.select_related("station", "vehicle", "held").order_by("started_at", "id"):
        held: HeldRun | None = getattr(run, "held", None)
        reason = _why_late(run, outage, ledger.now)
        if reason is not None and run.counts_why in _MAY_COUNT and _open_question(run, held):
            _ask(ledger, run, held, reason, outage.outage_no)


def reached(outage: Outage, party: str) -> Q:
    """Rows of a ``party`` that it may have kept from sending: of all others it explained nothing."""
    if outage.stations:
        return Q(**{f"{party}__code__in": outage.stations})
    return Q(**{f"{party}__place__startswith": place_prefix(outage.place)})


def _why_late(run: Test, outage: Outage, now: datetime) -> Reason | None:
    """None: it is not late by what is known now, or was late with that outage, too."""
    law = registers.law_at(day_of(run.started_at), run.station.place)
    hours = law.number("upload.within_hours")
    ended = kept_until(run.station, run.started_at, run.received_at, hours)
    # Until it is ended, or taken back, it runs.
    until = (outage.ends_at or now) if outage.taken_back_at is not None else now
    if not outage.starts_at - timedelta(hours=hours) <= run.started_at <= until:
        return None
    with_it = until if ended is None else max(ended, until)
    return _late(run, ended, law) if _late(run, with_it, law) is None else None


def _late(run: Test, outage_ended: datetime | None, law: Law) -> Reason | None:
    times = Times(
        started=run.started_at,
        ended=run.ended_at,
        arrived=run.received_at,
        recorded_s=0,
        outage_ended=None if outage_ended is None else min(outage_ended, run.received_at),
    )
    return late(times, law)


def _open_question(run: Test, held: HeldRun | None) -> bool:
    looked_at = (HeldRun.Settled.RELEASED, HeldRun.Settled.LATER, HeldRun.Settled.REJECTED)
    if held is not None and held.settled in looked_at:
        return False
    if run.result == Result.PASS or (held is not None and held.settled_at is None):
        return True  # of a fail whose car is uncertain this is asked once that is settled
    assert run.vehicle is not None
    known = CaseEvent.objects.filter(case__vehicle=run.vehicle, kind__in=_ANSWERS, at__gt=run.started_at)
    # What was done since, and is no older than the fail's coming, answers it whenever it was made.
    by_then = run.received_at if held is None or held.settled_at is None else held.settled_at
    return known.filter(recorded_at__lte=by_then).exists()


def _ask(ledger: Ledger, run: Test, held: HeldRun | None, reason: Reason, because: str) -> None:
    """One that waits already has the reason beside; one whose car was settled is opened again."""
    waits = held is not None and held.settled_at is None
    if held is None:
        assert run.vehicle is not None
        held = HeldRun(test=run, vin=run.vehicle.vin, plate=run.vehicle.plate, place=run.station.place)
    if not waits:
        held.reasons, held.held_at = [], ledger.now
        held.settled, held.settled_at, held.settled_by, held.settled_because = "", None, "", ""
    held.reasons = [*held.reasons, reason.to_json()]
    held.save()
    ledger.note("run-held-again", f"{run.station.code}/{run.test_no}", {"because": because, "why": HELD})
    if waits or run.vehicle is None:
        return
    held.candidates.set([run.vehicle])
    run.counts_why = HELD
    update(run, "counts_why")
    reconsider(ledger, run.vehicle, run_of(run), because)
