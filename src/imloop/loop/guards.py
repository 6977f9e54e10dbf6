"""Guards of the table's rows. A guard answers with reasons; none lets the row happen."""

from __future__ import annotations

from imloop.facts.days import day_of
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.loop.case import SECOND_OPINION_EXIT, Case
from imloop.loop.events import (
    CaseAnnulled,
    DeadlinePassed,
    DeadlineRecomputed,
    Event,
    ExitEnded,
    ExitGranted,
    ObjectionRaised,
    ObjectionRejected,
    PaperContradicted,
    TestFailed,
    TestPassed,
    UnlockedOnPaper,
    UnlockEnded,
    VehicleScrapped,
)
from imloop.loop.guard import guard, unless
from imloop.loop.permit import permit


@guard("复检放行（见下表）", "the retest is permitted (the gate below)")
def retest_permitted(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """The gate, asked by the law of the day the run started."""
    assert isinstance(event, (TestFailed, TestPassed))
    return permit(case, station=event.station or "", at=event.at, law=law).refusals


@guard("晚于最近一次不合格", "later than the last failed test")
def in_order(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """A run older than the last failed one would turn the case's history back."""
    return unless(event.at > case.failed_at, _OUT_OF_ORDER)


@guard("维修仍在质保期内", "a repair of this case is under warranty")
def under_warranty(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """R21: the earlier of days and kilometres, on the day of the failed run."""
    assert isinstance(event, TestFailed)
    return unless(case.warranty_repair(event.at, event.odometer_km) is not None, _NO_WARRANTY)


@guard("没有质保期内的维修", "no repair of this case is under warranty")
def warranty_over(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """The other half of ``under_warranty``."""
    assert isinstance(event, TestFailed)
    return unless(case.warranty_repair(event.at, event.odometer_km) is None, _WARRANTY)


@guard("期限已过且本轮尚未报过", "the last day has passed and was not yet reported in this round")
def deadline_is_past(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """Once per round: the next failed test clears the flag."""
    assert isinstance(event, DeadlinePassed)
    return unless(day_of(event.at) > case.deadline and not case.overdue, _NOT_DUE)


@guard("期限原按未公布的日历暂定", "the deadline was provisional")
def deadline_is_provisional(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """The owner was told a final deadline, which does not change."""
    assert isinstance(event, DeadlineRecomputed)
    return unless(case.deadline_provisional, _FIRM)


@guard("不合格后的异议期限内", "within the days for an objection after the failed test")
def objection_in_time(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """Counted from the day of the failed test, which itself is not counted."""
    last = law.term("objection.days", day_of(case.failed_at)).deadline
    if day_of(event.at) <= last:
        return ()
    return (
        Reason(
            "objection-too-late",
            Text(f"异议期限已于 {last} 届满。", f"The time to object ended on {last}."),
            law.cite("objection.days"),
            Text(
                "仍可向生态环境部门投诉，或者维修后复检。",
                "You may still complain to the environment department, or have it repaired and retested.",
            ),
        ),
    )


@guard("本轮尚未提出异议", "none was raised in this round")
def first_objection(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """One per failed test; its answer is final here, and says where to turn next."""
    return unless(case.objection is None and case.waiting_objection is None, _OBJECTED)


@guard("写明情形和理由", "a known ground is chosen and reasons are given")
def objection_says_why(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """The grounds are the law's; the owner's own words go with them."""
    assert isinstance(event, ObjectionRaised)
    known = event.ground in law.words("objection.grounds")
    return unless(known and bool(event.words.strip()), _OBJECTION_UNFOUNDED)


@guard("有异议等待答复", "an objection is waiting for an answer")
def objection_waits(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """Nothing is rejected that was not raised, nor twice."""
    return unless(case.waiting_objection is not None, _NO_OBJECTION)


@guard("当日规定允许故障期间凭纸质材料复检", "the law of the day accepts paper in an outage")
def paper_accepted(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """Where the local rules do not mention it, paper is not accepted."""
    if law.flag("outage.paper_accepted"):
        return ()
    words = Text(
        "本地规定没有允许系统故障期间凭纸质材料复检。", "The local rules do not accept paper in an outage."
    )
    return (Reason("paper-not-accepted", words, law.cite("outage.paper_accepted"), _WAIT),)


@guard("记下了规定材料之一的编号", "the number of one of the required papers is noted")
def paper_noted(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """The plan's flow chart: the settlement list or the certificate."""
    assert isinstance(event, UnlockedOnPaper)
    if event.unlock.papers & set(law.words("outage.papers")):
        return ()
    words = Text("没有记下规定的纸质材料的编号。", "No number of a required paper is noted.")
    ask = Text(
        "请车主出示维修结算清单或者竣工出厂合格证原件，抄下编号。",
        "Ask for the settlement list or the certificate and note its number.",
    )
    return (Reason("paper-missing", words, law.cite("outage.papers"), ask),)


@guard("晚于最近一次不合格及其传到平台", "later than the last failed test, and than the platform knew of it")
def paper_of_this_round(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """Paper shown before the vehicle failed again, or before anybody knew of it, does not cover that failure."""
    assert isinstance(event, UnlockedOnPaper)
    words = Text(
        "出示材料早于最近一次不合格检验或其传到平台的时间，不能用于其后的复检。",
        "The paper was shown before the last failed test, or before that had arrived: it allows no retest after it.",
    )
    return unless(case.answers(event.unlock, law), Reason("paper-before-fail", words, next=_SHOWN_AGAIN))


@guard(
    "维修单位当日和登记之日均在名录内（当日规定要求时）",
    "the repairer was listed that day and when it was reported, where the law requires it",
)
def paper_of_listed_shop(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """Paper does not bypass the list of repairers."""
    assert isinstance(event, UnlockedOnPaper)
    if event.unlock.listed or not law.flag("retest.listed_repairer_required"):
        return ()
    words = Text(
        "出具材料的维修企业在当日或平台得知之日不在公布的维修治理站名录内。",
        "The repairer named on the paper was not on the published list that day, or when the platform heard of it.",
    )
    return (Reason("repairer-not-listed", words, law.cite("retest.listed_repairer_required")),)


@guard("早于结案", "before the case was closed")
def paper_before_the_end(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """The paper could have allowed the retest: it was shown before the run that closed the case."""
    assert isinstance(event, UnlockedOnPaper)
    holds = case.closed_at is not None and event.unlock.granted_at <= case.closed_at
    words = Text("案件已在此前结案。", "The case had been closed before.")
    return unless(holds, Reason("no-open-case", words, law.cite("retest.record_required")))


@guard("凭纸质材料复检过，等待补传的维修记录", "a retest on paper is waiting for the repair record")
def record_awaited(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """Nothing else is added to a closed case."""
    return unless(bool(case.unmatched), _NOT_AWAITED)


@guard("该解锁尚未与维修记录核对一致，也未发现不一致", "that unlock is neither matched nor contradicted yet")
def paper_unsettled(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """Told once."""
    assert isinstance(event, PaperContradicted)
    waits = any(each.unlock_no == event.unlock_no and each.contradicted_at is None for each in case.unmatched)
    return unless(waits, _SETTLED)


@guard("该解锁尚未收回", "that unlock was not taken back yet")
def unlock_runs(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """It is taken back once; after its hours as well, as a retest may still come that says it was within them."""
    assert isinstance(event, UnlockEnded)
    runs = any(each.unlock_no == event.unlock_no and each.shut_at is None for each in case.unlocks)
    return unless(runs, _NO_UNLOCK)


@guard("有批准人、理由和证据", "an approver, a reason and evidence are named")
def decision_is_founded(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """No case is moved by decision without someone who answers for it; nothing of this is automatic."""
    if isinstance(event, ExitGranted):
        words = (event.exit.approver, event.exit.reason, event.exit.evidence)
    elif isinstance(event, UnlockedOnPaper):
        words = (event.unlock.approver, event.unlock.reason, event.unlock.outage_no)
    elif isinstance(event, (CaseAnnulled, ObjectionRejected)):
        words = (event.approver, event.reason, event.evidence)
    else:
        assert isinstance(event, VehicleScrapped)
        return unless(_all_given(event.approver, event.evidence), _scrapping_unproven(law))
    return unless(_all_given(*words), _UNFOUNDED)


@guard("异议复核由另一检验机构进行", "a second opinion is another station's")
def by_another_station(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """A station that found it failed has given its own."""
    assert isinstance(event, ExitGranted)
    to, opinion = event.exit.to_station, event.exit.kind == SECOND_OPINION_EXIT
    return unless(to is None or not (opinion and case.found_failed_by(to)), _OWN_OPINION)


@guard("异议复核在最近一次不合格之后提出", "a second opinion was asked for after the last failed test")
def opinion_of_this_fail(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """Nobody who proposed it knew of a failure since."""
    assert isinstance(event, ExitGranted)
    opinion = event.exit.kind == SECOND_OPINION_EXIT
    return unless(not opinion or event.exit.asked_at > case.last_known_at, CASE_MOVED_ON)


@guard("该项准予仍然有效", "that exit still runs")
def exit_runs(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """It is taken back once."""
    assert isinstance(event, ExitEnded)
    runs = any(each.granted_at == event.granted_at and each.ended_at is None for each in case.exits)
    return unless(runs, _NO_EXIT)


def _all_given(*words: str) -> bool:
    return all(word.strip() for word in words)


def _scrapping_unproven(law: Law) -> Reason:
    return Reason(
        "scrapping-unproven",
        Text(
            "报废结案须有决定机关和拆解或注销证明，不得自动报废。",
            "Scrapping needs the deciding authority and the proof of dismantling or deregistration.",
        ),
        law.cite("scrap.unrepairable"),
    )


CASE_MOVED_ON = Reason(
    "case-moved-on",
    Text(
        "提出后情况已变（又有检验不合格、异议已答复或号牌已换车），请退回，重新提出。",
        "Things have changed since it was proposed: another test failed, the objection was answered, or the plate is "
        "another car's. Reject it and propose it anew.",
    ),
)
_SHOWN_AGAIN = Text(
    "请重新出示材料；不合格检验因系统故障迟传的，由生态环境部门宣布故障后随即生效。",
    "Show the paper again. Where an outage kept the failed test from arriving, it counts once that is declared.",
)
_WAIT = Text(
    "请等系统恢复；维修记录上传后即可复检。",
    "Wait until the system is back: the retest opens with the repair's record.",
)
_NOT_AWAITED = Reason(
    "no-record-awaited",
    Text("案件已结，没有等待补传的维修记录。", "The case is closed and is not waiting for a repair record."),
)
_OUT_OF_ORDER = Reason(
    "test-out-of-order",
    Text("该次检验不晚于最近一次不合格检验。", "The test is not later than the last failed one."),
)
_NO_WARRANTY = Reason("warranty-over", Text("质保期已过。", "The warranty is over."))
_WARRANTY = Reason("under-warranty", Text("仍在质保期内。", "Still under warranty."))
_SETTLED = Reason(
    "paper-settled",
    Text("该解锁已核对过。", "The unlock has already been compared."),
)
_NOT_DUE = Reason(
    "not-overdue", Text("期限未过，或已报逾期。", "Not past the deadline, or already reported.")
)
_FIRM = Reason("deadline-firm", Text("期限已按公布的日历确定。", "The deadline is already final."))
_OBJECTED = Reason(
    "objected-already",
    Text("本次不合格已提出过异议。", "An objection to this failed test has already been raised."),
)
_OBJECTION_UNFOUNDED = Reason(
    "objection-unfounded", Text("请选择情形并写明理由。", "Choose a ground and say why.")
)
_NO_OBJECTION = Reason("no-objection", Text("没有等待答复的异议。", "No objection is waiting for an answer."))
_NO_EXIT = Reason("no-exit", Text("没有这项准予，或已收回。", "There is no such exit, or it was taken back."))
_NO_UNLOCK = Reason(
    "no-unlock", Text("没有这项解锁，或已收回。", "There is no such unlock, or it was taken back.")
)
_OWN_OPINION = Reason(
    "opinion-of-its-own",
    Text(
        "异议复核应由原检验机构以外的检验机构进行。",
        "A second opinion is given by another station than that of the failed test.",
    ),
)
_UNFOUNDED = Reason(
    "decision-unfounded",
    Text("须写明批准人、理由和证据。", "An approver, a reason and evidence must be named."),
)
