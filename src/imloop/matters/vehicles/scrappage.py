"""Scrappage of a vehicle that cannot be brought to the limits, up to its dismantling."""

from __future__ import annotations

from imloop.matters import guards as g
from imloop.matters.matter import Effect
from imloop.matters.names import Kind, Role, State, Step
from imloop.matters.row import (
    APPEAL_NO,
    DECISION_NO,
    EVIDENCE,
    FACTS,
    REASONS,
    SINCE,
    Row,
    day,
    sentence,
)

K, S = Kind, State


def scrappage() -> tuple[Row, ...]:
    """A nominated vehicle is scrapped: decided, handed over to a dismantler, confirmed as dismantled."""
    kind = (K.SCRAPPAGE,)
    proof = (
        sentence("certificate_no", "报废机动车回收证明编号", "number of the dismantling certificate"),
        sentence("dismantler", "回收拆解企业", "dismantler"),
        day("dismantled_on", "拆解日期", "dismantled on"),
    )
    by = (Role.AUTHORITY, Role.POLICE)
    return (
        Row(kind, None, Step.OPEN, (Role.AUTHORITY,), S.OPENED, (FACTS, EVIDENCE)),
        Row(
            kind,
            S.HEARD,
            Step.DECIDE,
            (Role.AUTHORITY,),
            S.IN_FORCE,
            (DECISION_NO, SINCE, REASONS),
            (g.not_backdated,),
        ),
        Row(kind, S.APPEALED, Step.OVERTURN, (Role.APPEAL,), S.OVERTURNED, (APPEAL_NO, REASONS)),
        Row(
            kind,
            S.IN_FORCE,
            Step.HAND_OVER,
            (Role.AUTHORITY,),
            S.HANDED_OVER,
            (sentence("handed_to", "接收单位和经办人", "received by"),),
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
