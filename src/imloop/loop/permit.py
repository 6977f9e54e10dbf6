"""The retest gate: may this vehicle be retested at this station at this moment? One guard per clause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from imloop.facts.refusal import Unlawful
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.loop.case import Case, Lack, day_of


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


Guard = Callable[[Question], Reason | None]

_TO_LISTED = Text(
    "请到任一家已公布的汽车排放性能维护（维修）站维修，由其上传维修记录；车主可自由选择。",
    "Have it repaired at any listed station of your choice; the station uploads the record.",
)

_LACKS: dict[str, tuple[Text, Text]] = {
    "repairer-not-listed": (
        Text(
            "维修企业在完工当日不在公布的维修治理站名录内。",
            "The repairer was not on the published list that day.",
        ),
        _TO_LISTED,
    ),
    "documents-missing": (
        Text("维修凭证不齐。", "Repair documents are missing."),
        Text(
            "请维修站补传所缺凭证后再来复检。",
            "Ask the repairer to upload the missing documents, then return.",
        ),
    ),
    "documents-invalid": (
        Text(
            "维修凭证编号无效或已用于其他维修。",
            "A document number is invalid or was used for another repair.",
        ),
        Text("请维修站更正凭证编号并重新上传。", "Ask the repairer to correct the numbers and upload again."),
    ),
}


def same_station(q: Question) -> Reason | None:
    """P四(二)7: within one inspection cycle only the station of the failed test, or where an exit allows."""
    if not q.law.flag("retest.same_station") or q.case.station in (None, q.station):
        return None
    if any(way_out.covers(q.station, q.at) for way_out in q.case.exits):
        return None
    return Reason(
        "not-this-station",
        Text(
            f"同一检验周期内只能回初检不合格的检验机构（{q.case.station}）复检。",
            f"In the same cycle the retest is only at the station of the failed test ({q.case.station}).",
        ),
        q.law.cite("retest.same_station"),
        Text(
            "请回原检验机构复检；原站停业、无相应检测线等情形可向生态环境部门申请变更。",
            "Return to that station; if it is closed or has no line for the vehicle, apply to the environment department.",
        ),
    )


def repaired(q: Question) -> Reason | None:
    """P四(二)3, 6; 五(四): a repair after the last failed test, recorded in the system."""
    if not q.law.flag("retest.record_required") or q.case.repairs_since_fail(q.at):
        return None
    cite = q.law.cite("retest.record_required")
    if any(repair.finished_at <= q.at for repair in q.case.repairs):
        return Reason(
            "repair-before-fail",
            Text(
                "最近一次维修早于最近一次不合格检验。", "The last repair is older than the last failed test."
            ),
            cite,
            Text(
                "请返修；质保期内原维修站应免费返修。",
                "Have it reworked; free of charge while under warranty.",
            ),
        )
    return Reason(
        "no-repair-record",
        Text("没有本次不合格之后的维修记录。", "There is no repair record after the failed test."),
        cite,
        _TO_LISTED,
    )


def repair_qualifies(q: Question) -> Reason | None:
    """五(三), 五(四): repairer and documents, judged by the law of the day the repair was finished."""
    repairs = q.case.repairs_since_fail(q.at)
    if not q.law.flag("retest.record_required") or not repairs or any(not repair.lacks for repair in repairs):
        return None
    return _lack_reason(repairs[-1].lacks[0])


def _lack_reason(lack: Lack) -> Reason:
    text, then = _LACKS[lack.code]
    return Reason(lack.code, text, lack.cite, then)


GUARDS: tuple[Guard, ...] = (same_station, repaired, repair_qualifies)


def overdue(q: Question) -> Reason | None:
    """P四(二)5: after the deadline the retest is still possible, but it is said."""
    if day_of(q.at) <= q.case.deadline:
        return None
    return Reason(
        "overdue",
        Text(f"已超过复检期限 {q.case.deadline}。", f"The deadline {q.case.deadline} has passed."),
        q.law.cite("deadline.working_days"),
        Text("仍可复检；逾期情况已报主管部门。", "It can still be retested; the departments have been told."),
        warning=True,
    )


def permit(
    case: Case | None,
    *,
    station: str,
    at: datetime,
    law: Law,
    station_active: bool = True,
    line_locked: Reason | None = None,
    exempt: Reason | None = None,
) -> Permit:
    """Every refusal that applies, each with its clause and what the owner can do; then warnings.

    ``law`` is the law of the day of ``at``. ``line_locked`` and ``exempt`` are found by those who keep the registers.
    """
    reasons: list[Reason] = []
    if exempt is not None:
        reasons.append(exempt)
    if case is None or not case.state.is_open:
        reasons.append(_no_open_case(law))
        return Permit(False, tuple(reasons), None)
    question = Question(case, station, at, law)
    if not station_active:
        reasons.append(_not_active(law))
    if line_locked is not None:
        reasons.append(line_locked)
    reasons += [reason for guard in GUARDS if (reason := guard(question)) is not None]
    late = overdue(question)
    return Permit(not reasons, (*reasons, late) if late else tuple(reasons), case.case_no)


def _no_open_case(law: Law) -> Reason:
    return Reason(
        "no-open-case",
        Text("该车没有待复检的案件。", "The vehicle has no case awaiting a retest."),
        law.cite("retest.record_required"),
        Text(
            "按普通定期检验受理即可，无需复检放行。", "Accept it for an ordinary test; no release is needed."
        ),
    )


def _not_active(law: Law) -> Reason:
    return Reason(
        "station-not-active",
        Text(
            "本检验机构当日未联网、被暂停或已注销。",
            "This station is not networked, suspended or struck off that day.",
        ),
        law.cite("station.networked_required"),
        Text("请向生态环境部门申请变更复检站。", "Apply to the environment department for another station."),
    )


def retest_forbidden(found: Permit) -> Unlawful:
    """The refusal of a retest that ran, or would run, without a permit."""
    first = found.refusals[0]
    return Unlawful(first.code, first.text, cite=first.cite, reasons=found.reasons)
