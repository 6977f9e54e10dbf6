"""One test on one page: its seconds, what was compared with which limit, the station's claim beside ours,
every step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from imloop.facts.items import ITEMS
from imloop.facts.records.inspection import Trace
from imloop.pages.guard import EVERY_DESK, desk, page
from imloop.pages.inspections.held_card import held_card
from imloop.pages.inspections.pictures import channel_name, trace_picture
from imloop.papers.trace_picture import channel_of, deciding, same_channel
from imloop.steps.ground.access import Caller
from imloop.steps.inspections import lookups as test_lookups
from imloop.steps.inspections.channels import shown_trace
from imloop.store.models import Test
from imloop.verdict.arithmetic import printed

_LEFT_OUT = frozenset({"t_s", "blip"})

Item = Mapping[str, Any]


@desk(*EVERY_DESK)
def one_test(request: HttpRequest, caller: Caller, test_no: str) -> HttpResponse:
    """People who may see the test; the look-up is journalled."""
    test, card = test_lookups.test(
        caller, test_no, request.GET.get("station", ""), lambda test: (test, held_card(test, caller))
    )
    return page(request, caller, "inspections/test.html", {**test_context(test), **card})


def test_context(test: Test) -> dict[str, object]:
    """What the page shows of the run itself."""
    verdict = test.verdict
    claim = verdict["claim"]
    return {
        "test": test,
        "verdict": verdict,
        "items": [_row(item, claim, test) for item in verdict["items"]],
        "steps": [_step(step) for step in verdict["steps"]],
        "claim": claim,
        "picture": trace_picture(test),
        "chart": _chart(test),
        "first": channel_of(deciding(verdict["items"]), test.method)[0],
    }


def _english() -> bool:
    return (get_language() or "").startswith("en")


def _row(item: Item, claim: Mapping[str, Any], test: Test) -> dict[str, object]:
    """An item as people read it: printed and full value, limit, outcome, what the station said, where that is found."""
    known = ITEMS[str(item["item"])]
    found = (claim.get("reproduced_by") or {}).get("by_item", {}).get(item["item"])
    differs = {each["item"]: each["claimed"] for each in claim.get("differences", ())}
    said = differs.get(item["item"])
    if said is None and found is not None:
        said = claim["reproduced_by"]["values"].get(item["item"])
        said = None if said is None else printed(float(said), known.decimals)
    return {
        "label": known.label.in_(get_language() or ""),
        "unit": known.unit,
        "printed": printed(float(item["value"]), known.decimals),
        "full": f"{item['value']:.9g}",
        "limit": _limit_words(item, known.decimals),
        "pass": item["pass"],
        "advisory": item["advisory"] or item["limit"] is None,
        "boundary": item["boundary"],
        "cite": item["cite"],
        "rows": item["rows"],
        "claimed": said,
        "differs": item["item"] in differs,
        "found": found,
    }


def _limit_words(item: Item, decimals: int) -> str:
    limit = item["limit"]
    if limit is None:
        return "—"
    if isinstance(limit, list):
        return "–".join(printed(float(end), decimals) for end in limit)
    sign = "≥" if item["kind"] == "min" else "≤"
    return f"{sign} {printed(float(limit), decimals)}"


def _step(step: Mapping[str, Any]) -> dict[str, object]:
    return {**step, "label": step["label_en"] if _english() else step["label"]}


def _chart(test: Test) -> dict[str, object]:
    """What the chart draws: every channel with the items measured on it, the windows, the rows that invalidate the
    test."""
    trace = shown_trace(test)
    verdict = test.verdict
    window = verdict.get("window") or {}
    spans = [window[name] for name in ("high", "idle") if name in window] or window.get("spans")
    return {
        "channels": {
            name: {
                "label": channel_name(name),
                "values": _numbers(column),
                "items": _items_on(name, verdict["items"], test.method, trace),
            }
            for name, column in trace.columns.items()
            if name not in _LEFT_OUT
        },
        "phase": list(trace.phase),
        "windows": spans or ([window["rows"]] if window.get("rows") else []),
        "invalid": [reason["rows"] for reason in verdict["reasons"] if reason.get("rows")],
    }


def _numbers(column: np.ndarray) -> list[float | None]:
    """Readings for JSON; a missing one is null."""
    return [float(value) if np.isfinite(value) else None for value in column.tolist()]


def _items_on(name: str, items: Sequence[Item], method: str, trace: Trace) -> list[dict[str, object]]:
    """Items whose values were read from a channel, each with the part of the picture its limit spans."""
    own = [item for item in items if channel_of(item, method)[0] == name and item["item"] != "power_ratio"]
    last = max(trace.rows - 1, 0)
    return [
        {
            "value": item["value"],
            "limits": _ends(item),
            "pass": item["pass"],
            "advisory": item["advisory"],
            "rows": item["rows"],
            "span": item["rows"]
            if len(own) > 1 and same_channel(own[0], item) and item["rows"]
            else [0, last],
        }
        for item in own
    ]


def _ends(item: Item) -> list[float]:
    limit = item["limit"]
    if limit is None:
        return []
    return [float(end) for end in limit] if isinstance(limit, list) else [float(limit)]
