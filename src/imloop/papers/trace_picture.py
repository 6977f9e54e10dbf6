"""A test's deciding channel as a small picture: what was recorded, what was compared, the limit.

The channel is the first that exceeded its limit, else the one nearest to it. Shaded are the seconds that decided;
red the seconds that keep the run from counting; the thick line is the value compared with the dashed limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imloop.facts.items import ITEMS
from imloop.facts.records.inspection import Trace
from imloop.facts.text import Text
from imloop.steps.inspections.channels import shown_trace
from imloop.store.models import Test

WIDTH, HEIGHT, LEFT, TOP, FOOT = 560, 190, 46, 20, 34
_BASE = HEIGHT - FOOT
BEFORE, AFTER = "#c2321f", "#0f7f8f"
"""Strokes of the readings: before a repair; after it, and of a test shown alone."""
_CHANNELS = {
    "co": ("co_pct", "CO %"),
    "hc": ("hc_ppm", "HC 10⁻⁶"),
    "no": ("no_ppm", "NO 10⁻⁶"),
    "nox": ("nox_ppm", "NOx 10⁻⁶"),
    "lambda": ("lambda", "λ"),
    "k": ("k_per_m", "k m⁻¹"),
    "power": ("power_kw", "P kW"),
    "max": ("power_kw", "P kW"),
    "ringelmann": ("ringelmann_grade", "R"),
}
"""First word of an item → the recorded channel and its axis."""
_GAS = {"co_g_km": "CO", "hc_g_km": "HC", "nox_g_km": "NOx", "hc_nox_g_km": "HC+NOx"}
"""Items per kilometre are shown as they add up over the cycle: they end at the value."""
_MAIN = {"ASM": "no", "TSI": "co", "LUGDOWN": "k", "FREEACC": "k", "RINGELMANN": "ringelmann"}
_PHASES = {
    "warm": Text("预热", "warm"),
    "high.sample": Text("高怠速", "high idle"),
    "idle.sample": Text("低怠速", "idle"),
    "5025.sample": Text("5025", "5025"),
    "2540.sample": Text("2540", "2540"),
    "scan": Text("功率扫描", "scan"),
    "100.sample": Text("100 %", "100 %"),
    "80.sample": Text("80 %", "80 %"),
}
_SMALL = 'font-family="Noto Sans SC" font-size="10" fill="#4a5b64"'

Item = Mapping[str, Any]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Frame:
    """Where seconds and values lie in the picture."""

    rows: int
    top: float

    def x(self, row: float) -> float:
        return round(LEFT + (WIDTH - LEFT - 6) * row / max(self.rows - 1, 1), 1)

    def y(self, value: float) -> float:
        share = min(max(value, 0.0), self.top) / self.top
        return round(_BASE - (_BASE - TOP) * share, 1)

    def band(self, span: tuple[int, int], colour: str) -> str:
        left = self.x(span[0])
        width = max(round(self.x(span[1]) - left, 1), 2)
        return f'<rect x="{left}" y="{TOP}" width="{width}" height="{_BASE - TOP}" fill="{colour}"/>'


def trace_svg(test: Test, language: str = "zh") -> str:
    """SVG text; an empty frame when the channel is missing."""
    trace = shown_trace(test)
    item = deciding(test.verdict["items"])
    channel, label = channel_of(item, test.method)
    column = trace.get(channel)
    values = np.full(trace.rows, np.nan) if column is None else column
    shown = [item] if item is None else [each for each in test.verdict["items"] if same_channel(each, item)]
    frame = Frame(trace.rows, _top(values, [each for each in shown if each]))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
        *_bands(frame, test.verdict),
        f'<path d="M{LEFT} {TOP}V{_BASE}H{WIDTH - 6}" fill="none" stroke="#b8c4c9"/>',
        f'<text x="2" y="12" {_SMALL}>{label}</text><text x="{LEFT - 5}" y="{_BASE}" '
        f'text-anchor="end" {_SMALL}>0</text>',
        f'<text x="{LEFT - 5}" y="{TOP + 6}" text-anchor="end" {_SMALL}>{_number(frame.top)}</text>',
        f'<text x="{WIDTH - 6}" y="{HEIGHT - 2}" text-anchor="end" {_SMALL}>{trace.rows} s</text>',
        *_phase_names(frame, trace, language),
        *_lines(frame, values),
        *(mark for each, span in _spans(frame, shown) for mark in _compared(frame, each, span)),
        "</svg>",
    ]
    return "".join(parts)


def overlay_svg(before: Test, after: Test, language: str = "zh") -> str:
    """The deciding channel of a failed test and the same channel of a later one of its method, one over the other."""
    item = deciding(before.verdict["items"])
    channel, label = channel_of(item, before.method)
    traces = [shown_trace(before), shown_trace(after)]
    columns = [
        np.full(trace.rows, np.nan) if trace.get(channel) is None else trace.columns[channel]
        for trace in traces
    ]
    shown = [] if item is None else [each for each in before.verdict["items"] if same_channel(each, item)]
    frame = Frame(max(trace.rows for trace in traces), _top(np.concatenate(columns), shown))
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
            f'<path d="M{LEFT} {TOP}V{_BASE}H{WIDTH - 6}" fill="none" stroke="#b8c4c9"/>',
            f'<text x="2" y="12" {_SMALL}>{label}</text>',
            f'<text x="{LEFT - 5}" y="{_BASE}" text-anchor="end" {_SMALL}>0</text>',
            f'<text x="{LEFT - 5}" y="{TOP + 6}" text-anchor="end" {_SMALL}>{_number(frame.top)}</text>',
            f'<text x="{WIDTH - 6}" y="{HEIGHT - 2}" text-anchor="end" {_SMALL}>{frame.rows} s</text>',
            *_lines(frame, columns[0], BEFORE),
            *_lines(frame, columns[1], AFTER),
            *(mark for each, span in _spans(frame, shown) for mark in _limit_lines(frame, each, span)),
            "</svg>",
        ]
    )


def deciding(items: Sequence[Item]) -> Item | None:
    """The item a reader asks about: the first that exceeded its limit, else the one nearest to it."""
    judged = [item for item in items if item["limit"] is not None and not item["advisory"]]
    exceeded = [item for item in judged if not item["pass"]]
    upper = [item for item in judged if item["kind"] == "max" and item["limit"]]
    if exceeded:
        return exceeded[0]
    return max(upper, key=lambda item: item["value"] / item["limit"], default=None)


def channel_of(item: Item | None, method: str) -> tuple[str, str]:
    """The recorded channel an item is read from, and its axis; without an item the method's own."""
    if item and str(item["item"]).endswith("_g_km"):
        return str(item["item"]), f"{_GAS[str(item['item'])]} g/km"
    kind = str(item["item"]).split("_")[0] if item else _MAIN.get(method, "co")
    return _CHANNELS.get(kind, _CHANNELS["co"])


def same_channel(one: Item, other: Item) -> bool:
    """Items of one channel share a picture: CO of both idles, k of both points."""
    if str(one["item"]).endswith("_g_km"):
        return bool(one["item"] == other["item"])
    return bool(str(one["item"]).split("_")[0] == str(other["item"]).split("_")[0])


def _top(values: Values, items: Sequence[Item]) -> float:
    known = values[np.isfinite(values)]
    highest = [float(known.max())] if len(known) else []
    highest += [limit for item in items for limit in _limits(item)]
    return max(highest, default=0.0) * 1.12 or 1.0


def _limits(item: Item) -> list[float]:
    limit = item["limit"]
    if limit is None or item["item"] == "power_ratio":
        return []
    return [float(end) for end in limit] if isinstance(limit, list) else [float(limit)]


def _bands(frame: Frame, verdict: Mapping[str, Any]) -> list[str]:
    bands = [frame.band(reason["rows"], "#fbe9e6") for reason in verdict["reasons"] if reason.get("rows")]
    window = verdict.get("window") or {}
    spans = (
        [window[name] for name in ("high", "idle") if name in window]
        or window.get("spans")
        or [window.get("rows")]
    )
    return [*bands, *(frame.band(span, "#e3f1f3") for span in spans if span)]


def _phase_names(frame: Frame, trace: Trace, language: str) -> list[str]:
    """The named phases along the foot, each under its seconds."""
    out, row = [], 0
    for name, run in groupby(trace.phase):
        length = sum(1 for _ in run)
        if name in _PHASES and length > 1:
            left, right = frame.x(row), frame.x(row + length - 1)
            middle = round((left + right) / 2, 1)
            out.append(f'<path d="M{left} {_BASE + 4}v4H{right}v-4" fill="none" stroke="#b8c4c9"/>')
            words = _PHASES[name].in_(language)
            out.append(f'<text x="{middle}" y="{_BASE + 19}" text-anchor="middle" {_SMALL}>{words}</text>')
        row += length
    return out


def _lines(frame: Frame, values: Values, colour: str = AFTER) -> list[str]:
    """One stroke per run of readings; a missing second leaves a gap."""
    out, row = [], 0
    for known, run in groupby(np.isfinite(values).tolist()):
        length = sum(1 for _ in run)
        if known:
            points = " ".join(f"{frame.x(i)},{frame.y(float(values[i]))}" for i in range(row, row + length))
            out.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.4"/>')
        row += length
    return out


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _spans(frame: Frame, items: Sequence[Item | None]) -> list[tuple[Item, tuple[float, float]]]:
    """From where to where each item's limit is drawn: two limits of one channel share the width."""
    found = sorted((item for item in items if item), key=lambda item: item["rows"] or [0, 0])
    ends = [
        (frame.x(one["rows"][1]) + frame.x(two["rows"][0])) / 2
        for one, two in pairwise(found)
        if one["rows"] and two["rows"]
    ]
    edges = [float(LEFT), *ends, float(WIDTH - 6)]
    return list(zip(found, pairwise(edges), strict=False))


def _compared(frame: Frame, item: Item, span: tuple[float, float]) -> list[str]:
    """The limit over the item's part of the picture, dashed, and the value that was compared with it."""
    out = _limit_lines(frame, item, span)
    rows = item["rows"] or [0, max(frame.rows - 1, 0)]
    left, right = frame.x(rows[0]), max(frame.x(rows[1]), frame.x(rows[0]) + 3)
    if item["item"] != "power_ratio":
        colour = "#14232b" if item["pass"] or item["advisory"] else "#c2321f"
        y = frame.y(float(item["value"]))
        out.append(f'<path d="M{left} {y}H{right}" stroke="{colour}" stroke-width="3"/>')
    return out


def _limit_lines(frame: Frame, item: Item, span: tuple[float, float]) -> list[str]:
    out = []
    known = ITEMS[str(item["item"])]
    for limit in _limits(item):
        y = frame.y(limit)
        out.append(f'<path d="M{span[0]:.1f} {y}H{span[1]:.1f}" stroke="#c2321f" stroke-dasharray="5 4"/>')
        words = f"{limit:.{known.decimals}f}"
        out.append(
            f'<text x="{span[1] - 2:.1f}" y="{y - 3}" text-anchor="end" font-family="Noto Sans SC" font-size="10" '
            f'fill="#c2321f">{words}</text>'
        )
    return out
