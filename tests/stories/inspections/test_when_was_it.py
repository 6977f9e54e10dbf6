"""When was a run made? A claimed time outside of what is known frees nobody until a department has looked; an honest
outage needs nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model

from imloop.facts.records.check import Heartbeat, LineSign
from imloop.facts.refusal import Refusal
from imloop.gates.outages.outage import Scope
from imloop.steps.inspections import known_facts
from imloop.steps.lines.heartbeats import receive_heartbeat
from imloop.steps.lines.lock_line import NewOrder, order_line
from imloop.steps.outages.declare_outage import Declaration, declare
from imloop.store.models import Case, Finding, HeldRun, RawUpload, Test
from imloop.store.statements import fetch_all
from support.city import FAR, NEAR, PLACE, City, at
from support.stories.settled import Settlement, settle_run

ENVIRONMENT = "450200-environment"
FAIL = {"co": 0.9}


def why(receipt: dict[str, Any]) -> list[str]:
    return [finding["item"] for finding in receipt["findings"] if finding["code"] == "time-held"]


def awaiting_retest(city: City) -> None:
    city.test("2026-03-02 09:00", **FAIL)
    city.repair("2026-03-04 16:00")


def test_a_pass_that_comes_days_later_waits_and_is_released_with_a_reason(city: City) -> None:
    awaiting_retest(city)
    late = city.test("2026-03-05 09:00", now=at("2026-03-08 09:00"), purpose="retest").body
    assert (late["counts"], late["counts_why"], why(late)) == ("nothing", "time-held", ["late"])
    assert Case.objects.get().state == "awaiting_retest"
    said = Settlement("released", "站内断网三日，现场日志核对一致")
    settle_run(city.callers[ENVIRONMENT], NEAR, str(late["test_no"]), said, at("2026-03-08 15:00"))
    assert Case.objects.get().state == "closed"
    assert Test.objects.get(test_no=late["test_no"]).counts == "case"


def test_a_pass_that_waited_for_an_outage_to_end_needs_nobody(city: City) -> None:
    awaiting_retest(city)
    outage = Declaration(
        scope=Scope.PLACE,
        place=PLACE,
        cause="机房停电",
        starts_at=at("2026-03-05 08:00"),
        ends_at=at("2026-03-06 20:00"),
        late_reason="停电期间无法宣布",
    )
    declare(city.callers[ENVIRONMENT], outage, at("2026-03-06 20:10"))
    late = city.test("2026-03-05 09:00", now=at("2026-03-07 09:00"), purpose="retest").body
    assert (late["counts"], why(late), late["case_state"]) == ("case", [], "closed")


def test_a_fail_takes_effect_however_late_it_comes(city: City) -> None:
    late = city.test("2026-03-02 09:00", now=at("2026-03-08 09:00"), **FAIL).body
    assert late["counts"] == "case" and why(late) == ["late"]
    assert not HeldRun.objects.exists()


def test_a_run_said_to_last_for_months_is_held(city: City) -> None:
    """Started in the transition phase, ended just now: the start would choose the law."""
    awaiting_retest(city)
    run = city.test(
        "2026-02-20 09:00", ended_at=at("2026-03-05 09:00").isoformat(), now=at("2026-03-05 09:05")
    ).body
    assert run["counts"] == "nothing" and {"late", "longer-than-trace"} <= set(why(run))
    assert Case.objects.get().state == "awaiting_retest"


def test_an_hour_of_preparation_is_ordinary(city: City) -> None:
    run = city.test("2026-03-02 09:00", ended_at=at("2026-03-02 10:00").isoformat()).body
    assert (run["counts"], why(run)) == ("cycle", [])


def test_said_to_be_before_a_lock_and_uploaded_after_it(city: City) -> None:
    order = NewOrder(
        kind="lock",
        methods=["ASM"],
        reason="涉嫌弄虚作假",
        evidence="调查单 1 号",
        until=at("2026-03-09 09:00"),
    )
    order_line(city.callers[ENVIRONMENT], NEAR, "01", order, at("2026-03-02 10:00"))
    before = city.test("2026-03-02 09:50", now=at("2026-03-02 11:00")).body
    assert (before["counts"], why(before)) == ("nothing", ["before-lock"])
    with pytest.raises(Refusal) as refused:
        city.test("2026-03-02 10:10", now=at("2026-03-02 11:10"))
    assert refused.value.code == "line-locked"


def test_the_line_had_not_come_to_that_number_by_then(city: City) -> None:
    for when, number in (("09:00", 7), ("11:00", 7)):
        sign = LineSign("01", "idle", at(f"2026-03-02 {when}"), number)
        receive_heartbeat(city.callers[NEAR], Heartbeat(NEAR, (sign,)), at(f"2026-03-02 {when}"))
    early = city.test("2026-03-02 10:00", sequence=8, now=at("2026-03-02 11:30")).body
    assert (early["counts"], why(early)) == ("nothing", ["before-the-line-knew-it"])
    later = city.test("2026-03-02 11:10", sequence=9, now=at("2026-03-02 11:40")).body
    assert (later["counts"], why(later)) == ("cycle", [])


def test_two_runs_at_once_on_a_line_and_of_one_vehicle(city: City) -> None:
    people = {"people": {"inspector": "韦小明"}}
    city.test("2026-03-02 09:00", **people)
    second = city.test("2026-03-02 09:01", now=at("2026-03-02 09:10"), **people).body
    found = {each["item"] for each in second["findings"] if each["code"] == "runs-overlap"}
    assert found == {"line", "vehicle", "inspector"}
    elsewhere = city.test("2026-03-02 09:01", station=FAR, now=at("2026-03-02 09:20")).body
    assert [each["item"] for each in elsewhere["findings"] if each["code"] == "runs-overlap"] == ["vehicle"]
    after = city.test("2026-03-02 10:00", **people).body
    assert "runs-overlap" not in {each["code"] for each in after["findings"]}


def test_where_a_clock_stands_still_an_upload_does_not_read_all_that_was_sent(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.test("2026-03-02 09:00")
    raw, test = RawUpload.objects.get(), Test.objects.get()
    raws = RawUpload.objects.bulk_create(copied(raw, sha256=f"{number:064d}") for number in range(400))
    Test.objects.bulk_create(copied(test, raw=each, test_no=each.sha256[-9:]) for each in raws)
    read: list[int] = []

    def counting(sql: str, parameters: Sequence[object]) -> list[Any]:
        found = fetch_all(sql, parameters)
        read.append(len(found))
        return found

    monkeypatch.setattr(known_facts, "fetch_all", counting)
    receipt = city.test("2026-03-02 09:01", now=at("2026-03-02 09:10")).body
    assert "runs-overlap" in {each["code"] for each in receipt["findings"]}
    assert 0 < max(read) < 400


def copied(row: Model, **changed: object) -> Any:
    """Not saved yet."""
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    return type(row)(**{field.name: getattr(row, field.name) for field in fields} | changed)


def test_a_held_run_tells_its_station_what_to_do(city: City) -> None:
    late = city.test("2026-03-02 09:00", now=at("2026-03-02 09:00") + timedelta(days=3)).body
    assert late["next"]["action"] == "wait" and "生态环境" in late["next"]["text"]
    assert Finding.objects.filter(code="time-held").exists()
