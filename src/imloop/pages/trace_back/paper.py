"""What the sheet of a way back says, in its reader's language."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imloop.facts.days import CHINA
from imloop.facts.places import name_of
from imloop.papers.press import print_pdf, template
from imloop.papers.trace_picture import trace_svg
from imloop.steps.ground.access import Caller
from imloop.steps.trace_back.trace_back import Traced


def paper_of(
    caller: Caller, traced: Traced, replay: str, headings: list[str], lines: list[list[str]], now: datetime
) -> bytes:
    """``lines``: of the file, cell by cell; the proof of each is on it in full."""
    vehicle, passed = traced.vehicle, traced.passed
    content: dict[str, object] = {
        "language": (get_language() or "zh")[:2],
        "title": _("追溯倒查"),
        "vehicle": " ".join(filter(None, (vehicle.plate, vehicle.vin))),
        "before": _("超标时间 %(at)s") % {"at": _time(traced.at)},
        "passed": _("最近一次合格检验"),
        "passed_facts": [
            [_("检验机构"), f"{passed.station.name} {passed.station.code}"],
            [_("检验编号"), passed.test_no],
            [_("检测线"), passed.line],
            [_("检验员"), passed.inspector or "—"],
            [_("时间"), _time(passed.started_at)],
            [_("复算"), replay],
        ]
        if passed
        else [],
        "none": "" if passed else _("本地没有此前的合格检验。"),
        "picture": trace_svg(passed, get_language() or "zh") if passed else "",
        "elsewhere": [
            _("%(place)s %(day)s 另有合格检验，请向当地部门调取。")
            % {"place": name_of(place) or place, "day": day.isoformat()}
            for place, day in traced.elsewhere
        ],
        "headings": headings,
        "lines": lines,
        "note": _("只列先后，不说明谁有责任；线索不等于违规，须经核实。"),
        "office": caller.name,
        "printed": _("印制于 %(at)s") % {"at": _time(now)},
    }
    return print_pdf(template(caller.place, "trace_back.typ", now.astimezone(CHINA).date()), content, now)


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}"
