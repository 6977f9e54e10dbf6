"""A13: may the traffic police issue an inspection mark for this vehicle today?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from imloop.facts.text import Reason, Text
from imloop.gates.answer import Answer
from imloop.gates.vehicles.case_fact import CaseFact, gone, moved
from imloop.gates.vehicles.cycle import Cycle, Kind, Milestone, cycle_on, due_after, fulfilled_on, milestones
from imloop.gates.vehicles.subject import Subject
from imloop.law import Law
from imloop.law.sentences import repair_and_return

GATE = "inspection-mark"


def mark(subject: Subject, case: CaseFact | None, day: date, law: Law) -> Answer:
    """Allowed when a test of the running cycle passed, or none is needed, and no case is open. ``facts``:
    ``valid_until`` of the mark, ``cycle``, ``passed_on``."""
    running = cycle_on(subject, day, law)
    closing = fulfilled_on(subject, day, law)
    until = due_after(subject, day, law) if closing else None
    reasons = [
        _not_in_register(subject, law),
        gone(subject, law),
        _open_case(case, law),
        failed_run_waits(law) if subject.fail_waits else None,
        _not_yet(subject, closing, day, law),
        _released(subject, closing, until, law),
        _untested(subject, running, closing, case, day, law),
        _late(subject, day, law),
        moved(subject, law),
    ]
    return Answer.of(
        GATE,
        reasons,
        {
            "valid_until": until.isoformat() if until else None,
            "cycle": _cycle_json(running, closing),
            "passed_on": subject.passed_on.isoformat() if subject.passed_on else None,
        },
    )


_WITHOUT_DATES: dict[str, Text] = {
    "mark-not-due": Text("本周期尚未到申领时间。", "The mark may not be applied for yet."),
    "mark-already-released": Text("本周期的标志已核发。", "This cycle's mark was issued."),
    "no-pass-in-cycle": Text("本周期没有合格的排放检验。", "No emission test has been passed in this cycle."),
    "inspection-late": Text("检验有效期已届满。", "The inspection has expired."),
}


def for_bystander(answer: Answer) -> Answer:
    """Yes or no with the reasons, without the vehicle's dates: for who never tested it."""
    reasons = tuple(
        replace(each, text=_WITHOUT_DATES[each.code], next=None) if each.code in _WITHOUT_DATES else each
        for each in answer.reasons
    )
    cycle = {"kind": answer.facts["cycle"]["kind"], "due_on": None, "opens_on": None}  # type: ignore[index]
    return replace(
        answer,
        reasons=reasons,
        facts={**answer.facts, "valid_until": None, "passed_on": None, "cycle": cycle},
    )


def valid_until(subject: Subject, day: date, law: Law) -> date | None:
    """Until when a mark issued on ``day`` is valid; None when the first registration is not known."""
    return due_after(subject, day, law)


_WITHOUT_TEST: dict[str, frozenset[str]] = {
    "vehicle-exempt": frozenset({"fuel"}),
    "no-engine": frozenset({"vehicle_type"}),
    "mark-only-year": frozenset(
        {"first_registered_on", "vehicle_type", "usage", "exemption_lost_on", "due_on", "status"}
    ),
}
"""Why a mark needs no test, and which fields of the register say so."""


def without_test(answer: Answer) -> bool:
    """Does the answer allow a mark without a test?"""
    return any(reason.warning and reason.code in _WITHOUT_TEST for reason in answer.reasons)


def rests_on(answer: Answer) -> set[str]:
    """The fields of the register on which a mark without a test rests; none where a test passed."""
    found: set[str] = set()
    for reason in answer.reasons:
        if reason.warning:
            found |= _WITHOUT_TEST.get(reason.code, frozenset())
    return found


SECOND_PERSON = "second-person-needed"
_ASK = Text(
    "请提出核发，由本单位另一人在工作列表中复核。",
    "Ask for the mark; another person of the department confirms it on the work list.",
)


def waits(changed: set[str], law: Law) -> Reason:
    """The warning that a mark without a test will wait for a second person of the police. ``changed``: what it rests on
    and was changed lately."""
    if not changed:
        return Reason(
            SECOND_PERSON,
            Text("不经检验核发标志，须第二人复核。", "A second person must confirm a mark without a test."),
            cite=law.cite("second_person.mark.only_changed"),
            next=_ASK,
            warning=True,
        )
    names, days = "、".join(sorted(changed)), law.integer("mark.changed_days")
    return Reason(
        SECOND_PERSON,
        Text(
            f"免检所依据的登记资料（{names}）在 {days} 天内变更过，核发须第二人复核。",
            f"It needs no test because of what the register says of {', '.join(sorted(changed))}, changed within "
            f"{days} days: a second person must confirm the mark.",
        ),
        cite=law.cite("mark.changed_days"),
        next=_ASK,
        warning=True,
    )


def _cycle_json(running: Cycle, closing: Milestone | None) -> dict[str, object]:
    if closing is None or running.kind is Kind.NONE:
        return running.to_json()
    return {
        "kind": closing.kind,
        "due_on": closing.due_on.isoformat(),
        "opens_on": closing.opens_on.isoformat(),
    }


def _not_in_register(subject: Subject, law: Law) -> Reason | None:
    if subject.registered:
        return None
    return Reason(
        "not-in-register",
        Text(
            "登记资料中没有这辆车，只有检验机构的填报；检验不等于登记。",
            "No authority entered this vehicle; it is known from what stations stated, and a test is no registration.",
        ),
        cite=law.cite("register.entered"),
        next=Text(
            "请车主带登记证书、行驶证到公安交管窗口核对录入后再申领。",
            "Bring the registration documents to the police counter, have it entered, then apply again.",
        ),
    )


def _open_case(case: CaseFact | None, law: Law) -> Reason | None:
    if case is None:
        return None
    late, by = "，且已逾期" if case.overdue else "", case.by_words()
    return Reason(
        "open-case",
        Text(
            f"案件 {case.case_no} 未结：排放检验不合格{late}。",
            f"Case {case.case_no} is open: the emission test failed{' and is overdue' if case.overdue else ''}.",
        ),
        cite=law.cite("mark.pass_required"),
        next=repair_and_return(law, by),
    )


def failed_run_waits(law: Law, *, warning: bool = False) -> Reason:
    """Nothing is released meanwhile; a test that is made is kept without effect until it is settled."""
    return Reason(
        "failed-run-waits",
        Text(
            "有一次不合格检验可能是该车，车辆身份待核实。",
            "A failed run may be of this vehicle; the environment department is finding out.",
        ),
        cite=law.cite("mark.pass_required"),
        next=Text(
            "请联系生态环境部门核对行驶证和车架号，核实后即可办理。",
            "Show licence and VIN to the environment department; all goes on once it has settled this.",
        ),
        warning=warning,
    )


def _not_yet(subject: Subject, closing: Milestone | None, day: date, law: Law) -> Reason | None:
    """A new vehicle whose first cycle is not open yet."""
    coming = milestones(subject, day, law)
    if closing is not None or not coming:
        return None
    first = coming[0]
    return Reason(
        "mark-not-due",
        Text(f"本周期 {first.opens_on} 起方可申领。", f"The mark may be applied for from {first.opens_on}."),
        cite=law.cite("cycle.opens_months_before"),
        next=Text(f"请在 {first.due_on} 前申领。", f"Apply by {first.due_on}."),
    )


def _released(subject: Subject, closing: Milestone | None, until: date | None, law: Law) -> Reason | None:
    if closing is None or until is None or subject.marked_until is None or subject.marked_until < until:
        return None
    return Reason(
        "mark-already-released",
        Text(
            f"本周期的标志已核发，有效期至 {subject.marked_until}。",
            f"This cycle's mark was issued, valid until {subject.marked_until}.",
        ),
        cite=law.cite("inspection.required"),
        next=Text("遗失、损毁的请申请补领。", "For a lost mark, apply for a replacement."),
    )


def _untested(
    subject: Subject, running: Cycle, closing: Milestone | None, case: CaseFact | None, day: date, law: Law
) -> Reason | None:
    """The refusal without a pass in the cycle; for an exempt vehicle the reason why none is needed."""
    if running.kind is Kind.NONE:
        return running.reasons[0]
    if closing is not None and closing.kind is Kind.MARK:
        return Reason(
            "mark-only-year",
            Text(
                "本周期免于上线检验，不需要排放检验报告。",
                "No line test is needed in this cycle, so no emission report is required.",
            ),
            cite=law.cite("cycle.same_as_safety"),
            warning=True,
        )
    since = closing.opens_on if closing else _without_schedule(subject, day, law)
    # An open case already says what to do: repair, and return to the same station, not to any other.
    if case is not None or since is None or (subject.passed_on is not None and subject.passed_on >= since):
        return None
    return Reason(
        "no-pass-in-cycle",
        Text(
            f"本周期（{since} 起）没有合格的排放检验。",
            f"No emission test has been passed in this cycle (since {since}).",
        ),
        cite=law.cite("mark.pass_required"),
        next=Text("请先到任一已联网检验机构检验合格。", "Have it tested at any networked station first."),
    )


def _without_schedule(subject: Subject, day: date, law: Law) -> date | None:
    """From when a pass counts if the first registration is not known: one yearly cycle back."""
    if milestones(subject, day, law):
        return None
    months = law.integer("cycle.other.then_months")
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def _late(subject: Subject, day: date, law: Law) -> Reason | None:
    if subject.due_on is None or subject.due_on >= day:
        return None
    return Reason(
        "inspection-late",
        Text(
            f"检验有效期已于 {subject.due_on} 届满。",
            f"The inspection expired on {subject.due_on}.",
        ),
        cite=law.cite("inspection.required"),
        warning=True,
    )
