"""The retest gate: may this vehicle be retested at this station at this moment? One guard per clause.

Which day's law? That of each step: the same-station rule and the need for a record by the day of the retest (the law
given here); who may repair and with which documents by the day the repair was finished, found when it was reported
(``repairs.py``). So an owner who had the car repaired lawfully in the transition phase may retest in the full phase.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from imloop.facts.days import CHINA, day_of
from imloop.facts.refusal import Unlawful
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.loop.case import Case, RepairFact, Unlock


@dataclass(frozen=True, slots=True)
class Permit:
    """``reasons``: refusals first, then warnings; empty when nothing is to be said."""

    allowed: bool
    reasons: tuple[Reason, ...]
    case_no: str | None

    @property
    def refusals(self) -> tuple[Reason, ...]:
        return tuple(reason for reason in self.reasons if not reason.warning)

    def to_json(self) -> dict[str, object]:
        """Contract §4: ``{"allowed", "reasons": [{"code", "cite", "text", "next", …}], "case"}``."""
        return {
            "allowed": self.allowed,
            "reasons": [reason.to_json() for reason in self.reasons],
            "case": self.case_no,
        }


@dataclass(frozen=True, slots=True)
class Question:
    """What a guard looks at."""

    case: Case
    station: str
    at: datetime
    law: Law

    @property
    def repair(self) -> RepairFact | None:
        """The repair that the retest is based on: of those finished since the failed test, the one that lacks least,
        then the latest."""
        repairs = self.case.repairs_since_fail(self.at)
        return min(repairs, key=lambda r: (len(r.lacks), self.at - r.finished_at), default=None)

    @property
    def unlock(self) -> Unlock | None:
        """The unlock on paper that is valid here and now."""
        return self.case.unlock(self.station, self.at)


_TO_LISTED = Text(
    "请到任一家已公布的汽车排放性能维护（维修）站维修，由其上传维修记录；车主可自由选择。",
    "Have it repaired at any listed station of your choice; the station uploads the record.",
)
_TO_ANY = Text(
    "请先维修，由维修单位上传维修记录；维修单位由车主自由选择。",
    "Have it repaired first, at a repairer of your choice, who uploads the record.",
)


def waits_for_repair(q: Question) -> bool:
    """Not where the law requires no record, not for a second opinion, which measures the vehicle as it is, and not
    where an outage allows the retest on paper."""
    if not q.law.flag("retest.record_required") or q.unlock is not None:
        return False
    return not q.case.second_opinion(q.station, q.at)


def same_station(q: Question) -> Reason | None:
    """Within one inspection cycle only the station of the failed test, or where an exit allows (A12)."""
    if not q.law.flag("retest.same_station") or q.case.station in (None, q.station):
        return None
    if any(way_out.covers(q.station, q.at) for way_out in q.case.exits):
        return None
    return Reason(
        "not-this-station",
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


def record_exists(q: Question) -> Reason | None:
    """The station must find a repair record in the system before it retests."""
    if not waits_for_repair(q) or any(r.finished_at <= q.at for r in q.case.repairs):
        return None
    return Reason(
        "no-repair-record",
        Text("没有本次不合格之后的维修记录。", "There is no repair record after the failed test."),
        q.law.cite("retest.record_required"),
        _TO_LISTED if q.law.flag("retest.listed_repairer_required") else _TO_ANY,
    )


def repaired_after_fail(q: Question) -> Reason | None:
    """A repair counts for one failed test: only one finished after the last one allows the retest."""
    finished = [repair for repair in q.case.repairs if repair.finished_at <= q.at]
    if not waits_for_repair(q) or not finished or q.repair is not None:
        return None
    return Reason(
        "repair-before-fail",
        Text("最近一次维修早于最近一次不合格检验。", "The last repair is older than the last failed test."),
        q.law.cite("retest.record_required"),
        Text(
            "请返修；质保期内原维修站应免费返修。", "Have it reworked; free of charge while under warranty."
        ),
    )


def repairer_listed(q: Question) -> Reason | None:
    """The repairer was on the published list on the day the repair was finished, where that day's law wants it."""
    cite = _lacking(q, "repairer-not-listed")
    if cite is None:
        return None
    return Reason(
        "repairer-not-listed",
        Text(
            "维修企业在完工当日不在公布的维修治理站名录内。",
            "The repairer was not on the published list on the day the repair was finished.",
        ),
        cite,
        _TO_LISTED,
    )


def documents_complete(q: Question) -> Reason | None:
    """One of the document sets of the finishing day was handed over in full."""
    cite = _lacking(q, "documents-missing")
    if cite is None:
        return None
    return Reason(
        "documents-missing",
        Text("维修凭证不齐。", "Repair documents are missing."),
        cite,
        Text(
            "请维修站补传所缺凭证后再来复检。",
            "Ask the repairer to upload the missing documents, then return.",
        ),
    )


def documents_valid(q: Question) -> Reason | None:
    """Each document of that set has a number of its own."""
    cite = _lacking(q, "documents-invalid")
    if cite is None:
        return None
    return Reason(
        "documents-invalid",
        Text(
            "维修凭证编号无效或已用于其他维修。",
            "A document number is invalid or was used for another repair.",
        ),
        cite,
        Text("请维修站更正凭证编号并重新上传。", "Ask the repairer to correct the numbers and upload again."),
    )


def on_paper(q: Question) -> Reason | None:
    """A warning that the retest is based on paper, as long as no qualifying record has come."""
    unlock, repair = q.unlock, q.repair
    if unlock is None or (repair is not None and not repair.lacks):
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
    if q.unlock is not None or (q.repair is not None and not q.repair.lacks):
        return None
    lapsed = next(
        (
            each
            for each in q.case.unlocks
            if each.granted_at > q.case.failed_at and each.shown(q.station, q.at) and each.contradicted(q.at)
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


def _lacking(q: Question, code: str) -> str | None:
    """The clause by which the repair falls short in this way; None if it does not, or no record is required."""
    if q.repair is None or not waits_for_repair(q):
        return None
    return next((lack.cite for lack in q.repair.lacks if lack.code == code), None)


def in_time(q: Question) -> Reason | None:
    """Only a warning: the plan attaches no consequence to the last day, so the loop can always be closed."""
    if day_of(q.at) <= q.case.deadline:
        return None
    return Reason(
        "overdue",
        Text(f"已超过复检期限 {q.case.deadline}。", f"The deadline {q.case.deadline} has passed."),
        q.law.cite("deadline.working_days"),
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
        "repairer-not-listed",
        "retest.listed_repairer_required",
        Text(
            "完工当日维修单位在名录内（当日规定要求时）", "the repairer was listed, where required that day"
        ),
        repairer_listed,
    ),
    Clause(
        "documents-missing",
        "retest.documents",
        Text("完工当日规定的凭证齐全", "the documents required on the finishing day are complete"),
        documents_complete,
    ),
    Clause(
        "documents-invalid",
        "retest.documents",
        Text("凭证编号有效且未重复使用", "document numbers are valid and not used twice"),
        documents_valid,
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
    Clause(
        "overdue", "deadline.working_days", Text("期限未过（仅提示）", "in time (a warning only)"), in_time
    ),
)


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
    return Permit(all(reason.warning for reason in reasons), tuple(reasons), case.case_no)


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
