"""Clauses of the gate about the repair: is one there, does it answer the failed test, does anything hold it?"""

from __future__ import annotations

from collections.abc import Callable

from imloop.facts.records.repair import DOCUMENT_NAMES
from imloop.facts.text import Reason, Text
from imloop.loop.case import FAIL_TOLD_LATE, UNCONFIRMED
from imloop.loop.question import Question, waits_for_repair

_TO_LISTED = Text(
    "请到任一家已公布的汽车排放性能维护（维修）站维修，由其上传维修记录；车主可自由选择。",
    "Have it repaired at any listed station of your choice; the station uploads the record.",
)
_TO_ANY = Text(
    "请先维修，由维修单位上传维修记录；维修单位由车主自由选择。",
    "Have it repaired first, at a repairer of your choice, who uploads the record.",
)
_TO_ANY_OR_PAPERS = Text(
    "请先维修，由维修单位上传维修记录；维修单位由车主自由选择，没有接入平台的，由检验机构登记其凭证原件。",
    "Have it repaired first, at a repairer of your choice, who uploads the record; where it has no access to the "
    "platform, the station enters its original papers.",
)


def record_exists(q: Question) -> Reason | None:
    """The station must find a repair record in the system before it retests."""
    if not waits_for_repair(q) or any(r.finished_at <= q.at for r in q.case.repairs):
        return None
    return Reason(
        "no-repair-record",
        Text("没有本次不合格之后的维修记录。", "There is no repair record after the failed test."),
        q.law.cite("retest.record_required"),
        _where_to(q),
    )


def _where_to(q: Question) -> Text:
    if q.law.flag("retest.listed_repairer_required"):
        return _TO_LISTED
    return _TO_ANY_OR_PAPERS if q.law.flag("retest.papers_at_station") else _TO_ANY


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


def falls_short(code: str) -> Callable[[Question], Reason | None]:
    """The guard for one way in which the repair falls short; none where no record is required."""

    def guard(q: Question) -> Reason | None:
        lack = next((each for each in q.shortfalls if each.code == code), None)
        if lack is None or not waits_for_repair(q):
            return None
        words, what_next = SHORT[code]
        return Reason(code, _naming(words, lack.about), lack.cite, what_next)

    return guard


def _naming(words: Text, about: tuple[str, ...]) -> Text:
    """The sentence, with the documents it is about."""
    if not about:
        return words
    zh = "、".join(DOCUMENT_NAMES[name].zh for name in about)
    en = ", ".join(DOCUMENT_NAMES[name].en for name in about)
    return Text(f"{words.zh.removesuffix('。')}：{zh}。", f"{words.en.removesuffix('.')}: {en}.")


_RELEASE = Text(
    "由生态环境或交通运输部门核实后写明理由放行；维修站可向其出示工单、照片等。",
    "The environment or transport department looks and releases it with a reason; the repairer can show it the order "
    "and photographs.",
)
SHORT: dict[str, tuple[Text, Text]] = {
    "nothing-done": (
        Text(
            "维修记录没有工时，也没有配件：没有做的不是维修。",
            "The record has neither hours of work nor parts: nothing was done.",
        ),
        Text(
            "请维修站写明作业及工时、更换的配件，另报一份记录；只做诊断的，写明诊断工时。",
            "Ask the repairer for a record that names the work with its hours, or the parts; for a diagnosis alone, "
            "its hours.",
        ),
    ),
    "no-time-for-work": (
        Text("完工时间不晚于进厂时间。", "It was finished no later than the vehicle came in."),
        Text(
            "请维修站按实际进厂、完工时间另报一份记录，凭证编号不变。",
            "Ask the repairer for a record with the true times; the document numbers stay the same.",
        ),
    ),
    "received-before-fail": (
        Text(
            "车辆进厂早于最近一次不合格检验。",
            "The vehicle came in before the last failed test.",
        ),
        Text(
            "请维修站为不合格之后的作业另开维修单，或更正进厂时间后另报记录。",
            "Ask the repairer for an order of its own for the work after the failed test, or for a record with the "
            "true time of arrival.",
        ),
    ),
    "record-after-retest": (
        Text(
            "复检开始时平台尚未收到维修记录。",
            "The platform did not have the repair's record yet when the retest began.",
        ),
        Text(
            "维修记录上传后再复检；故障期间凭纸质材料复检的，登记解锁或离线凭单。",
            "Retest after the record has been uploaded; in an outage, enter the unlock or voucher it was based on.",
        ),
    ),
    "repairer-not-listed": (
        Text(
            "维修企业在完工当日不在公布的维修治理站名录内。",
            "The repairer was not on the published list on the day the repair was finished.",
        ),
        _TO_LISTED,
    ),
    "shop-not-able": (
        Text(
            "该车的燃料或所做项目不在维修站公布的维修范围内。",
            "The vehicle's fuel, or the work, is outside the published scope of the repairer.",
        ),
        Text(
            "请到维修范围包括该车燃料和故障项目的维修站；范围登记有误的，由维修站向交通运输部门申请更正。",
            "Go to a repairer whose scope covers the fuel and the fault; if the register is wrong, the repairer asks "
            "the transport department to correct it.",
        ),
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
        Text(
            "请维修站更正凭证编号并重新上传；八位的发票号码请连同发票代码填写。",
            "Ask the repairer to correct the numbers and upload again; an invoice number of eight digits goes with its "
            "code.",
        ),
    ),
    "documents-elsewhere": (
        Text(
            "维修凭证编号已由另一维修站，或者本站完工早于这次不合格的另一份记录报送过。",
            "A document of this number was reported by another repairer, or with work done before this failed test.",
        ),
        _RELEASE,
    ),
    "documents-on-paper": (
        Text(
            "维修凭证编号在系统故障期间已作为另一辆车的纸质材料出示。",
            "A document number was shown on paper for another vehicle in an outage.",
        ),
        _RELEASE,
    ),
    UNCONFIRMED: (
        Text(
            "检验机构代维修企业登记的凭证，尚未对照原件确认。",
            "The station entered the papers of a repairer without access; nobody has compared them with the originals "
            "yet.",
        ),
        Text(
            "由本站另一人对照原件和照片确认；规定只要一人的，由登记人确认。",
            "Another person of the station compares originals and photographs and confirms; where the law asks for one "
            "person only, whoever entered them.",
        ),
    ),
    "time-held": (
        Text(
            "维修记录的时间有待核实：完工后过久才上传。",
            "The repair's times wait to be looked at: it was reported long after it was finished.",
        ),
        _RELEASE,
    ),
    FAIL_TOLD_LATE: (
        Text(
            "不合格检验迟传，其时间有待核实：传到平台时，这次维修已称完工。",
            "The failed test came late, and its hour waits to be looked at: when it arrived, the work was said to be "
            "over.",
        ),
        Text(
            "由生态环境或交通运输部门对照检测线日志、监控，认定不合格检验确在其所称时间后放行；否则请再次维修。",
            "The environment or transport department compares log and video of the line; if the failed test was made "
            "when it says, it releases the repair. Otherwise have it repaired again.",
        ),
    ),
    "vehicle-elsewhere": (
        Text(
            "所报在厂期间，该车另有检验或在另一维修站维修的记录。",
            "While it is said to have been there, the vehicle was tested, or repaired by another shop.",
        ),
        Text(
            "请维修站更正时间后另报记录；转包等确有原因的，由生态环境或交通运输部门核实放行。",
            "Ask the repairer for a record with the true times; where there is a reason, such as a subcontractor, the "
            "environment or transport department looks and releases it.",
        ),
    ),
}
"""By the code of the lack: what is wrong, and what to do next."""
