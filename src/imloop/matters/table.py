"""Every matter follows this table: kind × state × step → who, what it must say, conditions, next state, effects.

``docs/matters.md`` is generated from here.
"""

from __future__ import annotations

from dataclasses import dataclass

from imloop.facts.text import Text
from imloop.matters import guards as g
from imloop.matters.fields import YES_NO, Field, Shape
from imloop.matters.matter import Effect
from imloop.matters.names import Kind, Role, State, Step

K, S = Kind, State
APPLICATIONS = (K.ISTATION_APPLICATION, K.MSTATION_APPLICATION)
MEASURES = (K.SUSPENSION, K.STRIKE_OFF, K.REVOCATION)
CONTESTED = (*MEASURES, K.SCRAPPAGE)
_BY_COUNTY = (Role.COUNTY_TRANSPORT, Role.CITY_TRANSPORT)
_BOTH = (Role.AUTHORITY, *_BY_COUNTY)


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


def _words(name: str, zh: str, en: str, *, required: bool = True) -> Field:
    return Field(name, Text(zh, en), required=required)


def _day(name: str, zh: str, en: str, *, required: bool = True) -> Field:
    return Field(name, Text(zh, en), Shape.DAY, required)


_DECISION_NO = _words("decision_no", "决定文号", "decision number")
_APPEAL_NO = _words("appeal_no", "复议决定文号", "number of the appeal decision")
_SINCE = _day("since", "自何日起", "from which day")
_UNTIL = _day(
    "until", "至何日（不含），整改完成为止的不填", "until (exclusive); empty: until put right", required=False
)
_REASONS = _words("reasons", "理由和依据", "reasons and clauses")
_FACTS = _words("findings", "查明的事实", "facts found")
_EVIDENCE = _words("evidence", "证据", "evidence")
_GROUND = Field("ground", Text("情形", "ground"), Shape.CHOICE, from_law=True)
_PASSED = Field("passed", Text("是否符合条件", "conditions met?"), Shape.CHOICE, choices=YES_NO)
_CHECK = (
    _day("checked_on", "核查日期", "checked on"),
    _words("officers", "核查人员（以“、”分隔）", "officers (separated by “、”)"),
    _PASSED,
    _FACTS,
)
_GRANT = (_DECISION_NO, _SINCE)
_CHECK_GUARDS = (g.enough_officers, g.checked_has_come)


def _applications() -> tuple[Row, ...]:
    istation, mstation = (K.ISTATION_APPLICATION,), (K.MSTATION_APPLICATION,)
    granted = (Effect.REGISTER, Effect.PUBLISH)
    missing = (_words("missing", "需要补正的内容", "what is missing"),)
    going = (S.SUBMITTED, S.RETURNED, S.REVIEW, S.SITE_CHECK, S.SELECTION, S.DECISION)
    return (
        Row(APPLICATIONS, None, Step.APPLY, (Role.CONCERNED,), S.SUBMITTED),
        Row(APPLICATIONS, S.SUBMITTED, Step.RETURN, _BOTH, S.RETURNED, missing),
        Row(APPLICATIONS, S.RETURNED, Step.RESUBMIT, (Role.CONCERNED,), S.SUBMITTED),
        Row(istation, S.SUBMITTED, Step.ACCEPT, (Role.AUTHORITY,), S.REVIEW),
        Row(
            istation,
            S.REVIEW,
            Step.REVIEW,
            (Role.AUTHORITY,),
            S.SITE_CHECK,
            (_words("opinion", "审查意见", "opinion"),),
        ),
        Row(istation, S.SITE_CHECK, Step.CHECK_SITE, (Role.AUTHORITY,), S.DECISION, _CHECK, _CHECK_GUARDS),
        Row(mstation, S.SUBMITTED, Step.ACCEPT, _BY_COUNTY, S.SELECTION),
        Row(mstation, S.SELECTION, Step.RECOMMEND, _BY_COUNTY, S.DECISION, _CHECK, _CHECK_GUARDS),
        Row(
            mstation,
            S.SUBMITTED,
            Step.ACCEPT_DIRECTLY,
            (Role.CITY_TRANSPORT,),
            S.DECISION,
            _CHECK,
            (g.green_channel, *_CHECK_GUARDS),
        ),
        Row(APPLICATIONS, S.DECISION, Step.CHECK_SITE, _BOTH, S.DECISION, _CHECK, _CHECK_GUARDS),
        Row(
            APPLICATIONS,
            S.DECISION,
            Step.APPROVE,
            (Role.AUTHORITY,),
            S.APPROVED,
            _GRANT,
            (g.conditions_met, g.not_backdated),
            granted,
        ),
        *(
            Row(APPLICATIONS, state, Step.REFUSE, (Role.AUTHORITY,), S.REFUSED, (_DECISION_NO, _REASONS))
            for state in (S.RETURNED, S.REVIEW, S.SITE_CHECK, S.SELECTION, S.DECISION)
        ),
        *(Row(APPLICATIONS, state, Step.CANCEL, (Role.CONCERNED,), S.CANCELLED) for state in going),
    )


def _withdrawal() -> tuple[Row, ...]:
    kind = (K.WITHDRAWAL,)
    wish = (_words("reasons", "退出原因", "why"), _day("last_day", "拟停止业务的日期", "intends to stop on"))
    gone = (Effect.CLOSE_STANDING, Effect.LET_CASES_GO, Effect.PUBLISH)
    return (
        Row(kind, None, Step.APPLY, (Role.CONCERNED,), S.SUBMITTED, wish),
        Row(
            kind,
            S.SUBMITTED,
            Step.APPROVE,
            (Role.AUTHORITY,),
            S.APPROVED,
            _GRANT,
            (g.not_backdated,),
            gone,
        ),
        Row(kind, S.SUBMITTED, Step.REFUSE, (Role.AUTHORITY,), S.REFUSED, (_DECISION_NO, _REASONS)),
        Row(kind, S.SUBMITTED, Step.CANCEL, (Role.CONCERNED,), S.CANCELLED),
    )


def _contest() -> tuple[Row, ...]:
    """Grounds, notice, hearing, appeal: the same for every decision that takes something away."""
    concerned, authority = (Role.CONCERNED,), (Role.AUTHORITY,)
    told = (
        _day("served_on", "告知日期", "notified on"),
        _words("intended", "拟作出的决定", "intended decision"),
    )
    heard = (
        _day("announced_on", "通知听证的日期", "hearing announced on"),
        _day("held_on", "听证日期", "held on"),
        _words("record", "听证笔录摘要", "summary of the record"),
    )
    stated = (_words("statement", "陈述、申辩意见", "statement"),)
    asked = (_words("request", "要求听证的理由", "why"),)
    appealed = (_words("appeal", "复议理由", "grounds of the appeal"),)
    on_hearing = (g.held_has_come, g.hearing_announced)
    on_appeal = (g.not_appealed, g.appeal_in_time)

    def row(
        state: State,
        step: Step,
        roles: tuple[Role, ...],
        after: State,
        fields: tuple[Field, ...] = (),
        guards: tuple[g.Guard, ...] = (),
    ) -> Row:
        return Row(CONTESTED, state, step, roles, after, fields, guards)

    return (
        row(S.OPENED, Step.NOTIFY, authority, S.NOTIFIED, told, (g.served_has_come,)),
        row(S.NOTIFIED, Step.STATE, concerned, S.NOTIFIED, stated),
        row(S.NOTIFIED, Step.ASK_HEARING, concerned, S.HEARING, asked, (g.hearing_in_time,)),
        row(S.NOTIFIED, Step.WAIVE_HEARING, concerned, S.HEARD),
        row(S.NOTIFIED, Step.NO_HEARING_ASKED, authority, S.HEARD, (), (g.hearing_time_over,)),
        row(S.HEARING, Step.HOLD_HEARING, authority, S.HEARD, heard, on_hearing),
        *(
            row(state, Step.DROP, authority, S.DROPPED, (_REASONS,))
            for state in (S.OPENED, S.NOTIFIED, S.HEARING, S.HEARD)
        ),
        row(S.IN_FORCE, Step.APPEAL, concerned, S.APPEALED, appealed, on_appeal),
        row(S.APPEALED, Step.UPHOLD, (Role.APPEAL,), S.IN_FORCE, (_APPEAL_NO, _REASONS)),
    )


def _measures() -> tuple[Row, ...]:
    opened = (_GROUND, _FACTS, _EVIDENCE)
    decided = (_DECISION_NO, _SINCE, _REASONS)
    suspended = (
        _DECISION_NO,
        _SINCE,
        _UNTIL,
        _REASONS,
        _words("remedy", "整改要求", "what must be put right"),
    )
    taken = (Effect.CLOSE_STANDING, Effect.LET_CASES_GO, Effect.PUBLISH)
    back = (Effect.RESTORE_STANDING, Effect.PUBLISH)
    ending = (K.STRIKE_OFF, K.REVOCATION)
    who_opens = (Role.AUTHORITY, Role.MARKET, Role.ENVIRONMENT, Role.COUNTY_TRANSPORT)
    mended = (_DECISION_NO, _words("mended", "整改核查情况", "what was put right, as checked"))
    return (
        Row(MEASURES, None, Step.OPEN, who_opens, S.OPENED, opened),
        Row(
            (K.SUSPENSION,),
            S.HEARD,
            Step.DECIDE,
            (Role.AUTHORITY,),
            S.IN_FORCE,
            suspended,
            (g.not_backdated, g.ends_later),
            taken,
        ),
        Row(ending, S.HEARD, Step.DECIDE, (Role.AUTHORITY,), S.IN_FORCE, decided, (g.not_backdated,), taken),
        Row(
            MEASURES,
            S.APPEALED,
            Step.OVERTURN,
            (Role.APPEAL,),
            S.OVERTURNED,
            (_APPEAL_NO, _REASONS),
            (),
            back,
        ),
        *(
            Row((K.SUSPENSION,), state, Step.RESUME, (Role.AUTHORITY,), S.RESUMED, mended, (), back)
            for state in (S.IN_FORCE, S.APPEALED)
        ),
        Row(ending, S.IN_FORCE, Step.FINISH, (Role.AUTHORITY,), S.FINAL, (), (g.appeal_time_over,)),
    )


def _scrappage() -> tuple[Row, ...]:
    kind = (K.SCRAPPAGE,)
    proof = (
        _words("certificate_no", "报废机动车回收证明编号", "number of the dismantling certificate"),
        _words("dismantler", "回收拆解企业", "dismantler"),
        _day("dismantled_on", "拆解日期", "dismantled on"),
    )
    by = (Role.AUTHORITY, Role.POLICE)
    return (
        Row(kind, None, Step.OPEN, (Role.AUTHORITY,), S.OPENED, (_FACTS, _EVIDENCE)),
        Row(
            kind,
            S.HEARD,
            Step.DECIDE,
            (Role.AUTHORITY,),
            S.IN_FORCE,
            (_DECISION_NO, _SINCE, _REASONS),
            (g.not_backdated,),
        ),
        Row(kind, S.APPEALED, Step.OVERTURN, (Role.APPEAL,), S.OVERTURNED, (_APPEAL_NO, _REASONS)),
        Row(
            kind,
            S.IN_FORCE,
            Step.HAND_OVER,
            (Role.AUTHORITY,),
            S.HANDED_OVER,
            (_words("handed_to", "接收单位和经办人", "received by"),),
            (g.appeal_time_over,),
            (Effect.TELL_DISMANTLERS,),
        ),
        Row(
            kind,
            S.HANDED_OVER,
            Step.CONFIRM_DISMANTLED,
            by,
            S.DISMANTLED,
            proof,
            (g.dismantled_has_come,),
            (Effect.SCRAP,),
        ),
    )


TABLE: tuple[Row, ...] = (*_applications(), *_withdrawal(), *_contest(), *_measures(), *_scrappage())


def rows_for(kind: Kind, state: State | None) -> tuple[Row, ...]:
    """What may happen to a matter of a kind in a state (None: not yet opened)."""
    return tuple(row for row in TABLE if kind in row.kinds and row.state is state)
