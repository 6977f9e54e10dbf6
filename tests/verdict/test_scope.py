"""What is judged at all: vehicles of another standard and runs on nobody knows what have no verdict, by any path."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from imloop.facts.codes import Method
from imloop.facts.records.inspection import SecondRun, TestRecord
from imloop.verdict import judge
from imloop.verdict.batch import judge_many, outcome_of, runs_of
from imloop.verdict.formulas.gas import fuel_class
from imloop.verdict.methods.curve import running_totals
from reference.second_opinion import second_opinion
from support.messages.clean_runs import clean
from support.messages.runs import law_of
from support.messages.verdict_cases import assert_judged, cases, more_of


def record_of(case: dict[str, Any]) -> TestRecord:
    made = clean(Method(case.get("method", "TSI")), **more_of(case))
    made = replace(made, unread=tuple(case.get("unread", ())))
    if "second" in case:
        made = replace(made, second=SecondRun(made.trace, made.ambient))
    return made


@pytest.mark.parametrize("case", cases("scope"))
def test_what_is_judged(case: dict[str, Any]) -> None:
    law, record = law_of(str(case.get("law_on", "2026-03-05"))), record_of(case)
    found = judge(record, law)
    assert_judged(case, found)
    assert all(reason.cite.startswith(case.get("cites", "")) for reason in found.reasons)
    assert all(
        reason.next for reason in found.reasons if reason.code in ("fuel-unknown", "vehicle-out-of-scope")
    )
    one, many = outcome_of(found), judge_many(runs_of([record] * 3), law)
    assert many.result.tolist() == one.result.tolist() * 3
    assert np.array_equal(many.values[1], one.values[0])
    if "second" not in case and "law_on" not in case and case.get("fuel") != "electric":
        assert second_opinion(record, law).result == found.parts["exhaust"]


@pytest.mark.parametrize("method", [Method.VMAS, Method.IM195])
def test_no_curve_is_drawn_of_an_unknown_fuel(method: Method) -> None:
    record, law = clean(method), law_of()
    assert running_totals(record, law)
    assert running_totals(replace(record, vehicle=replace(record.vehicle, fuel=None)), law) == {}


def test_an_unknown_fuel_has_no_constants() -> None:
    with pytest.raises(ValueError, match="unknown fuel"):
        fuel_class(None)
