"""A test's seconds as a still picture, drawn on the server, and as CSV."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from numpy.typing import NDArray

from imloop.facts.channels import CHANNELS
from imloop.facts.items import ITEMS
from imloop.papers.trace_picture import trace_svg
from imloop.store.models import Test


def trace_picture(test: Test) -> SafeString:
    svg = trace_svg(test, get_language() or "zh").replace(
        "<svg ", '<svg class="picture" role="img" aria-label="1 Hz" ', 1
    )
    return SafeString(svg)


def channel_name(name: str) -> str:
    """A channel in words with its unit; one that we computed is called like its item, an unknown one as uploaded."""
    item = ITEMS.get(name)
    label, unit = (item.label, item.unit) if item is not None else CHANNELS.get(name, (None, ""))
    return name if label is None else f"{label.in_(get_language() or '')} {unit}".strip()


def trace_csv(columns: Mapping[str, NDArray[np.float64]]) -> str:
    names = list(columns)
    rows = zip(*(columns[name].tolist() for name in names), strict=True)
    lines = [",".join("" if value != value else f"{value:g}" for value in row) for row in rows]
    return "\r\n".join([",".join(names), *lines]) + "\r\n"
