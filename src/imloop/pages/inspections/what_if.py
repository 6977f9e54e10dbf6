"""The environment department's what-if page: other limits on real tests, and who would fail."""

from __future__ import annotations

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
from imloop.pages.guard import desk, page
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.inspections.replay import Selection
from imloop.steps.inspections.what_if import MOST, run_latest
from imloop.steps.inspections.what_if_report import DIMENSION_NAMES, DIMENSIONS, Report, report_sheets
from imloop.steps.stations import lookups as station_lookups
from imloop.store.models import PartyKind

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTH = 100
_PRESETS: dict[str, tuple[Text, tuple[str, ...]]] = {
    "limit-b": (
        Text("全部改用限值 b", "limit set b for every method"),
        tuple(f"limit_set.{method}: {{value: b}}" for method in ("TSI", "ASM", "VMAS", "LUGDOWN", "FREEACC")),
    ),
    "no-tighter": (
        Text("5025 工况 NO 限值 700 改为 500", "NO limit at 25 km/h: 500 instead of 700"),
        ("limits.ASM.a.no_5025_ppm: {value: 500}", "limits.ASM.a.no_2540_ppm: {value: 465}"),
    ),
    "gas-hc": (
        Text("天然气汽车的 HC 也参与判定", "HC also counts for natural gas"),
        tuple(
            f"advisory.{key}: {{value: []}}"
            for key in ("TSI.hc_idle_ppm", "TSI.hc_high_ppm", "ASM.hc_5025_ppm", "ASM.hc_2540_ppm")
        ),
    ),
    "speed-band": (
        Text("稳态车速范围 ±2 改为 ±1.5 km/h", "ASM speed band ±1.5 instead of ±2 km/h"),
        ("asm.speed_tolerance_kmh: {value: 1.5}",),
    ),
}
"""Questions that come up, as assumptions to start from."""


@desk(PartyKind.ENVIRONMENT)
def what_if(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Assumptions in, a report out. The form keeps what was typed; a preset only fills it."""
    today = day_of(clock.now())
    given = request.POST or request.GET
    typed = {
        "since": given.get("since") or (today - timedelta(days=90)).isoformat(),
        "until": given.get("until") or today.isoformat(),
        "assumed": given.get("assumed") or _preset(given.get("preset", ""), caller.place),
    }
    context: dict[str, object] = {"typed": typed, "presets": _named_presets(), "most": MOST}
    if request.method != "POST":
        return page(request, caller, "inspections/what_if.html", context)
    chosen = Selection(read_day(typed["since"]), read_day(typed["until"]), caller.place)
    try:
        assumed = overlay(load(), typed["assumed"])
        report, total = run_latest(caller, chosen, decode_kept_test, assumed, typed["assumed"], clock.now())
    except LawError as error:
        said = Text(f"假设无法使用（{error}）", f"this assumption cannot be used ({error})")
        raise Malformed("wrong-value", said, at="assumed") from error
    if given.get("format") == "xlsx":
        out = BytesIO()
        write_sheets(out, report_sheets(report, assumed.title))
        headers = {"Content-Disposition": disposition("what-if.xlsx")}
        return HttpResponse(out.getvalue(), content_type=_XLSX, headers=headers)
    context |= {"report": report, "title": assumed.title, "total": total, "tables": _tables(report)}
    return page(request, caller, "inspections/what_if.html", context)


def _preset(name: str, place: str) -> str:
    if name not in _PRESETS:
        return ""
    words, lines = _PRESETS[name]
    values = "".join(f"  {line[:-1]}, place: '{place}'}}\n" for line in lines)
    return f"title: {words.in_(get_language() or '')}\nvalues:\n{values}"


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
