"""Matters before a department: legal cases in tests/law/cases/matter-*.yaml, and what holds for the whole table.

A step names its day, roles and answers; beside it stands what must hold: ``state due closed effects`` or the refusal
``unlawful`` (codes), ``malformed`` (paths), ``not_allowed``, ``no_such_step``.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Refusal, Unlawful
from imloop.law import load
from imloop.matters import Kind, Matter, New, Role, State, Step, steps_open, take
from imloop.matters.diagram import reachable
from imloop.matters.labels import KINDS, ROLES, STATES, STEPS
from imloop.matters.names import CLOSED
from imloop.matters.table import TABLE, rows_for

CASES = Path(__file__).resolve().parents[1] / "law" / "cases"
EXPECTED = ("state", "due", "closed", "effects", "unlawful", "malformed", "not_allowed", "no_such_step")


def matter_cases() -> list[Any]:
    found = []
    for file in sorted(CASES.glob("matter-*.yaml")):
        page = yaml.safe_load(file.read_text(encoding="utf-8"))
        found += [pytest.param(page, case, id=f"{file.stem}: {case['name']}") for case in page["cases"]]
    return found


def refusal_of(step: dict[str, Any]) -> type[Refusal] | None:
    kinds = {
        "unlawful": Unlawful,
        "malformed": Malformed,
        "not_allowed": NotAllowed,
        "no_such_step": Conflict,
    }
    return next((kind for name, kind in kinds.items() if name in step), None)


def asked(page: dict[str, Any], matter: Matter | New, step: dict[str, Any]) -> Any:
    fields = {k: v for k, v in step.items() if k not in (*EXPECTED, "day", "by", "step")}
    law = load().at(step["day"], page["place"])
    roles = frozenset(Role(role) for role in step["by"])
    return take(
        matter,
        Step(step["step"]),
        fields,
        roles,
        step["day"],
        law,
    )


@pytest.mark.parametrize(("page", "case"), matter_cases())
def test_legal_case(page: dict[str, Any], case: dict[str, Any]) -> None:
    matter: Matter | New = New(Kind(page["kind"]), page["subject"])
    for step in case["taken"]:
        refusal = refusal_of(step)
        if refusal is not None:
            with pytest.raises(refusal) as caught:
                asked(page, matter, step)
            if refusal is Unlawful:
                assert [reason.code for reason in caught.value.reasons] == step["unlawful"]
            if refusal is Malformed:
                assert [problem.path for problem in caught.value.problems] == step["malformed"]
            continue
        decision = asked(page, matter, step)
        matter = decision.matter
        assert isinstance(matter, Matter)
        if "state" in step:
            assert matter.state == step["state"], step
        if "due" in step:
            assert matter.due_on == (None if step["due"] == "none" else step["due"]), step
        if "effects" in step:
            assert list(decision.effects) == step["effects"], step
        assert matter.state.is_open is not step.get("closed", False)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_state_of_a_kind_leads_to_an_end(kind: Kind) -> None:
    """No matter can get stuck: from each reachable state a closed one can be reached."""
    reached = {state for state in reachable(kind) if state is not None}
    ends = {state for state in reached if state in CLOSED}
    assert ends
    leads = set(ends)
    for _ in reached:
        leads |= {s for s in reached if any(row.next in leads for row in rows_for(kind, s))}
    assert leads == reached


def test_closed_states_lead_nowhere_and_everything_has_words() -> None:
    assert not [row for row in TABLE if row.state in CLOSED]
    for names, members in ((KINDS, Kind), (STATES, State), (STEPS, Step), (ROLES, Role)):
        assert set(names) == set(members)
    rows = [row for kind in Kind for state in (None, *State) for row in rows_for(kind, state)]
    assert {row.step for row in rows} == set(Step)
    assert {row.next for row in rows} == set(State)


def test_what_is_closed_only_lets_a_publication_be_withdrawn() -> None:
    for kind in Kind:
        for state in CLOSED:
            assert {row.step for row in rows_for(kind, state)} <= {Step.WITHDRAW_PUBLICATION}


def test_no_two_rows_are_the_same_question() -> None:
    seen: set[tuple[Kind, State | None, Step]] = set()
    for row in TABLE:
        for kind in row.kinds:
            assert (kind, row.state, row.step) not in seen
            seen.add((kind, row.state, row.step))


@given(
    kind=st.sampled_from(Kind),
    state=st.sampled_from(State),
    step=st.sampled_from(Step),
    role=st.sampled_from(Role),
    given_fields=st.dictionaries(st.sampled_from(["since", "reasons", "decision_no"]), st.text(max_size=12)),
)
def test_any_step_in_any_state_is_taken_or_refused_by_name(
    kind: Kind, state: State, step: Step, role: Role, given_fields: dict[str, str]
) -> None:
    """And only what ``steps_open`` offers can be taken."""
    day = date(2026, 5, 6)
    matter = Matter(kind, "istation", state, (), {"passed": "yes"})
    law = load().at(day, "450200")
    offered = {row.step for row in steps_open(matter, frozenset({role}))}
    try:
        decision = take(matter, step, given_fields, frozenset({role}), day, law)
    except Refusal as refusal:
        assert refusal.code
        assert refusal.text.zh and refusal.text.en
    else:
        assert step in offered
        assert decision.matter.state in {row.next for row in rows_for(kind, state)}
