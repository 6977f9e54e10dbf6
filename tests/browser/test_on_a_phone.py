"""A desk on a telephone: the work first, the menu when it is asked for, nothing cut off."""

from __future__ import annotations

import re
from typing import Any

import pytest

from support.desks import NARROW, WIDE, Desk

HEIGHT = 900


def top_of(desk: Desk, selector: str) -> float:
    box = desk.page.locator(selector).first.bounding_box()
    assert box is not None, selector
    return float(box["y"])


def test_the_menu_opens_when_it_is_asked_for(demo: Any) -> None:
    desk = demo.desk("environment", width=NARROW)
    entries = desk.page.locator("nav .entries")
    assert not entries.is_visible() and top_of(desk, "main h1") < HEIGHT / 3
    desk.page.get_by_text("菜单", exact=True).click()
    desk.click("检测线")
    desk.sees("状态、自检、检定与联网")
    desk.page.set_viewport_size({"width": WIDE, "height": HEIGHT})
    entries.wait_for()
    assert not desk.page.get_by_text("菜单", exact=True).is_visible()


def test_without_scripts_the_menu_is_open(demo: Any) -> None:
    assert demo.desk("environment", width=NARROW, script=False).page.locator("nav .entries").is_visible()


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_a_case_shows_once_and_whole_where_it_waits(demo: Any, width: int) -> None:
    desk = demo.desk("environment", width=WIDE)
    desk.go("/cases?state=open")
    desk.page.get_by_role("main").get_by_role("link", name=re.compile(r"^4502\d\d-\d{4}-\d+")).first.click()
    desk.page.set_viewport_size({"width": width, "height": HEIGHT})
    stations, picture = desk.page.locator("ol.loop"), desk.page.locator("svg.strip")
    shown = [each for each in (stations, picture) if each.is_visible()]
    assert len(shown) == 1
    box = shown[0].bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
    assert shown[0].get_by_text("复检").first.is_visible()


def test_letters_of_a_trace_are_large_enough(demo: Any) -> None:
    desk = demo.desk("environment", width=NARROW)
    desk.go("/cases?state=open")
    desk.page.get_by_role("main").get_by_role("link", name=re.compile(r"^4502\d\d-\d{4}-\d+")).first.click()
    heights = desk.page.locator("svg.picture text").evaluate_all(
        "each => each.map(text => text.getBoundingClientRect().height)"
    )
    assert heights and min(heights) >= 9


def test_no_button_and_no_date_is_broken_in_two(demo: Any) -> None:
    """Of the pages with the fullest tables."""
    for role, path in (
        ("istation", "/desk/istation"),
        ("environment", "/lines"),
        ("environment", "/zones"),
        ("environment", "/outages"),
    ):
        desk = demo.desk(role, width=WIDE)
        desk.go(path)
        broken = desk.page.locator(".btn, time").evaluate_all(
            "each => each.filter(one => one.getClientRects().length > 1 || "
            "one.getBoundingClientRect().height > 2.6 * parseFloat(getComputedStyle(one).lineHeight)"
            ").map(one => one.innerText)"
        )
        assert not broken, (path, broken)
