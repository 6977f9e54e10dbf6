"""The record comes after the retest on paper and says otherwise:
a finding, the paper carries no more, the result stays."""

from __future__ import annotations

from typing import Any

import pytest

from imloop.steps.journal import prove_journal
from imloop.steps.outages.match_papers import find_unmatched
from imloop.store.models import Case, Finding, OutboxEntry, PaperUnlock, Test
from support.city import LISTED, NEAR, OTHER, PLACE, at
from support.doors import Doors
from support.messages.uploads import PLATE, VIN, test_message
from support.stories.outages import (
    FAIL,
    OFFICE,
    RETEST,
    declare,
    findings,
    issued_before,
    of_day,
    permit,
    redeem,
    repair,
    unlock,
    upload,
)

TRANSPORT = f"{PLACE}-transport"
OTHER_VEHICLE = {"vin": "LSVAA4187E2000077", "plate": "桂B77777"}
DIFFERS = [("fallback-differs", NEAR), ("fallback-differs", LISTED)]


@pytest.fixture
def shown(doors: Doors) -> Doors:
    """Failed on Monday; on Wednesday at ten the paper is accepted in an outage."""
    doors.at("2026-03-02 09:10")
    upload(doors, FAIL, co=0.9)
    doors.at("2026-03-04 10:00")
    declare(doors)
    assert unlock(doors)["state"] == "waiting"
    return doors


def retested(doors: Doors, **change: Any) -> Doors:
    doors.at("2026-03-04 10:40")
    upload(doors, RETEST, **change)
    doors.at("2026-03-05 09:00")
    return doors


def topics(receiver: str) -> list[str]:
    return list(OutboxEntry.objects.filter(receiver=receiver).order_by("id").values_list("topic", flat=True))


def other_vehicle_fails(doors: Doors) -> None:
    vehicle = {**test_message(at(FAIL), station=NEAR)["vehicle"], **OTHER_VEHICLE}
    upload(doors, "2026-03-02 10:00", co=0.9, vehicle=vehicle)


def test_the_rework_of_a_retest_that_failed_on_paper_is_ordered_when_the_record_comes(shown: Doors) -> None:
    retested(shown, co=0.9)
    assert "rework-ordered" not in topics(LISTED)
    late = repair(shown)
    assert (late["case_state"], late["round"]) == ("awaiting_repair", 2)
    for receiver in (LISTED, TRANSPORT):
        (order,) = OutboxEntry.objects.filter(receiver=receiver, topic="rework-ordered")
        assert order.body["rework_of"] == late["repair_no"] and order.body["free_of_charge"] is True
        assert order.body["test_no"] == Test.objects.latest("started_at").test_no and order.body["items"]
    assert PaperUnlock.objects.get().matched_at is not None
    assert findings() == []
    repair(shown, repair_no="W-again", documents={"invoice_no": "F-78"})
    assert topics(LISTED).count("rework-ordered") == 1


@pytest.mark.parametrize(
    ("said", "differs"),
    [
        ({"items": [], "parts": []}, "没有作业项目和配件"),
        ({"done": "2026-03-04 15:00"}, "完工时间"),
        ({"documents": {"settlement_no": "J-78"}}, "结算清单编号"),
    ],
)
def test_a_record_that_says_otherwise_after_a_pass(shown: Doors, said: dict[str, Any], differs: str) -> None:
    retested(shown)
    late = repair(shown, **said)
    assert late["case_state"] == "closed", "what was measured stays"
    assert findings("fallback-differs") == DIFFERS
    assert differs in Finding.objects.filter(code="fallback-differs")[0].data["text"]
    assert {"paper-contradicted"} <= set(topics(TRANSPORT)) & set(topics(NEAR)) & set(topics(OFFICE))
    row = PaperUnlock.objects.get()
    assert row.contradicted_at == at("2026-03-05 09:00")
    assert shown.get(f"fallback-unlocks/{row.unlock_no}", by=OFFICE)["state"] == "differs"
    repair(shown, repair_no="W-right", documents={"invoice_no": "F-79"})
    assert shown.get(f"fallback-unlocks/{row.unlock_no}", by=OFFICE)["state"] == "matched"
    assert Case.objects.get().state == "closed" and prove_journal.faults() == []


def test_work_of_another_shop_is_a_finding_and_takes_nothing_from_the_paper(shown: Doors) -> None:
    other = {"shop": OTHER, "documents": {"settlement_no": "X-1", "certificate_no": "X-2"}}
    repair(shown, repair_no="W-other", done="2026-03-03 12:00", items=[], parts=[], **other)
    assert findings("fallback-differs") == DIFFERS
    assert PaperUnlock.objects.get().contradicted_at is None
    assert permit(shown)[-1] == "True"


def test_a_contradicted_paper_opens_no_further_retest_but_carries_the_one_measured_before(
    shown: Doors,
) -> None:
    shown.at("2026-03-04 10:50")
    repair(shown, documents={"settlement_no": "J-78", "certificate_no": "", "invoice_no": ""})
    refused = permit(shown, "2026-03-04 11:00")
    assert "paper-contradicted" in refused and refused[-1] == "False"
    shown.at("2026-03-04 11:20")
    assert upload(shown, "2026-03-04 11:00", expect=403)["code"] == "documents-missing"
    assert upload(shown, RETEST)["case_state"] == "closed"


def test_a_record_that_falls_short_or_looks_untrue_is_for_the_repairers_department(shown: Doors) -> None:
    retested(shown)
    late = repair(
        shown,
        documents={"invoice_no": ""},
        items=[{"code": "TWC", "name": "更换三元催化器", "hours": 900}],
    )
    assert late["case_state"] == "closed"
    assert findings() == [("fallback-falls-short", LISTED), ("fallback-doubtful", LISTED)]
    texts = [row.data["text"] for row in Finding.objects.filter(code__startswith="fallback").order_by("id")]
    assert "documents-missing" in texts[0] and "900 小时" in texts[1]
    assert "repair-falls-short" in topics(LISTED) and "repair-falls-short" in topics(TRANSPORT)
    row = PaperUnlock.objects.get()
    assert row.repair is not None and row.contradicted_at is None


def test_the_numbers_of_the_paper_belong_to_another_vehicle(shown: Doors) -> None:
    retested(shown)
    other_vehicle_fails(shown)
    filed = repair(shown, **OTHER_VEHICLE)
    other = Case.objects.get(vehicle__vin=OTHER_VEHICLE["vin"])
    assert filed["case"] == other.case_no, "the record itself is taken where it belongs"
    assert findings() == DIFFERS
    assert "车辆" in Finding.objects.filter(code="fallback-differs")[0].data["text"]
    assert PaperUnlock.objects.get().contradicted_at is not None
    assert Case.objects.exclude(pk=other.pk).get().state == "closed"
    find_unmatched(at("2026-03-05 10:00"))
    repair(shown, repair_no="W-more", **OTHER_VEHICLE)
    assert findings() == [*DIFFERS, *DIFFERS], "one for each record, whatever comes"


def test_a_paper_already_used_for_another_vehicle_opens_nothing(doors: Doors) -> None:
    doors.at("2026-03-02 10:20")
    upload(doors, FAIL, co=0.9)
    other_vehicle_fails(doors)
    doors.at("2026-03-03 17:00")
    repair(doors, **OTHER_VEHICLE)
    doors.at("2026-03-04 10:00")
    declare(doors)
    refused = unlock(doors, expect=403)
    assert refused["code"] == "paper-used" and refused["reasons"][0]["next"]
    assert permit(doors) == ["no-repair-record", "False"]
    assert unlock(doors, settlement_no="J-79", certificate_no="")["state"] == "waiting", "its own paper"


def test_a_used_paper_opens_nothing_by_voucher_either(doors: Doors) -> None:
    vouchers = issued_before(doors)
    doors.at("2026-03-02 10:20")
    upload(doors, FAIL, co=0.9)
    other_vehicle_fails(doors)
    doors.at("2026-03-03 17:00")
    repair(doors, **OTHER_VEHICLE)
    doors.at("2026-03-04 12:00")
    declare(doors, late_reason="平台停机")
    told = redeem(doors, of_day(vouchers, "2026-03-04"))
    assert not told["unlocked"] and [each["code"] for each in told["findings"]] == ["paper-used"]
    assert findings("paper-used") == [("paper-used", NEAR)]
    assert upload(doors, RETEST, expect=403)["code"] == "no-repair-record"


def test_a_record_of_the_case_that_names_another_vehicle_is_refused_and_told(shown: Doors) -> None:
    retested(shown)
    case = Case.objects.get()
    refused = repair(shown, case_no=case.case_no, vin=OTHER_VEHICLE["vin"], plate=PLATE, expect=409)
    assert refused["code"] == "paper-of-other-vehicle"
    assert findings("paper-of-other-vehicle") == [("paper-of-other-vehicle", LISTED)]
    assert repair(shown, case_no=case.case_no, vin=VIN)["case_state"] == "closed"
