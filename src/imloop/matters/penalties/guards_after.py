"""Conditions of what is decided on the spot, and of what follows a decision: payment, stay, enforcement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from imloop.facts.text import Reason, Text
from imloop.matters.guards import Asked, guard
from imloop.matters.matter import Value
from imloop.matters.names import Step
from imloop.matters.penalties import clocks
from imloop.matters.penalties.account import FINE, GAINS, SURCHARGE, account_of, is_stayed
from imloop.matters.penalties.as_file import day_in, fine_of, range_of
from imloop.matters.penalties.guards import not_by, one_person
from imloop.matters.penalties.limits import may_be_simple, may_take_cash


@guard("当场处罚的数额在法定幅度内", "the fine on the spot lies in the range")
def fine_on_the_spot(asked: Asked) -> Reason | None:
    """Within the ends of the range, which is not looked at line by line there."""
    found, fine = range_of(asked.values, asked.law), fine_of(asked.values, asked.law)
    if found is None or found.least <= fine <= found.most:
        return None
    return Reason(
        "outside-range",
        Text(
            f"罚款 {fine} 元不在 {found.least} 至 {found.most} 元之间。",
            f"{fine} yuan is not from {found.least} to {found.most}.",
        ),
        found.punished_by,
    )


@guard("执法人员足够，证件有效", "enough officers, with valid cards")
def cards_on_the_spot(asked: Asked) -> Reason | None:
    """Two, where not a single traffic officer may decide; each card valid on the day of the act."""
    values, acted = asked.values, asked.values["acted_on"]
    assert isinstance(acted, date)
    if (twice := one_person(asked)) is not None:
        return twice
    officers = {str(values[name]) for name in ("officer_a", "officer_b") if values.get(name)}
    least = 1 if asked.matter.holder.department == "police" else asked.law.integer("procedure.officers")
    if len(officers) < least:
        return Reason(
            "too-few-officers",
            Text(
                f"执法人员 {len(officers)} 人，应有 {least} 人以上。",
                f"{len(officers)} officers; the law asks for {least}.",
            ),
            asked.law.cite("procedure.officers"),
        )
    bad = [each for each in ("a", "b") if values.get(f"officer_{each}") and not _valid(values, each, acted)]
    if not bad:
        return None
    names = "、".join(str(values[f"officer_{each}"]) for each in bad)
    said = Text(f"{names} 在 {acted} 没有有效的执法证件。", f"{names} had no valid card on {acted}.")
    return Reason("card-invalid", said, asked.law.cite("procedure.card_shown"))


def _valid(values: Mapping[str, Value], each: str, day: date) -> bool:
    until = day_in(values, f"card_{each}_until")
    return bool(str(values.get(f"card_{each}") or "").strip()) and until is not None and until >= day


@guard("已当场告知并听取意见", "the party was told and heard on the spot")
def told_on_the_spot(asked: Asked) -> Reason | None:
    """What is decided at once is told at once."""
    if asked.values.get("told") == "yes":
        return None
    said = Text("还没有当场告知内容、理由、依据和权利。", "The party was not told what, why, and its rights.")
    return Reason("rights-not-told", said, asked.law.cite("matter.notice_first"))


@guard("延期晚于原缴款期限", "it is put off to a later day")
def later_than_due(asked: Asked) -> Reason | None:
    """Putting off means later than before."""
    until, account = asked.values["pay_until"], account_of(asked.matter, asked.day, asked.law)
    assert isinstance(until, date)
    if account is None or until > account.due:
        return None
    said = Text(f"应晚于 {account.due}。", f"It must be later than {account.due}.")
    return Reason("in-the-past", said, asked.law.cite("procedure.pay_days"))


@guard("没有停止执行", "execution is not stayed")
def not_stayed(asked: Asked) -> Reason | None:
    """Nothing is enforced while it is stayed."""
    if not is_stayed(asked.matter):
        return None
    said = Text("复议、诉讼期间停止执行。", "Execution is stayed during the review or the case.")
    return Reason("stayed", said, asked.law.cite("procedure.surcharge_percent"))


@guard("可以当场处罚", "it may be imposed on the spot")
def small_enough(asked: Asked) -> Reason | None:
    """Up to the amounts of the law, and nothing besides the fine."""
    found = range_of(asked.values, asked.law)
    is_person = asked.values.get("is_person") == "yes"
    fine = fine_of(asked.values, asked.law)
    if found is None or may_be_simple(fine, frozenset(found.also), asked.law, is_person=is_person):
        return None
    key = f"procedure.simple.{'person' if is_person else 'organisation'}_most_yuan"
    return Reason(
        "not-on-the-spot",
        Text(f"罚款 {fine} 元不能适用简易程序。", f"A fine of {fine} yuan is not imposed on the spot."),
        asked.law.cite(key),
        Text("按普通程序立案。", "Open an ordinary case."),
    )


@guard("当场收缴不超过法定数额", "no more cash than the law allows")
def little_cash(asked: Asked) -> Reason | None:
    """More goes to a bank, but where it could not be collected later."""
    if asked.values.get("cash") != "yes" or may_take_cash(fine_of(asked.values, asked.law), asked.law):
        return None
    said = Text("超过当场收缴的数额，应当向银行缴纳。", "Too much to take in cash; it is paid at a bank.")
    return Reason("too-much-cash", said, asked.law.cite("procedure.simple.cash_most_yuan"))


@guard("缴纳的金额不超过该项应缴的", "no more is paid than is open of what it is for")
def not_too_much(asked: Asked) -> Reason | None:
    """On the day of the payment. Fine and surcharge are of whole yuan."""
    day, booked = asked.values["paid_on"], str(asked.values.get("paid_for") or "")
    assert isinstance(day, date)
    account = account_of(asked.matter, day, asked.law)
    amount = Decimal(str(asked.values["amount"]))
    if account is None:
        return None
    most = account.open_of(booked)
    if 0 < amount <= most and (booked == GAINS or amount == int(amount)):
        return None
    return Reason(
        "wrong-amount",
        Text(
            f"{day} 该项应缴 {most} 元，不是 {amount} 元。",
            f"{most} yuan of it were open on {day}, not {amount}.",
        ),
        asked.law.cite("procedure.surcharge_percent"),
    )


@guard("罚款、加处罚款和没收的违法所得已缴清", "fine, surcharge and confiscated gains are paid")
def all_paid(asked: Asked) -> Reason | None:
    """Nothing of any is open today."""
    account = account_of(asked.matter, asked.day, asked.law)
    if account is None:
        return None
    fine, surcharge, gains = (account.open_of(part) for part in (FINE, SURCHARGE, GAINS))
    if not (account.open or gains):
        return None
    return Reason(
        "fine-open" if account.open else "gains-open",
        Text(
            f"还有未缴的：罚款 {fine} 元，加处罚款 {surcharge} 元，没收的违法所得 {gains} 元。",
            f"Still open: {fine} yuan of the fine, {surcharge} of the surcharge, {gains} of the confiscated gains.",
        ),
        asked.law.cite("procedure.pay_days"),
    )


not_who_decided = not_by(
    lambda asked: frozenset(asked.matter.who_took(Step.DECIDE_ON_THE_SPOT)),
    "当场作出决定的人",
    "who decided on the spot",
    "procedure.simple.report_days",
)


@guard("当场决定已报备案", "a decision on the spot was reported to the office")
def reported(asked: Asked) -> Reason | None:
    """Of the simple procedure; one by the ordinary way was filed, reviewed and decided in the office."""
    took = asked.matter.who_took
    if not took(Step.DECIDE_ON_THE_SPOT) or took(Step.REPORT_TO_OFFICE):
        return None
    return Reason(
        "not-reported",
        Text(
            "当场作出的决定还没有报所属机关备案。",
            "It is not yet in the record of the office.",
        ),
        asked.law.cite("procedure.simple.report_days"),
        Text("由另一人登记备案。", "Another person of the office enters it."),
    )


@guard("缴款期限已过", "the time to pay is over")
def pay_time_over(asked: Asked) -> Reason | None:
    """Nobody is demanded of before."""
    account = account_of(asked.matter, asked.day, asked.law)
    if account is None or asked.day > account.due:
        return None
    return Reason(
        "pay-time-runs",
        Text(f"缴款期限到 {account.due} 为止。", f"The time to pay runs until {account.due}."),
        asked.law.cite("procedure.pay_days"),
    )


@guard("催告满十日，在申请期限内", "ten days after the demand, within the time to apply")
def court_in_time(asked: Asked) -> Reason | None:
    """Not before the demand is over nor while the party may still sue, and within the months after."""
    demanded = day_in(asked.matter.facts, "demanded_on")
    served = day_in(asked.matter.facts, "decision_served_on")
    if demanded is None or served is None:
        return None
    over = clocks.sue_by(served, asked.law)
    first, last = max(clocks.court_from(demanded, asked.law), over), clocks.court_by(over, asked.law)
    if first < asked.day <= last or asked.day == first > over:
        return None
    return Reason(
        "court-not-in-time",
        Text(
            f"可以申请强制执行的时间为 {first} 至 {last}。", f"A court may be asked from {first} to {last}."
        ),
        asked.law.cite("procedure.court_months"),
    )
