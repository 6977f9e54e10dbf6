"""The accessibility rules of axe-core on the page as it stands, and whether it fits its window."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCRIPT = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


@cache
def _source() -> str:
    if not SCRIPT.exists():
        pytest.skip("axe-core is not installed (make dev)")
    return SCRIPT.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """``rule: element (why)`` of everything axe-core finds against the page."""
    page.evaluate(_source())
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {node['html'][:160]} ({node['failureSummary'].splitlines()[-1].strip()[:200]})"
        for rule in found["violations"]
        for node in rule["nodes"][:3]
    ]


def too_wide(page: Page) -> list[str]:
    """What sticks out of the window on the right, so that the page scrolls sideways."""
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )  # resized
    if page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
        return []
    outside = page.evaluate(
        "() => [...document.querySelectorAll('body *')]"
        ".filter(e => e.getBoundingClientRect().right > window.innerWidth + 1 && !e.closest('.scroll'))"
        ".slice(0, 3).map(e => e.outerHTML.slice(0, 160))"
    )
    return [f"wider than the window: {each}" for each in outside] or ["wider than the window"]
