"""After the draw: the papers of a visit, what it found, and the publication of everything."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from django.db.models import Count

from imloop.facts.days import day_of, midnight
from imloop.facts.refusal import Conflict, Malformed
from imloop.facts.text import Text
from imloop.proof import draw as proof
from imloop.steps.draws.as_json import assembled
from imloop.steps.draws.numbers import seed_of
from imloop.steps.draws.officers import begin, require_present, the_visit
from imloop.steps.draws.prepare_draw import locked, part_of, tell
from imloop.steps.draws.roster import by_accounts
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller
from imloop.steps.ground.findings import ROUTINE
from imloop.steps.ground.ledger import writing
from imloop.store.models import Draw, DrawVisit, Finding, Repair, Test


def open_visit(caller: Caller, no: str, unit: str, now: datetime) -> DrawVisit:
    """The visit begins today, by an officer of it where they are accounts: which of the unit's latest papers are looked
    at follows from the seed, and is kept."""
    with writing(now, caller) as ledger:
        draw = locked(caller, no, Draw.State.DRAWN)
        part_of(draw, caller)
        visit = the_visit(draw, unit)
        if visit.opened_on is not None or visit.outcome:
            raise Conflict("visit-begun", Text("这次检查已经开始。", "This visit has already begun."))
        law = registers.law_at(day_of(now), draw.place)
        if by_accounts(draw):
            begin(ledger, visit, law)
        visit.opened_on = day_of(now)
        visit.papers = _papers(visit, law.integer("draw.spot_days"), day_of(now))
        visit.looked_at = proof.spot(
            seed_of(draw), draw.period, unit, visit.papers, draw.frame["rules"]["spot"]
        )
        visit.save()
        ledger.note("draw-visit-begun", no, {"unit": unit, "papers": visit.looked_at})
    return visit


def _papers(visit: DrawVisit, days: int, today: date) -> dict[str, int]:
    """Numbers of tests or repairs of the last days with their clues: how many doubts stand beside each."""
    end = midnight(today)
    span = (end - timedelta(days=days), end)
    if visit.stratum == "I":
        rows = Test.objects.filter(station__code=visit.unit, started_at__range=span)
        numbers = list(rows.values_list("test_no", flat=True))
    elif visit.stratum == "M":
        done = Repair.objects.filter(shop__code=visit.unit, finished_at__range=span)
        numbers = list(done.values_list("repair_no", flat=True))
    else:
        return {}
    doubts = Finding.objects.filter(station_code=visit.unit, created_at__gte=span[0]).exclude(
        code__in=ROUTINE
    )
    clues = Counter(dict(doubts.values_list("subject").annotate(n=Count("pk")).order_by()))
    return {number: clues[number] for number in numbers}


def record_visit(
    caller: Caller, no: str, unit: str, *, outcome: str, result: str, now: datetime
) -> DrawVisit:
    """Record the result, once: sound, faults, or impossible with the reason. It will be published."""
    result = result.strip()
    if outcome not in DrawVisit.Outcome.values or not 0 < len(result) <= 1000:
        raise Malformed(
            "wrong-value",
            Text(
                f"outcome 应为 {'、'.join(DrawVisit.Outcome.values)}；result 必填，至多 1000 字。",
                f"outcome: one of {', '.join(DrawVisit.Outcome.values)}; result: 1 to 1000 characters.",
            ),
            at="result",
        )
    with writing(now, caller) as ledger:
        draw = locked(caller, no, Draw.State.DRAWN)
        part_of(draw, caller)
        visit = the_visit(draw, unit)
        if visit.outcome:
            raise Conflict("visit-recorded", Text("这次检查已有结果。", "This visit already has its result."))
        must_begin = outcome != DrawVisit.Outcome.IMPOSSIBLE
        if by_accounts(draw):
            law = registers.law_at(day_of(now), draw.place)
            must_begin = require_present(caller, visit, outcome, law)
        if must_begin and visit.opened_on is None:
            raise Conflict(
                "visit-not-begun",
                Text(
                    "先开始检查，取得抽看的记录。",
                    "Begin the visit first: that selects the papers to look at.",
                ),
            )
        visit.outcome, visit.result = outcome, result
        visit.recorded_at, visit.recorded_by = now, caller.actor[:80]
        visit.save()
        ledger.note("draw-visit-recorded", no, {"unit": unit, "outcome": outcome, "result": result})
    return visit


def publication_due(draw: Draw) -> date | None:
    """When a draw must be public: working days after its last visit was recorded; None while visits are missing."""
    last: date | None = None
    for at, outcome in draw.visits.values_list("recorded_at", "outcome"):
        if not outcome or at is None:
            return None
        last = max(day_of(at), last or day_of(at))
    if last is None:
        return None
    law = registers.law_at(last, draw.place)
    return law.working_days(last, law.integer("draw.publication_days")).deadline


def publish(caller: Caller, no: str, *, whole: bool, now: datetime) -> Draw:
    """Secrets, list, people, results: anyone can repeat the draw, word for word as in the journal. ``whole`` false: of
    the list only the drawn units by name, the others by their numbers; every station gets its own proof."""
    with writing(now, caller) as ledger:
        draw = locked(caller, no, Draw.State.DRAWN)
        part_of(draw, caller)
        waiting = draw.visits.filter(outcome="").count()
        if waiting:
            raise Conflict(
                "visits-missing",
                Text(f"还有 {waiting} 家没有检查结果。", f"{waiting} visits have no result yet."),
            )
        draw.state, draw.published_at, draw.whole = Draw.State.PUBLISHED, now, whole
        draw.export = assembled(draw)
        draw.save(update_fields=["state", "published_at", "whole", "export"])
        ledger.note("draw-published", no, {"whole": whole, "export": proof.digest(draw.export)}, exact=True)
        tell(ledger, draw)
    return draw
