"""What may happen to a matter at any time, whatever its kind and state, without moving it on its way.

Its clocks are paused and extended with reasons, it is assigned, what must be put right is set and accepted, it is
merged with a duplicate or copied to another department, and what was published of it is withdrawn.
"""

from __future__ import annotations

from dataclasses import replace

from imloop.facts.text import Text
from imloop.matters import changes
from imloop.matters import guards as g
from imloop.matters.fields import Field, Shape, Source
from imloop.matters.matter import Effect, Matter
from imloop.matters.names import Kind, Role, State, Step
from imloop.matters.row import APPLICATIONS, Row, day, sentence

GROUNDS = (
    ("hearing", Text("听证", "hearing")),
    ("notice_by_publication", Text("公告送达", "service by publication")),
    ("expertise", Text("检测、检验、鉴定", "tests or expertise")),
    ("assistance", Text("其他机关协助或者裁判", "another authority's help or ruling")),
    ("party", Text("等待当事人补充", "the party has to complete something")),
    ("stay", Text("复议、诉讼期间停止执行", "execution stayed during review or court")),
    ("other", Text("其他（在理由中写明）", "other (say which in the reason)")),
)
"""Why a clock may stand still."""
REASON = sentence("reason", "理由", "reason")
CLOCK = Field("clock", Text("期限", "clock"), Shape.CHOICE, source=Source.CLOCKS)
PAUSED = replace(CLOCK, source=Source.PAUSED)


WHICH_GROUND = Field("pause_ground", Text("中止事由", "ground"), Shape.CHOICE, choices=GROUNDS)
PERSON = Field("assigned_to", Text("承办人", "person"), Shape.CHOICE, source=Source.PEOPLE)
REQUIREMENT = Field("requirement", Text("整改事项", "requirement"), Shape.CHOICE, source=Source.REQUIREMENTS)
OFFICE = Field("copied_to", Text("抄告部门", "department"), Shape.CHOICE, source=Source.OFFICES)
NOT_MERGED = (*APPLICATIONS, Kind.WITHDRAWAL)
MERGED_FROM = frozenset(
    {
        State.OPENED,
        State.FILING,
        State.INVESTIGATING,
        State.CASE_REVIEW,
        State.NOTICE_DUE,
        State.RECEIVED,
        State.TRIAGED,
        State.ACCEPTED,
        State.ASSIGNED,
        State.CHECKED,
        State.REOPENED,
    }
)
"""Before anything was told, found or decided: a fine or an answer does not vanish in another matter."""


def any_time(state: State) -> tuple[Row, ...]:
    """The rows of one state, for the department in charge: everything while a matter is open, afterwards only the
    withdrawal of what was published."""
    withdraw = _row(state, Step.WITHDRAW_PUBLICATION, REASON)
    withdraw = replace(withdraw, when=_is_published, effects=(Effect.WITHDRAW_PUBLICATION,))
    if not state.is_open:
        return (withdraw,)
    return (*_of_people(state), *_of_clocks(state), *_of_requirements(state), withdraw)


def _row(state: State, step: Step, *fields: Field) -> Row:
    return Row(tuple(Kind), state, step, (Role.AUTHORITY,), state, fields, aside=True)


def _of_people(state: State) -> tuple[Row, ...]:
    """Whose it is, who else is told, and with what it goes together."""
    wanted = sentence("wanted", "抄告内容和请求事项", "what it is about and what is asked")
    until = day(
        "answer_by", "请于何日前答复（不填按规定）", "answer by (empty: as the rule says)", required=False
    )
    into = sentence("merged_into", "并入的事项编号", "number of the other matter")
    always = (
        replace(_row(state, Step.ASSIGN, PERSON), effects=(Effect.ASSIGN,)),
        replace(_row(state, Step.COPY, OFFICE, wanted, until), effects=(Effect.COPY,)),
    )
    if state not in MERGED_FROM:
        return always
    merge = replace(
        _row(state, Step.MERGE, into, REASON),
        kinds=tuple(kind for kind in Kind if kind not in NOT_MERGED),
        next=State.MERGED,
        effects=(Effect.MERGE,),
    )
    return (*always, merge)


def _of_clocks(state: State) -> tuple[Row, ...]:
    pause = _row(state, Step.PAUSE, CLOCK, WHICH_GROUND, REASON)
    extend = _row(state, Step.EXTEND, CLOCK, REASON)
    return (
        replace(pause, when=_has_running, guards=(g.not_over, g.said_which), change=changes.pause),
        replace(_row(state, Step.CONTINUE, PAUSED, REASON), when=_has_paused, change=changes.let_go_on),
        replace(extend, when=_can_extend, guards=(g.extendable, g.not_over), change=changes.extend),
    )


def _of_requirements(state: State) -> tuple[Row, ...]:
    require = _row(
        state,
        Step.REQUIRE,
        sentence("required", "整改要求", "what must be put right"),
        sentence("clause", "依据条款", "by which clause"),
        day("required_by", "整改期限", "until"),
    )
    accept = _row(
        state, Step.ACCEPT_AS_MET, REQUIREMENT, sentence("proof", "整改证明、复查情况", "what shows it")
    )
    return (
        replace(require, guards=(g.required_later,), change=changes.require),
        replace(accept, when=_has_requirements, change=changes.accept),
    )


def _is_published(matter: Matter) -> bool:
    return matter.published


def _has_running(matter: Matter) -> bool:
    return any(clock.runs for clock in matter.clocks)


def _has_paused(matter: Matter) -> bool:
    return any(clock.paused_on and not clock.ended_on for clock in matter.clocks)


def _can_extend(matter: Matter) -> bool:
    return any(clock.runs and clock.extension for clock in matter.clocks)


def _has_requirements(matter: Matter) -> bool:
    return any(each.met_on is None for each in matter.requirements)
