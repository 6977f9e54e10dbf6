"""Days before the texts in force: what they limited and was not seen is not judged by a later text."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from imloop.facts.codes import Fuel, Method
from imloop.facts.refusal import Unknown
from imloop.verdict import judge
from imloop.verdict.batch import judge_many, runs_of
from support.messages.generated import generate
from support.messages.lively_runs import lug_down
from support.messages.runs import law_of, record

UNSEEN = sorted(set(Method) - {Method.FREEACC})


@pytest.mark.parametrize("method", UNSEEN)
def test_no_verdict_where_no_limits_were_seen(method: Method) -> None:
    law, dice = law_of("2019-04-30"), Random(3)
    made = [generate(method, dice).record for _ in range(30)]
    records = [replace(each, vehicle=replace(each.vehicle, vehicle_type="")) for each in made]
    for each in records:
        found = judge(each, law)
        assert (str(found.result), found.limit_set, found.items) == ("invalid", "", ())
        assert [reason.code for reason in found.reasons] == ["law-text-not-seen"]
        assert found.reasons[0].cite and found.reasons[0].next is not None
        assert found.claim.agrees is None
    assert set(judge_many(runs_of(records), law).result.tolist()) == {2}


@pytest.mark.parametrize("method", UNSEEN)
def test_from_may_2019_on_there_are_limits(method: Method) -> None:
    law, dice = law_of("2019-05-01"), Random(3)
    found = [judge(generate(method, dice).record, law) for _ in range(30)]
    assert {each.limit_set for each in found} == {"a"}
    assert len({str(each.result) for each in found}) > 1


def test_free_acceleration_had_a_limit_that_was_seen() -> None:
    law, dice = law_of("2019-04-30"), Random(3)
    assert {judge(generate(Method.FREEACC, dice).record, law).limit_set for _ in range(5)} == {"a"}


def test_an_electric_vehicle_had_nothing_to_test_then_either() -> None:
    run = generate(Method.TSI, Random(3)).record
    run = replace(run, vehicle=replace(run.vehicle, fuel=Fuel.ELECTRIC))
    assert [reason.code for reason in judge(run, law_of("2019-04-30")).reasons] == ["vehicle-exempt"]


def test_doubts_of_the_recording_are_told_all_the_same() -> None:
    run = record(Method.LUGDOWN, {**lug_down(), "speed_kmh": [70.0] * 60})
    assert "speed-ratio-off" in {finding.code for finding in judge(run, law_of("2019-04-30")).findings}


def test_a_set_that_is_asked_for_is_not_there() -> None:
    with pytest.raises(Unknown) as caught:
        judge(generate(Method.ASM, Random(3)).record, law_of("2019-04-30"), limit_set="a")
    assert caught.value.code == "limit-set-unknown"


@pytest.mark.parametrize(
    ("place", "k", "verdict"),
    [
        ("650000", 1.39, "pass"),
        ("659001", 1.39, "pass"),
        ("659001", 1.40, "fail"),
        ("450200", 1.39, "invalid"),
        ("620000", 1.40, "invalid"),
    ],
)
def test_the_lug_down_limit_of_one_province_stays_there(place: str, k: float, verdict: str) -> None:
    raw = {**lug_down(), "k_per_m": [k] * len(lug_down()["t_s"])}
    run = record(Method.LUGDOWN, raw, vehicle={"rated_power_kw": 90.0})
    assert str(judge(run, law_of("2018-11-09", place)).result) == verdict


def test_lug_down_without_limits_of_smoke_has_no_set() -> None:
    run = record(Method.LUGDOWN, lug_down(), vehicle={"rated_power_kw": 90.0})
    with pytest.raises(Unknown) as caught:
        judge(run, law_of("2018-11-09"), limit_set="a")
    assert caught.value.code == "limit-set-unknown"
