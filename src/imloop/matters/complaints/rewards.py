"""How much a reporter is due, by the dated reward law of the place: a sum per kind, more for who works there, once, to
the first, shared by who reported together.

No text of the place: no sum, and nobody guesses one. Sums are whole fen, so that a share is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.matters.complaints.categories import Category


@dataclass(frozen=True, slots=True)
class Proven:
    """What a complaint turned out to be. ``in_force``: the decision it led to has taken effect; ``earlier``: another
    one about the same came in before, and was still open when this came."""

    category: Category
    founded: bool
    in_force: bool
    earlier: str = ""
    insider: bool = False
    reporters: int = 1


@dataclass(frozen=True, slots=True)
class Award:
    """What is due. ``shares``: fen for each of those who reported together, in their order, the odd fen to the first;
    ``collect_by``: the last day to collect it; ``cite``: by which clause."""

    shares: tuple[int, ...]
    collect_by: date
    cite: str
    says: Text

    @property
    def fen(self) -> int:
        return sum(self.shares)


def award(proven: Proven, told_on: date, law: Law) -> Award | Reason:
    """The reward of a complaint whose reporter is told of it on ``told_on``, or why none is due."""
    refused = _why_none(proven, law)
    if refused is not None:
        return refused
    key = _key(proven.category)
    fen = law.integer(key) * 100
    if proven.insider:
        fen = fen * law.integer("reward.insider_pct") // 100
    if law.get("reward.most_yuan") is not None:
        fen = min(fen, law.integer("reward.most_yuan") * 100)
    each, rest = divmod(fen, proven.reporters)
    shares = (each + rest, *[each] * (proven.reporters - 1))
    until = law.term("reward.collect_days", told_on).deadline
    return Award(shares, until, law.cite(key), _in_words(fen, proven, until))


def yuan(fen: int) -> str:
    """As it is written: 3000, 428.57."""
    whole, cents = divmod(fen, 100)
    return f"{whole}.{cents:02}" if cents else str(whole)


def _key(category: Category) -> str:
    return f"reward.{category.reward}_yuan"


def _why_none(proven: Proven, law: Law) -> Reason | None:
    category = proven.category
    if not category.reward:
        return Reason(
            "reward-not-for-this",
            Text(f"“{category.name.zh}”不在奖励范围内。", f"There is no reward for “{category.name.en}”."),
        )
    if law.get(_key(category)) is None:
        return Reason(
            "reward-without-law",
            Text("本地没有此类举报的奖励标准。", "The place has no reward for reports of this kind."),
        )
    cite = law.cite(_key(category))
    if not proven.founded:
        return Reason("reward-not-founded", Text("没有查实的不予奖励。", "Not found true: no reward."), cite)
    if not proven.in_force:
        words = Text("处理决定生效后才能奖励。", "The reward waits until the decision is in force.")
        return Reason("reward-too-early", words, cite)
    if proven.earlier and law.flag("reward.first_only"):
        words = Text(
            f"同一事实只奖励第一个举报人，{proven.earlier} 在先。",
            f"Only the first reporter of a fact is rewarded; {proven.earlier} was earlier.",
        )
        return Reason("reward-not-first", words, law.cite("reward.first_only"))
    return None


def _in_words(fen: int, proven: Proven, until: date) -> Text:
    more = (
        Text("（内部人员举报，已加成）", " (raised, as you work there)") if proven.insider else Text("", "")
    )
    many = proven.reporters
    shared = Text(f"，由 {many} 人平分", f", shared by {many}") if many > 1 else Text("", "")
    return Text(
        f"奖励 {yuan(fen)} 元{more.zh}{shared.zh}，请在 {until} 前领取。",
        f"A reward of {yuan(fen)} yuan{more.en}{shared.en}, to be collected by {until}.",
    )
