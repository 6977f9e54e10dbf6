"""Stored rows → the content of a paper. Access is asked of ``steps.look``; what is printed was decided earlier."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings

from imloop.facts.codes import FUEL_NAMES, METHOD_NAMES, Fuel, Method
from imloop.facts.days import CHINA, day_of
from imloop.facts.items import ITEMS
from imloop.gates.inspections.counts import WHY
from imloop.law.working_days import WORKING
from imloop.papers.press import print_pdf, qr_svg, template
from imloop.papers.trace_picture import trace_svg
from imloop.papers.words import long_date, long_time, masked_name
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.ground.access import Caller
from imloop.steps.ground.lookups import itself
from imloop.steps.ground.receipts import case_url
from imloop.steps.ground.registers import law_at
from imloop.steps.inspections import lookups as test_lookups
from imloop.steps.journal.prove_journal import stamp_of
from imloop.steps.vehicles.vehicle_facts import described
from imloop.store.models import Notice, Test
from imloop.verdict.arithmetic import printed

_PARTS = {"exterior": "外观检验", "obd": "OBD 检查", "exhaust": "排气检测", "evaporative": "蒸发系统"}
_RESULTS = {
    "pass": "合格",
    "fail": "不合格",
    "invalid": "无效",
    "not_ready": "未就绪",
    "not_required": "不要求",
    "not_reported": "未上传",
}


def notice_document(caller: Caller, notice_no: str, key: str = "") -> bytes:
    """The notice as PDF, both copies. ``key``: what makes its address unguessable, for departments."""
    return notice_pdf(case_lookups.notice(caller, notice_no, key))


def owner_notice(token: str) -> bytes:
    """The newest notice of the case behind an owner's token."""
    case = case_lookups.owner_case(token)
    return notice_pdf(case.notices.select_related("case").latest("round"))


def notice_pdf(notice: Notice) -> bytes:
    """Every element of the official form, in the words of the place's template."""
    case, kept = notice.case, notice.content
    station = case.station
    tested = datetime.fromisoformat(kept["tested_at"]).astimezone(CHINA)
    deadline = date.fromisoformat(kept["deadline"])
    law = law_at(day_of(tested), case.place)
    heading = law.get("notice.heading")
    duty = law_at(day_of(notice.issued_at), case.place).value("repair.owner_duty")
    content: dict[str, object] = {
        "number": f"{heading.value if heading else '检告'}{kept['heading_no']}号",
        "notice_no": notice.notice_no,
        "case_no": case.case_no,
        "station": station.name if station else "",
        "station_code": station.code if station else "",
        "station_address": station.address if station else "",
        "station_phone": station.phone if station else "",
        "tested": long_time(tested),
        "plate": case.vehicle.plate or "（无牌）",
        "vin": case.vehicle.vin or "（未报）",
        "diesel": kept["standard"] == "diesel",
        "items": kept["items"],
        "reasons": [reason["text"] for reason in kept["reasons"] if reason["code"] != "limit-exceeded"],
        "deadline": long_date(deadline),
        "deadline_days": kept["deadline_days"],
        "deadline_unit": kept.get("deadline_unit", WORKING),
        "provisional": kept["deadline_provisional"],
        "guidance": _guidance(law.word("phase")),
        "warning_cite": duty.cite,
        "warning_says": duty.says,
        "warning_in_its_words": duty.confidence == "verified",
        "round": notice.round,
        "issued": long_date(day_of(notice.issued_at)),
        "owner": masked_name(case.vehicle.owner_name),
        "url": case_url(case),
        "qr": qr_svg(case_url(case)),
        "stamp": _stamp("notice-issued", notice.notice_no),
    }
    return print_pdf(template(case.place, "notice.typ"), content, notice.issued_at)


def _stamp(kind: str, subject: str) -> str:
    """Where anyone may check that the paper was recorded, and when."""
    entry = stamp_of(kind, subject)
    if entry is None:
        return ""
    return f"日志第 {entry.number} 条 {entry.hash[:16]}，可在 {settings.BASE_URL}/public/journal/{entry.number} 核对"


def _guidance(phase: str) -> str:
    if phase == "full":
        return "由本市公布名录内的维修治理站维修并上传维修记录；持竣工出厂合格证、维修结算清单和维修发票回本站复检。"
    if phase == "transition":
        return (
            "鼓励到本市公布名录内的维修治理站维修，也可自主选择其他维修企业；持维修发票和维修清单回本站复检。"
        )
    return "维修完成后，持有效的维修凭证复检。"


def report_document(caller: Caller, test_no: str, station: str = "") -> bytes:
    """The test report as PDF."""
    return report_pdf(test_lookups.test(caller, test_no, station, itself))


def report_pdf(test: Test) -> bytes:
    verdict, receipt = test.verdict, test.receipt
    vehicle = described(test.vehicle) if test.vehicle else {}
    started = test.started_at.astimezone(CHINA)
    claim = verdict["claim"]
    content: dict[str, object] = {
        "report": receipt["report"],
        "test_no": test.test_no,
        "station": test.station.name,
        "station_code": test.station.code,
        "line": test.line,
        "tested": long_time(started),
        "method": METHOD_NAMES[Method(test.method)].zh,
        "vehicle": [
            ["号牌", vehicle.get("plate") or "—"],
            ["VIN", vehicle.get("vin") or "—"],
            ["燃料", FUEL_NAMES[Fuel(test.vehicle.fuel)].zh if test.vehicle and test.vehicle.fuel else "—"],
            ["排放阶段", vehicle.get("emission_stage") or "—"],
            ["生产日期", vehicle.get("produced_on") or "—"],
            ["里程", f"{vehicle['odometer_km']:,.0f} km" if vehicle.get("odometer_km") else "—"],
        ],
        "result": _RESULTS[verdict["verdict"]],
        "passed": verdict["verdict"] == "pass",
        "no_proof": WHY[test.counts_why].zh if test.counts_why else "",
        "parts": _part_rows(verdict["parts"]),
        "items": [_item_row(item) for item in verdict["items"]],
        "reasons": [f"{reason['text']}（{reason['cite']}）" for reason in verdict["reasons"]],
        "limit_set": verdict["limit_set"],
        "claim": _claim_words(claim),
        "law": f"{verdict['law']['place']} · {verdict['law']['on']} · {verdict['law']['hash'][:16]}",
        "sha256": test.raw.sha256,
        "trace": trace_svg(test),
        "case": receipt.get("case") or "",
        "qr": qr_svg(receipt.get("case_url") or f"imloop:{test.station.code}/{test.test_no}"),
        "issued": long_date(day_of(test.received_at)),
        "stamp": _stamp("test-received", f"{test.station.code}/{test.test_no}"),
    }
    return print_pdf(template(test.station.place, "report.typ"), content, test.received_at)


def _item_row(item: dict[str, object]) -> list[str]:
    known = ITEMS[str(item["item"])]
    limit = item["limit"]
    if isinstance(limit, list):
        words = f"{limit[0]:.2f}–{limit[1]:.2f}"
    elif isinstance(limit, (int, float)):
        words = f"{'≥' if item['kind'] == 'min' else '≤'} {printed(float(limit), known.decimals)}"
    else:
        words = "—"
    state = "仅记录" if item["advisory"] or limit is None else "合格" if item["pass"] else "不合格"
    value = item["value"]
    assert isinstance(value, (int, float))
    return [known.label.zh, printed(float(value), known.decimals), known.unit, words, state]


def _part_rows(parts: dict[str, str]) -> list[list[str]]:
    """The evaporative check is named only where the place asks for it."""
    asked = {
        name: result for name, result in parts.items() if (name, result) != ("evaporative", "not_required")
    }
    return [[_PARTS[name], _RESULTS[result]] for name, result in asked.items()]


def _claim_words(claim: dict[str, object]) -> str:
    if claim["verdict"] is None:
        return "检测线未上报结论。"
    words = _RESULTS[str(claim["verdict"])]
    return f"检测线上报{words}，与平台复算{'一致' if claim['agrees'] else '不一致'}。"
