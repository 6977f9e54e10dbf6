"""I-stations side by side, with what each one's cars would bring, for the departments that watch over them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from imloop.facts.days import day_of, read_day
from imloop.facts.share import Share
from imloop.pages.guard import desk, page
from imloop.pages.tables import Columns, as_file, query_of
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.reports.compare_stations import DAYS, SEERS, Period, StationRow, period_of, station_rows
from imloop.steps.reports.station_figures import ENOUGH, ENOUGH_RETESTS

ORDERS: dict[str, Callable[[StationRow], float]] = {
    "tests": lambda row: row.tests,
    "failed": lambda row: (row.failed.value or 0.0) if row.enough else -1,
    "ratio": lambda row: row.failed.part / row.expected if row.enough and row.expected else -1,
    "passed": lambda row: (row.passed.value or 0.0) if row.enough_retests else -1,
    "on_paper": lambda row: (row.on_paper.value or 0.0) if row.enough_retests else -1,
    "late": lambda row: row.late,
    "findings": lambda row: row.findings,
    "locks": lambda row: row.locks,
}
"""What the reader may order by, the largest first; too few tests stand last. Unless asked: by code."""
CHANCE = 20
"""One in so many lies outside a 95 % interval by chance alone."""


@desk(*SEERS)
def compare(request: HttpRequest, caller: Caller) -> HttpResponse:
    """One line a station; each figure leads to the rows it counts."""
    asked = request.GET
    today = day_of(clock.now())
    until = read_day(asked["until"], at="until") if asked.get("until") else today
    since = read_day(asked["since"], at="since") if asked.get("since") else until - timedelta(days=DAYS - 1)
    period = period_of(since, until)
    order = order if (order := asked.get("order", "")) in ORDERS else ""
    rows = station_rows(caller, period)
    if order:
        rows.sort(key=ORDERS[order], reverse=True)
    if file := as_file(request, caller, "stations-compared", _columns(), rows):
        return file
    orders = _orders(period, order)
    top = max((row.failed.interval[1] for row in rows if row.enough), default=1.0)
    context = {
        "rows": [_shown(row, period, top) for row in rows],
        "orders": [(each["key"], each["name"]) for each in orders],
        "headings": [each for each in orders if each["key"] != "ratio"],
        "by_code": f"?{urlencode(_days(period))}",
        "period": period,
        "order": order,
        "enough": ENOUGH,
        "enough_retests": ENOUGH_RETESTS,
        "by_chance": len([row for row in rows if row.enough]) / CHANCE,
        "query": query_of(request),
    }
    return page(request, caller, "stations/compare.html", context)


def _days(period: Period) -> dict[str, str]:
    return {"since": period.since.isoformat(), "until": period.until.isoformat()}


def _orders(period: Period, order: str) -> list[dict[str, object]]:
    names = (
        ("tests", pgettext("many", "检验")),
        ("failed", _("首检不合格率")),
        ("ratio", _("实际与预期之比")),
        ("passed", _("复检合格率")),
        ("on_paper", pgettext("column", "凭纸质复检")),
        ("late", pgettext("column", "迟报")),
        ("findings", pgettext("column", "待核线索")),
        ("locks", pgettext("column", "锁定令")),
    )
    return [
        {
            "key": key,
            "name": name,
            "url": f"?{urlencode(_days(period) | {'order': key})}",
            "sorted": key == order,
        }
        for key, name in names
    ]


def _shown(row: StationRow, period: Period, top: float) -> dict[str, object]:
    """``bar``: percent of the widest interval's upper end: the interval, what was, what was expected."""
    low, high = row.failed.interval
    expected = row.expected_share or 0.0
    width = 100 / top
    days, station = _days(period), {"station": row.code}
    tests = f"/tests?{urlencode(station | days)}"
    return {
        "row": row,
        "failed": _share(row.failed) if row.enough else "",
        "expected": f"{100 * expected:.1f} %",
        "ratio": f"{row.failed.part / row.expected:.2f}" if row.enough and row.expected else "",
        "passed": _share(row.passed) if row.enough_retests else "",
        "on_paper": f"{100 * (row.on_paper.value or 0):.0f} %" if row.enough_retests else "",
        "bar": {
            "low": round(low * width, 1),
            "wide": round((high - low) * width, 1),
            "is": round((row.failed.value or 0.0) * width, 1),
            "expected": round(min(expected * width, 100), 1),
        },
        "tests_url": tests,
        "late_url": f"/findings?{urlencode(station | days | {'code': 'uploaded-late', 'state': 'all'})}",
    }


def _share(share: Share) -> str:
    low, high = share.interval
    return f"{100 * (share.value or 0):.1f} % ({100 * low:.0f}–{100 * high:.0f} %)"


def _columns() -> Columns[StationRow]:
    return {
        _("代码"): lambda row: row.code,
        _("检验机构"): lambda row: row.name,
        pgettext("many", "检验"): lambda row: row.tests,
        _("首次检验"): lambda row: row.failed.whole,
        _("首检不合格"): lambda row: row.failed.part,
        _("预期不合格"): lambda row: round(row.expected, 1),
        _("不合格率下限"): lambda row: round(row.failed.interval[0], 4),
        _("不合格率上限"): lambda row: round(row.failed.interval[1], 4),
        _("复检次数"): lambda row: row.passed.whole,
        _("复检合格"): lambda row: row.passed.part,
        _("凭纸质材料复检"): lambda row: row.on_paper.part,
        _("迟报"): lambda row: row.late,
        _("待核线索"): lambda row: row.findings,
        _("锁定令"): lambda row: row.locks,
    }
