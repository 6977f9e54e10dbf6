"""Smoke seen on the road: reported without a log-in, visited, put right, answered, rated, and the reward paid."""

from __future__ import annotations

import re
from typing import Any

from support.city import PLACE
from support.desks import NARROW, Desk
from support.messages.photographs import by_telephone
from support.stories.people_at_desks import People, send

OFFICE = f"{PLACE}-environment"
TEXT = "一辆红色货车冒黑烟，味道很大"


def test_from_the_complaint_to_the_paid_reward(steered: Any) -> None:
    steered.at("2026-09-01 09:00")
    reporter = steered.windows.open(width=NARROW)
    code, address = reported(reporter)
    people = People(steered)
    people.number = reporter.page.locator("b.big").first.inner_text()
    visited(people)
    put_right(people, reporter, address)
    answered_and_rated(people, reporter, address)
    paid(people, reporter, code)


def reported(reporter: Desk) -> tuple[str, str]:
    """From the first page, on a telephone, with a photograph; the code for the reward and the secret address."""
    reporter.go("/")
    reporter.click("我要反映")
    reporter.click(re.compile("冒黑烟的车"))
    picture = {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": by_telephone()}
    reporter.page.locator('[name="photo"]').set_input_files([picture])  # type: ignore[list-item]
    for name, value in (
        ("place", "450203"),
        ("address", "飞鹅路与跃进路口"),
        ("text", TEXT),
        ("plate", "桂B12345"),
        ("phone", "13907720120"),
    ):
        reporter.page.locator(f'[name="{name}"]').first.fill(value)
    reporter.page.locator('[name="kind"]').select_option("truck")
    reporter.page.locator('[name="sure"]').check()
    reporter.press("提交")
    reporter.sees("已收到", "领奖码", "不要转给他人")
    code = reporter.page.locator("pre").last.inner_text()
    link = reporter.page.locator('a[href^="/report/p/"]').first.get_attribute("href")
    assert link is not None
    return code, link


def visited(people: People) -> None:
    """The office sees what was reported and never who did; one accepts it, another goes there."""
    desk = people("head")
    desk.click("待办")
    desk.sees("冒黑烟的车")
    desk.go(f"/matters/{people.number}")
    desk.sees(TEXT)
    desk.sees_not("13907720120")
    people.take("head", "triage", priority="normal")
    people.take("head", "accept")
    people.take("head", "send_out", assigned_to="zhang", how="visit").sees("核查中")
    people.at("2026-09-03 15:00")
    seen = {"checked_on": "2026-09-03", "how": "visit", "findings": "货场内柴油货车烟度超标"}
    people.take("zhang", "look_into", **seen)


def put_right(people: People, reporter: Desk, address: str) -> None:
    """What must be put right has a clause and a day; the reporter is shown how far it is, not the file."""
    wanted = {
        "required": "维修并复检合格",
        "clause": "生态环境法典第二百二十九条",
        "required_by": "2026-09-18",
    }
    people.take("zhang", "require", **wanted).sees("整改中", "维修并复检合格")
    reporter.go(address)
    reporter.sees("飞鹅路与跃进路口")
    reporter.sees_not("烟度超标")
    people.at("2026-09-16 10:00")
    people.take("zhang", "accept_as_met", requirement="1", proof="复检报告合格").sees("已完成")


def answered_and_rated(people: People, reporter: Desk, address: str) -> None:
    people.take("zhang", "find_true", found="属实")
    people.take("zhang", "answer", template="founded", done="已责令维修，复检合格")
    reporter.go(address)
    reporter.sees("情况属实", "已责令维修，复检合格")
    send(reporter, "rate", {"stars": "5"})
    granted = {"decision_no": "柳环罚〔2026〕8号", "in_force_on": "2026-09-16"}
    people.take("head", "grant_reward", **granted).sees("奖励待领取")
    reporter.go(address)
    reporter.sees("领取")


def paid(people: People, reporter: Desk, code: str) -> None:
    """The code draws a number; who pays sees both and the amount, and nothing of the complaint."""
    reporter.go("/report/reward")
    reporter.fill("领奖码", code)
    reporter.press("取领取号")
    secret = reporter.page.locator("pre").first.inner_text()
    head = people("head")
    head.go("/people")
    head.page.get_by_role("main").get_by_role("link", name=re.compile("deputy")).first.click()
    head.press("指定支付奖励")
    payer = people("deputy")
    assert payer.go(f"/matters/{people.number}") == 404
    payer.go("/rewards")
    payer.fill("领奖码", code)
    payer.fill("领取号", secret)
    payer.fill("支付凭证号", "P-1")
    payer.page.locator('[name="sure"]').check()
    payer.press("登记支付")
    payer.sees("已登记支付", "200")
    payer.sees_not(people.number)
