"""How facts are written for people: dates, plates, states, bars."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django import template
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from imloop.facts.codes import (
    FUEL_NAMES,
    INSTRUMENT_NAMES,
    METHOD_NAMES,
    RESULT_NAMES,
    Fuel,
    Instrument,
    Method,
    Result,
)
from imloop.facts.days import CHINA
from imloop.facts.mask import masked_name, masked_phone
from imloop.facts.records.repair import REPAIR_ITEMS
from imloop.facts.text import Text
from imloop.law.values import CONFIDENCE_NAMES
from imloop.pages import addresses
from imloop.steps.desk.texts import ENTRIES
from imloop.store.models import Case, Line, Repair, Test

register = template.Library()
_WEEKDAYS = "一二三四五六日"


def english() -> bool:
    return (get_language() or "").startswith("en")


def in_words(code: str, **words: str) -> str:
    """The words for a code; a code without any stands for itself."""
    return words.get(code, code)


@register.filter
def long_day(day: date) -> str:
    """2026 年 12 月 14 日（周一）"""
    if english():
        return f"{day:%a} {day.day} {day:%B %Y}"
    return f"{day.year} 年 {day.month} 月 {day.day} 日（周{_WEEKDAYS[day.weekday()]}）"


@register.filter
def china_day(moment: datetime) -> str:
    local = moment.astimezone(CHINA)
    return f"{local.day} {local:%B %Y}" if english() else f"{local.year} 年 {local.month} 月 {local.day} 日"


@register.filter
def china_time(moment: datetime) -> SafeString:
    """2026-12-14 09:30, never broken over two lines."""
    return _time(f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}")


@register.filter
def iso_day(day: date | None) -> SafeString:
    """2026-12-14; nothing where there is no day."""
    if isinstance(day, datetime):
        day = day.astimezone(CHINA)
    return _time(f"{day:%Y-%m-%d}") if day else SafeString()


def _time(text: str) -> SafeString:
    return format_html("<time>{}</time>", text)


@register.filter
def seal_span(name: str) -> str:
    """2026-12-01 09:00–10:00, of a root named 2026-12-01T09; the roots of earlier times are of a day."""
    day, _sign, hour = name.partition("T")
    return f"{day} {hour}:00–{int(hour) + 1:02}:00" if hour else day


@register.filter
def plate(text: str) -> str:
    return f"{text[:2]}·{text[2:]}" if len(text) > 5 else text


@register.filter
def page_of_test(test: Test) -> str:
    return addresses.page_of_test(test.station.code, test.test_no)


@register.filter
def report_of_test(test: Test) -> str:
    return addresses.report_of_test(test.station.code, test.test_no)


@register.filter
def trace_of_test(test: Test) -> str:
    return addresses.trace_of_test(test.station.code, test.test_no)


@register.filter
def page_of_repair(repair: Repair) -> str:
    return addresses.page_of_repair(repair.shop.code, repair.repair_no)


@register.filter
def page_of_line(line: Line) -> str:
    return addresses.page_of_line(line.station.code, line.code)


@register.filter
def percent(share: float) -> str:
    """A share of 0 to 1 with one decimal: 12.5 %."""
    return f"{share * 100:.1f} %"


@register.filter
def event_name(kind: str) -> str:
    return in_words(
        kind,
        TestFailed=_("检验不合格"),
        TestPassed=_("复检合格"),
        RepairReported=_("维修记录上传"),
        DeadlinePassed=_("逾期"),
        DeadlineRecomputed=_("期限重算"),
        ExitGranted=_("准予变更复检站"),
        ExitEnded=_("收回变更复检站"),
        UnlockedOnPaper=_("故障期间凭纸质材料解锁"),
        UnlockEnded=_("收回凭纸质材料解锁"),
        PaperContradicted=_("补传记录与纸质材料不一致"),
        OutageTakenBack=_("系统故障不再作为依据"),
        ObjectionRaised=_("车主提出异议"),
        ObjectionRejected=_("异议不成立"),
        CaseAnnulled=_("撤销案件"),
        VehicleScrapped=_("车辆报废结案"),
    )


@register.filter
def entry_name(kind: str) -> str:
    """What a journal entry records."""
    return ENTRIES[kind].in_(get_language() or "") if kind in ENTRIES else kind


@register.filter
def masked_name_of(name: str) -> str:
    return masked_name(name) or "—"


@register.filter
def masked_phone_of(phone: str) -> str:
    return masked_phone(phone)


@register.filter
def law_value(value: object) -> object:
    """A value of the law as people write it."""
    return {True: _("是"), False: _("否")}[value] if isinstance(value, bool) else value


@register.filter
def confidence_name(confidence: str) -> str:
    """How sure the reading of a clause is, or the number of a threshold."""
    return CONFIDENCE_NAMES[confidence].in_(get_language() or "")


@register.filter
def method_name(method: str) -> str:
    return METHOD_NAMES[Method(method)].in_(get_language() or "")


@register.filter
def method_names(methods: Iterable[str]) -> str:
    return " ".join(map(method_name, methods))


@register.simple_tag
def result_tag(result: str) -> SafeString:
    css = {"pass": "pass", "fail": "fail"}.get(result, "wait")
    words = RESULT_NAMES[Result(result)].in_(get_language() or "")
    return format_html('<span class="tag {}">{}</span>', css, words)


STATES = {
    "awaiting_repair": ("fail", "待维修"),
    "awaiting_retest": ("wait", "可复检"),
    "closed": ("pass", "已结案"),
    "annulled": ("info", "已撤销"),
    "scrapped": ("info", "已报废"),
}


def state_words(state: str) -> str:
    return {
        "awaiting_repair": _("待维修"),
        "awaiting_retest": _("可复检"),
        "closed": _("已结案"),
        "annulled": _("已撤销"),
        "scrapped": _("已报废"),
    }[state]


@register.simple_tag
def state_tag(case: Case) -> SafeString:
    tag = format_html('<span class="tag {}">{}</span>', STATES[case.state][0], state_words(case.state))
    if case.overdue and case.closed_at is None:
        return format_html('{} <span class="tag fail">{}</span>', tag, _("逾期"))
    return tag


@register.simple_tag
def spoken(thing: dict[str, object], key: str) -> object:
    """A stored sentence in the reader's language."""
    return (english() and thing.get(f"{key}_en")) or thing.get(key) or ""


@register.simple_tag
def said(text: Text) -> str:
    """A sentence in the reader's language."""
    return text.in_(get_language() or "")


@register.simple_tag
def bar(item: dict[str, object]) -> SafeString:
    """Value against limit: the limit stands in the middle, the bar is as long as the value; words say the same."""
    share = item.get("share")
    if not isinstance(share, float):
        return SafeString("")
    width = min(share * 50, 100)
    colour = "#c2321f" if item["failed"] else "#1d7a4c"
    return format_html(
        '<svg class="bar" viewBox="0 0 100 18" preserveAspectRatio="none" aria-hidden="true">'
        '<rect x="0" y="3" width="100" height="12" rx="2" fill="#f4f7f8"/>'
        '<rect x="0" y="3" width="{}" height="12" rx="2" fill="{}"/>'
        '<rect x="49.8" y="0" width="0.4" height="18" fill="#14232b"/></svg>',
        f"{width:.1f}",
        colour,
    )


@register.filter
def money(amount: object) -> str:
    """¥1,234.50"""
    return f"¥{amount:,.2f}" if amount is not None else "—"


@register.filter
def grouped(number: float) -> str:
    """163,490, or 1,234.5: thousands apart, no decimals that say nothing."""
    return f"{number:,.12g}"


@register.filter
def repair_items(repair: Repair) -> str:
    return listed(item["name"] or capability_name(item["code"]) for item in repair.record["items"])


@register.filter
def repair_parts(repair: Repair) -> str:
    """滤芯、三元催化器（TWC-20873）: with the serial where one is known."""
    return listed(
        f"{part['name']}{_('（')}{part['serial']}{_('）')}" if part.get("serial") else part["name"]
        for part in repair.record["parts"]
    )


@register.filter
def listed(words: Iterable[object]) -> str:
    return _("、").join(map(str, words))


@register.filter
def either(sets: Iterable[Iterable[str]]) -> str:
    """合格证、结算清单 或 发票: any one of the sets, each whole."""
    return f" {_('或')} ".join(map(listed, sets))


@register.filter
def one_a_line(texts: Iterable[str]) -> str:
    return "\n".join(texts)


@register.simple_tag
def typed_value(typed: QueryDict, name: str, row: int) -> str:
    return str(typed.get(f"{name}_{row}", ""))


@register.simple_tag
def selected(typed: QueryDict, row: int, code: str) -> str:
    return " selected" if typed.get(f"item_code_{row}") == code else ""


@register.simple_tag
def alert_level(level: str) -> str:
    return in_words(level, yellow=_("黄色"), orange=_("橙色"), red=_("红色"))


@register.simple_tag
def instrument_name(kind: str) -> str:
    return INSTRUMENT_NAMES[Instrument(kind)].in_(get_language() or "")


STAFF_ROLES = {
    "inspector": Text("检验员", "inspector"),
    "driver": Text("引车员", "driver"),
    "reviewer": Text("授权签字人", "authorised signatory"),
    "technical_lead": Text("技术负责人", "technical lead"),
    "quality_lead": Text("质量负责人", "quality lead"),
    "technician": Text("诊断维修技师", "diagnostic technician"),
}
CERTIFICATE_KINDS = {
    "cma": Text("检验检测机构资质认定（CMA）", "metrology accreditation (CMA)"),
    "filing": Text("机动车维修经营备案", "repair business filing"),
    "verification": Text("计量检定/校准", "verification or calibration"),
    "other": Text("其他", "other"),
}


@register.simple_tag
def staff_role(role: str) -> str:
    return STAFF_ROLES[role].in_(get_language() or "")


@register.simple_tag
def certificate_kind(kind: str) -> str:
    return CERTIFICATE_KINDS[kind].in_(get_language() or "")


STANDINGS = {
    "networked": Text("已联网", "networked"),
    "listed": Text("已公布名录", "listed"),
    "suspended": Text("暂停", "suspended"),
    "struck_off": Text("注销联网", "struck off"),
    "revoked": Text("取消资格", "revoked"),
    "withdrawn": Text("自愿退出", "withdrawn"),
}


@register.simple_tag
def standing_name(state: str) -> SafeString:
    css = "pass" if state in ("networked", "listed") else "fail"
    return format_html('<span class="tag {}">{}</span>', css, STANDINGS[state].in_(get_language() or ""))


@register.simple_tag
def days_left(days: int) -> SafeString:
    """How long a certificate still holds; the last two months are marked."""
    if days <= 0:
        return format_html('<span class="tag fail">{}</span>', _("已失效"))
    css = "fail" if days <= 7 else "wait" if days <= 60 else "info"
    words = _("{n} 天").format(n=days)
    return format_html('<span class="tag {}">{}</span>', css, words)


@register.simple_tag
def time_left(due: date, today: date, late: bool) -> SafeString:
    """How long until something is due, or since: late, today, soon, or merely some day."""
    days = (due - today).days
    if late or days < 0:
        words = _("已超 {n} 天").format(n=-days) if days < 0 else _("已超期")
        return format_html('<span class="tag fail">{}</span>', words)
    if days == 0:
        return format_html('<span class="tag fail">{}</span>', _("今天到期"))
    words = ngettext("还有 {n} 天", "还有 {n} 天", days).format(n=days)
    return format_html('<span class="tag {}">{}</span>', "wait" if days <= 3 else "info", words)


@register.simple_tag
def capability_name(code: str) -> str:
    """A fuel, repair item or make that an M-station takes."""
    if code.startswith("brand:"):
        return code.removeprefix("brand:")
    name = FUEL_NAMES[Fuel(code)] if code in list(Fuel) else REPAIR_ITEMS.get(code)
    return name.in_(get_language() or "") if name else code
