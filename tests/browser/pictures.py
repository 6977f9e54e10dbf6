"""The two pictures of the README, taken anew from the running demo: ``make pictures``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.desks import NARROW, Desk

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


def _keep(desk: Desk, name: str, height: int) -> None:
    desk.page.set_viewport_size({"width": desk.page.viewport_size["width"], "height": height})  # type: ignore[index]
    desk.page.wait_for_load_state("networkidle")
    PICTURES.mkdir(exist_ok=True)
    desk.page.screenshot(path=PICTURES / name, type="png")


def test_a_department_begins_its_day(demo: Any) -> None:
    desk = demo.desk("environment")
    desk.sees("今天需要处理")
    _keep(desk, "desk.png", 800)


def test_an_owner_reads_the_case(demo: Any) -> None:
    """The newest case that waits for a repair, found as its owner finds it: by plate and the end of the VIN."""
    desk = demo.desk("environment")
    desk.go("/cases?state=open")
    desk.page.get_by_role("main").get_by_role("link", name="450200-").first.click()
    plate = desk.page.locator(".plate").first.inner_text()
    vin = desk.page.get_by_text("VIN").first
    owner = demo.desk("", width=NARROW)
    owner.fill("号牌号码", plate)
    owner.fill("VIN 后六位", vin.inner_text()[-6:])
    owner.press("查询")
    owner.sees("复检")
    _keep(owner, "owner.png", 900)
