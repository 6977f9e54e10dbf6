"""Repairs as departments look at them: the list with doubts, one record, the M-stations' figures side by side."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from imloop.facts.records.repair import REPAIR_ITEMS
from imloop.pages.addresses import page_of_repair
from imloop.pages.choices import day_asked, places
from imloop.pages.guard import desk, page, words
from imloop.pages.repairs.repair import PER_PAGE, record_columns
from imloop.pages.searches import asks, only_hit
from imloop.pages.tables import Columns, as_file, query_of
from imloop.steps.accounts.saved_filters import saved_filters
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.seen import listed
from imloop.steps.repairs import lookups as repair_lookups
from imloop.steps.repairs.repair_files import files_of, named_and_missing
from imloop.steps.repairs.repair_watch import SEERS, ShopRow, doubts_of, repair_list, shop_rows
from imloop.store.models import Repair


@desk(*SEERS)
@asks("q")
def repairs(request: HttpRequest, caller: Caller, asked: QueryDict) -> HttpResponse:
    """Every repair reported in the place, newest first; those with doubts on request. The look is kept."""
    rows = repair_list(
        caller,
        shop=asked.get("shop", ""),
        text=asked.get("q", ""),
        only_doubtful=asked.get("doubtful") == "1",
        place=asked.get("place", ""),
        since=day_asked(asked, "since"),
        until=day_asked(asked, "until"),
    )
    if file := as_file(request, caller, "repairs", _columns(), rows):
        return file
    shown = Paginator(rows, PER_PAGE).get_page(asked.get("page"))
    found = only_hit(request, rows)
    listed(
        caller,
        "repairs",
        [row.case.vehicle_id for row in shown],
        asked=asked.get("q", ""),
        leads_on=bool(found),
    )
    if found:
        return redirect(page_of_repair(found.shop.code, found.repair_no))
    context: dict[str, object] = {
        "shown": shown,
        "suspected": any(vars(row)["doubted"] for row in shown),
        "asked": asked,
        "query": query_of(request),
        "filters": saved_filters(caller, request.path),
        "places": places(caller),
        "shops": sorted(set(repair_lookups.repairs(caller).values_list("shop__code", "shop__name"))),
    }
    return page(request, caller, "repairs/repair_list.html", context)


def _columns() -> Columns[Repair]:
    return {
        _("维修站"): lambda row: row.shop.name,
        **record_columns(),
        _("待核线索"): lambda row: _("有") if row.doubted else "",
    }


@desk(*SEERS)
def one_repair(request: HttpRequest, caller: Caller, shop: str, repair_no: str) -> HttpResponse:
    """One record with what raises doubts about it; the look-up is journalled."""
    context = repair_lookups.repair(caller, shop, repair_no, _seen)
    return page(request, caller, "repairs/repair_seen.html", context)


def _seen(row: Repair) -> dict[str, object]:
    return {
        "row": row,
        "case": row.case,
        "doubts": doubts_of(row),
        "done": [(words(REPAIR_ITEMS[item["code"]]), item) for item in row.record["items"]],
        "files": list(files_of(row)),
        "awaited_files": named_and_missing(row.shop, row.repair_no, row.record["documents"]["photos"]),
    }


@desk(*SEERS)
def shops(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Figures of every M-station beside how many cases they rest on; in the order of codes."""
    rows = shop_rows(caller, clock.now())
    if file := as_file(request, caller, "shops", _shop_columns(), rows):
        return file
    context = {"rows": [_shown(row) for row in rows], "query": query_of(request)}
    return page(request, caller, "repairs/shop_rows.html", context)


def _shown(row: ShopRow) -> dict[str, object]:
    figures = row.figures
    enough = figures is not None and figures.enough_retests
    return {
        "row": row,
        "rework": _share(row.reworks.value, row.reworks.interval) if row.enough_reworks else "",
        "success": _share(figures.success.value, figures.success.interval) if figures and enough else "",
        "retested": figures.success.whole if figures else 0,
        "price": figures.median_yuan if figures and figures.enough_prices else None,
        "priced": figures.priced if figures else 0,
    }


def _share(value: float | None, interval: tuple[float, float]) -> str:
    low, high = interval
    return f"{100 * (value or 0):.0f} % ({100 * low:.0f}–{100 * high:.0f} %)"


def _shop_columns() -> Columns[ShopRow]:
    return {
        _("代码"): lambda row: row.code,
        _("维修站"): lambda row: row.name,
        _("在名录"): lambda row: _("是") if row.figures else _("否"),
        _("近 12 个月维修"): lambda row: row.repairs,
        _("返修"): lambda row: row.reworks.part,
        _("复检次数"): lambda row: row.figures.success.whole if row.figures else 0,
        _("一次修好"): lambda row: row.figures.success.part if row.figures else 0,
        _("价格中位数（元）"): lambda row: row.figures.median_yuan if row.figures else None,
        _("待核线索"): lambda row: row.doubts,
    }
