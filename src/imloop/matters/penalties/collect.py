"""After the decision: served, paid or not, enforced, published, archived. And the procedure on the spot."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from imloop.facts.text import Text
from imloop.matters.clocks import Timer
from imloop.matters.guards import Asked
from imloop.matters.matter import Effect, Matter
from imloop.matters.names import Kind, Role, State, Step
from imloop.matters.penalties import fields as f
from imloop.matters.penalties import guards as p
from imloop.matters.penalties import guards_after as after
from imloop.matters.penalties import guards_order as o
from imloop.matters.penalties.account import is_stayed
from imloop.matters.penalties.as_file import fine_of
from imloop.matters.row import APPEAL_NO, Row, day, sentence

K, S = Kind, State
BOTH = (K.PENALTY, K.SIMPLE_PENALTY)
OFFICE_ROLE = (Role.AUTHORITY,)

PAYING = Timer(
    "paying", "procedure.pay_days", Text("缴款期限", "time to pay"), of_party=True, since="served_on"
)
DEMANDED = Timer(
    "demanded",
    "procedure.demand_days",
    Text("催告期限", "time of the demand"),
    of_party=True,
    since="demanded_on",
)
PUBLISHING = Timer("publishing", "procedure.publish_days", Text("公开期限", "time to publish"))
REPORTING = Timer(
    "reporting", "procedure.simple.report_days", Text("报备案期限", "time to report to the office")
)
_SERVED = (S.SERVED, S.DEMANDED, S.AT_COURT)


def simple() -> tuple[Row, ...]:
    """On the spot: a numbered form handed over, reported to the office (Penalty Law art. 51 to 53)."""
    said = (
        f.PARTY,
        f.IS_PERSON,
        f.VIOLATION,
        f.PAYER,
        f.ACTED_ON,
        f.FOUND_ON,
        f.FINDINGS,
        *f.ON_THE_SPOT,
        f.COUNTED[0],
        f.FINE,
        sentence("form_no", "当场处罚决定书编号", "number of the form"),
        f.yes("cash", "当场收缴", "paid in cash on the spot"),
        f.COMPARED,
    )
    asked = (
        p.act_found,
        p.fits_party,
        p.ours_to_punish,
        after.small_enough,
        after.fine_on_the_spot,
        after.little_cash,
        after.cards_on_the_spot,
        after.told_on_the_spot,
    )
    return (
        Row(
            (K.SIMPLE_PENALTY,),
            None,
            Step.DECIDE_ON_THE_SPOT,
            OFFICE_ROLE,
            S.SERVED,
            said,
            (*asked, p.clauses_compared),
            starts=(PAYING, REPORTING),
            change=_decided,
        ),
        *(_reported(state) for state in _SERVED),
    )


def _reported(state: State) -> Row:
    """Another person of the office enters it in the record (Penalty Law art. 52)."""
    return Row(
        (K.SIMPLE_PENALTY,),
        state,
        Step.REPORT_TO_OFFICE,
        OFFICE_ROLE,
        state,
        (
            day("reported_on", "报备日期", "reported on"),
            sentence("record_no", "备案登记号", "number in the record"),
        ),
        (o.in_order("reported_on", "报备", "the report"), after.not_who_decided),
        stops=(REPORTING.name,),
        aside=True,
        when=lambda matter: not matter.who_took(Step.REPORT_TO_OFFICE),
    )


def after_decision() -> tuple[Row, ...]:
    """The same for both procedures, from the service on."""
    return (*_service(), *_payment(), *_enforcement(), *_end())


def _service() -> tuple[Row, ...]:
    served = (
        o.in_order("served_on", "送达", "the service", o.taken(Step.IMPOSE)),
        o.by_publication("served_on", Step.IMPOSE),
    )
    return (
        Row(
            (K.PENALTY,),
            S.DECIDED,
            Step.SERVE,
            OFFICE_ROLE,
            S.SERVED,
            f.SERVED,
            served,
            starts=(PAYING, PUBLISHING),
            stops=("serving",),
            change=_served,
        ),
        *(
            Row(
                BOTH,
                state,
                Step.PUBLISH,
                OFFICE_ROLE,
                state,
                effects=(Effect.PUBLISH,),
                stops=(PUBLISHING.name,),
                aside=True,
                when=lambda matter: matter.subject != "vehicle" and not matter.published,
            )
            for state in _SERVED
        ),
    )


def _payment() -> tuple[Row, ...]:
    stay = (
        day("stayed_from", "自何日起停止执行", "stayed from"),
        sentence("reason", "复议、诉讼案号和理由", "number of the review or case, and why"),
    )
    end = (day("stayed_until", "自何日起恢复执行", "goes on from"), sentence("reason", "理由", "reason"))
    paid = (o.in_order("paid_on", "缴款", "the payment", o.served), after.not_too_much, o.counted_once)
    begins = o.in_order("stayed_from", "停止执行", "the stay", o.served)
    ends = o.in_order("stayed_until", "恢复执行", "its end", o.stayed)
    rows = []
    for state in _SERVED:
        aside = Row(BOTH, state, Step.PAY, OFFICE_ROLE, state, f.PAID, paid, aside=True)
        rows += [
            aside,
            replace(
                aside,
                step=Step.PUT_OFF,
                fields=f.PUT_OFF,
                guards=(after.later_than_due, o.put_off_in_time, o.put_off_ends),
                change=_put_off,
            ),
            replace(
                aside,
                step=Step.STAY,
                fields=stay,
                guards=(begins,),
                when=lambda matter: not is_stayed(matter),
            ),
            replace(aside, step=Step.END_STAY, fields=end, guards=(ends,), when=is_stayed),
        ]
    return tuple(rows)


def _enforcement() -> tuple[Row, ...]:
    demand = (day("demanded_on", "催告书送达日期", "demand served on"), f.HOW)
    court = (
        sentence("court_no", "申请强制执行书编号", "number of the application"),
        sentence("court", "人民法院", "court"),
    )
    return (
        Row(
            BOTH,
            S.SERVED,
            Step.DEMAND,
            OFFICE_ROLE,
            S.DEMANDED,
            demand,
            (
                after.pay_time_over,
                o.in_order("demanded_on", "催告", "the demand", o.overdue),
                o.by_publication("demanded_on", Step.SERVE),
                after.not_stayed,
            ),
            starts=(DEMANDED,),
            stops=(PAYING.name,),
        ),
        Row(
            BOTH,
            S.DEMANDED,
            Step.APPLY_TO_COURT,
            OFFICE_ROLE,
            S.AT_COURT,
            court,
            (after.court_in_time, after.not_stayed),
            stops=(DEMANDED.name,),
        ),
    )


def _end() -> tuple[Row, ...]:
    volume = (sentence("volume_no", "案卷号（正卷、副卷）", "number of the file, main and side volume"),)
    overturned = (APPEAL_NO, sentence("reason", "撤销的理由", "why"))
    return (
        *(
            Row(BOTH, state, Step.ARCHIVE, OFFICE_ROLE, S.ARCHIVED, volume, (after.all_paid, after.reported))
            for state in _SERVED
        ),
        *(
            Row(
                BOTH,
                state,
                Step.OVERTURN,
                (Role.APPEAL,),
                S.OVERTURNED,
                overturned,
                effects=(Effect.WITHDRAW_PUBLICATION,),
            )
            for state in (S.DECIDED, *_SERVED)
        ),
    )


def _put_off(matter: Matter, asked: Asked) -> Matter:
    """The time to pay now runs to the later day."""
    until = asked.values["pay_until"]
    assert isinstance(until, date)
    clock = matter.clock(PAYING.name)
    return replace(
        matter,
        clocks=tuple(replace(each, due_on=until) if each is clock else each for each in matter.clocks),
    )


def _served(matter: Matter, asked: Asked) -> Matter:
    day_served = asked.values["served_on"]
    return replace(matter, facts={**matter.facts, "decision_served_on": day_served})


def _decided(matter: Matter, asked: Asked) -> Matter:
    facts = {
        **matter.facts,
        "decided_fine": fine_of(matter.facts, asked.law),
        "decision_served_on": asked.day,
    }
    return replace(matter, facts=facts)
