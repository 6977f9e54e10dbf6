"""Pictures drawn on the server as SVG: the case on the loop, a test's trace. They need no script."""

from __future__ import annotations

import numpy as np
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from imloop.facts.days import CHINA
from imloop.pages.templatetags.imloop_tags import event_name
from imloop.papers.trace_picture import trace_svg
from imloop.store.models import Case, Test

_COLOURS = {
    "TestFailed": "#c2321f",
    "TestPassed": "#1d7a4c",
    "RepairReported": "#1f5fa8",
    "DeadlinePassed": "#8a5700",
}
STEP, TOP = 150, 78


def loop_picture(case: Case) -> SafeString:
    """Events from left to right; a failed retest draws the arc back and the round's number."""
    events = list(case.events.order_by("number"))
    width = max(STEP * len(events) + 40, 360)
    # Room above only where an arc goes back.
    top, bottom = (0 if sum(event.kind == "TestFailed" for event in events) > 1 else TOP - 24), TOP + 62
    parts = [
        f'<svg class="strip" width="{width}" height="{bottom - top}" viewBox="0 {top} {width} {bottom - top}" '
        f'role="img" aria-label="{escape(case.case_no)}">',
        f'<line x1="60" y1="{TOP}" x2="{width - 60}" y2="{TOP}" stroke="#dde5e8" stroke-width="4"/>',
    ]
    previous_fail: int | None = None
    round_number = 0
    for index, event in enumerate(events):
        x = 75 + STEP * index
        colour = _COLOURS.get(event.kind, "#4a5b64")
        if event.kind == "TestFailed":
            round_number += 1
            if previous_fail is not None:
                middle = (previous_fail + x) / 2
                parts.append(
                    f'<path d="M{x} {TOP - 16}Q{middle} {TOP - 78} {previous_fail} {TOP - 16}" fill="none" '
                    f'stroke="#c2321f" stroke-width="2" stroke-dasharray="5 4"/>'
                    f'<text x="{middle}" y="20" text-anchor="middle" font-size="12" fill="#c2321f">↺ {round_number}</text>'
                )
            previous_fail = x
        local = event.at.astimezone(CHINA)
        parts.append(
            f'<circle cx="{x}" cy="{TOP}" r="13" fill="{colour}"/>'
            f'<text x="{x}" y="{TOP + 5}" text-anchor="middle" font-size="13" fill="#fff">{event.number}</text>'
            f'<text x="{x}" y="{TOP + 34}" text-anchor="middle" font-size="13" fill="#14232b">{escape(event_name(event.kind))}</text>'
            f'<text x="{x}" y="{TOP + 52}" text-anchor="middle" font-size="11" fill="#4a5b64">{local:%m-%d %H:%M}</text>'
        )
    return SafeString("".join([*parts, "</svg>"]))


def trace_picture(test: Test) -> SafeString:
    svg = trace_svg(test, get_language() or "zh").replace(
        "<svg ", '<svg class="picture" role="img" aria-label="1 Hz" ', 1
    )
    return SafeString(svg)


def trace_csv(columns: dict[str, np.ndarray]) -> str:  # type: ignore[type-arg]
    names = list(columns)
    rows = zip(*(columns[name].tolist() for name in names), strict=True)
    lines = [",".join("" if value != value else f"{value:g}" for value in row) for row in rows]
    return "\r\n".join([",".join(names), *lines]) + "\r\n"
