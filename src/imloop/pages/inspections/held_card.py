"""What the page of one run says of what it counts for, and of what waits to be settled."""

from __future__ import annotations

from imloop.gates.inspections.counts import JUDGED_ANEW, WHY, Counts
from imloop.pages.guard import words
from imloop.pages.templatetags.run_tags import counts_name
from imloop.steps.ground.access import Caller
from imloop.steps.inspections import lookups as test_lookups
from imloop.steps.inspections.settle_run import ANOTHER, NAMED
from imloop.steps.vehicles.vehicle_facts import candidates_of
from imloop.store.models import PartyKind, Test


def held_card(test: Test, caller: Caller) -> dict[str, object]:
    """Candidates are for departments; the ways to settle it for the environment department, until it is settled."""
    held = test_lookups.held_runs(caller).filter(test=test).first()
    waits = held is not None and held.settled_at is None
    candidates = candidates_of(held) if held and caller.is_department else ()
    doubtful = held is not None and test.vehicle is None
    return {
        "counts": counts_name(test.counts),
        "no_proof": test.counts == Counts.NOTHING,
        "counts_why": words(WHY[test.counts_why]) if test.counts_why else "",
        "judged_anew": words(JUDGED_ANEW) if test.judged_anew else "",
        "held": held,
        "candidates": candidates,
        "to_choose": candidates if doubtful else (),
        "another": ANOTHER,
        "named": NAMED,
        "doubtful": doubtful,
        "may_settle": waits and caller.kind == PartyKind.ENVIRONMENT,
    }
