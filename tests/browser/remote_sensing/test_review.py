"""Two people review what sites beside the road sent: by keys at a desk, by buttons on a telephone."""

from __future__ import annotations

import re
from typing import Any

from support.desks import NARROW, Desk

DONE = "本次已审 {} 条"


def press(desk: Desk, *keys: str) -> None:
    """Keys of one answer; the page goes on."""
    for key in keys[:-1]:
        desk.page.keyboard.press(key)
    with desk.page.expect_navigation():
        desk.page.keyboard.press(keys[-1])


def record_no(desk: Desk) -> str:
    return desk.page.locator("a[href^='/remote-sensing/']", has_text=re.compile("^[BHS]0")).first.inner_text()


def test_one_after_the_other_by_keys_alone(demo: Any) -> None:
    desk = demo.desk("environment")
    desk.go("/remote-sensing/review")
    first = record_no(desk)
    press(desk, "j")
    desk.sees(DONE.format(1))
    second = record_no(desk)
    assert second != first
    press(desk, "u")
    assert record_no(desk) == first, "what was taken back is on the screen again"
    press(desk, "k", "1")
    desk.sees(DONE.format(1))
    assert record_no(desk) == second
    press(desk, "l")
    third = record_no(desk)
    assert third not in (first, second)
    desk.page.get_by_label("其他理由或补充").fill("k 1 j u")
    assert record_no(desk) == third, "typing is no answer"
    press(desk, "Enter")
    desk.sees(DONE.format(3))


def test_a_no_without_a_reason_comes_back_with_the_question(demo: Any) -> None:
    desk = demo.desk("environment2")
    desk.go("/remote-sensing/review")
    desk.press("不属实")
    desk.sees("请选择或写明理由")


def test_on_a_telephone_by_buttons_and_by_another_person(demo: Any) -> None:
    desk = demo.desk("environment2", width=NARROW)
    desk.go("/remote-sensing?state=second")
    desk.page.get_by_role("main").locator("td a").first.click()
    desk.click("审核这条记录")
    desk.sees("复审")
    width = desk.page.evaluate("document.documentElement.scrollWidth")
    assert width <= NARROW
    desk.page.get_by_role("button", name=re.compile("^属实")).click()
    desk.sees(DONE.format(1))
    desk.click("看上一条")
    desk.sees("复审 属实")
