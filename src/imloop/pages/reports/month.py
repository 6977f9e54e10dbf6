"""One month of a place for its departments: figures beside the month before and the same month of the year before.
Each leads to the rows that it counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from imloop.facts.days import day_of, read_day
from imloop.facts.places import name_of
from imloop.pages.guard import EVERY_DESK, desk, page
from imloop.pages.inspections import inspection_list
from imloop.pages.tables import Columns, as_file, query_of
from imloop.steps.ground import clock
from imloop.steps.ground.access import OFFICES, Caller
from imloop.steps.repairs.repair_watch import SEERS as REPAIR_SEERS
from imloop.steps.reports.month_figures import FIGURES, SEERS, YEAR, MonthFigures, later, month_figures

_HIGH = 24


@dataclass(frozen=True, slots=True)
class _List:
    """The list whose rows a figure counts: where it is, who may open it, what it is asked beside days and place."""

    path: str
    seers: tuple[str, ...]
    asked: Mapping[str, str] = field(default_factory=dict)

    def address(self, caller: Caller, month: date, place: str = "") -> str:
        """Empty where the list is not the caller's."""
        if caller.kind not in self.seers:
            return ""
        days = {"since": month.isoformat(), "until": (later(month, 1) - timedelta(days=1)).isoformat()}
        return f"{self.path}?{urlencode({**self.asked, **days, **({'place': place} if place else {})})}"


_LISTS = {
    "tests": _List("/tests", inspection_list.SEERS),
    "failed": _List("/tests", inspection_list.SEERS, {"role": "first", "result": "fail"}),
    "retests": _List("/tests", inspection_list.SEERS, {"role": "retest"}),
    "opened": _List("/cases", EVERY_DESK),
    "closed": _List("/cases", EVERY_DESK, {"by": "closed"}),
    "overdue": _List("/cases", EVERY_DESK, {"by": "overdue"}),
    "repairs": _List("/repairs", REPAIR_SEERS),
    "exits": _List("/cases", EVERY_DESK, {"by": "exits"}),
    "leads": _List("/findings", EVERY_DESK, {"state": "all"}),
    "outages": _List("/outages", OFFICES),
}


@desk(*SEERS)
def month(request: HttpRequest, caller: Caller) -> HttpResponse:
    """``month``: a day of it; the running one unless asked. The file has every month of the year, by district."""
    chosen, running = month_asked(request)
    figures = month_figures(caller, chosen)
    rows = [(each, place) for each in figures.months for place in figures.places]
    if file := as_file(request, caller, "months", _columns(figures), rows):
        return file
    context = {
        "chosen": chosen,
        "place": name_of(caller.place) or caller.place,
        "running": running,
        "before": later(chosen, -1),
        "after": None if running else later(chosen, 1),
        "year_ago": figures.months[0],
        "rows": [_row(caller, figures, figure, name) for figure, name in figure_names().items()],
        "names": list(figure_names().values()),
        "districts": _districts(caller, figures),
        "query": query_of(request),
    }
    return page(request, caller, "reports/month.html", context)


def month_asked(request: HttpRequest) -> tuple[date, bool]:
    """Its first day, and whether it is the running one; none of the future."""
    this = day_of(clock.now()).replace(day=1)
    asked = request.GET.get("month", "")
    chosen = min(read_day(asked, at="month").replace(day=1), this) if asked else this
    return chosen, chosen == this


def figure_names() -> dict[str, str]:
    return {
        "tests": _("检验次数"),
        "failed": _("首检不合格"),
        "retests": _("复检次数"),
        "opened": _("新立案件"),
        "closed": _("办结案件"),
        "overdue": _("新增逾期"),
        "repairs": _("维修次数"),
        "exits": _("准予异站复检"),
        "leads": _("新增线索"),
        "outages": _("系统故障次数"),
    }


def compared(figures: MonthFigures) -> tuple[date, date, date]:
    """The month itself, the one before, the same of the year before."""
    return figures.months[-1], figures.months[-2], figures.months[0]


def number_of(figures: MonthFigures, each: date, figure: str) -> int | None:
    """None for another month than the chosen of which nothing is known."""
    return figures.of(each, figure) if each == figures.months[-1] or figures.known(each) else None


def _row(caller: Caller, figures: MonthFigures, figure: str, name: str) -> dict[str, object]:
    """A figure's numbers with their rows' addresses, and its last twelve months as bars."""
    year = [(each, figures.of(each, figure)) for each in figures.months[-YEAR:]]
    top = max(number for _, number in year) or 1
    numbers = [
        {"n": number_of(figures, each, figure), "address": _LISTS[figure].address(caller, each)}
        for each in compared(figures)
    ]
    return {
        "name": name,
        "numbers": numbers,
        "bars": [
            {"x": 8 * at, "y": _HIGH - round(_HIGH * number / top), "high": round(_HIGH * number / top)}
            for at, (_, number) in enumerate(year)
        ],
        "words": _("；").join(f"{each:%Y-%m} {number}" for each, number in year),
    }


def _districts(caller: Caller, figures: MonthFigures) -> list[dict[str, object]]:
    """None where all is in one place. What stands in the city itself, as its outages, leads nowhere of its own."""
    chosen = figures.months[-1]
    return [
        {
            "name": place_name(caller, place),
            "numbers": [
                {
                    "n": figures.of(chosen, figure, place),
                    "address": _LISTS[figure].address(caller, chosen, place) if place != caller.place else "",
                }
                for figure in FIGURES
            ],
        }
        for place in (figures.places if len(figures.places) > 1 else [])
    ]


def place_name(caller: Caller, place: str) -> str:
    """Of a district; what stands in the city itself is not the sum of them."""
    return _("不分地区") if place == caller.place else name_of(place) or place


def _columns(figures: MonthFigures) -> Columns[tuple[date, str]]:
    columns: dict[str, Callable[[tuple[date, str]], object]] = {
        _("月份"): lambda row: f"{row[0]:%Y-%m}",
        _("地区"): lambda row: name_of(row[1]) or row[1],
    }
    for figure, name in figure_names().items():
        columns[name] = partial(_cell, figures, figure)
    return columns


def _cell(figures: MonthFigures, figure: str, row: tuple[date, str]) -> int:
    return figures.of(row[0], figure, row[1])
