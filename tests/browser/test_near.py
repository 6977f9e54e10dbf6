"""The reader's position orders the list of stations, when asked for, and goes nowhere; a place is pointed at on a
map."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from support.desks import NARROW, Desk

NEAR_LAIBIN = {"latitude": 24.20, "longitude": 109.30}


def stations(desk: Desk) -> list[str]:
    return [str(each) for each in desk.page.locator(".shop b:first-child").all_inner_texts()]


def test_the_nearest_to_the_reader_first_and_nothing_is_sent(demo: Any) -> None:
    desk = demo.desk("")
    desk.page.context.grant_permissions(["geolocation"])
    desk.page.context.set_geolocation(NEAR_LAIBIN)
    desk.go("/public/stations")
    desk.page.wait_for_load_state("networkidle")
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    desk.page.get_by_role("button", name="离我由近到远").click()
    expect(desk.page.locator(".shops h2").first).to_have_text("离我由近到远")
    expect(desk.page.locator(".shops:visible h2")).to_have_count(1)
    kms = [float(each.removesuffix(" km")) for each in desk.page.locator(".km").all_inner_texts() if each]
    assert kms == sorted(kms) and len(kms) > 10
    assert "柳江" in stations(desk)[0] and asked == []


def test_without_a_position_it_says_what_else_can_be_done(demo: Any) -> None:
    desk = demo.desk("")
    desk.go("/public/stations")
    before = stations(desk)
    desk.page.get_by_role("button", name="离我由近到远").click()
    expect(desk.page.get_by_role("status").filter(has_text="可以选一家站点作起点")).to_be_visible()
    assert stations(desk) == before


def test_a_place_is_pointed_at_on_the_map(demo: Any) -> None:
    """No tile, no map of others: stations where the register has them; a tap on one, beside one, or the list."""
    desk = demo.desk("", width=NARROW)
    desk.go("/report?category=smoky_vehicle")
    page = desk.page
    fields = ("latitude", "longitude", "near", "address", "place")

    def filled() -> dict[str, str]:
        return {name: page.locator(f"#{name}").input_value() for name in fields}

    mark = page.locator("#map .mark").first
    mark.scroll_into_view_if_needed()
    name = mark.locator("title").text_content()
    assert name is not None
    box = mark.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    said = filled()
    assert name.strip() in said["near"] and said["address"] == name.strip() and said["place"][:4] == "4502"
    sheet = page.locator("#map svg").bounding_box()
    assert sheet is not None
    page.mouse.click(sheet["x"] + 3, sheet["y"] + 3)
    beside = filled()
    assert (beside["near"], beside["address"]) == ("", "") and beside["latitude"] > said["latitude"]
    page.locator("#map [data-zoom='2']").click()
    page.locator("#map [data-zoom='2']").click()
    assert page.locator("#map svg.named").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 24.256, "longitude": 109.33})
    page.locator("#here").click()
    expect(page.locator("#latitude")).to_have_value("24.25600")
    expect(page.locator("#place")).to_have_value(re.compile("柳江"))
