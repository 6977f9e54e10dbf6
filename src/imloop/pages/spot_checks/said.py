"""Spot checks in the reader's words: states, results, places, and what comes next."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from imloop.facts.items import ITEMS
from imloop.facts.records.spot_check import RESULT_NAMES, SIGNED_NAMES, Signed, SpotResult
from imloop.facts.text import Text
from imloop.pages.guard import words
from imloop.steps.ground.access import Caller
from imloop.steps.ground.registers import names_of
from imloop.steps.spot_checks.hand_over import overdue_case
from imloop.store.models import Case, PartyKind, SpotCheck

WHERE: dict[str, Text] = {
    "parking": Text("停放地", "where vehicles stand"),
    "repair": Text("维修地", "where they are repaired"),
    "heavy_users": Text("重型车辆使用地", "where heavy vehicles are used"),
    "remote_sensing": Text("遥感监测点", "remote sensing"),
    "road_monitoring": Text("道路（公安交管配合）", "on the road, with the police"),
}
_STATES: dict[str, tuple[Text, str]] = {
    "counts": (Text("已生效", "in effect"), "pass"),
    "held": (Text("待核实", "to be looked at"), "wait"),
    "officers": (Text("待同行人员确认", "waits for the other officer"), "wait"),
    "rejected": (Text("不予采信", "not accepted"), "info"),
    "annulled": (Text("已撤销", "annulled"), "info"),
}
_CSS = {"pass": "pass", "fail": "fail"}


def result_of(row: SpotCheck) -> tuple[str, str]:
    """Its word, and the class of its tag."""
    return words(RESULT_NAMES[SpotResult(row.result)]), _CSS.get(row.result, "wait")


def state_of(row: SpotCheck) -> tuple[str, str]:
    name, css = _STATES[row.state]
    return words(name), css


def where_of(code: str) -> str:
    return words(WHERE[code]) if code in WHERE else code


def signed_of(row: SpotCheck) -> str:
    said, why = words(SIGNED_NAMES[Signed(row.data["signed"])]), row.data["signed_why"]
    return f"{said}（{why}）" if why else said


def officers_of(row: SpotCheck) -> list[str]:
    """As they are called."""
    names = names_of(row.data["officers"])
    return [names.get(each) or each for each in row.data["officers"]]


def items_of(row: SpotCheck) -> list[dict[str, object]]:
    """Value, limit and outcome of each item, as they are printed."""
    shown = []
    for each in row.verdict["items"]:
        item = ITEMS[each["item"]]
        limit = each["limit"]
        ends = limit if isinstance(limit, list) else [limit]
        shown.append(
            {
                "label": words(item.label),
                "unit": item.unit,
                "value": f"{each['value']:.{item.decimals}f}",
                "limit": "–".join(f"{end:g}" for end in ends if end is not None) or "—",
                "passed": each["pass"],
                "cite": each["cite"],
            }
        )
    return shown


def next_step(row: SpotCheck, case: Case | None, caller: Caller, now: datetime) -> str:
    """One sentence: who does what now."""
    if row.state == SpotCheck.State.HELD:
        return _("由不在场的另一人核实；核实以前不约束任何车辆。")
    if row.state == SpotCheck.State.OFFICERS:
        return _("同行人员本人登录确认到场后生效。")
    if row.state in (SpotCheck.State.REJECTED, SpotCheck.State.ANNULLED) or not row.order_no:
        return _("没有后续。")
    if case is None or case.closed_at is not None:
        return _("已复检合格或者结案，没有后续。")
    if row.handed_at is not None:
        return _("已移送公安交管；车辆不得上道路行驶，仍可维修复检。")
    if overdue_case(row) is not None:
        own = caller.kind == PartyKind.ENVIRONMENT
        return _("已逾期：车辆不得上道路行驶，请移送公安交管。") if own else _("已逾期：车辆不得上道路行驶。")
    return _("车主应在期限前维修，自选检验机构复检；有异议的可以提出。")
