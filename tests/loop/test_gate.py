"""Each clause of the retest gate, both ways: the case it refuses and its neighbour that it lets through."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from imloop.facts.records.repair import Part, RepairItem
from imloop.facts.refusal import Unlawful
from imloop.facts.text import Reason, Text
from imloop.loop.case import RELEASABLE, UNCONFIRMED, Lack
from imloop.loop.events import RepairReleased
from imloop.loop.permit import CLAUSES
from support.stories.loop_stories import (
    asked,
    at,
    codes,
    contradicted,
    decided,
    failed,
    granted,
    law_of,
    repaired,
    story,
    unlocked,
)

FAIL = failed("2026-03-02 09:00")
GOOD = repaired("2026-03-04 16:00")
NEXT_DAY = "2026-03-05 09:00"


def test_a_repaired_vehicle_at_its_own_station_is_let_through_without_a_word() -> None:
    permit = asked(story(FAIL, GOOD), NEXT_DAY)
    assert (permit.allowed, permit.reasons, permit.case_no) == (True, (), "C1")


def test_without_a_case_it_is_an_ordinary_test() -> None:
    permit = asked(None, NEXT_DAY)
    assert (permit.allowed, codes(permit), permit.case_no) == (False, ["no-open-case"], None)
    assert permit.reasons[0].next is not None


def test_a_closed_case_is_no_open_case() -> None:
    from support.stories.loop_stories import passed

    assert codes(asked(story(FAIL, GOOD, passed(NEXT_DAY)), "2026-03-06 09:00")) == ["no-open-case"]


def test_another_station_is_refused() -> None:
    assert codes(asked(story(FAIL, GOOD), NEXT_DAY, "B")) == ["not-this-station"]


@pytest.mark.parametrize(
    ("station", "to", "when", "allowed"),
    [
        ("B", "B", NEXT_DAY, True),
        ("B", None, NEXT_DAY, True),
        ("C", "B", NEXT_DAY, False),
        ("B", "B", "2026-03-10 23:59", True),
        ("B", "B", "2026-03-11 00:00", False),
        ("B", "B", "2026-03-04 17:59", False),
        ("A", "B", NEXT_DAY, True),
    ],
)
def test_a_granted_exit_opens_the_named_station_until_its_last_day(
    station: str, to: str | None, when: str, allowed: bool
) -> None:
    case = story(FAIL, GOOD, granted("2026-03-04 18:00", to, "2026-03-10"))
    assert asked(case, when, station).allowed is allowed


def test_no_record() -> None:
    case = story(FAIL)
    assert codes(asked(case, NEXT_DAY)) == ["no-repair-record"]
    assert asked(story(FAIL, GOOD), NEXT_DAY).allowed


def test_a_repair_finished_later_than_the_question_does_not_count_yet() -> None:
    assert codes(asked(story(FAIL, GOOD), "2026-03-04 15:59")) == ["no-repair-record"]
    assert asked(story(FAIL, GOOD), "2026-03-04 16:00").allowed


def test_an_old_repair_and_a_later_one_do_not_add_up() -> None:
    case = story(FAIL, repaired("2026-03-01 16:00"), GOOD)
    assert codes(asked(case, "2026-03-04 15:59")) == ["repair-before-fail"]
    assert asked(case, "2026-03-04 16:00").allowed


def test_a_repair_older_than_the_failed_test() -> None:
    assert codes(asked(story(FAIL, repaired("2026-03-01 16:00")), NEXT_DAY)) == ["repair-before-fail"]
    assert codes(asked(story(FAIL, repaired("2026-03-02 09:00")), NEXT_DAY)) == ["repair-before-fail"]
    quick = repaired("2026-03-02 09:01", received_at=at("2026-03-02 09:00"))
    assert asked(story(FAIL, quick), NEXT_DAY).allowed


def test_a_vehicle_that_came_in_before_it_failed() -> None:
    """Two clocks may differ by minutes; a sender that gives the day alone is not held to midnight."""
    early = repaired("2026-03-02 16:00", received_at=at("2026-03-02 08:54"))
    assert codes(asked(story(FAIL, early), NEXT_DAY)) == ["received-before-fail"]
    assert asked(story(FAIL, early, GOOD), NEXT_DAY).allowed
    for came in ("2026-03-02 08:55", "2026-03-02 00:00"):
        assert asked(story(FAIL, repaired("2026-03-02 16:00", received_at=at(came))), NEXT_DAY).allowed
    day_before = repaired("2026-03-02 16:00", received_at=at("2026-03-01 00:00"))
    assert codes(asked(story(FAIL, day_before), NEXT_DAY)) == ["received-before-fail"]


def test_a_record_of_work_that_lasted_over_a_second_failed_test_does_not_answer_it() -> None:
    """The record may be there before the test is: uploads come late."""
    first = repaired("2026-03-03 16:00")
    over = repaired("2026-03-04 16:00", received_at=at("2026-03-04 08:00"))
    case = decided(story(FAIL, first, over), failed("2026-03-04 09:00")).case
    assert case.state == "awaiting_repair" and codes(asked(case, NEXT_DAY)) == ["received-before-fail"]
    after = repaired("2026-03-04 16:00", received_at=at("2026-03-04 10:00"))
    assert decided(story(FAIL, first, after), failed("2026-03-04 09:00")).case.state == "awaiting_retest"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"items": (), "cost_yuan": None}, "nothing-done"),
        ({"items": (), "cost_yuan": Decimal(0)}, "nothing-done"),
        ({"items": (), "cost_yuan": Decimal(460), "diagnosis": "混合气过浓"}, "nothing-done"),
        ({"items": (RepairItem("O2S", "氧传感器"),)}, "nothing-done"),
        ({"items": (RepairItem("O2S", "氧传感器", Decimal("0.01")),)}, "nothing-done"),
        ({"items": (), "parts": (Part("氧传感器", quantity=Decimal(0)),)}, "nothing-done"),
        ({"received_at": at("2026-03-04 16:00")}, "no-time-for-work"),
    ],
)
def test_what_was_not_done_is_no_repair(said: dict[str, Any], code: str) -> None:
    permit = asked(story(FAIL, repaired("2026-03-04 16:00", **said)), NEXT_DAY)
    assert codes(permit) == [code] and permit.reasons[0].next is not None and permit.reasons[0].cite


@pytest.mark.parametrize(
    "said",
    [
        {"items": (RepairItem("OTHER", "诊断，未更换配件", Decimal("0.5")),), "cost_yuan": Decimal(0)},
        {"items": (), "parts": (Part("氧传感器"),)},
    ],
    ids=["a diagnosis with hours", "parts alone"],
)
def test_a_diagnosis_with_hours_or_parts_alone_is_a_repair(said: dict[str, Any]) -> None:
    assert asked(story(FAIL, repaired("2026-03-04 16:00", **said)), NEXT_DAY).allowed


def test_the_record_is_there_before_the_retest_begins() -> None:
    late = repaired("2026-03-04 16:00", reported_at=at("2026-03-05 09:10"))
    assert codes(asked(story(FAIL, late), NEXT_DAY)) == ["record-after-retest"]
    assert asked(story(FAIL, late), "2026-03-05 09:05").allowed, "two clocks may differ by minutes"
    assert asked(story(FAIL, late, repaired("2026-03-03 16:00")), NEXT_DAY).allowed


@pytest.mark.parametrize("code", RELEASABLE)
def test_a_repair_that_is_held_counts_from_its_release(code: str) -> None:
    held = repaired("2026-03-04 16:00", found=[Lack(code, "数据联网")], reported_at=at("2026-03-04 17:00"))
    case = story(FAIL, held)
    assert (case.state, codes(asked(case, NEXT_DAY))) == ("awaiting_repair", [code])
    release = RepairReleased(
        at=at("2026-03-05 10:00"),
        shop="M1",
        repair_no=held.repair.repair_no,
        approver="局",
        reason="看过工单",
    )
    for unfounded in (replace(release, reason=" "), replace(release, approver="")):
        with pytest.raises(Unlawful, match="decision-unfounded"):
            decided(case, unfounded)
    with pytest.raises(Unlawful, match="repair-not-held"):
        decided(case, replace(release, shop="M2"))
    decision = decided(case, release)
    assert [effect.kind for effect in decision.effects] == ["repair-released", "retest-allowed"]
    assert decision.case.state == "awaiting_retest" and asked(decision.case, "2026-03-05 10:00").allowed
    assert codes(asked(decision.case, NEXT_DAY)) == ["record-after-retest"]
    with pytest.raises(Unlawful, match="repair-not-held"):
        decided(decision.case, release)


def test_a_released_repair_still_has_to_be_one() -> None:
    held = repaired("2026-03-04 16:00", found=[Lack("time-held", "数据联网")], listed=False)
    release = RepairReleased(
        at=at(NEXT_DAY), shop="M1", repair_no=held.repair.repair_no, approver="局", reason="看过工单"
    )
    decision = decided(story(FAIL, held), release)
    assert [effect.kind for effect in decision.effects] == ["repair-released"]
    assert codes(asked(decision.case, NEXT_DAY)) == ["repairer-not-listed"]


def test_a_repair_counts_for_one_failed_test_only() -> None:
    case = story(FAIL, GOOD, failed(NEXT_DAY))
    assert codes(asked(case, "2026-03-06 09:00")) == ["repair-before-fail"]
    case = decided(case, repaired("2026-03-06 16:00")).case
    assert asked(case, "2026-03-07 09:00").allowed


def test_an_unlisted_repairer() -> None:
    permit = asked(story(FAIL, repaired("2026-03-04 16:00", listed=False)), NEXT_DAY)
    assert codes(permit) == ["repairer-not-listed"]
    assert asked(story(FAIL, repaired("2026-03-04 16:00", listed=True)), NEXT_DAY).allowed


@pytest.mark.parametrize("missing", ["certificate", "settlement", "invoice"])
def test_a_missing_document(missing: str) -> None:
    papers = tuple(name for name in ("certificate", "settlement", "invoice") if name != missing)
    permit = asked(story(FAIL, repaired("2026-03-04 16:00", documents=papers)), NEXT_DAY)
    assert codes(permit) == ["documents-missing"]


@pytest.mark.parametrize(
    "numbers",
    [
        {"invoice_no": "无"},
        {"invoice_no": "0"},
        {"invoice_no": "F-00 00"},
        {"invoice_no": "Ｎ／Ａ"},
        {"invoice_no": "SETTLEMENT·2026-03-04 16:00"},
    ],
    ids=["no digit", "zero", "zeros", "placeholder", "twice"],
)
def test_an_invalid_document(numbers: dict[str, str]) -> None:
    permit = asked(story(FAIL, repaired("2026-03-04 16:00", **numbers)), NEXT_DAY)
    assert codes(permit) == ["documents-invalid"]
    assert "发票" in permit.reasons[0].text.zh and "invoice" in permit.reasons[0].text.en


def test_numbers_used_elsewhere_say_which_document() -> None:
    used = repaired("2026-03-04 16:00", used={"documents-invalid": ["certificate"]})
    (reason,) = asked(story(FAIL, used), NEXT_DAY).reasons
    assert reason.code == "documents-invalid" and "竣工出厂合格证" in reason.text.zh
    noted = repaired("2026-03-04 16:00", used={"documents-on-paper": ["settlement"]})
    assert codes(asked(story(FAIL, noted), NEXT_DAY)) == ["documents-on-paper"]
    shared = repaired("2026-03-04 16:00", used={"documents-elsewhere": ["invoice"]})
    assert codes(asked(story(FAIL, shared), NEXT_DAY)) == ["documents-elsewhere"]
    transition = story(
        failed("2026-02-10 09:00"), repaired("2026-02-12 16:00", used={"documents-invalid": ["certificate"]})
    )
    assert asked(transition, "2026-02-13 09:00").allowed, "a document that is not needed does not matter"


CLOSED = Reason("station-not-active", Text("已暂停。", "Suspended."), "第五十四条")


def test_every_reason_is_named_at_once() -> None:
    bad = repaired("2026-03-04 16:00", listed=False, documents=("invoice",))
    permit = asked(story(FAIL, bad), "2026-04-30 09:00", "B", found=[CLOSED])
    assert codes(permit) == [
        "station-not-active",
        "not-this-station",
        "repairer-not-listed",
        "documents-missing",
        "overdue",
    ]


def test_the_best_repair_is_the_one_that_counts() -> None:
    bad, worse = (
        repaired("2026-03-04 16:00", listed=False),
        repaired("2026-03-04 18:00", listed=False, documents=()),
    )
    assert codes(asked(story(FAIL, bad, worse), NEXT_DAY)) == ["repairer-not-listed"]
    assert asked(story(FAIL, GOOD, worse), NEXT_DAY).allowed


def test_what_the_registers_know() -> None:
    locked = Reason("line-locked", Text("检测线已锁定。", "The line is locked."), "HJ 1237")
    exempt = Reason("vehicle-exempt", Text("免检。", "Exempt."), "第五十三条")
    case = story(FAIL, GOOD)
    assert codes(asked(case, NEXT_DAY, found=[CLOSED])) == ["station-not-active"]
    assert codes(asked(case, NEXT_DAY, found=[locked])) == ["line-locked"]
    assert codes(asked(case, NEXT_DAY, found=[exempt])) == ["vehicle-exempt"]
    assert asked(case, NEXT_DAY, found=[]).allowed


def test_without_a_case_the_registers_are_heard_too() -> None:
    permit = asked(None, NEXT_DAY, found=[CLOSED])
    assert codes(permit) == ["station-not-active", "no-open-case"]
    assert permit.reasons[1].next is None


def test_overdue_is_a_warning_from_the_day_after_the_last() -> None:
    case = story(FAIL, GOOD)
    assert case.deadline.isoformat() == "2026-03-23"
    assert codes(asked(case, "2026-03-23 23:59")) == []
    late = asked(case, "2026-03-24 00:00")
    assert (late.allowed, codes(late), late.reasons[0].warning) == (True, ["overdue"], True)


def test_every_refusal_has_words_a_clause_and_a_next_step() -> None:
    bad = repaired("2026-03-04 16:00", listed=False, documents=("invoice",))
    for permit in (asked(story(FAIL, bad), "2026-04-30 09:00", "B"), asked(story(FAIL), NEXT_DAY)):
        for reason in permit.reasons:
            assert reason.cite
            assert reason.text.zh != reason.text.en
            assert reason.next is not None


def test_the_answer_keeps_the_contract() -> None:
    body = asked(story(FAIL), NEXT_DAY).to_json()
    assert set(body) == {"allowed", "reasons", "case"}
    assert {"code", "cite", "text", "next"} <= set(body["reasons"][0])  # type: ignore[index]


def test_outside_the_plan_any_station_and_any_repairer_will_do() -> None:
    case = story(
        FAIL, repaired("2026-03-04 16:00", listed=False, documents=(), place="510100"), place="510100"
    )
    assert asked(case, NEXT_DAY, "B", place="510100").allowed
    assert codes(asked(story(FAIL, place="510100"), NEXT_DAY, "B", place="510100")) == ["no-repair-record"]


def test_before_the_plan_its_city_followed_the_national_rules() -> None:
    case = story(failed("2025-09-02 09:00"), repaired("2025-09-04 16:00", listed=False, documents=()))
    assert asked(case, "2025-09-30 09:00", "B").allowed
    assert codes(asked(case, "2025-10-01 09:00", "B")) == ["not-this-station", "overdue"]


def test_every_clause_of_the_gate_can_refuse_and_has_a_law_behind_it() -> None:
    law = law_of(at(NEXT_DAY))
    for clause in CLAUSES:
        assert law.under(clause.key) or law.cite(clause.key), clause.code
    guarded = {clause.code for clause in CLAUSES if clause.guard is not None}
    bad = repaired("2026-03-04 16:00", listed=False, documents=())
    on_paper = story(FAIL, unlocked(NEXT_DAY, story(FAIL), settlement="J1"))
    held = [
        Lack(code, "数据联网") for code in ("time-held", "vehicle-elsewhere", "shop-not-able", UNCONFIRMED)
    ]
    on_another, elsewhere = {"documents-on-paper": ["invoice"]}, {"documents-elsewhere": ["invoice"]}
    seen = {
        *codes(asked(story(FAIL, repaired("2026-03-04 16:00", found=held, used=on_another)), NEXT_DAY)),
        *codes(asked(story(FAIL, repaired("2026-03-04 16:00", used=elsewhere)), NEXT_DAY)),
        *codes(
            asked(story(FAIL, repaired("2026-03-02 10:00", received_at=at("2026-03-02 08:00"))), NEXT_DAY)
        ),
        *codes(asked(story(FAIL, repaired("2026-03-04 16:00", items=())), NEXT_DAY)),
        *codes(
            asked(story(FAIL, repaired("2026-03-04 16:00", received_at=at("2026-03-04 16:00"))), NEXT_DAY)
        ),
        *codes(
            asked(story(FAIL, repaired("2026-03-04 16:00", reported_at=at("2026-03-06 09:00"))), NEXT_DAY)
        ),
        *codes(asked(story(FAIL, bad), "2026-04-30 09:00", "B")),
        *codes(asked(story(FAIL), NEXT_DAY)),
        *codes(asked(story(failed("2026-03-02 09:00", known_at=at("2026-03-04 18:00")), GOOD), NEXT_DAY)),
        *codes(asked(story(FAIL, repaired("2026-03-01 16:00")), NEXT_DAY)),
        *codes(asked(story(FAIL, repaired("2026-03-04 16:00", invoice_no="无")), NEXT_DAY)),
        *codes(asked(on_paper, NEXT_DAY)),
        *codes(asked(decided(on_paper, contradicted(NEXT_DAY, on_paper)).case, NEXT_DAY)),
    }
    assert guarded == seen
