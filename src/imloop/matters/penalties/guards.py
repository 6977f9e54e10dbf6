"""Conditions of the steps of a penalty case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from imloop.facts.refusal import Refusal
from imloop.facts.text import Reason, Text
from imloop.law.values import COMPARED as PRINTED
from imloop.matters.guards import Asked, Guard, guard
from imloop.matters.names import Step
from imloop.matters.penalties import clocks
from imloop.matters.penalties.as_file import (
    confiscated_of,
    file_of,
    fine_of,
    investigators,
    law_for,
    proposal_of,
    range_of,
)
from imloop.matters.penalties.catalogue import DECIDERS, INSTEAD, PAYERS, Payer
from imloop.matters.penalties.checks import VETOES
from imloop.matters.penalties.checks.veto import Checked, Veto
from imloop.matters.penalties.discretion import departure
from imloop.matters.penalties.limits import may_be_heard
from imloop.matters.penalties.ranges import choose

_OPENS = (Step.PROPOSE,)
_SUBJECTS = {
    Payer.STATION: ("istation",),
    Payer.REPAIRER: ("mstation",),
    Payer.OWNER: ("vehicle",),
    Payer.DRIVER: ("vehicle", "other"),
}


@guard("违法行为在发现之前，发现在今天之前", "the act came before it was found, and that before today")
def act_found(asked: Asked) -> Reason | None:
    """Nothing is found before it happened."""
    acted, found = asked.values["acted_on"], asked.values["found_on"]
    assert isinstance(acted, date) and isinstance(found, date)
    if acted <= found <= asked.day:
        return None
    return Reason(
        "before-the-act",
        Text(
            f"违法行为 {acted}、发现 {found}、今天 {asked.day} 的先后不对。",
            f"Out of order: the act {acted}, found {found}, today {asked.day}.",
        ),
        asked.law.cite("limitation.years"),
    )


@guard("处罚对象与当事人相符", "the one to be fined is the party")
def fits_party(asked: Asked) -> Reason | None:
    """A station is fined as a station, a repairer as a repairer, an owner by the vehicle."""
    payer = Payer(str(asked.values["payer"]))
    subject = asked.matter.subject
    if subject in _SUBJECTS.get(payer, (subject,)):
        return None
    name = PAYERS[payer]
    return Reason(
        "wrong-party",
        Text(f"“{name.zh}”不是本案当事人的身份。", f"The party is not “{name.en}”."),
        asked.law.cite("procedure.facts_proven"),
    )


@guard("法律对该行为规定了处罚，由本部门处罚", "the law punishes the act, by this department")
def ours_to_punish(asked: Asked) -> Reason | None:
    """Somebody is named as who decides, and that is the department that opens the case."""
    facts = {**asked.matter.facts, **asked.values}
    if law_for(facts, asked.law) is None:
        return None
    found = range_of(facts, asked.law)
    if found is None:
        return Reason(
            "not-punished-here",
            Text("行为时或者决定时的法律没有对此规定处罚。", "The law then or now imposes nothing for it."),
            asked.law.cite("choice.milder_prevails"),
            INSTEAD.get(str(facts.get("violation"))),
        )
    department = asked.matter.holder.department
    if not department or department in found.decided_by or "checking" in found.decided_by:
        return None
    return Reason(
        "wrong-body",
        Text(
            f"该行为由{'、'.join(DECIDERS[each].zh for each in found.decided_by)}处罚。",
            f"The act is punished by {', '.join(DECIDERS[each].en for each in found.decided_by)}.",
        ),
        found.punished_by,
        Text("移送有管辖权的部门。", "Hand the case over."),
    )


def not_by(whose: Callable[[Asked], frozenset[str]], zh: str, en: str, key: str) -> Guard:
    """The step is taken by nobody of these."""

    @guard(f"办理人不是{zh}", f"not by {en}")
    def check(asked: Asked) -> Reason | None:
        if not asked.person or asked.person not in asked.every_account(whose(asked)):
            return None
        return Reason(
            "same-person",
            Text(f"您是{zh}，由他人办理。", f"You are {en}; somebody else does this."),
            asked.law.cite(key),
        )

    return check


not_who_opened = not_by(
    lambda asked: frozenset(asked.matter.who_took(*_OPENS)),
    "提出立案的人",
    "who proposed the case",
    "procedure.reviewer_apart",
)
not_an_investigator = not_by(
    lambda asked: investigators(asked.matter), "调查人员", "an investigator", "procedure.reviewer_apart"
)


@guard("裁量在法定限度内，偏离写明理由", "the discretion is lawful, a departure has a reason")
def discretion_holds(asked: Asked) -> Reason | None:
    """The table can be computed, and the fine is its, or says why not."""
    facts = {**asked.matter.facts, **asked.values}
    try:
        proposal = proposal_of(facts, asked.law)
    except Refusal as refusal:
        return Reason(refusal.code, refusal.text, refusal.cite)
    if proposal is None:
        return None if range_of(facts, asked.law) is None else _amount_missing(asked)
    return departure(fine_of(facts, asked.law), proposal, str(facts.get("departure") or ""), asked.law)


def _amount_missing(asked: Asked) -> Reason:
    said = Text(
        "请填写计算罚款的数额（违法所得、货值或者违法收费）。",
        "Give the amount that the fine is counted from.",
    )
    return Reason("amount-missing", said, asked.law.cite("procedure.discretion"))


@guard("罚款在法定幅度内", "the fine lies in the range")
def fine_in_range(asked: Asked) -> Reason | None:
    """Or below it on a ground that mitigates, by no more than the law allows."""
    for name in ("outside-range", "mitigated-without-ground"):
        reason = _veto(name, asked)
        if reason is not None:
            return reason
    return None


@guard("情节和条款相符", "the clause fits the act")
def clause_fits(asked: Asked) -> Reason | None:
    """A serious case has its ground, and one that is serious is treated so."""
    return _veto("clause-does-not-fit", asked)


def one_person(asked: Asked) -> Reason | None:
    """Whether both officers are accounts of one natural person."""
    named = [str(asked.values[each]) for each in ("officer_a", "officer_b") if asked.values.get(each)]
    if len(named) < 2 or named[1] not in asked.every_account(named[:1]):
        return None
    said = Text(f"{named[0]} 和 {named[1]} 是同一人。", f"{named[0]} and {named[1]} are one person.")
    return Reason("too-few-officers", said, asked.law.cite("procedure.officers"))


@guard("执法人员达到法定人数", "as many officers as the law asks for")
def officers_enough(asked: Asked) -> Reason | None:
    """Different people, not accounts, as many as the law says."""
    if (twice := one_person(asked)) is not None:
        return twice
    return _veto("too-few-officers", asked)


@guard("当事人的意见已复核", "the party's answers were weighed")
def answers_weighed(asked: Asked) -> Reason | None:
    """Every statement is answered before the decision."""
    steps = [act.step for act in asked.matter.acts if act.step in (Step.STATE, Step.WEIGH)]
    if not steps or steps[-1] is Step.WEIGH:
        return None
    return Reason(
        "answer-not-weighed",
        Text("当事人的陈述、申辩还没有复核。", "The party's statement has not been weighed."),
        asked.law.cite("procedure.answers_weighed"),
        Text("登记复核意见。", "Say whether it is accepted, and why."),
    )


@guard("告知的期限不少于法定工作日", "the notice gives the law's working days")
def enough_days(asked: Asked) -> Reason | None:
    """Counted in working days from the day after it was served."""
    served, until = asked.values["served_on"], asked.values["answer_until"]
    assert isinstance(served, date) and isinstance(until, date)
    last = clocks.answer_by(served, asked.law)
    if until >= last:
        return None
    return Reason(
        "calendar-days",
        Text(
            f"{served} 送达，按工作日应到 {last}，不是 {until}。",
            f"Served on {served}, the time runs to {last}, not {until}.",
        ),
        asked.law.cite("procedure.counted_in_working_days"),
    )


@guard("有听证权利的已告知听证", "who may be heard is told so")
def hearing_told(asked: Asked) -> Reason | None:
    """A fine above the amount of the place, or a grave kind."""
    if asked.values["rights"] == "all" or not _may_be_heard(asked):
        return None
    return Reason(
        "rights-not-told",
        Text("该处罚应当告知听证的权利。", "This penalty must be told with the right to a hearing."),
        asked.law.cite("hearing.organisation_above_yuan"),
    )


@guard("属于可以听证的处罚", "the penalty is one that may be heard")
def may_ask_hearing(asked: Asked) -> Reason | None:
    """By the amount that the notice names."""
    if _may_be_heard(asked):
        return None
    return Reason(
        "no-hearing-right",
        Text("该处罚达不到听证的数额和种类。", "This penalty is below what may be heard."),
        asked.law.cite("hearing.organisation_above_yuan"),
    )


def _may_be_heard(asked: Asked) -> bool:
    facts = {**asked.matter.facts, **asked.values}
    found = range_of(facts, asked.law)
    if found is None:
        return False
    is_person = facts.get("is_person") == "yes"
    return may_be_heard(
        fine_of(facts, asked.law),
        frozenset(found.also),
        asked.law,
        is_person=is_person,
        confiscated=int(confiscated_of(facts, asked.law)),
    )


@guard("听证主持人不是调查人员", "an investigator does not chair the hearing")
def chair_apart(asked: Asked) -> Reason | None:
    """Whoever chairs did not investigate."""
    chair = str(asked.values["chair"])
    if chair not in asked.every_account(investigators(asked.matter)):
        return None
    return Reason(
        "reviewer-investigated",
        Text(
            f"{chair} 是本案调查人员，不能主持听证。", f"{chair} investigated and does not chair the hearing."
        ),
        asked.law.cite("procedure.reviewer_apart"),
    )


@guard("调查人员不参加表决", "investigators do not vote")
def voters_apart(asked: Asked) -> Reason | None:
    """Nor does anybody vote twice."""
    voters = [str(value) for name, value in asked.values.items() if name.startswith("voter_")]
    both = sorted(set(voters) & asked.every_account(investigators(asked.matter)))
    if both:
        said = Text(
            f"{'、'.join(both)} 是调查人员，不参加表决。", f"{', '.join(both)} investigated and has no vote."
        )
        return Reason("investigators-voted", said, asked.law.cite("procedure.discussion"))
    if any(one in asked.every_account(voters[:number]) for number, one in enumerate(voters)):
        said = Text("同一人列了两次。", "Somebody is named twice.")
        return Reason("named-twice", said, asked.law.cite("procedure.discussion"))
    return None


@guard("引用条款已与公布文本核对", "the clauses were compared with the published text")
def clauses_compared(asked: Asked) -> Reason | None:
    """Whoever decides says so, unless the law's data says that somebody did already."""
    found = range_of({**asked.matter.facts, **asked.values}, asked.law)
    if found is None or asked.values.get("compared") == "yes":
        return None
    bare = [value for value in found.values if value.confidence != PRINTED]
    if not bare:
        return None
    return Reason(
        "law-not-compared",
        Text(
            f"{bare[0].cite} 还没有与公布文本核对。",
            f"{bare[0].cite} has not been compared with the published text.",
        ),
        bare[0].cite,
        Text("核对原文后再作出决定。", "Compare it, then decide."),
    )


def vetoes() -> tuple[Guard, ...]:
    """Every defect that alone makes a file fail, as a condition of its decision."""
    return tuple(Guard(Text(f"无：{veto.name.zh}", f"not: {veto.name.en}"), _asking(veto)) for veto in VETOES)


def _asking(veto: Veto) -> Callable[[Asked], Reason | None]:
    return lambda asked: _of_file(veto, asked)


def _veto(code: str, asked: Asked) -> Reason | None:
    return _of_file(next(veto for veto in VETOES if veto.code == code), asked)


def _of_file(veto: Veto, asked: Asked) -> Reason | None:
    file = file_of(asked.matter, asked.values, asked.day, asked.law)
    if file is None:
        return None
    both = asked.law.for_act(file.acted_on)
    return veto(Checked(file, both.of_act, both.of_decision, choose(file.act, both)))
