"""A test's main channel as a small picture: the line, its limit, the judged rows shaded."""

from __future__ import annotations

import numpy as np

from imloop.store import traces
from imloop.store.models import Test

WIDTH, HEIGHT, LEFT, BOTTOM = 520, 130, 44, 18
_MAIN = {
    "ASM": ("no_ppm", "NO 10⁻⁶"),
    "TSI": ("co_pct", "CO %"),
    "LUGDOWN": ("k_per_m", "k m⁻¹"),
    "FREEACC": ("k_per_m", "k m⁻¹"),
}


def trace_svg(test: Test) -> str:
    """SVG text; an empty frame when the channel is missing."""
    channel, label = _MAIN.get(test.method, ("co_pct", "CO %"))
    column = traces.decode(test.trace).get(channel)
    values = np.array([]) if column is None else column
    known = values[np.isfinite(values)]
    top = float(known.max()) * 1.15 if len(known) and known.max() > 0 else 1.0
    step = (WIDTH - LEFT) / max(len(values) - 1, 1)

    def y(value: float) -> float:
        return round((HEIGHT - BOTTOM) * (1 - min(value, top) / top) + 4, 1)

    points = " ".join(
        f"{LEFT + step * i:.1f},{y(float(value))}" for i, value in enumerate(values) if np.isfinite(value)
    )
    shade = ""
    window = test.verdict.get("window") or {}
    if window.get("rows"):
        first, last = window["rows"]
        shade = (
            f'<rect x="{LEFT + step * first:.1f}" y="4" width="{max(step * (last - first), 2):.1f}" '
            f'height="{HEIGHT - BOTTOM}" fill="#e3f1f3"/>'
        )
    base = HEIGHT - BOTTOM + 4
    text = 'font-family="Noto Sans SC" font-size="10" fill="#4a5b64"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT + 4}">{shade}'
        f'<path d="M{LEFT} 4V{base}H{WIDTH}" fill="none" stroke="#dde5e8"/>'
        f'<text x="2" y="14" {text}>{label}</text><text x="2" y="{base}" {text}>0</text>'
        f'<text x="2" y="28" {text}>{top / 1.15:.4g}</text>'
        f'<text x="{WIDTH - 40}" y="{HEIGHT}" {text}>{len(values)} s</text>'
        f'<polyline points="{points}" fill="none" stroke="#0f7f8f" stroke-width="1.4"/></svg>'
    )
