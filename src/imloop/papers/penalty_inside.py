"""The papers of the side volume: filing, investigation report, review, legal review, discussion, closing."""

from __future__ import annotations

from imloop.facts.days import day_of
from imloop.matters import Step
from imloop.matters.penalties import clocks
from imloop.matters.penalties.account import account_of
from imloop.matters.penalties.as_file import day_in
from imloop.matters.penalties.fields import PAID_FOR
from imloop.papers.penalty_sections import Section, basis_of, choice, decided_on, evidence_of, facts_of, name
from imloop.papers.words import long_date
from imloop.steps.matters.penalties.papers import Made

_VOTERS = ("voter_1", "voter_2", "voter_3", "voter_4", "voter_5")
_PROPOSED = "拟作出如下处罚"


def filing(made: Made) -> list[Section]:
    facts, opened = made.fact.facts, made.fact.acts[0]
    found = day_in(facts, "found_on")
    last = clocks.decide_by(day_of(made.event.at), made.law)
    told = (
        f"{long_date(found)}发现，{long_date(opened.day)}由 {name(opened.person)} 提出立案。" if found else ""
    )
    return [
        facts_of(made),
        ("线索", [told]),
        ("审批", [f"{decided_on(made)}由 {name(made.fact.acts[-1].person)} 批准立案。"]),
        ("办案期限", [f"自立案之日起九十日内作出决定，即 {long_date(last)}以前（依法延长、不计入的除外）。"]),
    ]


def report(made: Made) -> list[Section]:
    """Who investigated, with which cards, what was found and what is proposed."""
    facts = made.fact.facts
    officers = [
        f"{name(facts[f'officer_{each}'])}，执法证 {facts.get(f'card_{each}')}，有效期至 {long_date(until)}"
        for each in ("a", "b")
        if (until := day_in(facts, f"card_{each}_until")) is not None
    ]
    tested = (
        f"监测、检验、鉴定结果 {long_date(told)}告知当事人。" if (told := day_in(facts, "told_on")) else ""
    )
    sampled = f"抽样记录：{facts['sampling']}" if facts.get("sampling") else ""
    return [
        ("执法人员", officers),
        facts_of(made),
        evidence_of(made),
        *([("抽样和检验", [sampled, tested])] if sampled or tested else []),
        basis_of(made, _PROPOSED),
        ("报告", [f"{decided_on(made)}由 {name(made.fact.acts[-1].person)} 提交。"]),
    ]


def review(made: Made) -> list[Section]:
    """By somebody who did not investigate."""
    by = f"{decided_on(made)}由 {name(made.fact.acts[-1].person)} 审查（不是本案调查人员）。"
    return [facts_of(made), ("审查", [by]), ("审查意见", [str(made.event.data.get("opinion") or "")])]


def legal_review(made: Made) -> list[Section]:
    data = made.event.data
    passed = "通过" if data.get("passed_review") == "yes" else "不通过"
    by = f"{decided_on(made)}由 {name(made.fact.acts[-1].person)} 审核（不是本案调查人员）：{passed}。"
    cite = f"依据：{made.law.cite('procedure.legal_review_when')}。"
    return [
        facts_of(made),
        basis_of(made, _PROPOSED),
        ("法制审核", [by, str(data.get("opinion") or ""), cite]),
    ]


def discussion(made: Made) -> list[Section]:
    data = made.event.data
    voters = "、".join(name(data[each]) for each in _VOTERS if data.get(each))
    on = day_in(data, "discussed_on")
    return [
        facts_of(made),
        basis_of(made, _PROPOSED),
        ("讨论", [f"{long_date(on)}讨论，参加表决：{voters}。调查人员列席，不参加表决。" if on else ""]),
        ("结论", [str(data.get("conclusion") or "")]),
    ]


def closing(made: Made) -> list[Section]:
    """What was paid, when, by which receipt."""
    on = day_of(made.event.at)
    account = account_of(made.fact_with_fine, on, made.law)
    paid = [
        f"{long_date(day)}缴{choice(PAID_FOR, act.values.get('paid_for'))} {act.values.get('amount')} 元，"
        f"票据 {act.values.get('receipt_no')}。"
        for act in made.fact.acts
        if act.step is Step.PAY and (day := day_in(act.values, "paid_on")) is not None
    ]
    total = (
        f"罚款 {account.fine} 元，加处罚款 {account.surcharge} 元，已缴 {account.paid} 元，未缴 {account.open} 元。"
        + (f"没收违法所得 {account.gains} 元，已缴 {account.gains_paid} 元。" if account.gains else "")
        if account
        else ""
    )
    by = f"{decided_on(made)}由 {name(made.fact.acts[-1].person)} 归档：{made.event.data.get('volume_no')}。"
    return [facts_of(made), ("执行", [*paid, total]), ("归档", [by])]


def record(made: Made) -> list[Section]:
    """What was decided on the spot, as the office keeps it."""
    data, facts, decided = made.event.data, made.fact_with_fine.facts, made.fact.acts[0]
    on = day_in(data, "reported_on")
    cash = "已当场收缴" if facts.get("cash") == "yes" else "自行缴纳"
    spot = (
        f"{long_date(decided.day)}由 {name(decided.person)} 当场作出，"
        f"决定书编号 {facts['form_no']}，罚款 {facts['decided_fine']} 元，{cash}。"
    )
    who = name(made.fact.acts[-1].person)
    kept = f"{long_date(on)}报备，登记号 {data.get('record_no')}，由 {who} 登记。" if on else ""
    return [
        facts_of(made),
        ("当场处罚", [spot]),
        ("备案", [kept, f"依据：{made.law.cite('procedure.simple.report_days')}。"]),
    ]
