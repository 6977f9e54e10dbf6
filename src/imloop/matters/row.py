"""One row of the table of matters, and the fields that many rows ask for."""

from __future__ import annotations

from dataclasses import dataclass

from imloop.facts.text import Text
from imloop.matters import guards as g
from imloop.matters.fields import YES_NO, Field, Shape
from imloop.matters.matter import Effect
from imloop.matters.names import Kind, Role, State, Step

K = Kind
APPLICATIONS = (K.ISTATION_APPLICATION, K.MSTATION_APPLICATION)
MEASURES = (K.SUSPENSION, K.STRIKE_OFF, K.REVOCATION)
CONTESTED = (*MEASURES, K.SCRAPPAGE)


@dataclass(frozen=True, slots=True)
class Row:
    kinds: tuple[Kind, ...]
    state: State | None
    step: Step
    roles: tuple[Role, ...]
    next: State
    fields: tuple[Field, ...] = ()
    guards: tuple[g.Guard, ...] = ()
    effects: tuple[Effect, ...] = ()


def sentence(name: str, zh: str, en: str, *, required: bool = True) -> Field:
    """A field of a step that is filled in with words."""
    return Field(name, Text(zh, en), required=required)


def day(name: str, zh: str, en: str, *, required: bool = True) -> Field:
    """A field of a step that is a date."""
    return Field(name, Text(zh, en), Shape.DAY, required)


DECISION_NO = sentence("decision_no", "决定文号", "decision number")
APPEAL_NO = sentence("appeal_no", "复议决定文号", "number of the appeal decision")
SINCE = day("since", "自何日起", "from which day")
UNTIL = day(
    "until", "至何日（不含），整改完成为止的不填", "until (exclusive); empty: until put right", required=False
)
REASONS = sentence("reasons", "理由和依据", "reasons and clauses")
FACTS = sentence("findings", "查明的事实", "facts found")
EVIDENCE = sentence("evidence", "证据", "evidence")
GROUND = Field("ground", Text("情形", "ground"), Shape.CHOICE, from_law=True)
PASSED = Field("passed", Text("是否符合条件", "conditions met?"), Shape.CHOICE, choices=YES_NO)
CHECK = (
    day("checked_on", "核查日期", "checked on"),
    sentence("officers", "核查人员（以“、”分隔）", "officers (separated by “、”)"),
    PASSED,
    FACTS,
)
GRANT = (DECISION_NO, SINCE)
CHECK_GUARDS = (g.enough_officers, g.checked_has_come)
