"""The environment department's what-if page: other limits on real tests, and who would fail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from imloop.exchange.http.addresses import disposition
from imloop.exchange.tables.write_tables import write_sheets
from imloop.exchange.uploads.decode_inspection import decode_kept_test
from imloop.facts.codes import FUEL_NAMES, METHOD_NAMES, Fuel, Method
from imloop.facts.days import day_of, read_day
from imloop.facts.items import ITEMS
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.law import LawError, load, overlay
from imloop.law.report import show_rows
from imloop.pages.guard import desk, page
from imloop.pages.inspections.assumption_form import assumed, filled, offered, sent
from imloop.steps.ground import clock, registers
from imloop.steps.ground.access import Caller
from imloop.steps.inspections.replay import Selection
from imloop.steps.inspections.what_if import MOST, run_latest
from imloop.steps.inspections.what_if_report import DIMENSION_NAMES, DIMENSIONS, Report, report_sheets
from imloop.steps.stations import lookups as station_lookups
from imloop.store.models import PartyKind

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTH = 100
_UNUSABLE = Text("按此假设无法判定，请核对所填的值", "nothing can be judged so: compare the values")
_PRESETS: dict[str, tuple[Text, Mapping[str, object]]] = {
    "limit-b": (
        Text("全部改用限值 b", "limit set b for every method"),
        {f"limit_set.{method}": "b" for method in ("TSI", "ASM", "VMAS", "LUGDOWN", "FREEACC")},
    ),
    "no-tighter": (
        Text("5025 工况 NO 限值 700 改为 500", "NO limit at 25 km/h: 500 instead of 700"),
        {"limits.ASM.a.no_5025_ppm": 500, "limits.ASM.a.no_2540_ppm": 465},
    ),
    "gas-hc": (
        Text("天然气汽车的 HC 也参与判定", "HC also counts for natural gas"),
        {
            f"advisory.{key}": list[str]()
            for key in ("TSI.hc_idle_ppm", "TSI.hc_high_ppm", "ASM.hc_5025_ppm", "ASM.hc_2540_ppm")
        },
    ),
    "speed-band": (
        Text("稳态车速范围 ±2 改为 ±1.5 km/h", "ASM speed band ±1.5 instead of ±2 km/h"),
        {"asm.speed_tolerance_kmh": 1.5},
    ),
}
"""Questions that come up, as assumptions to start from."""


@desk(PartyKind.ENVIRONMENT)
def what_if(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Assumptions in, a report out. The form keeps what was typed; a question that comes up often only fills it."""
    today = day_of(clock.now())
    values = {str(row["key"]): row for row in show_rows(registers.law_at(today, caller.place))}
    given = request.POST or request.GET
    typed = {
        "since": given.get("since") or (today - timedelta(days=90)).isoformat(),
        "until": given.get("until") or today.isoformat(),
    }
    _, preset = _PRESETS.get(given.get("preset", ""), (None, {}))
    context: dict[str, object] = {
        "typed": typed,
        "rows": filled(values, preset) if preset else sent(values, request.POST),
        "offered": offered(values),
        "presets": _named_presets(),
        "most": MOST,
    }
    if request.method != "POST":
        return page(request, caller, "inspections/what_if.html", context)
    chosen = Selection(read_day(typed["since"]), read_day(typed["until"]), caller.place)
    text = assumed(values, sent(values, request.POST), caller.place)
    try:
        book = overlay(load(), text)
        report, total = run_latest(caller, chosen, decode_kept_test, book, text, clock.now())
    except LawError as error:
        raise Malformed("wrong-value", _UNUSABLE, at="value-1") from error
    if given.get("format") == "xlsx":
        out = BytesIO()
        write_sheets(out, report_sheets(report, book.title))
        headers = {"Content-Disposition": disposition("what-if.xlsx")}
        return HttpResponse(out.getvalue(), content_type=_XLSX, headers=headers)
    context |= {"report": report, "title": book.title, "total": total, "tables": _tables(report)}
    return page(request, caller, "inspections/what_if.html", context)


def _named_presets() -> list[tuple[str, str]]:
    return [(name, words.in_(get_language() or "")) for name, (words, _) in _PRESETS.items()]


def _tables(report: Report) -> list[dict[str, object]]:
    """A table per dimension in which something changes; bars show the share that fails, before and after."""
    tables: list[dict[str, object]] = []
    for name in DIMENSIONS:
        rows = report.rows(name)
        if not any(row["newly_fail"] or row["newly_pass"] or row["newly_invalid"] for row in rows):
            continue
        shown = [{**row, "label": _label(name, str(row[name])), **_shares(row)} for row in rows[:15]]
        tables.append({"name": DIMENSION_NAMES[name].in_(get_language() or ""), "rows": shown})
    return tables


def _label(dimension: str, value: str) -> str:
    """A value as people say it; one that nobody stated stays a question mark."""
    language = get_language() or ""
    if dimension == "item":
        return ITEMS[value].label.in_(language)
    if dimension == "method":
        return METHOD_NAMES[Method(value)].in_(language)
    if dimension == "fuel" and value in list(Fuel):
        return FUEL_NAMES[Fuel(value)].in_(language)
    if dimension == "station":
        return station_lookups.name_of(value)
    return value


def _shares(row: dict[str, object]) -> dict[str, float]:
    """Widths of the bars: failing shares, and above them what no longer passes, of all the row's tests."""
    tests, before, after, undecided = (
        int(str(row[name])) for name in ("tests", "fail_before", "fail_after", "newly_invalid")
    )
    scale = _WIDTH / max(tests, 1)
    return {
        "before": round(before * scale, 1),
        "after": round(after * scale, 1),
        "open": round(undecided * scale, 1),
    }
