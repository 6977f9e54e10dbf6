"""The reader's position orders the list of stations, when asked for, and goes nowhere."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from support.desks import Desk

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
