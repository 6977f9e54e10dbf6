"""What a reporter is told: sentences bound to a step, an outcome and a clause, with blanks filled from the complaint.

A person may add words of their own below; what the law wants said stands in the sentence already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.law import Law


@dataclass(frozen=True, slots=True)
class Template:
    """``step``: of the complaint at which it may be used; ``outcome``: what that step says, empty where it says none;
    ``categories``: for which alone, empty for all; ``keys``: values of the law it rests on, of which those that the
    place has are cited."""

    code: str
    step: str
    name: Text
    text: Text
    outcome: str = ""
    categories: frozenset[str] = frozenset()
    keys: tuple[str, ...] = ()


_ANSWER = ("complaint.answer_real_name",)
TEMPLATES: tuple[Template, ...] = (
    Template(
        "accepted",
        "accept",
        Text("受理告知", "accepted"),
        Text(
            "您 {received} 反映的“{category}”（编号 {number}）由{office}受理，将在 {due} 前办结并答复。",
            "Your report {number} of {received} (“{category}”) was accepted by {office}, which answers by {due}.",
        ),
    ),
    Template(
        "not_ours",
        "not_accept",
        Text("不属于本部门", "another department's"),
        Text(
            "您反映的“{category}”（编号 {number}）不由{office}办理。请向{go_to}反映。",
            "{office} does not deal with “{category}” ({number}). Please turn to {go_to}.",
        ),
        outcome="other_department",
    ),
    Template(
        "before_court",
        "not_accept",
        Text("已进入诉讼、复议", "before a court or under review"),
        Text(
            "编号 {number} 反映的事项正在诉讼或者复议中，由{go_to}处理，{office}不再重复办理。",
            "{number} is before {go_to}; {office} does not decide it a second time.",
        ),
        outcome="court",
    ),
    Template(
        "running",
        "not_accept",
        Text("同一事项正在办理", "the same is already running"),
        Text(
            "编号 {number} 反映的事项已在办理。您可以凭编号和密码页面查看进展：{go_to}。",
            "What {number} reports is already being dealt with. Follow it here: {go_to}.",
        ),
        outcome="running",
    ),
    Template(
        "answered_before",
        "not_accept",
        Text("已有最终答复", "finally answered before"),
        Text(
            "编号 {number} 反映的事实此前已有最终答复（{go_to}），没有新的事实。",
            "The facts of {number} were finally answered before ({go_to}); nothing new was reported.",
        ),
        outcome="answered",
    ),
    Template(
        "founded",
        "answer",
        Text("属实", "found true"),
        Text(
            "{office}查了您反映的“{category}”（编号 {number}），情况属实。处理情况：{done}",
            "{office} looked into “{category}” ({number}) and found it true. What was done: {done}",
        ),
        outcome="founded",
        keys=_ANSWER,
    ),
    Template(
        "partly",
        "answer",
        Text("部分属实", "true in part"),
        Text(
            "{office}查了您反映的“{category}”（编号 {number}），部分属实：{said}处理情况：{done}",
            "{office} found “{category}” ({number}) true in part: {said} What was done: {done}",
        ),
        outcome="partly",
        keys=_ANSWER,
    ),
    Template(
        "unfounded",
        "answer",
        Text("不属实", "not true"),
        Text(
            "{office}查了您反映的“{category}”（编号 {number}），没有发现所反映的情况：{said}"
            "如有新的线索，可以再提一次。",
            "{office} looked into “{category}” ({number}) and did not find it so: {said} With new facts it can be "
            "reopened once.",
        ),
        outcome="unfounded",
        keys=_ANSWER,
    ),
    Template(
        "refund",
        "answer",
        Text("属实，已退费", "found true, refunded"),
        Text(
            "{office}查实“{category}”（编号 {number}），{party}应当把多收的费用退给您。处理情况：{done}",
            "{office} found “{category}” ({number}) true; {party} must refund you. What was done: {done}",
        ),
        outcome="founded",
        categories=frozenset({"double_charge"}),
        keys=("commercial.no_double_charge", *_ANSWER),
    ),
)


def templates_for(step: str, outcome: str, category: str) -> tuple[Template, ...]:
    """Those that fit, the most particular first."""
    fitting = [
        each
        for each in TEMPLATES
        if each.step == step
        and each.outcome == outcome
        and (not each.categories or category in each.categories)
    ]
    return tuple(sorted(fitting, key=lambda each: not each.categories))


def blanks_of(template: Template) -> tuple[str, ...]:
    """The names of its blanks in the order in which they are read."""
    names = [name for _, name, _, _ in Formatter().parse(template.text.zh) if name]
    return tuple(dict.fromkeys(names))


def filled(template: Template, blanks: Mapping[str, Text], law: Law) -> Text:
    """The sentence with its clause behind it. A blank that nobody filled is refused by its name."""
    for name in blanks_of(template):
        if not blanks.get(name, Text("", "")).zh.strip():
            words = Text(f"答复还缺“{name}”。", f"The answer still lacks “{name}”.")
            raise Malformed("missing", words, at=name)
    zh = template.text.zh.format(**{name: _ended(each.zh, "。", name) for name, each in blanks.items()})
    en = template.text.en.format(**{name: _ended(each.en, ".", name) for name, each in blanks.items()})
    cites = "；".join(cite for key in template.keys if (cite := law.cite(key)))
    return Text(f"{zh}（{cites}）", f"{en} ({cites})") if cites else Text(zh, en)


_SENTENCES = frozenset({"done", "said"})


def _ended(words: str, stop: str, name: str) -> str:
    """A blank that is a sentence of its own ends like one."""
    plain = words.strip()
    if name not in _SENTENCES or plain.endswith(("。", "！", "？", ".", "!", "?")):
        return plain
    return plain + stop
