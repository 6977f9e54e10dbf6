"""Penalty cases step by step: tests/law/cases/penalty-steps.yaml. The days, persons and answers of a case are the
platform's own; what the steps leave is as the store would keep it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Refusal, Unlawful
from imloop.facts.text import Text
from imloop.law import load
from imloop.law.reading import Loader
from imloop.matters import Kind, Matter, New, Role, Step, take
from imloop.matters.decide import By
from imloop.matters.matter import Act, Exhibit, Holder

PAGE = yaml.load(
    (Path(__file__).resolve().parents[2] / "law" / "cases" / "penalty-steps.yaml").read_text("utf-8"),
    Loader=Loader,
)
SETS = {**PAGE["sets"], "spot": PAGE["spot"]}
PEOPLE = tuple((name, Text(name, name)) for name in ("zhang", "li", "wang", "head", "deputy", "fazhi", "po"))
OFFICES = (("MKT", Text("市场监管", "market")),)
NOT_FIELDS = {"day", "who", "by", "step", "with", "state", "due", "closed", "effects", "fact", "clocks"}
REFUSED = {"unlawful": Unlawful, "malformed": Malformed, "not_allowed": NotAllowed, "no_such_step": Conflict}
PARTY = "柳州甲检测有限公司"
EXHIBITS = (
    Exhibit(1, "过程数据", PARTY, "ab12", date(2026, 9, 3)),
    Exhibit(2, "现场照片", "", "cd34", date(2026, 9, 3)),
)


def flat(steps: list[Any]) -> Iterator[dict[str, Any]]:
    for step in steps:
        if isinstance(step, list):
            yield from flat(step)
        else:
            yield step


def start(simple: bool) -> New:
    if simple:
        return New(Kind.SIMPLE_PENALTY, "vehicle", Holder("police", "450200"))
    return New(Kind.PENALTY, "istation", Holder("environment", "450200", PARTY))


def taken(matter: Matter | New, step: dict[str, Any]) -> Any:
    given = {**SETS[step["with"]]} if "with" in step else {}
    said = {name: value for name, value in step.items() if name not in NOT_FIELDS | set(REFUSED)}
    roles = frozenset(Role(role) for role in step.get("by", ["authority"]))
    law = load().at(step["day"], "450200")
    by = By(step.get("who", ""), PEOPLE, OFFICES)
    return take(matter, Step(step["step"]), {**given, **said}, roles, step["day"], law, by)


def kept(decision: Any, step: dict[str, Any]) -> Matter:
    """As the store keeps it: the step is an event, a publication is shown."""
    act = Act(Step(step["step"]), step.get("who", ""), "", step["day"], decision.values)
    matter: Matter = decision.matter
    shown = matter.published or "publish" in decision.effects
    return replace(matter, acts=(*matter.acts, act), published=shown, exhibits=EXHIBITS)


def expect_refusal(refusal: str, matter: Matter | New, step: dict[str, Any]) -> None:
    with pytest.raises(REFUSED[refusal]) as caught:
        taken(matter, step)
    refused: Refusal = caught.value
    if refusal == "unlawful":
        assert [reason.code for reason in refused.reasons] == step["unlawful"], step
        assert all(reason.text.zh and reason.text.en for reason in refused.reasons)
    if refusal == "malformed":
        assert [problem.path for problem in refused.problems] == step["malformed"], step


def expect(matter: Matter, effects: list[str], step: dict[str, Any]) -> None:
    assert matter.state == step.get("state", matter.state), step
    assert matter.due_on == step.get("due", matter.due_on), step
    assert effects == step.get("effects", effects), step
    for name, value in step.get("fact", {}).items():
        assert matter.facts[name] == value, step
    for name, due in step.get("clocks", {}).items():
        clock = matter.clock(name)
        assert clock is not None and clock.due_on == due, step
    assert matter.state.is_open is not step.get("closed", False), step


def follow(case: dict[str, Any], *, simple: bool) -> None:
    matter: Matter | New = start(simple)
    for step in flat(case["taken"]):
        refusal = next((name for name in REFUSED if name in step), None)
        if refusal is not None:
            expect_refusal(refusal, matter, step)
            continue
        decision = taken(matter, step)
        matter = kept(decision, step)
        expect(matter, list(decision.effects), step)


@pytest.mark.parametrize("case", PAGE["cases"], ids=lambda case: case["name"])
def test_an_ordinary_case(case: dict[str, Any]) -> None:
    follow(case, simple=False)


@pytest.mark.parametrize("case", PAGE["simple"], ids=lambda case: case["name"])
def test_a_case_on_the_spot(case: dict[str, Any]) -> None:
    follow(case, simple=True)
