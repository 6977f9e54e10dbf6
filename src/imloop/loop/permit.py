"""The retest gate: may this vehicle be retested at this station at this moment? One guard per clause.

Which day's law? That of each step: the same-station rule and the need for a record by the day of the retest (the law
given here); who may repair and with which documents by the day the repair was finished, found when it was reported
(``repairs.py``). So an owner who had the car repaired lawfully in the transition phase may retest in the full phase.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from imloop.facts.days import CHINA, day_of
from imloop.facts.mask import masked_number
from imloop.facts.refusal import Unlawful
from imloop.facts.text import Reason, Text, only_warnings
from imloop.law import Law
from imloop.law.deadline import deadline_key
from imloop.loop.case import FAIL_TOLD_LATE, UNCONFIRMED, Case
from imloop.loop.question import Question
from imloop.loop.repair_clauses import falls_short, record_exists, repaired_after_fail


@dataclass(frozen=True, slots=True)
class Permit:
    """``reasons``: refusals first, then warnings; empty when nothing is to be said."""

    allowed: bool
    reasons: tuple[Reason, ...]
    case_no: str | None

    @property
    def refusals(self) -> tuple[Reason, ...]:
        return tuple(reason for reason in self.reasons if not reason.warning)

    @property
    def elsewhere(self) -> bool:
        """Whether the case is another station's, and no exit lets the asking one retest it."""
        return any(reason.code == ELSEWHERE for reason in self.reasons)

    def for_bystander(self) -> Permit:
        """What a station hears of another one's case: not here, and what stands against the vehicle or itself. Neither
        where, nor how far the repair is; the number masked, to compare with the owner's paper."""
        told = tuple(
            replace(reason, text=_NOT_HERE) if reason.code == ELSEWHERE else reason
            for reason in self.reasons
            if reason.code == ELSEWHERE or reason.code not in _OF_THE_CASE
        )
        return Permit(self.allowed, told, masked_number(self.case_no or ""))

    def to_json(self) -> dict[str, object]:
        """Contract §4: ``{"allowed", "reasons": [{"code", "cite", "text", "next", …}], "case"}``."""
        return {
            "allowed": self.allowed,
            "reasons": [reason.to_json() for reason in self.reasons],
            "case": self.case_no,
        }


ELSEWHERE = "not-this-station"
_NOT_HERE = Text(
    "同一检验周期内只能回初检不合格的检验机构复检，不是本站。",
    "Within the same cycle the vehicle may be retested only at the station of the failed test, which is not this one.",
)


def same_station(q: Question) -> Reason | None:
    """Within one inspection cycle only the station of the failed test, or where an exit allows (A12)."""
    if not q.law.flag("retest.same_station") or q.case.station in (None, q.station):
        return None
    if any(way_out.covers(q.station, q.at) for way_out in q.case.exits):
        return None
    return Reason(
        ELSEWHERE,
        Text(
            f"同一检验周期内只能回初检不合格的检验机构（{q.case.station}）复检。",
            "Within the same cycle the vehicle may be retested only at the station of the failed test "
            f"({q.case.station}).",
        ),
        q.law.cite("retest.same_station"),
        Text(
            "请回原检验机构复检；原站停业、无相应检测线等情形可向生态环境部门申请变更。",
            "Return to that station; if it is closed or has no line for the vehicle, "
            "apply to the environment department.",
        ),
    )


def on_paper(q: Question) -> Reason | None:
    """A warning that the retest is based on paper, as long as no qualifying record has come."""
    unlock, repair = q.unlock, q.repair
    if unlock is None or (repair is not None and not q.shortfalls):
        return None
    until = unlock.expires_at.astimezone(CHINA)
    return Reason(
        "paper-fallback",
        Text(
            f"系统故障（{unlock.outage_no}）期间凭纸质材料解锁（{unlock.unlock_no}），{until:%m-%d %H:%M} 前有效。",
            f"Unlocked on paper ({unlock.unlock_no}) in outage {unlock.outage_no}, good until {until:%m-%d %H:%M}.",
        ),
        q.law.cite("outage.paper_accepted"),
        Text(
            "系统恢复后维修站须补传同一维修记录，平台逐条核对。",
            "The repairer uploads the same repair afterwards; every one is compared.",
        ),
        warning=True,
    )


def paper_contradicted(q: Question) -> Reason | None:
    """Why a paper that would still be valid is not: its record came, and differs."""
    if q.unlock is not None or (q.repair is not None and not q.shortfalls):
        return None
    lapsed = next(
        (
            each
            for each in q.case.unlocks
            if q.case.answers(each, q.law) and each.shown(q.station, q.at) and each.contradicted(q.at)
        ),
        None,
    )
    if lapsed is None:
        return None
    return Reason(
        "paper-contradicted",
        Text(
            f"补传的维修记录与解锁 {lapsed.unlock_no} 所凭的纸质材料不一致，不再凭其复检，按维修记录办理。",
            f"The uploaded record differs from the paper of unlock {lapsed.unlock_no}: the record now decides.",
        ),
        q.law.cite("outage.paper_accepted"),
        Text(
            "请维修站核对后补传与实际相符的维修记录。",
            "Ask the repairer to check, and to upload a record of what was really done.",
        ),
        warning=True,
    )


def in_time(q: Question) -> Reason | None:
    """Only a warning: the plan attaches no consequence to the last day, so the loop can always be closed."""
    if day_of(q.at) <= q.case.deadline:
        return None
    return Reason(
        "overdue",
        Text(f"已超过复检期限 {q.case.deadline}。", f"The deadline {q.case.deadline} has passed."),
        q.law.cite(deadline_key(q.case.origin, q.law)),
        Text("仍可复检；逾期情况已报主管部门。", "It can still be retested; the departments have been told."),
        warning=True,
    )


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition of the gate: the code a refusal carries, the law value behind it, its words for the docs.

    ``guard`` is None where the step looks in the registers and tells ``permit``.
    """

    code: str
    key: str
    words: Text
    guard: Callable[[Question], Reason | None] | None = None


CLAUSES: tuple[Clause, ...] = (
    Clause("vehicle-exempt", "exempt.fuels", Text("车辆不属于免检", "the vehicle is not exempt")),
    Clause(
        "station-not-active",
        "station.networked_required",
        Text(
            "检验机构当日联网且未暂停、未注销", "the station is networked, neither suspended nor struck off"
        ),
    ),
    Clause("line-locked", "station.conditions", Text("检测线未锁定", "the line is not locked")),
    Clause("no-open-case", "retest.record_required", Text("有在办案件", "there is an open case")),
    Clause(
        "not-this-station",
        "retest.same_station",
        Text("回初检不合格的检验机构，或经批准变更", "the station of the failed test, or a granted exit"),
        same_station,
    ),
    Clause(
        "no-repair-record",
        "retest.record_required",
        Text("系统中有维修记录", "a repair is on record"),
        record_exists,
    ),
    Clause(
        "repair-before-fail",
        "retest.record_required",
        Text("维修完工晚于最近一次不合格", "the repair was finished after the last failed test"),
        repaired_after_fail,
    ),
    Clause(
        "received-before-fail",
        "retest.record_required",
        Text("进厂晚于最近一次不合格", "the vehicle came in after the last failed test"),
        falls_short("received-before-fail"),
    ),
    Clause(
        "record-after-retest",
        "retest.record_required",
        Text("复检开始前平台已收到维修记录", "the platform had the record before the retest began"),
        falls_short("record-after-retest"),
    ),
    Clause(
        "nothing-done",
        "repair.least_hours",
        Text("有工时（含诊断）或者配件", "hours of work or diagnosis, or parts"),
        falls_short("nothing-done"),
    ),
    Clause(
        "no-time-for-work",
        "repair.least_hours",
        Text("完工晚于进厂", "finished after it came in"),
        falls_short("no-time-for-work"),
    ),
    Clause(
        "repairer-not-listed",
        "retest.listed_repairer_required",
        Text(
            "完工当日维修单位在名录内（当日规定要求时）", "the repairer was listed, where required that day"
        ),
        falls_short("repairer-not-listed"),
    ),
    Clause(
        "shop-not-able",
        "repair.scope_enforced",
        Text(
            "车辆燃料和作业在维修站登记的范围内（登记了范围的）",
            "fuel and work are within the repairer's scope, where one is entered",
        ),
        falls_short("shop-not-able"),
    ),
    Clause(
        "documents-missing",
        "retest.documents",
        Text("完工当日规定的凭证齐全", "the documents required on the finishing day are complete"),
        falls_short("documents-missing"),
    ),
    Clause(
        "documents-invalid",
        "retest.documents",
        Text("凭证编号有效且未重复使用", "document numbers are valid and not used twice"),
        falls_short("documents-invalid"),
    ),
    Clause(
        "documents-elsewhere",
        "repair.numbers.everywhere",
        Text(
            "凭证编号没有被另一维修站、或者不合格以前的维修使用过（核实后可放行）",
            "no number was used by another repairer, or for work before the fail (can be released)",
        ),
        falls_short("documents-elsewhere"),
    ),
    Clause(
        "documents-on-paper",
        "repair.numbers.everywhere",
        Text(
            "凭证编号没有在故障期间为另一辆车出示过（核实后可放行）",
            "no number was shown on paper for another vehicle in an outage (can be released)",
        ),
        falls_short("documents-on-paper"),
    ),
    Clause(
        UNCONFIRMED,
        "retest.papers_people",
        Text(
            "检验机构代为登记的凭证已对照原件确认（核实后可放行）",
            "papers that the station entered have been compared with the originals (can be released)",
        ),
        falls_short(UNCONFIRMED),
    ),
    Clause(
        "time-held",
        "repair.upload_hours",
        Text("完工后及时上传（核实后可放行）", "reported in time (can be released)"),
        falls_short("time-held"),
    ),
    Clause(
        FAIL_TOLD_LATE,
        "repair.upload_hours",
        Text(
            "完工晚于不合格检验传到平台（核实后可放行）",
            "finished after the failed test had arrived (can be released)",
        ),
        falls_short(FAIL_TOLD_LATE),
    ),
    Clause(
        "vehicle-elsewhere",
        "repair.elsewhere",
        Text(
            "在厂期间车辆不在别处（核实后可放行）",
            "the vehicle was not elsewhere meanwhile (can be released)",
        ),
        falls_short("vehicle-elsewhere"),
    ),
    Clause(
        "paper-fallback",
        "outage.paper_accepted",
        Text(
            "故障期间凭纸质材料解锁，代替维修记录（仅提示）",
            "unlocked on paper in an outage, in place of the record (a warning only)",
        ),
        on_paper,
    ),
    Clause(
        "paper-contradicted",
        "outage.paper_accepted",
        Text(
            "补传记录与纸质材料不一致，纸质材料不再有效（仅提示）",
            "the record contradicts the paper, which no longer holds (a warning only)",
        ),
        paper_contradicted,
    ),
    Clause("overdue", "deadline.days", Text("期限未过（仅提示）", "in time (a warning only)"), in_time),
)


_OF_THE_CASE = frozenset(clause.code for clause in CLAUSES if clause.guard is not None)
"""What is said of a case by itself, not by the registers."""


def permit(
    case: Case | None,
    *,
    station: str,
    at: datetime,
    law: Law,
    found: Sequence[Reason] = (),
) -> Permit:
    """Every refusal that applies, each with its clause and what the owner can do; then warnings.

    ``law`` is the law of the day of ``at``. ``found``: reasons from the registers against it: an exempt vehicle, a
    station that is closed, lines that are locked.
    """
    reasons = list(found)
    if case is None or not case.state.is_open:
        return Permit(False, (*reasons, _no_open_case(law, ordinary_test=not reasons)), None)
    question = Question(case, station, at, law)
    asked = (clause.guard(question) for clause in CLAUSES if clause.guard is not None)
    reasons += [reason for reason in asked if reason is not None]
    reasons.sort(key=lambda reason: reason.warning)
    return Permit(only_warnings(reasons), tuple(reasons), case.case_no)


def _no_open_case(law: Law, *, ordinary_test: bool) -> Reason:
    """``ordinary_test``: nothing else forbids testing the vehicle here."""
    return Reason(
        "no-open-case",
        Text("该车没有待复检的案件。", "The vehicle has no case awaiting a retest."),
        law.cite("retest.record_required"),
        Text("按普通定期检验受理即可，无需复检放行。", "Accept it for an ordinary test; no permit is needed.")
        if ordinary_test
        else None,
    )


def retest_forbidden(found: Permit) -> Unlawful:
    """The refusal of a retest that ran, or would run, without a permit."""
    first = found.refusals[0]
    return Unlawful(first.code, first.text, cite=first.cite, reasons=found.reasons)
