"""Coming in and going out: applications of I- and M-stations, and withdrawal."""

from __future__ import annotations

from imloop.matters import guards as g
from imloop.matters.matter import Effect
from imloop.matters.names import Kind, Role, State, Step
from imloop.matters.row import (
    APPLICATIONS,
    CHECK,
    CHECK_GUARDS,
    DECISION_NO,
    GRANT,
    REASONS,
    STATION_DECISION,
    Row,
    day,
    sentence,
)

K, S = Kind, State


BY_COUNTY = (Role.COUNTY_TRANSPORT, Role.CITY_TRANSPORT)
BOTH = (Role.AUTHORITY, *BY_COUNTY)


def applications() -> tuple[Row, ...]:
    """A station applies to be networked or listed: from the form to the decision, with corrections and a site check."""
    istation, mstation = (K.ISTATION_APPLICATION,), (K.MSTATION_APPLICATION,)
    granted = (Effect.REGISTER, Effect.PUBLISH)
    missing = (sentence("missing", "需要补正的内容", "what is missing"),)
    going = (S.SUBMITTED, S.RETURNED, S.REVIEW, S.SITE_CHECK, S.SELECTION, S.DECISION)
    return (
        Row(APPLICATIONS, None, Step.APPLY, (Role.CONCERNED,), S.SUBMITTED),
        Row(APPLICATIONS, S.SUBMITTED, Step.RETURN, BOTH, S.RETURNED, missing),
        Row(APPLICATIONS, S.RETURNED, Step.RESUBMIT, (Role.CONCERNED,), S.SUBMITTED),
        Row(istation, S.SUBMITTED, Step.ACCEPT, (Role.AUTHORITY,), S.REVIEW),
        Row(
            istation,
            S.REVIEW,
            Step.REVIEW,
            (Role.AUTHORITY,),
            S.SITE_CHECK,
            (sentence("opinion", "审查意见", "opinion"),),
        ),
        Row(istation, S.SITE_CHECK, Step.CHECK_SITE, (Role.AUTHORITY,), S.DECISION, CHECK, CHECK_GUARDS),
        Row(mstation, S.SUBMITTED, Step.ACCEPT, BY_COUNTY, S.SELECTION),
        Row(mstation, S.SELECTION, Step.RECOMMEND, BY_COUNTY, S.DECISION, CHECK, CHECK_GUARDS),
        Row(
            mstation,
            S.SUBMITTED,
            Step.ACCEPT_DIRECTLY,
            (Role.CITY_TRANSPORT,),
            S.DECISION,
            CHECK,
            (g.green_channel, *CHECK_GUARDS),
        ),
        Row(APPLICATIONS, S.DECISION, Step.CHECK_SITE, BOTH, S.DECISION, CHECK, CHECK_GUARDS),
        Row(
            APPLICATIONS,
            S.DECISION,
            Step.APPROVE,
            (Role.AUTHORITY,),
            S.APPROVED,
            GRANT,
            (g.conditions_met, g.not_backdated),
            granted,
            second=STATION_DECISION,
        ),
        *(
            Row(APPLICATIONS, state, Step.REFUSE, (Role.AUTHORITY,), S.REFUSED, (DECISION_NO, REASONS))
            for state in (S.RETURNED, S.REVIEW, S.SITE_CHECK, S.SELECTION, S.DECISION)
        ),
        *(Row(APPLICATIONS, state, Step.CANCEL, (Role.CONCERNED,), S.CANCELLED) for state in going),
    )


def withdrawal() -> tuple[Row, ...]:
    """A station gives up its business of its own accord."""
    kind = (K.WITHDRAWAL,)
    wish = (sentence("reasons", "退出原因", "why"), day("last_day", "拟停止业务的日期", "intends to stop on"))
    gone = (Effect.CLOSE_STANDING, Effect.LET_CASES_GO, Effect.PUBLISH)
    return (
        Row(kind, None, Step.APPLY, (Role.CONCERNED,), S.SUBMITTED, wish),
        Row(
            kind,
            S.SUBMITTED,
            Step.APPROVE,
            (Role.AUTHORITY,),
            S.APPROVED,
            GRANT,
            (g.not_backdated,),
            gone,
            second=STATION_DECISION,
        ),
        Row(kind, S.SUBMITTED, Step.REFUSE, (Role.AUTHORITY,), S.REFUSED, (DECISION_NO, REASONS)),
        Row(kind, S.SUBMITTED, Step.CANCEL, (Role.CONCERNED,), S.CANCELLED),
    )
