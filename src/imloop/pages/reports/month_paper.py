"""The month on paper, in the language its reader has chosen: a PDF to file or to hand on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imloop.exchange.http.addresses import disposition
from imloop.facts.days import CHINA
from imloop.facts.places import name_of
from imloop.pages.guard import desk
from imloop.pages.reports.month import compared, figure_names, month_asked, number_of, place_name
from imloop.pages.templatetags.imloop_tags import grouped
from imloop.papers.month_sheet import month_sheet
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.reports.exports import note_export
from imloop.steps.reports.month_figures import FIGURES, SEERS, YEAR, MonthFigures, month_figures


@desk(*SEERS)
def month_paper(request: HttpRequest, caller: Caller) -> HttpResponse:
    """``month``: as on the page. Taking it is journalled as an export."""
    chosen, running = month_asked(request)
    figures, now = month_figures(caller, chosen), clock.now()
    note_export("months", len(FIGURES), caller, now)
    content = (
        _figures(figures)
        | _districts(caller, figures)
        | {
            "language": (get_language() or "zh")[:2],
            "title": _("检验与维修月报"),
            "place": name_of(caller.place) or caller.place,
            "month": f"{chosen:%Y-%m}",
            "running": _("本月截至现在。") if running else "",
            "office": caller.name,
            "notes": [
                _("每行的柱高各以本行最高的月份为准，最右为所选月份。没有任何记录的月份写作“—”。"),
                _("首检不合格和复检只计有结论且可以采信的检验。"),
                _("只有汇总数，不含车辆和人员。"),
            ],
            "printed": _("印制于 %(at)s") % {"at": f"{now.astimezone(CHINA):%Y-%m-%d %H:%M}"},
        }
    )
    headers = {"Content-Disposition": disposition(f"month-{chosen:%Y-%m}.pdf")}
    return HttpResponse(
        month_sheet(caller.place, content, now), content_type="application/pdf", headers=headers
    )


def _figures(figures: MonthFigures) -> dict[str, object]:
    """``rows``: name, three numbers as texts, twelve numbers for the bars."""
    return {
        "headings": [_("项目"), *(f"{each:%Y-%m}" for each in compared(figures)), _("近 12 个月")],
        "rows": [
            [
                name,
                *(_said(number_of(figures, each, figure)) for each in compared(figures)),
                [figures.of(each, figure) for each in figures.months[-YEAR:]],
            ]
            for figure, name in figure_names().items()
        ],
    }


def _districts(caller: Caller, figures: MonthFigures) -> dict[str, object]:
    """A row a district; none where all is in one place."""
    places = figures.places if len(figures.places) > 1 else []
    return {
        "districts_title": _("各地区本月"),
        "district_headings": [_("地区"), *figure_names().values()],
        "districts": [
            [
                place_name(caller, place),
                *(_said(figures.of(figures.months[-1], each, place)) for each in FIGURES),
            ]
            for place in places
        ],
    }


def _said(number: int | None) -> str:
    return "—" if number is None else grouped(number)
