"""How high a fine is within its range, as a table that explains every line. The form computes, people decide: who
departs from the table gives a reason, and the department's heads discuss it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from imloop.facts.refusal import Malformed, Problem, Unlawful
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.law.fines import fine_yuan, mitigated_floor_yuan
from imloop.matters.penalties.ranges import Range

FACTORS: Mapping[str, Text] = MappingProxyType(
    {
        "harm": Text("危害后果", "harm"),
        "fault": Text("主观过错", "fault"),
        "manner": Text("违法手段", "manner"),
        "object": Text("涉及对象和数量", "object and number"),
        "earlier": Text("两年内违法次数", "earlier violations in two years"),
        "correction": Text("改正情况", "correction"),
    }
)
LEVELS: Mapping[str, Text] = MappingProxyType(
    {"low": Text("轻", "low"), "middle": Text("中", "middle"), "high": Text("重", "high")}
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: what it is, how many percent of the most, how many yuan (below 0: less)."""

    words: Text
    percent: Fraction
    yuan: int
    cite: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """``lines`` add up to ``fine`` but for what holds it within its range, which is a line of its own."""

    fine: int
    lines: tuple[Line, ...]


def propose(
    of: Range, picked: Mapping[str, str], law: Law, *, adjust: int = 0, mitigate: int = 0
) -> Proposal:
    """The fine for the levels that were picked, a factor each. ``adjust``: percent of the most, more or less;
    ``mitigate``: percent below the least, on a ground that mitigates. Raises ``Malformed`` for a factor or level there
    is none of, ``Unlawful`` for more than the law allows or a range of nothing."""
    if of.least <= 0:
        said = Text("请先填写计算罚款的数额。", "Say first what the fine is counted from.")
        raise Unlawful("amount-missing", said, cite=of.punished_by)
    _refuse_unknown(picked)
    _refuse_beyond(adjust, mitigate, law)
    if mitigate:
        return _mitigated(of, mitigate, law)
    if of.is_fixed:
        words = Text(f"定额罚款，{of.counted.zh}", f"a fixed fine, {of.counted.en}")
        return Proposal(of.most, (Line(words, Fraction(100), of.most, of.punished_by),))
    factors = {name: law.integer(f"discretion.{name}.{level}_percent") for name, level in picked.items()}
    lines = [
        Line(
            Text("起点：最低额", "start: the least"),
            Fraction(100 * of.least, of.most),
            of.least,
            of.punished_by,
        ),
        *(
            Line(
                Text(
                    f"{FACTORS[name].zh}：{LEVELS[picked[name]].zh}",
                    f"{FACTORS[name].en}: {LEVELS[picked[name]].en}",
                ),
                Fraction(percent),
                of.most * percent // 100,
                law.cite(f"discretion.{name}.{picked[name]}_percent"),
            )
            for name, percent in factors.items()
        ),
    ]
    if adjust:
        lines.append(_adjusted(of, adjust, law))
    fine = fine_yuan(of.least, of.most, list(factors.values()), law, adjust=adjust)
    return Proposal(fine, (*lines, *_held(of, fine, lines)))


def departure(fine: int, proposal: Proposal, reason: str, law: Law) -> Reason | None:
    """What stands against a fine other than the proposed one without a reason. With one, the heads discuss it."""
    if fine == proposal.fine or any(sign.isalnum() for sign in reason):
        return None
    return Reason(
        "departure-without-reason",
        Text(
            f"罚款 {fine} 元与裁量表得出的 {proposal.fine} 元不同，未写明理由。",
            f"The fine of {fine} yuan departs from the table's {proposal.fine}, and no reason is given.",
        ),
        law.cite("discretion.departure"),
        Text("写明理由，并提交集体讨论。", "Give the reason, and take it to the collective discussion."),
    )


def _adjusted(of: Range, adjust: int, law: Law) -> Line:
    heavier = adjust > 0
    words = Text("从重", "aggravated") if heavier else Text("从轻", "lightened")
    key = "discretion.aggravate_most_percent" if heavier else "discretion.lighten_most_percent"
    return Line(words, Fraction(adjust), of.most * adjust // 100, law.cite(key))


def _held(of: Range, fine: int, lines: Sequence[Line]) -> tuple[Line, ...]:
    """The line that says that the sum would have left the range, or lost parts of a yuan."""
    over = fine - sum(line.yuan for line in lines)
    if not over:
        return ()
    if fine in (of.least, of.most) and abs(over) > len(lines):
        end = (
            Text("不超过最高额", "no more than the most")
            if fine == of.most
            else Text("不低于最低额", "no less than the least")
        )
    else:
        end = Text("取整到元", "whole yuan")
    return (Line(end, Fraction(100 * over, of.most), over, of.punished_by),)


def _mitigated(of: Range, mitigate: int, law: Law) -> Proposal:
    fine = max(of.least * (100 - mitigate) // 100, mitigated_floor_yuan(of.least, law))
    start = Line(Text("最低额", "the least"), Fraction(100 * of.least, of.most), of.least, of.punished_by)
    words = Text(f"减轻：最低额的 {mitigate}%", f"mitigated: {mitigate} % of the least")
    less = fine - of.least
    cite = law.cite("discretion.mitigate_most_percent")
    return Proposal(fine, (start, Line(words, Fraction(100 * less, of.most), less, cite)))


def _refuse_unknown(picked: Mapping[str, str]) -> None:
    problems = [
        Problem(
            f"$.{name}",
            "wrong-value",
            Text(f"没有裁量因素 {name} 的 {level} 档。", f"There is no level {level} of a factor {name}."),
        )
        for name, level in picked.items()
        if name not in FACTORS or level not in LEVELS
    ]
    if problems:
        raise Malformed("malformed", problems[0].text, problems=problems)


def _refuse_beyond(adjust: int, mitigate: int, law: Law) -> None:
    for name, percent, key in (
        ("adjust", adjust, "discretion.aggravate_most_percent"),
        ("adjust", -adjust, "discretion.lighten_most_percent"),
        ("mitigate", mitigate, "discretion.mitigate_most_percent"),
    ):
        most = law.integer(key)
        if percent > most:
            said = Text(f"最多 {most}%，不是 {percent}%。", f"At most {most} %, not {percent} %.")
            raise Unlawful("discretion-beyond", said, cite=law.cite(key), at=name)
