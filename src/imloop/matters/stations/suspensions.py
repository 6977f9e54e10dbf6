"""What takes something away: suspension, striking off, revocation; and how every such decision is contested."""

from __future__ import annotations

from imloop.matters import guards as g
from imloop.matters.fields import Field
from imloop.matters.matter import Effect
from imloop.matters.names import Kind, Role, State, Step
from imloop.matters.row import (
    APPEAL_NO,
    CONTESTED,
    DECISION_NO,
    EVIDENCE,
    FACTS,
    GROUND,
    MEASURES,
    REASONS,
    SINCE,
    STATION_DECISION,
    UNTIL,
    Row,
    day,
    sentence,
)

K, S = Kind, State


def contest() -> tuple[Row, ...]:
    """Grounds, notice, hearing, appeal: the same for every decision that takes something away."""
    concerned, authority = (Role.CONCERNED,), (Role.AUTHORITY,)
    told = (
        day("served_on", "告知日期", "notified on"),
        sentence("intended", "拟作出的决定", "intended decision"),
    )
    heard = (
        day("announced_on", "通知听证的日期", "hearing announced on"),
        day("held_on", "听证日期", "held on"),
        sentence("record", "听证笔录摘要", "summary of the record"),
    )
    stated = (sentence("statement", "陈述、申辩意见", "statement"),)
    asked = (sentence("request", "要求听证的理由", "why"),)
    appealed = (sentence("appeal", "复议理由", "grounds of the appeal"),)
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
            row(state, Step.DROP, authority, S.DROPPED, (REASONS,))
            for state in (S.OPENED, S.NOTIFIED, S.HEARING, S.HEARD)
        ),
        row(S.IN_FORCE, Step.APPEAL, concerned, S.APPEALED, appealed, on_appeal),
        row(S.APPEALED, Step.UPHOLD, (Role.APPEAL,), S.IN_FORCE, (APPEAL_NO, REASONS)),
    )


def measures() -> tuple[Row, ...]:
    """A department suspends a station, strikes it off or revokes its listing, until the measure is over or undone."""
    opened = (GROUND, FACTS, EVIDENCE)
    back = (Effect.RESTORE_STANDING, Effect.PUBLISH)
    ending = (K.STRIKE_OFF, K.REVOCATION)
    who_opens = (Role.AUTHORITY, Role.MARKET, Role.ENVIRONMENT, Role.COUNTY_TRANSPORT)
    mended = (DECISION_NO, sentence("mended", "整改核查情况", "what was put right, as checked"))
    return (
        Row(MEASURES, None, Step.OPEN, who_opens, S.OPENED, opened),
        *_decisions(),
        Row(
            MEASURES,
            S.APPEALED,
            Step.OVERTURN,
            (Role.APPEAL,),
            S.OVERTURNED,
            (APPEAL_NO, REASONS),
            (),
            back,
        ),
        *(
            Row(
                (K.SUSPENSION,),
                state,
                Step.RESUME,
                (Role.AUTHORITY,),
                S.RESUMED,
                mended,
                (),
                back,
                second=STATION_DECISION,
            )
            for state in (S.IN_FORCE, S.APPEALED)
        ),
        Row(ending, S.IN_FORCE, Step.FINISH, (Role.AUTHORITY,), S.FINAL, (), (g.appeal_time_over,)),
    )


def _decisions() -> tuple[Row, ...]:
    """The measure is decided, once the party was heard."""
    remedy = sentence("remedy", "整改要求", "what must be put right")
    taken = (Effect.CLOSE_STANDING, Effect.LET_CASES_GO, Effect.PUBLISH)
    return tuple(
        Row(
            kinds,
            S.HEARD,
            Step.DECIDE,
            (Role.AUTHORITY,),
            S.IN_FORCE,
            fields,
            guards,
            taken,
            second=STATION_DECISION,
        )
        for kinds, fields, guards in (
            (
                (K.SUSPENSION,),
                (DECISION_NO, SINCE, UNTIL, REASONS, remedy),
                (g.not_backdated, g.ends_later),
            ),
            ((K.STRIKE_OFF, K.REVOCATION), (DECISION_NO, SINCE, REASONS), (g.not_backdated,)),
        )
    )
