"""A case's way as a picture: one row per round with the five stages of the loop; a failed retest draws the arc back.

Drawn on the server as SVG; it needs no script.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from imloop.facts.days import CHINA
from imloop.pages.templatetags.imloop_tags import event_name
from imloop.steps.stations.lookups import name_of
from imloop.store.models import Case, CaseEvent, Notice

STEP, LEFT, TOP, HIGH, FOOT = 168, 92, 40, 128, 22
_INK, _GREY, _LINE, _FAIL = "#14232b", "#4a5b64", "#dde5e8", "#c2321f"
_COLOURS = {"done": "#0f7f8f", "fail": _FAIL, "pass": "#1d7a4c", "now": "#8a5700", "ahead": "#b8c4c9"}
_MARKS = {"done": "✓", "fail": "✗", "pass": "✓", "now": "…", "ahead": ""}
_ASIDE = (
    "DeadlinePassed",
    "RepairReleased",
    "DeadlineRecomputed",
    "ExitGranted",
    "ExitEnded",
    "UnlockEnded",
    "OutageTakenBack",
    "CaseAnnulled",
    "VehicleScrapped",
)
_STATIONS = 5
_ROOM = 14


@dataclass(slots=True)
class Stop:
    """One stage of the loop in a round. ``state``: done, fail, pass, now or ahead."""

    state: str = "ahead"
    at: datetime | None = None
    who: str = ""


@dataclass(slots=True)
class Round:
    """Test, notice, repair, permit, retest; ``aside``: what else happened meanwhile."""

    stops: list[Stop] = field(default_factory=lambda: [Stop() for _ in range(_STATIONS)])
    aside: list[str] = field(default_factory=list)


def rounds(case: Case, events: Sequence[CaseEvent], notices: Sequence[Notice]) -> list[Round]:
    """The rounds of a case from its events and notices, in order."""
    found: list[Round] = []
    numbered = {notice.round: notice for notice in notices}
    for event in events:
        if event.kind == "TestFailed":
            _failed(found, event, numbered.get(len(found) + 1))
        elif found:
            _happened(found[-1], event)
    if found and case.closed_at is None:
        here = 2 if case.state == "awaiting_repair" else 4
        if found[-1].stops[here].state == "ahead":
            found[-1].stops[here].state = "now"
    return found


def _failed(found: list[Round], event: CaseEvent, notice: Notice | None) -> None:
    stop = Stop("fail", event.at, _name(event.data.get("station")) or _("路检"))
    following = Round()
    if found:
        found[-1].stops[4] = stop
    else:
        following.stops[0] = stop
    if notice is not None:
        following.stops[1] = Stop("done", notice.issued_at, notice.notice_no)
    found.append(following)


def _happened(current: Round, event: CaseEvent) -> None:
    if event.kind == "RepairReported":
        current.stops[2] = Stop("done", event.at, _name(event.data["repair"]["shop"]))
        if event.after == "awaiting_retest":
            current.stops[3] = Stop("done", event.recorded_at, _("记录已上传"))
    elif event.kind == "TestPassed":
        current.stops[4] = Stop("pass", event.at, _name(event.data["station"]))
    elif event.kind in _ASIDE:
        current.aside.append(f"{event.at.astimezone(CHINA):%m-%d} {event_name(event.kind)}")


def _name(code: str | None) -> str:
    """A party's name, as long as there is room for between two stages."""
    name = name_of(code) if code else ""
    return name if len(name) <= _ROOM else f"{name[: _ROOM - 1]}…"


def loop_picture(case: Case, events: Sequence[CaseEvent], notices: Sequence[Notice]) -> SafeString:
    rows = rounds(case, events, notices)
    width, height = LEFT + STEP * 4 + 84, TOP + HIGH * len(rows) + FOOT
    names = [_("检验"), _("告知"), _("维修"), _("放行"), _("复检")]
    parts = [
        f'<svg class="strip" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(_spoken(names, rows))}">'
    ]
    parts += [_text(_x(column), 20, name, 13, _GREY) for column, name in enumerate(names)]
    for index, row in enumerate(rows):
        parts += _row(index, row, first=index == 0)
    return SafeString("".join([*parts, "</svg>"]))


def _x(column: int) -> int:
    return LEFT + STEP * column


def _row(index: int, row: Round, *, first: bool) -> list[str]:
    y = TOP + 34 + HIGH * index
    start = 0 if first else 1
    parts = [
        f'<path d="M{_x(start)} {y}H{_x(4)}" stroke="{_LINE}" stroke-width="4"/>',
        _text(20, y + 5, f"{index + 1}", 15, _GREY),
    ]
    if not first:
        # Back from the failed retest of the round before to this round's notice.
        parts.append(
            f'<path d="M{_x(4)} {y - HIGH + 56}C{_x(4)} {y - 24} {_x(1)} {y - 66} {_x(1)} {y - 20}" fill="none" '
            f'stroke="{_FAIL}" stroke-width="2" stroke-dasharray="5 4"/>'
        )
    for column, stop in enumerate(row.stops):
        if column >= start:
            parts += _stop(_x(column), y, stop)
    if row.aside:
        parts.append(_text(_x(2), y + 74, "⚑ " + " · ".join(row.aside), 11, _COLOURS["now"]))
    return parts


def _stop(x: int, y: int, stop: Stop) -> list[str]:
    colour = _COLOURS[stop.state]
    filled = stop.state in ("done", "fail", "pass")
    parts = [
        f'<circle cx="{x}" cy="{y}" r="15" fill="{colour if filled else "#fff"}" stroke="{colour}" stroke-width="3"/>',
        _text(x, y + 5, _MARKS[stop.state], 14, "#fff" if filled else colour),
    ]
    if stop.at is not None:
        parts.append(_text(x, y + 35, f"{stop.at.astimezone(CHINA):%m-%d %H:%M}", 12, _INK))
        parts.append(_text(x, y + 52, stop.who, 11, _GREY))
    elif stop.state == "now":
        parts.append(_text(x, y + 35, pgettext("stage", "待办"), 12, colour))
    return parts


def _text(x: float, y: float, words: str, size: int, colour: str) -> str:
    return (
        f'<text x="{x}" y="{y}" text-anchor="middle" font-size="{size}" fill="{colour}">{escape(words)}</text>'
        if words
        else ""
    )


def _spoken(names: Sequence[str], rows: Sequence[Round]) -> str:
    """The picture in words, for screen readers."""
    said = []
    for number, row in enumerate(rows, 1):
        stops = [
            f"{name} {_MARKS[stop.state]} {stop.at.astimezone(CHINA):%m-%d}"
            for name, stop in zip(names, row.stops, strict=True)
            if stop.at is not None
        ]
        said.append(f"{number}: {', '.join(stops)}")
    return "; ".join(said)
