"""Stored rows → the content of a paper. Access is asked of ``steps.look``; what is printed was decided earlier."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings

from imloop.facts.codes import FUEL_NAMES, METHOD_NAMES, Fuel, Method
from imloop.facts.days import CHINA, day_of
from imloop.facts.items import ITEMS
from imloop.gates.inspections.counts import JUDGED_ANEW, WHY
from imloop.law.working_days import WORKING
from imloop.papers.press import print_pdf, qr_svg, template
from imloop.papers.trace_picture import trace_svg
from imloop.papers.words import long_count, long_date, long_time
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.cases.issue_notice import as_printed_now
from imloop.steps.cases.move_case import as_loop_case
from imloop.steps.ground.access import Caller
from imloop.steps.ground.lookups import itself
from imloop.steps.ground.receipts import case_url
from imloop.steps.inspections import lookups as test_lookups
from imloop.steps.journal.prove_journal import stamp_of
from imloop.steps.stations.lookups import name_of
from imloop.steps.vehicles.vehicle_facts import described
from imloop.store.models import Case, Notice, Test
from imloop.verdict.arithmetic import printed

COPIES = {
    "owner": ("执", "汽车所有人执", "汽车所有人"),
    "station": ("存", "检验机构留存", "检验机构"),
    "environment": ("送", "送生态环境部门", "生态环境部门"),
    "transport": ("送", "送交通运输部门", "交通运输部门"),
    "market": ("送", "送市场监管部门", "市场监管部门"),
    "police": ("送", "送公安交管部门", "公安交管部门"),
    "supervisor": ("送", "送监督部门", "监督部门"),
    "first_station": ("存", "检验机构留存", "检验机构"),
    "repairer": ("交", "交维修企业", "维修企业"),
}
"""By who gets one: the mark on the copy, the words beside it, who that is."""
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
    """The newest notice of the case behind an owner's token; printed after the owner was let go to another station, it
    says so, too."""
    case = case_lookups.owner_case(token)
    return notice_pdf(case.notices.select_related("case").latest("round"), _let_go(case))


def _let_go(case: Case) -> str:
    exits = as_loop_case(case).exits if case.closed_at is None else ()
    if not exits:
        return ""
    last = exits[-1]
    where = name_of(last.to_station) if last.to_station else "任一家已联网的检验机构"
    return (
        f"重印说明：{long_date(day_of(last.granted_at))}准予变更复检机构（{last.evidence}），"
        f"到 {long_date(last.expires_on)}为止可到{where}复检，限值不变。"
    )


def notice_pdf(notice: Notice, later: str = "") -> bytes:
    """Every element of the official form, as it stood on the day of issue, in the words of the place's template.
    ``later``: what was decided since, marked as such."""
    case = notice.case
    kept = notice.content if "told" in notice.content else {**as_printed_now(notice), **notice.content}
    said, station, vehicle = kept["told"], kept["station"], kept["vehicle"]
    tested = datetime.fromisoformat(kept["tested_at"]).astimezone(CHINA)
    deadline, issued_on = date.fromisoformat(kept["deadline"]), day_of(notice.issued_at)
    content: dict[str, object] = {
        "number": f"{said['heading']}{kept['heading_no']}号",
        "notice_no": notice.notice_no,
        "case_no": case.case_no,
        "station": station["name"],
        "station_code": station["code"],
        "station_address": station["address"],
        "station_phone": station["phone"],
        "tested": long_time(tested),
        "plate": vehicle["plate"] or "（无牌）",
        "vin": vehicle["vin"] or "（未报）",
        "standards": [[name, kind == kept["standard"]] for kind, name in said["standards"] if name],
        "items": kept["items"],
        "reasons": [reason["text"] for reason in kept["reasons"] if reason["code"] != "limit-exceeded"],
        "deadline": long_date(deadline),
        "deadline_days": kept["deadline_days"],
        "deadline_unit": kept.get("deadline_unit", WORKING),
        "provisional": kept["deadline_provisional"],
        "later": later,
        "guidance": said["guidance"],
        "warning": said["warning"],
        "round": notice.round,
        "issued": long_date(issued_on),
        "owner": vehicle["owner"],
        "copies": [COPIES[who] for who in sorted(said["copies"], key="owner".__eq__)],
        "kept_by": _kept_by(said["copies"]),
        "url": case_url(case),
        "qr": qr_svg(case_url(case)),
        "stamp": _stamp("notice-issued", notice.notice_no),
    }
    return print_pdf(template(case.place, "notice.typ", issued_on), content, notice.issued_at)


def _kept_by(copies: Sequence[str]) -> str:
    each = "，".join(f"{COPIES[who][2]}{COPIES[who][0]}一份" for who in copies)
    return f"本告知书一式{long_count(len(copies))}份，{each}。"


def _stamp(kind: str, subject: str) -> str:
    """Where anyone may check that the paper was recorded, and when."""
    entry = stamp_of(kind, subject)
    if entry is None:
        return ""
    return f"日志第 {entry.number} 条 {entry.hash[:16]}，可在 {settings.BASE_URL}/public/journal/{entry.number} 核对"


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
        "reasons": [
            *([JUDGED_ANEW.zh] if test.judged_anew else []),
            *(f"{reason['text']}（{reason['cite']}）" for reason in verdict["reasons"]),
        ],
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
    form = template(test.station.place, "report.typ", day_of(test.received_at))
    return print_pdf(form, content, test.received_at)


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
