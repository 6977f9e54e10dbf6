"""Conditions of order: what a step says happened came after what it rests on, as it was announced, and has an end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from imloop.facts.text import Reason, Text
from imloop.matters.guards import Asked, Guard, guard, too_far_ahead
from imloop.matters.matter import Act
from imloop.matters.names import Step
from imloop.matters.penalties import clocks
from imloop.matters.penalties.account import account_of
from imloop.matters.penalties.as_file import day_in, fine_of, levels_in

_DAY = timedelta(days=1)
Floor = Callable[[Asked], date | None]
"""The first day that a step may name; None where nothing earlier is known."""


def taken(*steps: Step) -> Floor:
    """Not before the last of these steps."""
    return lambda asked: max((act.day for act in asked.matter.acts if act.step in steps), default=None)


def served(asked: Asked) -> date | None:
    """Not before the decision reached the party."""
    return day_in(asked.matter.facts, "decision_served_on")


def overdue(asked: Asked) -> date | None:
    """Not while the party could still pay; that it cannot any more today is asked elsewhere."""
    account = account_of(asked.matter, asked.day, asked.law)
    return account.due + _DAY if account and account.due < asked.day else None


def stayed(asked: Asked) -> date | None:
    """Not before the stay that it ends."""
    return day_in(asked.matter.facts, "stayed_from")


def in_order(name: str, zh: str, en: str, after: Floor | None = None) -> Guard:
    """A day of the step is after the act and what it rests on, and not in the future."""

    @guard(f"{zh}在违法行为和前一环节之后、不晚于今天", f"the day of {en} is in order, and has come")
    def check(asked: Asked) -> Reason | None:
        given, acted = asked.values.get(name), day_in(asked.matter.facts, "acted_on")
        if not isinstance(given, date):
            return None
        before = after(asked) if after else None
        if given > asked.day or (acted is not None and given < acted):
            return _not_between(given, acted, asked, zh, en)
        if before is None or given >= before:
            return None
        return Reason(
            "out-of-order",
            Text(f"{zh} {given} 早于 {before}，次序不对。", f"{en}, {given}, would come before {before}."),
            asked.law.cite("procedure.decision_names"),
        )

    return check


def _not_between(given: date, acted: date | None, asked: Asked, zh: str, en: str) -> Reason:
    code = "in-the-future" if given > asked.day else "before-the-act"
    return Reason(
        code,
        Text(
            f"{zh} {given} 不在违法行为（{acted}）和今天之间。",
            f"{en}, {given}, is not between the act ({acted}) and today.",
        ),
        asked.law.cite("procedure.decision_names"),
    )


@guard("听证按通知的日期、由通知的主持人举行", "the hearing is held as it was announced")
def as_announced(asked: Asked) -> Reason | None:
    """Another day or chair is announced anew, the law's days before it."""
    told = [act.values for act in asked.matter.acts if act.step is Step.ANNOUNCE_HEARING]
    if not told:
        said = Text("还没有通知听证的时间、地点。", "Nobody announced day and place of the hearing.")
    else:
        pairs = (("announced_on", "announced_on"), ("held_on", "hearing_on"), ("chair", "chair"))
        wrong = [str(told[-1].get(b)) for a, b in pairs if str(asked.values[a]) != str(told[-1].get(b))]
        if not wrong:
            return None
        said = Text(f"通知书写的是 {'、'.join(wrong)}。", f"The announcement says {', '.join(wrong)}.")
    return Reason(
        "hearing-not-announced",
        said,
        asked.law.cite("matter.hearing_notice_days"),
        Text("重新通知听证。", "Announce the hearing anew."),
    )


def by_publication(name: str, made: Step) -> Guard:
    """What could only be published counts as received after the law's days. ``made``: the step the paper rests on."""

    @guard("公告送达满法定期限", "a service by publication has run its days")
    def check(asked: Asked) -> Reason | None:
        given, before = asked.values[name], taken(made)(asked)
        assert isinstance(given, date)
        if asked.values.get("how") != "publication" or before is None:
            return None
        first = clocks.published_service(before, asked.law)
        if given >= first:
            return None
        return Reason(
            "published-too-short",
            Text(
                f"文书 {before} 作成，公告送达最早为 {first}，不是 {given}。",
                f"Made on {before}, what is published counts as received on {first} at the earliest, not {given}.",
            ),
            asked.law.cite("procedure.publication_service_days"),
        )

    return check


@guard("延期不超过限值", "it is not put off for ever")
def put_off_ends(asked: Asked) -> Reason | None:
    """Counted from the day on which the decision reached the party."""
    until, begun = asked.values["pay_until"], served(asked)
    assert isinstance(until, date)
    if begun is None:
        return None
    return too_far_ahead(until, clocks.pay_by(begun, asked.law), asked.law)


@guard("裁量等次写明理由", "the levels of discretion have reasons")
def levels_explained(asked: Asked) -> Reason | None:
    """A level without a reason is nobody's judgment."""
    facts = {**asked.matter.facts, **asked.values}
    if not levels_in(facts) or len(str(facts.get("levels_why") or "")) >= _WORDS:
        return None
    return Reason(
        "levels-without-reason",
        Text("请写明各项裁量等次的理由。", "Say why these levels of discretion were picked."),
        asked.law.cite("procedure.discretion"),
    )


_WORDS = 4


@guard("决定的数额是集体讨论的数额", "the fine is the one that was discussed")
def as_discussed(asked: Asked) -> Reason | None:
    """What was not discussed is not decided, where anything was."""
    facts = {**asked.matter.facts, **asked.values}
    agreed = facts.get("discussed_fine")
    if agreed is None or int(str(agreed)) == (fine := fine_of(facts, asked.law)):
        return None
    return Reason(
        "not-discussed",
        Text(f"集体讨论的是 {agreed} 元，不是 {fine} 元。", f"{agreed} yuan were discussed, not {fine}."),
        asked.law.cite("procedure.discussion"),
        Text("按新的数额重新讨论。", "Discuss the new amount."),
    )


def _answer_until(asked: Asked) -> date | None:
    """The law's last day, or the later one that the notice promised."""
    days = [day for day in (asked.matter.state_due, day_in(asked.matter.facts, "answer_until")) if day]
    return max(days, default=None)


@guard("在告知书写明的期限内", "in the time that the notice gives")
def answer_in_time(asked: Asked) -> Reason | None:
    """What the notice promised holds, even where the law gives less."""
    until = _answer_until(asked)
    if until is None or asked.day <= until:
        return None
    said = Text(
        f"陈述、申辩、要求听证的期限 {until} 已过。",
        f"The time to answer or ask for a hearing ended on {until}.",
    )
    return Reason("hearing-too-late", said, asked.law.cite("matter.notified_days"))


@guard("告知书写明的期限已过", "the time that the notice gives is over")
def answer_time_over(asked: Asked) -> Reason | None:
    """Nobody says for the party that it does not answer while it may."""
    until = _answer_until(asked)
    if until is None or asked.day > until:
        return None
    said = Text(f"期限到 {until} 为止，尚未届满。", f"The time to answer runs until {until}.")
    return Reason("hearing-time-runs", said, asked.law.cite("matter.notified_days"))


@guard("缴款期限内申请延期", "it is put off while it may still be paid in time")
def put_off_in_time(asked: Asked) -> Reason | None:
    """A surcharge that has begun is not taken away by a later day."""
    account = account_of(asked.matter, asked.day, asked.law)
    if account is None or asked.day <= account.due:
        return None
    said = Text(f"缴款期限 {account.due} 已过，不能再延期。", f"The time to pay ended on {account.due}.")
    return Reason("pay-time-over", said, asked.law.cite("procedure.pay_days"))


@guard("票据没有登记过，合计不超过应缴的", "the receipt is new, and the sum is no more than is due")
def counted_once(asked: Asked) -> Reason | None:
    """One receipt is one payment; a payment of an earlier day makes no later one too much."""
    paid = [act for act in asked.matter.acts if act.step is Step.PAY]
    if any(str(act.values.get("receipt_no")) == asked.values["receipt_no"] for act in paid):
        said = Text("该票据已经登记过。", "That receipt was entered already.")
        return Reason("receipt-used", said, asked.law.cite("procedure.pay_days"))
    day = asked.values["paid_on"]
    assert isinstance(day, date)
    if all((day_in(act.values, "paid_on") or act.day) <= day for act in paid):
        return None  # what is open on that day says enough
    new = Act(Step.PAY, asked.person, "", asked.day, asked.values)
    account = account_of(replace(asked.matter, acts=(*asked.matter.acts, new)), asked.day, asked.law)
    if account is None or not account.is_overpaid:
        return None
    sum_, most = account.paid + account.gains_paid, account.fine + account.surcharge + account.gains
    return Reason(
        "wrong-amount",
        Text(
            f"连同已缴共 {sum_} 元，超过罚款、加处罚款或者没收各项应缴的（合计 {most} 元）。",
            f"With what was paid it is {sum_} yuan, more than is due of fine, surcharge or gains ({most} in all).",
        ),
        asked.law.cite("procedure.surcharge_percent"),
    )
