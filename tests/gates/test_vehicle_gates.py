"""Legal cases of the gates around a vehicle: tests/law/cases/gate-*.yaml, each clause in both directions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from imloop.facts.days import CHINA
from imloop.facts.refusal import Malformed
from imloop.gates.answer import Answer
from imloop.gates.roads.may_drive import AlertFact, ZoneFact, road
from imloop.gates.roads.zone_rules import parse_rules
from imloop.gates.vehicles.case_fact import CaseFact
from imloop.gates.vehicles.cycle import cycle_on, due_after, milestones
from imloop.gates.vehicles.mark import mark
from imloop.gates.vehicles.origin import due_here
from imloop.gates.vehicles.registration import Application, registration
from imloop.gates.vehicles.subject import Subject, stage_name, stage_rank
from imloop.law import LawUnseen, load

CASES = Path(__file__).resolve().parents[1] / "law" / "cases"


class Loader(yaml.SafeLoader):
    """``on`` is a key here, not a truth."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def cases(gate: str) -> list[Any]:
    page = yaml.load((CASES / f"gate-{gate}.yaml").read_text(encoding="utf-8"), Loader=Loader)
    common = {key: value for key, value in page.items() if key not in ("cases", "gate")}
    return [
        pytest.param(
            {**common, **case, "vehicle": {**common.get("vehicle", {}), **case.get("vehicle", {})}},
            id=case["name"],
        )
        for case in page["cases"]
    ]


def case_fact(case: dict[str, Any]) -> CaseFact | None:
    given_case = case.get("case")
    if given_case is None:
        return None
    return CaseFact(
        "330000-2026-000001",
        "awaiting_repair",
        given_case["deadline"],
        given_case.get("overdue", False),
        given_case.get("spot_check", False),
    )


def check(answer: Answer, case: dict[str, Any]) -> None:
    assert [reason.code for reason in answer.refusals] == case["refused"]
    assert answer.allowed is (not case["refused"])
    assert [reason.code for reason in answer.reasons if reason.warning] == case.get("warned", [])
    for reason in answer.refusals:
        assert reason.cite and reason.next is not None and reason.text.zh and reason.text.en
    if "cite" in case:
        assert case["cite"] in answer.refusals[0].cite
    for key, value in case.get("facts", {}).items():
        assert answer.facts[key] == value


@pytest.mark.parametrize("case", cases("cycle"))
def test_cycle(case: dict[str, Any]) -> None:
    law = load().at(case["on"], case["place"])
    found = cycle_on(Subject(**case["vehicle"]), case["on"], law)
    assert (found.kind, found.due_on) == (case["kind"], case["due_on"])
    assert found.opens_on == case.get("opens_on", found.opens_on)
    if found.kind != "mark":
        assert [reason.code for reason in found.reasons] == case.get("codes", [])


@pytest.mark.parametrize("case", cases("mark"))
def test_mark(case: dict[str, Any]) -> None:
    law = load().at(case["on"], case["place"])
    check(mark(Subject(**case["vehicle"]), case_fact(case), case["on"], law), case)


@pytest.mark.parametrize("case", cases("due"))
def test_due_here(case: dict[str, Any]) -> None:
    law = load().at(case["on"], case["place"])
    subject, enrolled = Subject(**case["vehicle"]), case.get("enrolled", False)
    check(due_here(subject, case_fact(case), case["on"], law, enrolled=enrolled), case)


@pytest.mark.parametrize("case", cases("registration"))
def test_registration(case: dict[str, Any]) -> None:
    law = load().at(case["on"], case["place"])
    subject = Subject(**case["vehicle"])
    check(registration(subject, Application(case["what"]), case_fact(case), law), case)


@pytest.mark.parametrize("case", cases("road"))
def test_road(case: dict[str, Any]) -> None:
    at = datetime.fromisoformat(str(case["at"])).replace(tzinfo=CHINA)
    law = load().at(at.date(), case["place"])
    zones = [ZoneFact(z["code"], z["name"], parse_rules(z["rules"]), z["cite"]) for z in case["zones"]]
    alerts = [AlertFact(a["level"], parse_rules(a["rules"]), "") for a in case.get("alerts", ())]
    answer = road(
        Subject(**case["vehicle"]),
        at,
        law,
        zones=zones,
        alerts=alerts,
        zone=case.get("zone", ""),
        case=case_fact(case),
        enrolled=case.get("enrolled", False),
    )
    check(answer, case)


@pytest.mark.parametrize(
    ("rules", "path"),
    [
        ([], "$.rules"),
        ("x", "$.rules"),
        ([1], "$.rules[0]"),
        ([{}], "$.rules[0].fuels"),
        ([{"hours": ["07:00-09:00"]}], "$.rules[0].fuels"),
        ([{"fuels": ["coal"]}], "$.rules[0].fuels"),
        ([{"fuels": ["diesel"], "hours": ["7-9"]}], "$.rules[0].hours"),
        ([{"fuels": ["diesel"], "hours": ["09:00-09:00"]}], "$.rules[0].hours"),
        ([{"fuels": ["diesel"], "hours": ["09:00-24:30"]}], "$.rules[0].hours"),
        ([{"fuels": ["diesel"], "weekdays": [0]}], "$.rules[0].weekdays"),
        ([{"fuels": ["diesel"], "weekdays": [True]}], "$.rules[0].weekdays"),
        ([{"stage_below": "7"}], "$.rules[0].stage_below"),
        ([{"digits": ["12"]}], "$.rules[0].digits"),
        ([{"over_mass_kg": "heavy"}], "$.rules[0].over_mass_kg"),
        ([{"odd_even": "yes"}], "$.rules[0].odd_even"),
        ([{"elsewhere": ["桂B1"]}], "$.rules[0].elsewhere"),
        ([{"fuels": ["diesel"], "except": ["friends"]}], "$.rules[0].except"),
        ([{"fuels": ["diesel"]}, {"fuel": ["diesel"]}], "$.rules[1].fuel"),
    ],
)
def test_a_wrong_rule_names_its_field(rules: object, path: str) -> None:
    with pytest.raises(Malformed) as refusal:
        parse_rules(rules)
    assert refusal.value.problems[0].path == path


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("国五", "国五"), ("V", "国五"), ("5", "国五"), ("国VI b", "国VI b"), ("国六b", "国六b"), ("VIB", "国六b"),
        ("6A", "国六a"), ("III", "国三"),
    ],
)  # fmt: skip
def test_stages_are_read_as_people_write_them(written: str, name: str) -> None:
    assert stage_name(written) == name


def test_stages_compare() -> None:
    ranks = [stage_rank(stage) for stage in ("0", "1", "2", "3", "4", "5", "6a", "6b")]
    assert ranks == sorted(ranks) and None not in ranks
    assert stage_rank("欧五") is None


@given(
    registered=st.dates(date(2000, 1, 1), date(2026, 1, 1)),
    wait=st.integers(0, 9000),
    vehicle_type=st.sampled_from(["K33", "K39", "K11", "H11", "M21", "Z11", ""]),
    usage=st.sampled_from(["A", "B", "D", "F", ""]),
)
def test_every_day_lies_in_exactly_one_cycle(
    registered: date, wait: int, vehicle_type: str, usage: str
) -> None:
    law = load().at(date(2026, 5, 10), "450200")
    subject = Subject(vehicle_type=vehicle_type, usage=usage, first_registered_on=registered)
    day = registered + timedelta(days=wait)
    ends = milestones(subject, day, law)
    assert all(a.due_on < b.due_on and a.opens_on < b.opens_on for a, b in zip(ends, ends[1:], strict=False))
    assert all(each.opens_on < each.due_on for each in ends)
    due = due_after(subject, day, law)
    assert due is not None and due > day


def test_the_cycle_of_a_motorcycle_is_not_guessed_where_its_text_was_not_seen() -> None:
    motorcycle = Subject(
        vehicle_type="M21", usage="A", fuel="gasoline", first_registered_on=date(2014, 6, 15)
    )
    with pytest.raises(LawUnseen):
        cycle_on(motorcycle, date(2018, 5, 10), load().at(date(2018, 5, 10), "450200"))
