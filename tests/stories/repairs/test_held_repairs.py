"""A repair whose times rest on its sender's word alone is kept and shown, and counts when a department has looked; an
outage that was declared explains it without a click."""

from __future__ import annotations

from typing import Any

import pytest

from imloop.steps.journal import prove_journal
from imloop.store.models import Case, Finding, OutboxEntry
from support.city import FAR, LISTED, NEAR, OTHER, PLACE, at
from support.doors import Doors
from support.people import person
from support.stories.outages import FAIL, OFFICE, declare, permit, repair, upload

TRANSPORT = f"{PLACE}-transport"


@pytest.fixture
def failed(doors: Doors) -> Doors:
    doors.at("2026-03-02 09:10")
    upload(doors, FAIL, co=0.9)
    return doors


def codes(receipt: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in receipt["retest"]["reasons"]]


@pytest.fixture
def held(failed: Doors) -> dict[str, Any]:
    """Finished on Tuesday afternoon, reported on Thursday morning."""
    failed.at("2026-03-05 08:00")
    return repair(failed)


def release(
    doors: Doors, receipt: dict[str, Any], by: str, expect: int = 200, reason: str = "看过工单"
) -> Any:
    path = f"cases/{receipt['case']}/repairs/{LISTED}/{receipt['repair_no']}/release"
    return doors.post(path, {"reason": reason}, by=by, expect=expect)


def test_a_day_is_in_time(failed: Doors) -> None:
    failed.at("2026-03-04 15:59")
    assert repair(failed)["retest"]["allowed"]


def test_too_late_is_kept_and_waits(failed: Doors, held: dict[str, Any]) -> None:
    assert (codes(held), held["case_state"]) == (["time-held"], "awaiting_repair")
    assert "部门" in held["retest"]["reasons"][0]["next"]
    assert [each["code"] for each in held["findings"]] == ["time-held"]
    assert permit(failed, "2026-03-05 08:30") == ["time-held", "False"]
    assert failed.get(f"cases/{held['case']}", by=OFFICE)["repairs"][0]["lacks"] == ["time-held"]


@pytest.mark.parametrize("office", [OFFICE, TRANSPORT])
def test_a_department_releases_it_with_a_reason(failed: Doors, held: dict[str, Any], office: str) -> None:
    assert release(failed, held, office, 422, reason=" ")["code"] == "malformed"
    failed.at("2026-03-05 10:00")
    case = release(failed, held, office)
    assert case["state"] == "awaiting_retest" and case["repairs"][0]["lacks"] == []
    assert case["events"][-1]["event"] == "RepairReleased"
    assert case["events"][-1]["data"]["approver"] == f"{office}/clerk-{office}"
    assert Finding.objects.get(code="time-held").resolved_by == f"{office}/clerk-{office}"
    for receiver in (LISTED, NEAR, OFFICE, TRANSPORT):
        assert OutboxEntry.objects.filter(receiver=receiver, topic="repair-released").count() == 1
    assert release(failed, held, office, 403)["code"] == "repair-not-held"
    # It counts from its release: a retest that ran before is not made good.
    failed.at("2026-03-05 10:30")
    assert upload(failed, "2026-03-05 09:30", expect=403)["code"] == "record-after-retest"
    assert upload(failed, "2026-03-05 10:10")["case_state"] == "closed"
    assert prove_journal.faults() == []


def test_nobody_else_releases(failed: Doors, held: dict[str, Any]) -> None:
    for by in (NEAR, LISTED, f"{PLACE}-police", f"{PLACE}-market", f"{PLACE}-supervisor"):
        release(failed, held, by, 403)
    assert Case.objects.get().state == "awaiting_repair"


def test_one_click_on_the_page_of_the_case(failed: Doors, held: dict[str, Any]) -> None:
    case = f"/cases/{held['case']}"
    clerk = person(TRANSPORT)
    text = clerk.get(case).content.decode()
    assert "待核实的维修记录" in text and held["repair_no"] in text and f'action="{case}/release"' in text
    assert f'action="{case}/release"' not in person(f"{PLACE}-police").get(case).content.decode()
    form = {"shop": LISTED, "repair_no": held["repair_no"], "reason": ""}
    assert clerk.post(f"{case}/release", form).status_code == 422
    assert clerk.post(f"{case}/release", {**form, "reason": "已到站核实"})["Location"] == case
    text = clerk.get(case).content.decode()
    assert "待核实的维修记录" not in text and "已到站核实" in text
    assert Case.objects.get().state == "awaiting_retest"


def test_what_no_release_mends(failed: Doors) -> None:
    """The department lets the times count; that nothing was done it cannot release."""
    failed.at("2026-03-05 08:00")
    receipt = repair(failed, items=[], parts=[])
    assert codes(receipt) == ["nothing-done", "time-held"]
    assert release(failed, receipt, TRANSPORT)["state"] == "awaiting_repair"
    assert permit(failed, "2026-03-05 09:00") == ["nothing-done", "False"]


def test_an_outage_that_was_declared_needs_no_click(failed: Doors) -> None:
    """The platform was down from the evening until this morning: the hours of it do not count."""
    failed.at("2026-03-05 08:00")
    declare(failed, "2026-03-03 17:00", ends_at=at("2026-03-05 07:00").isoformat(), late_reason="机房断电")
    receipt = repair(failed)
    assert receipt["retest"]["allowed"] and receipt["findings"] == []


def test_an_outage_that_is_declared_afterwards_releases_it_too(failed: Doors) -> None:
    """The record came first; a doubt of another kind waits on for a person."""
    failed.at("2026-03-05 08:00")
    receipt = repair(failed)
    assert codes(receipt) == ["time-held"]
    declare(failed, "2026-03-03 17:00", ends_at=at("2026-03-05 07:00").isoformat(), late_reason="机房断电")
    case = Case.objects.get()
    assert case.state == "awaiting_retest"
    assert "系统故障 O450200-2026-0001" in case.events.order_by("number").last().data["reason"]
    assert Finding.objects.get(code="time-held").resolved_at is not None
    assert prove_journal.faults() == []


def test_an_outage_does_not_explain_where_the_vehicle_was(failed: Doors) -> None:
    upload(failed, "2026-03-02 09:05", outcome="aborted")
    failed.at("2026-03-03 14:10")
    upload(failed, "2026-03-03 14:00", station=FAR, outcome="aborted")
    failed.at("2026-03-05 08:00")
    assert codes(repair(failed)) == ["time-held", "vehicle-elsewhere"]
    declare(failed, "2026-03-03 17:00", ends_at=at("2026-03-05 07:00").isoformat(), late_reason="机房断电")
    assert Case.objects.get().state == "awaiting_repair"


@pytest.mark.parametrize(
    "said",
    [
        {"scope": "stations", "stations": [FAR]},
        {"scope": "own_fault", "stations": [NEAR]},
        {"starts": "2026-03-05 06:00"},
    ],
    ids=["of another station", "a station's own", "too short"],
)
def test_an_outage_that_kept_nothing_back_explains_nothing(failed: Doors, said: dict[str, Any]) -> None:
    failed.at("2026-03-05 08:00")
    starts = said.pop("starts", "2026-03-03 17:00")
    declare(failed, starts, ends_at=at("2026-03-05 07:00").isoformat(), late_reason="事后", **said)
    assert codes(repair(failed)) == ["time-held"]


def test_finished_before_the_failed_test_had_arrived(doors: Doors) -> None:
    """Fail, repair and pass, all told in one evening of a day long gone."""
    doors.at("2026-03-03 16:30")
    upload(doors, FAIL, co=0.9)
    receipt = repair(doors)
    assert codes(receipt) == ["fail-told-late"]
    retest = upload(doors, "2026-03-03 16:10", expect=403)
    assert [reason["code"] for reason in retest["reasons"]] == ["record-after-retest", "fail-told-late"]
    doors.at("2026-03-04 09:00")
    papers = {"certificate_no": "H-31", "settlement_no": "J-31", "invoice_no": "F-31"}
    after = repair(
        doors, done="2026-03-04 08:50", received_at=at("2026-03-03 17:00").isoformat(), documents=papers
    )
    assert after["retest"]["allowed"], "work that was done when everybody knew"


def test_the_line_was_cut_off_by_a_declared_outage(doors: Doors) -> None:
    doors.at("2026-03-03 16:30")
    declare(doors, "2026-03-02 08:00", ends_at=at("2026-03-03 16:00").isoformat(), late_reason="光缆中断")
    upload(doors, FAIL, co=0.9)
    assert repair(doors)["retest"]["allowed"]


def test_a_subcontractors_overlap_is_released(failed: Doors) -> None:
    failed.at("2026-03-03 16:30")
    papers = {"certificate_no": "H-21", "settlement_no": "J-21", "invoice_no": "F-21"}
    repair(failed, shop=OTHER, documents=papers, done="2026-03-03 14:30", items=[], parts=[])
    receipt = repair(failed)
    assert codes(receipt) == ["vehicle-elsewhere"]
    assert release(failed, receipt, TRANSPORT, reason="送 DPF 专修清洗")["state"] == "awaiting_retest"
    assert Finding.objects.get(code="vehicle-elsewhere").resolution == "送 DPF 专修清洗"
