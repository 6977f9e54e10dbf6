"""A penalty case by the ordinary procedure: from the lead to the decision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from imloop.facts.text import Text
from imloop.matters import guards as g
from imloop.matters.any_time import OFFICE
from imloop.matters.clocks import Timer, paused, resumed
from imloop.matters.fields import Field
from imloop.matters.guards import Asked
from imloop.matters.matter import Effect, Matter, Value
from imloop.matters.names import Kind, Role, State, Step
from imloop.matters.penalties import fields as f
from imloop.matters.penalties import guards as p
from imloop.matters.penalties import guards_order as o
from imloop.matters.penalties.as_file import confiscated_of, fine_of
from imloop.matters.row import DECISION_NO, REASONS, Row, day, sentence

K, S = Kind, State
KIND = (K.PENALTY,)
PARTY = Role.CONCERNED

FILING = Timer(
    "filing",
    "procedure.file_days",
    Text("立案期限", "time to file"),
    ("procedure.file_extended_days", "procedure.file_extensions"),
    since="found_on",
)
DECIDING = Timer(
    "deciding",
    "procedure.decide_days",
    Text("办案期限", "time to decide"),
    ("procedure.decide_extended_days", "procedure.decide_extensions"),
)
KEPT = Timer(
    "kept", "procedure.evidence_kept_days", Text("先行登记保存期限", "evidence kept until"), since="kept_on"
)
SERVING = Timer("serving", "procedure.serve_days", Text("送达期限", "time to serve"))
_WEIGHING = (S.NOTICE_DUE, S.NOTIFIED, S.HEARING, S.HEARD)


def _row(
    state: State | None,
    step: Step,
    after: State,
    fields: tuple[Field, ...] = (),
    guards: tuple[g.Guard, ...] = (),
    by: Role = Role.AUTHORITY,
    **more: Any,
) -> Row:
    return Row(KIND, state, step, (by,), after, fields, guards, **more)


def ordinary() -> tuple[Row, ...]:
    """Lead, filing, investigation, review, notice, answer, hearing, discussion, decision."""
    return (*_filing(), *_investigation(), *_notice(), *_hearing(), *_beside(), *_decision())


def _filing() -> tuple[Row, ...]:
    return (
        _row(
            None,
            Step.PROPOSE,
            S.FILING,
            f.OPENED,
            (p.act_found, p.fits_party, p.ours_to_punish),
            starts=(FILING,),
        ),
        _row(
            S.FILING,
            Step.FILE,
            S.INVESTIGATING,
            (sentence("file_no", "立案号", "number of the filing"),),
            (p.not_who_opened, p.ours_to_punish),
            starts=(DECIDING,),
            stops=(FILING.name,),
        ),
        _row(S.FILING, Step.NOT_FILE, S.NO_CASE, (REASONS,), (p.not_who_opened,)),
        _row(
            S.FILING,
            Step.TRANSFER,
            S.TRANSFERRED,
            (OFFICE, sentence("wanted", "移送的事实和理由", "what is handed over, and why")),
            (p.not_who_opened,),
            effects=(Effect.COPY,),
        ),
    )


def _investigation() -> tuple[Row, ...]:
    kept = (day("kept_on", "先行登记保存日期", "kept on"), sentence("things", "保存的物品", "what is kept"))
    return (
        _row(
            S.INVESTIGATING,
            Step.KEEP_EVIDENCE,
            S.INVESTIGATING,
            kept,
            (o.in_order("kept_on", "先行登记保存", "the keeping"),),
            starts=(KEPT,),
            aside=True,
        ),
        _row(
            S.INVESTIGATING,
            Step.SETTLE_EVIDENCE,
            S.INVESTIGATING,
            (sentence("settled", "对保存物品的处理决定", "what becomes of it"),),
            stops=(KEPT.name,),
            aside=True,
            when=lambda matter: matter.clock(KEPT.name) is not None,
        ),
        _row(
            S.INVESTIGATING,
            Step.REPORT,
            S.CASE_REVIEW,
            f.REPORTED,
            (p.officers_enough, p.discretion_holds, p.fine_in_range, p.clause_fits, o.levels_explained),
        ),
        _row(
            S.CASE_REVIEW,
            Step.SEND_BACK,
            S.INVESTIGATING,
            (REASONS,),
            (p.not_an_investigator,),
        ),
        _row(
            S.CASE_REVIEW,
            Step.CLEAR,
            S.NOTICE_DUE,
            (sentence("opinion", "审查意见", "opinion"), *f.COMPLEX),
            (p.not_an_investigator,),
        ),
    )


def _notice() -> tuple[Row, ...]:
    served = (
        o.in_order("served_on", "送达", "the service", o.taken(Step.CLEAR)),
        o.by_publication("served_on", Step.CLEAR),
    )
    return (
        _row(
            S.NOTICE_DUE,
            Step.NOTIFY,
            S.NOTIFIED,
            f.NOTIFIED,
            (*served, p.discretion_holds, p.fine_in_range, p.enough_days, p.hearing_told, p.clauses_compared),
            change=_told,
            since="served_on",
        ),
        _row(S.NOTIFIED, Step.STATE, S.NOTIFIED, f.STATED, (o.answer_in_time,), PARTY),
        _row(
            S.NOTIFIED,
            Step.ASK_HEARING,
            S.HEARING,
            (sentence("request", "要求听证的理由", "why"),),
            (o.answer_in_time, p.may_ask_hearing),
            PARTY,
            change=_pause_deciding,
        ),
        _row(S.NOTIFIED, Step.WAIVE_HEARING, S.HEARD, f.WAIVED, by=PARTY),
        _row(S.NOTIFIED, Step.NO_HEARING_ASKED, S.HEARD, (), (o.answer_time_over,)),
    )


def _hearing() -> tuple[Row, ...]:
    return (
        _row(
            S.HEARING,
            Step.ANNOUNCE_HEARING,
            S.HEARING,
            f.ANNOUNCED,
            (
                o.in_order("announced_on", "通知听证", "the announcement", o.taken(Step.ASK_HEARING)),
                g.hearing_planned,
                p.chair_apart,
            ),
            aside=True,
        ),
        _row(
            S.HEARING,
            Step.HOLD_HEARING,
            S.HEARD,
            f.HEARD,
            (
                o.in_order("held_on", "听证", "the hearing"),
                g.hearing_announced,
                p.chair_apart,
                o.as_announced,
            ),
            change=_go_on_deciding,
        ),
        _row(S.HEARING, Step.GIVE_UP_HEARING, S.HEARD, by=PARTY, change=_go_on_deciding),
    )


def _beside() -> tuple[Row, ...]:
    """Weighing, legal review and discussion, as often as the case needs them before it is decided."""

    def rows(step: Step, fields: tuple[Field, ...], *guards: g.Guard, **more: Any) -> tuple[Row, ...]:
        return tuple(_row(state, step, state, fields, guards, aside=True, **more) for state in _WEIGHING)

    has_stated = tuple(
        replace(row, when=lambda matter: any(act.step is Step.STATE for act in matter.acts))
        for row in rows(Step.WEIGH, f.WEIGHED)
    )
    return (
        *has_stated,
        *rows(Step.REVIEW_LEGALLY, f.LEGAL, p.not_an_investigator),
        *rows(
            Step.DISCUSS,
            f.DISCUSSED,
            o.in_order("discussed_on", "讨论", "the discussion", o.taken(Step.CLEAR)),
            p.voters_apart,
            p.discretion_holds,
            p.fine_in_range,
            change=_discussed,
        ),
    )


def _decision() -> tuple[Row, ...]:
    open_states = (S.INVESTIGATING, S.CASE_REVIEW, S.NOTICE_DUE, S.NOTIFIED, S.HEARING, S.HEARD)
    decided = (DECISION_NO, f.FINE, f.DEPARTURE, *f.CLAUSES, f.PARTY_AGAIN, REASONS, f.COMPARED)
    return (
        _row(
            S.HEARD,
            Step.IMPOSE,
            S.DECIDED,
            decided,
            (
                p.not_an_investigator,
                p.discretion_holds,
                p.answers_weighed,
                p.clauses_compared,
                o.as_discussed,
                *p.vetoes(),
            ),
            effects=(Effect.OPEN_STRIKE_OFF,),
            starts=(SERVING,),
            stops=(DECIDING.name, KEPT.name),
            change=_decided,
        ),
        *(
            _row(state, Step.DROP, S.DROPPED, (f.NO_PENALTY, REASONS), (p.not_an_investigator,))
            for state in open_states
        ),
    )


def _told(matter: Matter, asked: Asked) -> Matter:
    """The fine that the party was told of."""
    return replace(matter, facts={**matter.facts, "told_fine": fine_of(matter.facts, asked.law)})


def _discussed(matter: Matter, asked: Asked) -> Matter:
    """The fine that the heads agreed on."""
    return replace(matter, facts={**matter.facts, "discussed_fine": fine_of(matter.facts, asked.law)})


def _decided(matter: Matter, asked: Asked) -> Matter:
    decided: dict[str, Value] = {
        "decided_fine": fine_of(matter.facts, asked.law),
        "decided_gains": str(confiscated_of(matter.facts, asked.law)),
    }
    return replace(matter, facts={**matter.facts, **decided})


def _pause_deciding(matter: Matter, asked: Asked) -> Matter:
    """The time of a hearing is not counted (Penalty Law art. 60 and the rules of procedure)."""
    clock = matter.clock(DECIDING.name)
    if clock is None or not clock.runs or asked.day > clock.due_on:
        return matter
    return replace(
        matter, clocks=tuple(paused(each, asked.day) if each is clock else each for each in matter.clocks)
    )


def _go_on_deciding(matter: Matter, asked: Asked) -> Matter:
    clock = matter.clock(DECIDING.name)
    if clock is None or clock.paused_on is None:
        return matter
    return replace(
        matter,
        clocks=tuple(
            resumed(each, asked.day, asked.law) if each is clock else each for each in matter.clocks
        ),
    )
