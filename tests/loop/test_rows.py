"""The table's rows: what each event does, and that nothing else does anything."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from imloop.facts.records.repair import Warranty
from imloop.facts.refusal import Conflict, Unlawful
from imloop.loop import EffectKind, Origin, State
from imloop.loop.events import (
    EVENT_NAMES,
    CaseAnnulled,
    DeadlinePassed,
    DeadlineRecomputed,
    ExitEnded,
    OutageTakenBack,
    PaperContradicted,
    RepairReported,
    TestFailed,
    UnlockedOnPaper,
    UnlockEnded,
    VehicleScrapped,
)
from imloop.loop.table import TABLE, rows_for
from support.stories.loop_stories import (
    PLACE,
    asked,
    at,
    decided,
    failed,
    granted,
    passed,
    repair_at,
    repaired,
    story,
    unlocked,
)

FAIL, GOOD = failed("2026-03-02 09:00"), repaired("2026-03-04 16:00")


def kinds(decision: object) -> list[str]:
    return [effect.kind.value for effect in decision.effects]  # type: ignore[attr-defined]


def test_a_failed_test_opens_a_case() -> None:
    decision = decided(None, FAIL)
    case = decision.case
    assert (case.state, case.round, case.station, case.place) == (State.AWAITING_REPAIR, 1, "A", PLACE)
    assert (case.deadline, case.deadline_provisional) == (date(2026, 3, 23), False)
    assert (decision.before, decision.event, kinds(decision)) == (None, "TestFailed", ["case-opened"])


def test_only_a_failed_test_opens_a_case() -> None:
    for event in EVENT_NAMES:
        assert bool(rows_for(None, event)) == (event is TestFailed)
    with pytest.raises(Conflict, match="尚无案件"):
        decided(None, passed("2026-03-02 09:00"))


def test_a_roadside_check_opens_a_case_without_a_station_and_any_station_retests_it() -> None:
    case = story(failed("2026-03-02 09:00", None, origin=Origin.SPOT_CHECK), GOOD)
    assert case.station is None
    assert asked(case, "2026-03-05 09:00", "B").allowed
    again = decided(case, failed("2026-03-05 09:00", "B")).case
    assert again.station == "B"
    assert not asked(again, "2026-03-06 09:00", "A").allowed


def test_repair_and_pass_close_it() -> None:
    decision = decided(story(FAIL, GOOD), passed("2026-03-05 09:00"))
    assert decision.case.state is State.CLOSED
    assert decision.case.closed_at == at("2026-03-05 09:00")
    assert kinds(decision) == ["case-closed"]


def test_a_repair_is_shared_with_transport_environment_and_the_station() -> None:
    decision = decided(story(FAIL), GOOD)
    assert decision.case.state is State.AWAITING_RETEST
    assert kinds(decision) == ["repair-shared", "retest-allowed"]
    assert {"transport", "environment", "first_station"} <= set(decision.effects[0].receivers)


def test_a_repair_that_falls_short_is_kept_and_says_why() -> None:
    decision = decided(story(FAIL), repaired("2026-03-04 16:00", listed=False))
    assert decision.case.state is State.AWAITING_REPAIR
    assert len(decision.case.repairs) == 1
    assert kinds(decision) == ["repair-shared", "repair-falls-short"]
    assert decision.effects[1].data["lacks"] == ["repairer-not-listed"]


def test_a_bad_repair_after_a_good_one_takes_nothing_away() -> None:
    case = story(FAIL, GOOD, repaired("2026-03-04 18:00", listed=False))
    assert case.state is State.AWAITING_RETEST


def test_a_retest_the_gate_refuses_is_unlawful_and_names_every_reason() -> None:
    for event in (passed("2026-03-03 09:00", "B"), failed("2026-03-03 09:00", "B")):
        with pytest.raises(Unlawful) as refusal:
            decided(story(FAIL), event)
        assert refusal.value.code == "not-this-station"
        assert [reason.code for reason in refusal.value.reasons] == ["not-this-station", "no-repair-record"]


def test_a_failed_retest_starts_a_new_round_with_a_new_deadline() -> None:
    case = story(FAIL, GOOD, DeadlinePassed(at=at("2026-03-24 00:10")), failed("2026-03-24 09:00"))
    assert (case.state, case.round, case.overdue) == (State.AWAITING_REPAIR, 2, False)
    assert case.deadline == date(2026, 4, 15)
    assert len(case.repairs) == 1


def test_a_run_that_is_not_later_turns_nothing_back() -> None:
    before_the_notice = story(failed("2018-03-02 09:00"), place="510100")
    with pytest.raises(Unlawful, match="test-out-of-order"):
        decided(before_the_notice, passed("2018-03-02 09:00"), place="510100")
    assert decided(before_the_notice, passed("2018-03-02 09:01"), place="510100").case.state is State.CLOSED


def test_a_failed_retest_uploaded_after_its_rework_leaves_the_rework_standing() -> None:
    rework = repaired("2026-03-10 16:00", shop="M2")
    decision = decided(story(FAIL, GOOD, rework), failed("2026-03-05 09:00"))
    assert (decision.case.state, decision.case.round) == (State.AWAITING_RETEST, 2)
    assert kinds(decision) == ["retest-failed", "retest-allowed"]
    assert asked(decision.case, "2026-03-11 09:00").allowed


def test_rework_goes_back_to_the_shop_under_warranty_free_of_charge() -> None:
    decision = decided(story(FAIL, GOOD), failed("2026-03-05 09:00"))
    assert kinds(decision) == ["retest-failed", "rework-ordered"]
    told = decision.effects[1].data
    assert (told["shop"], told["rework_of"], told["free_of_charge"]) == ("M1", "R 2026-03-04 16:00", True)
    assert "repairer" in decision.effects[1].receivers


def test_rework_names_the_last_repair_whose_warranty_runs() -> None:
    long = repaired("2026-03-03 16:00", shop="M9", warranty=Warranty(100, 20000))
    last = repaired("2026-03-10 16:00", shop="M1")
    inside = decided(story(FAIL, long, last), failed("2026-03-20 09:00"))
    outside = decided(story(FAIL, long, last), failed("2026-03-21 09:00"))
    assert (inside.effects[1].data["shop"], outside.effects[1].data["shop"]) == ("M1", "M9")


def test_a_repair_finished_after_the_failed_run_gives_no_warranty_for_it() -> None:
    old, later = repaired("2026-02-20 16:00"), repaired("2026-03-05 16:00", listed=False)
    case = story(failed("2026-02-19 09:00"), old, later)
    assert kinds(decided(case, failed("2026-03-05 09:00"))) == ["retest-failed"]
    assert kinds(decided(case, failed("2026-03-02 09:00"))) == ["retest-failed", "rework-ordered"]


def test_without_warranty_the_owner_chooses_anew() -> None:
    assert kinds(decided(story(FAIL, GOOD), failed("2026-03-16 09:00"))) == ["retest-failed"]


@pytest.mark.parametrize(
    ("when", "odometer", "inside"),
    [
        ("2026-03-11 09:00", 50400, True),
        ("2026-03-12 09:00", 50400, False),
        ("2026-03-05 09:00", 52001, False),
        ("2026-03-05 09:00", 52000, True),
        ("2026-03-05 09:00", None, True),
    ],
)
def test_warranty_example_q(when: str, odometer: float | None, inside: bool) -> None:
    """A minor repair finished on 2026-03-01 at 50 000 km, no warranty stated: 10 days or 2 000 km."""
    case = story(failed("2026-02-27 09:00"), repaired("2026-03-01 09:00", odometer_km=50000))
    decision = decided(case, failed(when, odometer_km=odometer))
    assert (EffectKind.REWORK_ORDERED in [effect.kind for effect in decision.effects]) is inside


def test_a_promised_warranty_may_exceed_the_legal_least_but_not_undercut_it() -> None:
    more = repair_at("2026-03-04 16:00", odometer_km=50000, warranty=Warranty(30, 5000))
    less = repair_at("2026-03-04 16:00", odometer_km=50000, warranty=Warranty(3, 5000))
    assert (more.warranty_until, more.warranty_km) == (date(2026, 4, 3), 55000)
    assert (less.warranty_until, less.warranty_km) == (date(2026, 3, 14), 55000)


@pytest.mark.parametrize(
    ("vehicle_type", "until", "km"),
    [
        ("", date(2026, 3, 14), 52000),
        ("K33", date(2026, 3, 14), 52000),
        ("M21", date(2026, 3, 14), 50800),
        ("N11", date(2026, 3, 11), 50700),
    ],
)
def test_the_legal_warranty_is_that_of_the_vehicle(vehicle_type: str, until: date, km: int) -> None:
    repair = repair_at("2026-03-04 16:00", odometer_km=50000, vehicle_type=vehicle_type)
    assert (repair.warranty_until, repair.warranty_km) == (until, km)


def test_the_same_shop_inside_its_warranty_does_rework() -> None:
    first = repair_at("2026-03-04 16:00")
    assert repair_at("2026-03-14 16:00", earlier=(first,)).rework_of == first.repair_no
    assert repair_at("2026-03-15 16:00", earlier=(first,)).rework_of == ""
    assert repair_at("2026-03-14 16:00", shop="M2", earlier=(first,)).rework_of == ""
    assert repair_at("2026-03-03 16:00", earlier=(first,)).rework_of == ""


def test_overdue_is_reported_once_a_round_to_those_the_law_names() -> None:
    case = story(FAIL)
    with pytest.raises(Unlawful, match="not-overdue"):
        decided(case, DeadlinePassed(at=at("2026-03-23 23:59")))
    decision = decided(case, DeadlinePassed(at=at("2026-03-24 00:10")))
    assert decision.case.overdue
    assert decision.case.state is State.AWAITING_REPAIR
    assert {"environment", "transport", "police", "first_station"} == set(decision.effects[0].receivers)
    with pytest.raises(Unlawful, match="not-overdue"):
        decided(decision.case, DeadlinePassed(at=at("2026-03-25 00:10")))


def test_an_overdue_case_is_still_repaired_retested_and_closed() -> None:
    late = (
        DeadlinePassed(at=at("2026-03-24 00:10")),
        repaired("2026-03-30 16:00"),
        passed("2026-03-31 09:00"),
    )
    assert story(FAIL, *late).state is State.CLOSED


def test_a_deadline_is_recomputed_only_while_it_is_provisional() -> None:
    with pytest.raises(Unlawful, match="deadline-firm"):
        decided(story(FAIL), DeadlineRecomputed(at=at("2026-03-05 09:00")))
    open_end = story(failed("2026-12-15 09:00"))
    assert open_end.deadline_provisional
    decision = decided(open_end, DeadlineRecomputed(at=at("2026-12-20 09:00")))
    assert kinds(decision) == ["deadline-changed"]


@pytest.mark.parametrize("gap", ["approver", "reason", "evidence"])
def test_a_decision_without_a_name_a_reason_and_evidence_moves_nothing(gap: str) -> None:
    words = {"approver": "环境局", "reason": "申诉成立", "evidence": "决定书", gap: " "}
    with pytest.raises(Unlawful, match="decision-unfounded"):
        decided(story(FAIL), CaseAnnulled(at=at("2026-03-05 09:00"), **words))
    with pytest.raises(Unlawful, match="decision-unfounded"):
        decided(story(FAIL), granted("2026-03-05 09:00", "B", "2026-03-10", **{gap: ""}))
    whole = CaseAnnulled(at=at("2026-03-05 09:00"), **{**words, gap: "有"})
    assert decided(story(FAIL), whole).case.state is State.ANNULLED


def test_scrapping_needs_an_authority_and_proof() -> None:
    with pytest.raises(Unlawful, match="scrapping-unproven") as refusal:
        decided(story(FAIL), VehicleScrapped(at=at("2026-04-01 09:00"), approver="", evidence=""))
    assert "第六十条" in refusal.value.cite
    done = decided(
        story(FAIL), VehicleScrapped(at=at("2026-04-01 09:00"), approver="商务局", evidence="回收证明")
    )
    assert (done.case.state, kinds(done)) == (State.SCRAPPED, ["vehicle-scrapped"])
    assert done.case.closed_at is not None


def test_a_final_state_takes_nothing_more_but_what_was_done_on_paper_and_its_record() -> None:
    late = {RepairReported, UnlockedOnPaper, UnlockEnded, PaperContradicted, OutageTakenBack, ExitEnded}
    for state, event in product((s for s in State if not s.is_open), EVENT_NAMES):
        assert bool(rows_for(state, event)) == (state is State.CLOSED and event in late)
    closed = story(FAIL, GOOD, passed("2026-03-05 09:00"))
    with pytest.raises(Unlawful, match="no-record-awaited"):
        decided(closed, repaired("2026-03-06 09:00"))
    with pytest.raises(Unlawful, match="no-open-case"):
        decided(closed, unlocked("2026-03-06 09:00", closed, settlement="J1"))
    told_late = decided(
        closed, unlocked("2026-03-05 08:00", closed, settlement="settlement 2026-03-04 16:00")
    )
    assert (told_late.case.state, told_late.case.unmatched) == (State.CLOSED, ())
    with pytest.raises(Conflict, match="已结案"):
        decided(closed, failed("2026-03-06 09:00"))


def test_every_open_state_takes_every_event() -> None:
    for state, event in product((s for s in State if s.is_open), EVENT_NAMES):
        assert rows_for(state, event), (state, event)


def test_every_effect_is_used_and_has_receivers() -> None:
    from imloop.loop.effects import LABELS, RECEIVERS

    used = {kind for row in TABLE for kind in row.effects}
    assert used == set(EffectKind) == set(RECEIVERS) == set(LABELS)
