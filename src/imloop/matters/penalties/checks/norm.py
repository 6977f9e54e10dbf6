"""Which clause, of which day, and how much."""

from __future__ import annotations

from collections.abc import Callable

from imloop.facts.text import Text
from imloop.law.acts import Why
from imloop.law.fines import mitigated_floor_yuan
from imloop.matters.penalties.checks.veto import Checked, veto
from imloop.matters.penalties.ranges import Range, range_on

_PARAGRAPH = "款"


def _cites(checked: Checked) -> list[tuple[str, str]]:
    """What the file cites beside what it should: the duty and the punishment."""
    file, found = checked.file, checked.range
    if found is None:
        return []
    return [(file.forbidden_by, found.forbidden_by), (file.punished_by, found.punished_by)]


def _is_short(said: str, wanted: str) -> bool:
    """The article is right and its paragraph is missing."""
    return said != wanted and bool(said) and wanted.startswith(said) and _PARAGRAPH in wanted[len(said) :]


def _serious(checked: Checked) -> Text | None:
    """A serious case has its ground, and as many vehicles as the rule names make one."""
    act, ground = checked.file.act, checked.file.serious_ground
    if act.serious and not ground:
        return Text("没有写明属于情节严重的哪种情形。", "It does not say why the case is serious.")
    if act.violation.code != "forged_report" or checked.of_act.get("serious.vehicles") is None:
        return None
    count, most = act.counted.vehicles, checked.of_act.integer("serious.vehicles")
    if ground == "vehicles" and count < most:
        return Text(
            f"涉及 {count} 辆，不足 {most} 辆，不属于此种情节严重。",
            f"{count} vehicles; fewer than {most} do not make it a serious case.",
        )
    if count >= most and not act.serious:
        return Text(
            f"涉及 {count} 辆，达到 {most} 辆，属于情节严重。",
            f"{count} vehicles; from {most} on it is a serious case.",
        )
    return None


def _of_other_day(checked: Checked) -> Range | None:
    """The range by the law that was not chosen."""
    found = checked.range
    assert found is not None
    other = checked.of_act if found.why is Why.MILDER else checked.of_decision
    return range_on(checked.file.act, other)


@veto(
    "clause-does-not-fit",
    "适用条款与违法行为不符",
    "the clause does not fit the act",
    "procedure.decision_names",
    Text("按违法行为更正适用条款。", "Cite the clause of this act."),
)
def clause_does_not_fit(checked: Checked) -> Text | None:
    """Duty and punishment are cited as the law of the act, or the milder one, has them."""
    if checked.range is None:
        return Text(
            "行为时或者决定时的法律没有对此规定处罚。",
            "The law of the act or of the decision imposes nothing for it.",
        )
    if (unfit := _serious(checked)) is not None:
        return unfit
    if law_of_wrong_date.check(checked) is not None:
        return None
    for said, wanted in _cites(checked):
        if said != wanted and not _is_short(said, wanted):
            return Text(f"引用“{said}”，应为“{wanted}”。", f"It cites “{said}”; the clause is “{wanted}”.")
    return None


@veto(
    "clause-without-paragraph",
    "条款未引用到款、项",
    "the clause is not cited to its paragraph",
    "procedure.decision_names",
    Text("把条款引用到款、项。", "Cite the clause to its paragraph."),
)
def clause_without_paragraph(checked: Checked) -> Text | None:
    """As far as the paragraph, where the law has one."""
    for said, wanted in _cites(checked):
        if _is_short(said, wanted):
            return Text(
                f"引用“{said}”，应到“{wanted}”。", f"It cites “{said}”; to the paragraph: “{wanted}”."
            )
    return None


@veto(
    "law-of-wrong-date",
    "适用了错误时间的法律",
    "the law of the wrong date",
    "choice.milder_prevails",
    Text("按从旧兼从轻更正适用法律。", "Take the law of the act, or a milder later one."),
)
def law_of_wrong_date(checked: Checked) -> Text | None:
    """The punishing clause is that of the law that was chosen, not that of the other day."""
    if checked.range is None:
        return None
    other, said = _of_other_day(checked), checked.file.punished_by
    wanted = checked.range.punished_by
    if other is None or said == wanted or said != other.punished_by:
        return None
    return Text(
        f"引用“{said}”，应当适用 {checked.range.on} 的“{wanted}”。",
        f"It cites “{said}”; the law that applies is that of {checked.range.on}: “{wanted}”.",
    )


@veto(
    "outside-range",
    "罚款超出法定幅度",
    "the fine lies outside the range",
    "procedure.discretion",
    Text("在法定幅度内重新确定数额。", "Set the amount within the range."),
)
def outside_range(checked: Checked) -> Text | None:
    """No more than the most; with a ground that mitigates no less than the floor below the least."""
    file, found = checked.file, checked.range
    if found is None:
        return Text(f"不得罚款，拟罚 {file.fine} 元。", f"Nothing may be imposed, not {file.fine} yuan.")
    floor = mitigated_floor_yuan(found.least, checked.of_decision)
    if floor <= file.fine <= found.most:
        return None
    return Text(
        f"拟罚 {file.fine} 元，幅度为 {found.least} 至 {found.most} 元，减轻不低于 {floor} 元。",
        f"{file.fine} yuan; the range is {found.least} to {found.most}, mitigated no less than {floor}.",
    )


@veto(
    "mitigated-without-ground",
    "没有法定情形而减轻处罚",
    "mitigated without a ground of the law",
    "choice.mitigate_when",
    Text(
        "写明法定减轻情形并附证据，或者在幅度内处罚。",
        "Name the ground and its evidence, or stay in the range.",
    ),
)
def mitigated_without_ground(checked: Checked) -> Text | None:
    """Less than the least only on a ground of the law."""
    file, found = checked.file, checked.range
    grounds = checked.of_decision.words("choice.mitigate_when")
    if found is None or file.fine >= found.least or file.mitigated_by in grounds:
        return None
    return Text(
        f"拟罚 {file.fine} 元，低于最低额 {found.least} 元，没有法定减轻情形。",
        f"{file.fine} yuan is less than the least, {found.least}, without a ground that mitigates.",
    )


@veto(
    "daily-fine",
    "按日连续处罚不具备条件",
    "a daily fine without its conditions",
    "procedure.daily_fine",
    Text(
        "先送达首次处罚决定和责令改正，复查后再计。",
        "Serve the first decision and the order, check again, then count.",
    ),
)
def daily_fine(checked: Checked) -> Text | None:
    """An order, a check after it, and the first decision served before it; and vehicle papers know none."""
    daily = checked.file.daily
    if daily is None:
        return None
    if checked.of_decision.get(f"penalty.{checked.file.act.violation.code}.daily") is None:
        return Text("该违法行为没有按日连续处罚的规定。", "The law has no daily fine for this act.")
    steps: tuple[tuple[bool, Callable[[], Text]], ...] = (
        (daily.ordered_on is None, lambda: Text("没有责令改正。", "Nobody ordered it to be put right.")),
        (daily.checked_on is None, lambda: Text("没有复查。", "Nobody checked again.")),
        (
            daily.first_served_on is None
            or (daily.checked_on is not None and daily.checked_on < daily.first_served_on),
            lambda: Text("首次处罚决定尚未送达。", "The first decision was not served before."),
        ),
    )
    return next((say() for holds, say in steps if holds), None)
