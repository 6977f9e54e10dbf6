"""A plate is asked for at a desk: it stands in no address, and going back asks for nothing to be sent again."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect

from support.desks import WIDE


def test_back_from_what_was_found_without_sending_again(demo: Any) -> None:
    desk = demo.desk("police", width=WIDE)
    desk.go("/cases?state=open")
    desk.page.get_by_role("main").get_by_role("link", name=re.compile(r"^4502\d\d-\d{4}-\d+")).first.click()
    desk.sees("经过")
    plate = desk.page.locator(".plate").first.inner_text().replace("·", "")
    for begin, label in (("/vehicles", "号牌、VIN 或 VIN 后六位"), ("/cases", "案件号、号牌或 VIN 尾号")):
        desk.go(begin)
        desk.fill(label, plate)
        desk.page.get_by_role("main").locator("form").first.get_by_role("button").click()
        desk.page.wait_for_url(re.compile(f"{begin}/[^?]+$"))
        desk.page.go_back()
        desk.page.wait_for_url(re.compile(f"{begin}$"))
        expect(desk.page.get_by_label(label)).to_be_visible()
    desk.go("/desk/police")
    desk.fill("号牌号码", plate)
    desk.press("查询")
    desk.sees("不可以")
    assert plate not in unquote(desk.page.url)
    assert desk.page.get_by_label("号牌号码").input_value() == plate, "what was typed stays"
    desk.page.reload()
    desk.sees("不可以")
    desk.click("车辆")
    desk.page.go_back()
    desk.sees("不可以")


LISTS = (
    "/cases",
    "/findings",
    "/tests",
    "/repairs",
    "/parties/compare",
    "/supervision/acts",
    "/apply/mstation",
)


@pytest.mark.parametrize("path", LISTS)
def test_fields_of_a_row_are_level(demo: Any, path: str) -> None:
    desk = demo.desk("supervisor", width=WIDE)
    desk.go(path)
    boxes = desk.page.locator(".fields .field > :is(input, select)").evaluate_all(
        "each => each.map(field => field.getBoundingClientRect()).map(box => [box.bottom, box.top])"
    )
    rows: dict[int, set[float]] = {}
    for bottom, top in boxes:
        rows.setdefault(round(bottom), set()).add(round(top))
    assert len(boxes) > 2 and all(len(tops) == 1 for tops in rows.values()), rows
