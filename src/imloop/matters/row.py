"""One row of the table of matters, and the fields that many rows ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from imloop.facts.text import Text
from imloop.matters import guards as g
from imloop.matters.clocks import Timer
from imloop.matters.fields import YES_NO, Field, Shape, Source
from imloop.matters.matter import Effect, Matter
from imloop.matters.names import Kind, Role, State, Step

K = Kind
APPLICATIONS = (K.ISTATION_APPLICATION, K.MSTATION_APPLICATION)
MEASURES = (K.SUSPENSION, K.STRIKE_OFF, K.REVOCATION)
CONTESTED = (*MEASURES, K.SCRAPPAGE)


STATION_DECISION = "station-decision"
"""Of ``Row.second``: what gives a station its standing, takes it, or gives it back."""
Change = Callable[[Matter, g.Asked], Matter]
"""What a step does to clocks or requirements besides moving the matter."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    ``starts``, ``stops``: clocks, by their timers and names. ``since``: the field that names the first day of the next
    state's time, else the day of the step. ``aside``: a step that never moves the matter and is never waited for.
    ``change``: what it does to clocks and requirements. ``when``: the matters it is there for. ``second``: what the
    law calls the step where a second person must confirm it (``second_person.<second>``).
    """

    kinds: tuple[Kind, ...]
    state: State | None
    step: Step
    roles: tuple[Role, ...]
    next: State
    fields: tuple[Field, ...] = ()
    guards: tuple[g.Guard, ...] = ()
    effects: tuple[Effect, ...] = ()
    starts: tuple[Timer, ...] = ()
    stops: tuple[str, ...] = ()
    aside: bool = False
    change: Change | None = None
    when: Callable[[Matter], bool] | None = None
    since: str = ""
    second: str = ""


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
GROUND = Field("ground", Text("情形", "ground"), Shape.CHOICE, source=Source.LAW)
PASSED = Field("passed", Text("是否符合条件", "conditions met?"), Shape.CHOICE, choices=YES_NO)
CHECK = (
    day("checked_on", "核查日期", "checked on"),
    sentence("officers", "核查人员（以“、”分隔）", "officers (separated by “、”)"),
    PASSED,
    FACTS,
)
GRANT = (DECISION_NO, SINCE)
CHECK_GUARDS = (g.enough_officers, g.checked_has_come)
