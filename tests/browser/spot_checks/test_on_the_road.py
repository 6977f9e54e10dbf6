"""A team at the roadside with a phone: a clean car in a few taps, a smoky lorry without network, which is sent later
and becomes an order once the second officer has said that they were there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from support.city import at
from support.desks import NARROW, Desk

MOST_TAPS = 8
SMOKE = (("opacimeter", "YD-0617"), ("ringelmann_chart", "LG-0108"))


class Phone:
    """Counts what is tapped; what is typed into a field that was tapped is none."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.taps = desk, 0

    def type(self, selector: str, text: str) -> None:
        self.taps += 1
        self.desk.page.locator(selector).fill(text)

    def press(self, name: str) -> None:
        self.taps += 1
        self.desk.press(name)

    def check(self, plate: str, *smoke: str) -> None:
        self.type("#plate", plate)
        for count, value in enumerate(smoke, 1):
            self.type(f"#k{count}", value)

    def offline(self, off: bool) -> None:
        self.desk.page.context.set_offline(off)


def moment(steered: Any, phone: Desk, when: str) -> None:
    """The platform's clock, and that of the phone."""
    steered.at(when)
    phone.page.clock.set_fixed_time(datetime.fromisoformat(at(when).isoformat()))


def prepare(head: Desk) -> None:
    for kind, serial in SMOKE:
        head.go("/spot-checks/instruments")
        head.choose("种类", kind)
        for label, value in (("型号", "NHT-6"), ("出厂编号", serial), ("检定证书", "柳检字 1")):
            head.fill(label, value)
        head.fill("检定日期", "2026-01-10")
        head.fill("有效至", "2027-01-09")
        head.tick()
        head.press("登记")
        head.sees(serial)
    head.click("抽测任务")
    head.fill("地点", "柳东物流园")
    for name in ("zhang", "li"):
        head.page.locator(f'[name="officers"][value="{name}"]').check()
    head.page.locator('[name="sure"]').last.check()
    head.press("派出")
    head.sees("柳东物流园", "未确认到场")


def test_a_clean_car_and_a_smoky_one_without_network(steered: Any) -> None:
    steered.at("2026-12-15 08:00")
    prepare(steered.desk("head"))
    desk = steered.desk("zhang", width=NARROW)
    moment(steered, desk, "2026-12-15 08:10")
    desk.go("/spot-checks/phone")
    phone = Phone(desk)
    desk.sees("有网络", "没有待发送的记录")
    phone.check("桂B12345", "0.61", "0.63", "0.6")
    desk.sees("合格")
    phone.press("保存并发送")
    assert phone.taps <= MOST_TAPS
    desk.sees("SK450200-2026-000001", "合格")
    without_network(phone)
    confirmed(steered)


def without_network(phone: Phone) -> None:
    """Even after the page was closed and opened again."""
    desk = phone.desk
    desk.page.wait_for_function("caches.match('/spot-checks/phone', { ignoreVary: true }).then(Boolean)")
    phone.offline(True)
    phone.check("桂B54321", "2.1", "2.2", "2.3")
    desk.sees("不合格")
    phone.press("保存并发送")
    desk.sees("没有网络", "1 条待发送", "桂B54321")
    desk.page.reload()
    desk.sees("1 条待发送", "桂B54321")
    phone.offline(False)
    desk.sees("没有待发送的记录", "SK450200-2026-000002", "不合格 · 待同行人员确认")


def confirmed(steered: Any) -> None:
    second = steered.desk("li", width=NARROW)
    second.go("/work")
    second.go("/spot-checks/tasks")
    second.page.get_by_role("main").get_by_role("link").filter(has_text="2026-12-15").first.click()
    second.press("确认本人到场")
    second.sees("本人确认到场")
    second.go("/spot-checks/SK450200-2026-000002")
    second.sees("不合格", "已生效", "责令限期维修复检", "自选检验机构复检", "不收取任何费用")


def test_what_the_platform_refuses_stays_on_the_phone(steered: Any) -> None:
    steered.at("2026-12-16 08:00")
    desk = steered.desk("zhang", width=NARROW)
    moment(steered, desk, "2026-12-16 08:10")
    desk.go("/spot-checks/phone")
    phone = Phone(desk)
    phone.check("桂B1234567", "0.61", "0.63", "0.6")
    phone.press("保存并发送")
    desk.sees("未接收", "桂B1234567 不符合格式")
    desk.press("改后再发")
    phone.type("#plate", "桂B77777")
    phone.press("保存并发送")
    desk.sees("SK450200-2026-", "桂B77777")
    desk.sees_not("未接收")
