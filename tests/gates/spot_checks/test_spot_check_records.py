"""A record of a spot check: what it cannot say, who may make it, and its result by the law of that day and place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.gates.spot_checks.records import DIESEL, PETROL, SMOKE, said

from imloop.exchange.decode_spot_checks import decode_spot_check
from imloop.facts.codes import Method
from imloop.facts.days import CHINA
from imloop.facts.records.spot_check import ITEMS_OF, SpotResult
from imloop.facts.refusal import Malformed
from imloop.gates.spot_checks.admissible import CarriedFact, TaskFact, may_be_kept, time_doubts
from imloop.law import load
from imloop.verdict.spot_checks.judge_spot_check import judge_spot_check

LAW = load().at(date(2026, 6, 10), "450200")
AT = datetime(2026, 6, 10, 10, tzinfo=CHINA)
TASK = TaskFact(
    number="SC450200-2026-000001", officers=frozenset(["li", "wang", "chen"]), made_at=AT - timedelta(days=1)
)
SMOKE_METER = CarriedFact(
    serial="OP-1", kind="opacimeter", verified_from=date(2026, 1, 1), verified_until=date(2026, 6, 10)
)


@pytest.mark.parametrize(
    ("changed", "path", "code"),
    [
        ({"at": "2019-04-98 10:00:00"}, "$.at", "bad-date"),
        ({"at": ""}, "$.at", "missing"),
        ({"vehicle": {"plate": "桂B1234567", "fuel": "diesel"}}, "$.vehicle.plate", "bad-plate"),
        ({"vehicle": {"fuel": "diesel"}}, "$.plate", "missing"),
        ({"vehicle": {"vin": "LSVAG2180E2100O01"}}, "$.vehicle.vin", "bad-vin"),
        ({"method": "LUGDOWN"}, "$.method", "method-not-on-the-road"),
        ({"method": "SNIFFING"}, "$.method", "wrong-value"),
        ({"readings": [0.9, "dark", 1.1]}, "$.readings", "wrong-value"),
        ({"readings": [31]}, "$.k_mean_per_m", "out-of-range"),
        ({"values": {"ringelmann_grade": 5.5}}, "$.ringelmann_grade", "out-of-range"),
        ({"values": {"ringelmann_grade": 100}}, "$.ringelmann_grade", "out-of-range"),
        ({"values": {"smell": 3}}, "$.values.smell", "wrong-value"),
        ({"refusal": "锁车离开"}, "$.refusal", "contradiction"),
        ({"signed": "refused"}, "$.signed_why", "missing"),
        ({"sample": {"number": "Y-1", "seals": []}}, "$.sample.seals", "seal-missing"),
        ({"sample": {"seals": ["a"]}}, "$.sample.number", "missing"),
        ({"sample": {"number": "Y-1", "seals": ["a", "a"]}}, "$.sample.seals", "given-twice"),
        ({"longitude": 190}, "$.longitude", "wrong-value"),
        ({"client_id": "a/b"}, "$.client_id", "wrong-value"),
    ],
)
def test_a_record_that_cannot_be_is_refused_by_its_field(
    changed: dict[str, Any], path: str, code: str
) -> None:
    with pytest.raises(Malformed) as refused:
        said(**changed)
    assert (path, code) in [(each.path, each.code) for each in refused.value.problems]
    assert refused.value.text.zh and refused.value.text.en


def test_another_message_is_named() -> None:
    with pytest.raises(Malformed, match="imloop.spot-check/1"):
        decode_spot_check(b'{"schema": "imloop.readings/1"}')


def test_nothing_that_was_looked_at_is_a_fault() -> None:
    with pytest.raises(Malformed) as refused:
        said(method=None, readings=[])
    assert [each.path for each in refused.value.problems] == ["$.method"]


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"officers": ["li"]}, ["second-officer-missing"]),
        ({"officers": ["li", "li"]}, ["second-officer-missing"]),
        ({"officers": ["li", "zhao"]}, ["not-of-the-team"]),
        ({"instrument": ""}, ["instrument-missing"]),
        ({"instrument": "OP-9"}, ["instrument-unknown"]),
        ({"at": "2026-06-11T00:00:00+08:00"}, ["instrument-past-date"]),
        ({"at": "2026-06-08T10:00:00+08:00"}, ["before-task"]),
        ({"urea": {"content_pct": 32.5}}, ["instrument-missing"]),
        ({"obd": {"mil_on": False}, "obd_reader": ""}, ["instrument-missing"]),
    ],
)
def test_team_instruments_and_hour(changed: dict[str, Any], codes: list[str]) -> None:
    check = said(**changed)
    carried = {"opacimeter": SMOKE_METER if check.instrument == "OP-1" else None}
    answer = may_be_kept(check, TASK, carried, LAW)
    assert [each.code for each in answer.reasons] == codes
    assert answer.allowed is (codes == [])


def test_a_team_of_one_hears_the_clause_of_two() -> None:
    (reason,) = may_be_kept(said(officers=["li"]), TASK, {"opacimeter": SMOKE_METER}, LAW).reasons
    assert "第四十二条" in reason.cite


def test_what_a_phone_sends_late_is_doubted_and_not_before() -> None:
    hours = LAW.number("spot_check.upload_hours")
    assert time_doubts(AT, AT + timedelta(hours=hours), LAW) == ()
    (doubt,) = time_doubts(AT, AT + timedelta(hours=hours, seconds=1), LAW)
    assert doubt.code == "time-held"


@pytest.mark.parametrize(
    ("base", "changed", "result", "codes"),
    [
        (DIESEL, {}, "pass", []),
        (DIESEL, {"readings": [1.2, 1.2, 1.2]}, "pass", []),
        (DIESEL, {"readings": [9.9, 1.2, 1.2, 1.2]}, "pass", []),
        (DIESEL, {"readings": [1.2, 1.2, 1.3]}, "fail", ["limit-exceeded"]),
        (DIESEL, {"readings": [3.0, 3.0]}, "invalid", ["phase-incomplete"]),
        (DIESEL, {"vehicle": {"plate": "桂B12345"}}, "invalid", ["fuel-unknown"]),
        (DIESEL, {"vehicle": {"plate": "桂B12345", "fuel": "gasoline"}}, "invalid", ["method-not-for-fuel"]),
        (SMOKE, {}, "pass", []),
        (SMOKE, {"values": {"ringelmann_grade": 2}}, "fail", ["limit-exceeded"]),
        (PETROL, {}, "pass", []),
        (PETROL, {"values": PETROL["values"] | {"co_idle_pct": 0.61}}, "fail", ["limit-exceeded"]),
        (PETROL, {"values": {"co_idle_pct": 4.0}}, "fail", ["limit-exceeded"]),
        (PETROL, {"values": {"co_idle_pct": 0.3}}, "invalid", ["item-not-measured"] * 4),
        (DIESEL, {"exterior": {"devices_present": False}}, "fail", ["devices-missing"]),
        (DIESEL, {"exterior": {"devices_present": True, "visible_smoke": False}}, "pass", []),
        (DIESEL, {"method": None, "readings": [], "refusal": "锁车离开"}, "refused", []),
    ],
)
def test_the_result_by_the_law_of_the_place(
    base: dict[str, Any], changed: dict[str, Any], result: str, codes: list[str]
) -> None:
    found = judge_spot_check(said(base, **changed), LAW)
    assert (found.result, [each.code for each in found.reasons]) == (SpotResult(result), codes)


def test_a_malfunction_lamp_fails_where_obd_decides() -> None:
    vehicle = DIESEL["vehicle"] | {"produced_on": "2020-01-01", "first_registered_on": "2020-02-01"}
    lamp = said(vehicle=vehicle, obd={"mil_on": True, "communication": True}, obd_reader="OB-1")
    found = judge_spot_check(lamp, LAW)
    assert (found.result, found.failed) == (SpotResult.FAIL, ("obd",))


def test_urea_is_a_lead_and_no_fail() -> None:
    thin = judge_spot_check(said(urea={"content_pct": 20}, refractometer="RF-1"), LAW)
    assert (thin.result, [each.code for each in thin.findings]) == (SpotResult.PASS, ["urea-off"])
    good = judge_spot_check(said(urea={"content_pct": 32.5, "refraction": 1.383}, refractometer="RF-1"), LAW)
    assert good.findings == ()


def test_the_limit_is_that_of_the_day_and_place() -> None:
    check = said(readings=[1.0, 1.0, 1.0])
    key = "limit_set.FREEACC"
    stricter = LAW.with_values({key: replace(LAW.value(key), value="b")})
    assert judge_spot_check(check, LAW).result is SpotResult.PASS
    assert judge_spot_check(check, stricter).result is SpotResult.FAIL


def test_every_method_of_the_road_has_limits_for_what_it_measures() -> None:
    for method, items in ITEMS_OF.items():
        chosen = LAW.word(f"limit_set.{method}")
        limited = {key.rsplit(".", 1)[1].removesuffix("_min").removesuffix("_max")
                   for key in LAW.under(f"limits.{Method(method)}.{chosen}")}  # fmt: skip
        assert limited == set(items)
