"""What one person did alone ends when it is rejected, in whichever state its case is by then; only what was measured on
it stays, and the proposal says so."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from imloop.loop.events import VehicleScrapped
from imloop.steps.cases.grant_exit import grant_exit
from imloop.steps.cases.move_case import decide_and_keep
from imloop.steps.ground.ledger import writing
from imloop.steps.ground.registers import law_at
from imloop.steps.journal.check_against_journal import unlike_the_journal
from imloop.store.models import Case, CaseEvent, Proposal, User
from stories.inspections.test_sixth_try import run
from stories.outages.test_taken_back import failed
from stories.second_person import test_as_proposed as as_proposed
from stories.vehicles.taken_back.test_known_by_then import is_open, rejected, way_out
from stories.vehicles.tries.test_fourteenth_try import annulled
from support.city import FAR, NEAR, PLACE, City, at
from support.stories.one_car import ENV, FAIL, mark, permitted
from support.stories.second_person import TRANSPORT, WORDS, another, confirmed


def ended_as(city: City, case: str, how: str) -> None:
    if how == "closed":
        assert run(city, "2026-12-03 11:00", purpose="retest")["case_state"] == "closed"
    elif how == "annulled":
        annulled(case, "2026-12-03 11:00")
    elif how == "scrapped":
        row, now = Case.objects.get(case_no=case), at("2026-12-03 11:00")
        event = VehicleScrapped(at=now, approver="商务局", evidence="回收证明 柳拆〔2026〕3号")
        with writing(now, another(ENV)) as ledger:
            decide_and_keep(ledger, row, event, law_at(now.date(), PLACE), vehicle=row.vehicle, place=PLACE)


@pytest.mark.parametrize("how", ["open", "closed", "annulled", "scrapped"])
@pytest.mark.parametrize("kind", ["no-line", "objection"])
def test_an_exit_ends_whatever_has_become_of_its_case(city: City, how: str, kind: str) -> None:
    case = failed(city)
    city.repair("2026-12-02 16:00")
    made = way_out(case, "2026-12-03 10:00", kind)
    ended_as(city, case, how)
    assert Case.objects.get().state == {"open": "awaiting_retest"}.get(how, how)
    made = rejected(made, "2026-12-03 12:00")
    assert made.state == "rejected" and "stays" not in made.done, "nothing rested on it"
    assert CaseEvent.objects.get(kind="ExitEnded").case.state == Case.objects.get().state
    assert unlike_the_journal() == []


def test_one_that_was_used_says_that_the_retest_stays_and_opens_nothing_more(city: City) -> None:
    case = failed(city)
    city.repair("2026-12-02 16:00")
    made = way_out(case, "2026-12-03 10:00")
    assert run(city, "2026-12-03 11:00", station=FAR, purpose="retest")["case_state"] == "closed"
    made = rejected(made, "2026-12-03 12:00")
    assert made.done["stays"] and not is_open()
    # A fail since the repair, and before that retest, is told: the case is open again, and at its own station.
    run(city, "2026-12-03 08:00", now=at("2026-12-03 13:00"), **FAIL)
    assert is_open() and not permitted(city, FAR, "2026-12-03 14:00")
    city.repair(
        "2026-12-03 20:00", documents={"settlement_no": "J-9", "certificate_no": "H-9", "invoice_no": "F-99"}
    )
    assert permitted(city, NEAR, "2026-12-04 09:00") and not permitted(city, FAR, "2026-12-04 09:00")


def test_of_two_exits_only_the_rejected_one_ends(city: City) -> None:
    case = failed(city)
    city.repair("2026-12-02 16:00")
    made = way_out(case, "2026-12-03 10:00")
    User.objects.filter(party__code=TRANSPORT).update(is_active=True)
    said: dict[str, Any] = {
        "kind": "line-broken",
        "to_station": FAR,
        "expires_on": date(2026, 12, 20),
        **WORDS,
    }
    true_one = grant_exit(another(ENV, "colleague"), case, now=at("2026-12-03 10:30"), **said)
    assert isinstance(true_one, Proposal)
    confirmed(true_one, at("2026-12-03 10:40"))
    rejected(made, "2026-12-03 12:00")
    assert permitted(city, FAR, "2026-12-03 12:30")
    run(city, "2026-12-03 11:00", station=FAR, outcome="aborted", now=at("2026-12-03 12:40"))
    said = run(city, "2026-12-03 10:50", station=FAR, purpose="retest", now=at("2026-12-03 12:50"))
    assert said["case_state"] == "closed" and mark(city, "2026-12-03 13:00")


@pytest.mark.parametrize("how", ["open", "closed", "annulled"])
def test_a_paper_ends_whatever_has_become_of_its_case(city: City, how: str) -> None:
    as_proposed.in_outage(city)
    case = as_proposed.fails(city)
    made = as_proposed.paper("2026-12-02 10:10", alone=True)
    if how == "closed":
        assert run(city, "2026-12-02 10:40", purpose="retest")["case_state"] == "closed"
    elif how == "annulled":
        annulled(case, "2026-12-02 10:45")
    rejected(made, "2026-12-02 11:00")
    ended = CaseEvent.objects.get(kind="UnlockEnded")
    assert ended.case.case_no == case and unlike_the_journal() == []


def test_one_whose_case_opens_again_answers_nothing_any_more(city: City) -> None:
    """The pass between was on it; a failed run before that pass is told, and uses the paper up or not."""
    as_proposed.in_outage(city)
    as_proposed.fails(city)
    made = as_proposed.paper("2026-12-02 10:10", alone=True)
    assert run(city, "2026-12-02 10:40", purpose="retest")["case_state"] == "closed"
    rejected(made, "2026-12-02 11:00")
    run(city, "2026-12-02 10:30", station=FAR, now=at("2026-12-02 11:20"), **FAIL)
    assert is_open() and not permitted(city, NEAR, "2026-12-02 11:30")
    run(city, "2026-12-02 10:35", purpose="retest", now=at("2026-12-02 11:40"))
    assert is_open() and not mark(city, "2026-12-02 12:00")
