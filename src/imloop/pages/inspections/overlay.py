"""The seconds before and after the repair in one picture: the first failed test and the last, on the same axes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from imloop.pages.inspections.pictures import channel_name
from imloop.papers.trace_picture import channel_of, deciding, overlay_svg
from imloop.steps.inspections.channels import shown_trace
from imloop.store.models import Test

_LEFT_OUT = frozenset({"t_s", "blip"})


def overlay(tests: Sequence[Test]) -> dict[str, object] | None:
    """Still picture and data of two tests of one method; None where there is nothing to compare."""
    failed = next((test for test in tests if test.result == "fail"), None)
    if failed is None or tests[-1] is failed or tests[-1].method != failed.method:
        return None
    last = tests[-1]
    before, after = shown_trace(failed), shown_trace(last)
    items = failed.verdict["items"]
    channels = {}
    for name, column in before.columns.items():
        other = after.get(name)
        if name in _LEFT_OUT or other is None:
            continue
        limits = {
            limit
            for item in items
            if channel_of(item, failed.method)[0] == name and item["item"] != "power_ratio"
            for limit in (item["limit"] if isinstance(item["limit"], list) else [item["limit"]])
            if limit is not None
        }
        channels[name] = {
            "label": channel_name(name),
            "before": _numbers(column),
            "after": _numbers(other),
            "limits": sorted(limits),
        }
    return {
        "before": failed,
        "after": last,
        "still": SafeString(overlay_svg(failed, last, get_language() or "zh")),
        "data": channels,
        "first": channel_of(deciding(items), failed.method)[0],
    }


def _numbers(column: np.ndarray) -> list[float | None]:
    """Readings for JSON; a missing one is null."""
    return [float(value) if np.isfinite(value) else None for value in column.tolist()]
