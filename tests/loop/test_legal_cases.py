"""Legal cases: facts, step by step, and what the law makes of them. The cases are tests/law/cases/*.yaml.

A step is ``fail pass repair unlock contradict exit clock scrap object reject annul`` (an event at that time) or
``permit`` (the gate is asked). Beside it: the event's facts, and what must hold after it:
``state round deadline overdue effects answer unmatched``, ``unlawful`` (codes
of the refusal), for a permit ``refused`` and ``warned``. ``switch`` replaces values of the plan for one case.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from imloop import loop
from imloop.facts.days import day_of
from imloop.facts.refusal import Unlawful
from imloop.law import Book, load
from imloop.law.book import DATA
from imloop.loop.events import CaseAnnulled, DeadlinePassed, Event, VehicleScrapped
from support.stories.loop_stories import (
    WORK,
    at,
    contradicted,
    failed,
    granted,
    objected,
    passed,
    rejected,
    repaired,
    unlocked,
)

CASES = Path(__file__).resolve().parents[1] / "law" / "cases"
PLAN = DATA / "450200" / "plan.yaml"
VERBS = (
    "fail",
    "pass",
    "repair",
    "unlock",
    "contradict",
    "exit",
    "clock",
    "scrap",
    "object",
    "reject",
    "annul",
    "permit",
)
EXPECTED = {
    *("state", "round", "deadline", "overdue", "effects", "answer", "unmatched"),
    *("unlawful", "refused", "warned"),
}


def legal_cases() -> list[Any]:
    found = []
    for file in sorted(CASES.glob("*.yaml")):
        page = yaml.safe_load(file.read_text(encoding="utf-8"))
        if not isinstance(page, dict) or not any("steps" in case for case in page.get("cases", ())):
            continue
        found += [
            pytest.param(page["place"], case, id=f"{file.stem}: {case['name']}") for case in page["cases"]
        ]
    return found


def book_with(switch: dict[str, Any], folder: Path) -> Book:
    """The shipped law with some values of the plan replaced, each from its first day on."""
    if not switch:
        return load()
    plan = yaml.safe_load(PLAN.read_text(encoding="utf-8"))
    # Plain YAML reads the key ``on`` as true; the law's own reader does not.
    plan["text"]["confirmed"]["on"] = plan["text"]["confirmed"].pop(True)
    for key, value in switch.items():
        plan["values"][key]["dated"] = [{**plan["values"][key]["dated"][0], "value": value}]
    changed = folder / "plan.yaml"
    changed.write_text(yaml.safe_dump(plan, allow_unicode=True), encoding="utf-8")
    others = [file for file in sorted(DATA.rglob("*.yaml")) if file != PLAN]
    return load([*others, changed])


class Court:
    """One case before the law of one place."""

    def __init__(self, book: Book, place: str) -> None:
        self.book, self.place = book, place
        self.case: loop.Case | None = None
        self.effects: list[str] = []

    def law(self, moment: datetime) -> Any:
        return self.book.at(day_of(moment), self.place)

    def event(self, verb: str, when: str, facts: dict[str, Any]) -> Event:
        plain: dict[str, Callable[[], Event]] = {
            "contradict": lambda: contradicted(when, self.case),
            "reject": lambda: rejected(when),
            "clock": lambda: DeadlinePassed(at=at(when)),
        }
        if verb in plain:
            return plain[verb]()
        if verb == "fail":
            return failed(when, facts["station"], odometer_km=facts.get("odometer_km"))
        if verb == "pass":
            return passed(when, facts["station"])
        if verb == "exit":
            kind = facts.get("kind", "station-closed")
            return granted(when, facts["to"], facts["expires"], kind=kind)
        if verb == "unlock":
            papers = {name: facts[name] for name in ("settlement", "certificate") if name in facts}
            return unlocked(
                when, self.case, station=facts["station"], listed=facts.get("listed", True), **papers
            )
        if verb == "object":
            return objected(when, ground=facts["ground"])
        if verb == "annul":
            return CaseAnnulled(
                at=at(when), approver=facts["approver"], reason="异议成立", evidence="核查记录"
            )
        if verb == "scrap":
            return VehicleScrapped(at=at(when), approver=facts["approver"], evidence=facts["evidence"])
        return repaired(
            when,
            documents=tuple(facts["documents"]),
            listed=facts["listed"],
            odometer_km=facts.get("odometer_km"),
            failed_odometer_km=facts.get("failed_km"),
            shop=facts.get("shop", "M1"),
            items=() if facts.get("work") is False else (WORK,),
            law=self.law(at(when)),
            **{f"{name}_no": facts[name] for name in ("settlement", "certificate") if name in facts},
        )

    def take(self, event: Event) -> list[str]:
        """Codes of the refusal, none if the event was taken."""
        try:
            decision = loop.decide(
                self.case, event, self.law(event.at), event.at, case_no="C1", place=self.place
            )
        except Unlawful as refusal:
            return [reason.code for reason in refusal.reasons if not reason.warning]
        self.case, self.effects = decision.case, [str(effect.kind) for effect in decision.effects]
        return []


def observed(court: Court, name: str) -> object:
    if name == "effects":
        return court.effects
    if name == "answer":
        assert court.case is not None
        return court.case.objections[-1].answer
    value = getattr(court.case, name)
    if name == "unmatched":
        return len(value)
    return value.isoformat() if name == "deadline" else value


def check(court: Court, step: dict[str, Any]) -> None:
    step = {
        name: str(value) if not isinstance(value, (list, int, bool)) else value
        for name, value in step.items()
    }
    verb = next(verb for verb in VERBS if verb in step)
    facts = {name: value for name, value in step.items() if name not in EXPECTED and name != verb}
    if verb == "permit":
        when = at(step[verb])
        found = loop.permit(court.case, station=facts["station"], at=when, law=court.law(when))
        assert [reason.code for reason in found.refusals] == step["refused"]
        assert found.allowed is (step["refused"] == [])
        assert [reason.code for reason in found.reasons if reason.warning] == step.get("warned", [])
        return
    before = court.case
    assert court.take(court.event(verb, step[verb], facts)) == step.get("unlawful", [])
    if "unlawful" in step:
        assert court.case is before
    for name in EXPECTED & step.keys() - {"unlawful"}:
        assert observed(court, name) == step[name], name


@pytest.mark.parametrize(("place", "case"), legal_cases())
def test_legal_case(place: str, case: dict[str, Any], tmp_path: Path) -> None:
    court = Court(book_with(case.get("switch", {}), tmp_path), place)
    for step in case["steps"]:
        check(court, step)


def test_every_case_names_its_clause_and_only_known_words() -> None:
    known = EXPECTED | {
        *VERBS,
        "station",
        "listed",
        "documents",
        "odometer_km",
        "to",
        "expires",
        "approver",
        "evidence",
        "kind",
        "ground",
        "settlement",
        "certificate",
        "failed_km",
        "shop",
        "work",
    }
    for param in legal_cases():
        case = param.values[1]
        assert case["clause"]
        for step in case["steps"]:
            assert step.keys() <= known, step
            assert len(step.keys() & set(VERBS)) == 1, step
