"""An administrator makes an empty installation into a city by clicking, from the start page to the last tick."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from imloop.facts.days import CHINA
from support.axe import too_wide, violations
from support.desks import NARROW, WIDE, Desk, Windows
from support.people import card

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PASSWORD = "a long enough passphrase"
OFFICES = ("生态环境", "交通运输", "市场监管", "公安交管", "监督")
KINDS = ("environment", "transport", "market", "police", "supervisor")


@pytest.fixture
def empty(servers: Any, browser: Browser) -> Iterator[Windows]:
    given = {"IMLOOP_ADMIN": "boss", "IMLOOP_ADMIN_PASSWORD": PASSWORD}
    server = servers.start("first-steps", ["imloop.cli", "serve", "--no-work"], **given)
    windows = Windows(browser, server.base_url)
    yield windows
    windows.close()


def today() -> str:
    return datetime.now(CHINA).date().isoformat()


def sound(desk: Desk) -> None:
    for width in (WIDE, NARROW):
        desk.page.set_viewport_size({"width": width, "height": 900})
        assert not too_wide(desk.page), (desk.path, width)
    assert not violations(desk.page), desk.path
    desk.page.set_viewport_size({"width": WIDE, "height": 900})


def register(desk: Desk, kind: str, code: str, name: str, methods: tuple[str, ...] = ()) -> None:
    desk.go(f"/register/{kind}")
    desk.fill("代码（上传时用）", code)
    desk.fill("名称", name)
    desk.fill("自", "2026-01-01")
    desk.fill("依据（记入日志）", "许可一号")
    for method in methods:
        desk.page.get_by_role("main").get_by_label(method, exact=True).first.check()
    sound(desk)
    desk.press("登记")
    desk.sees(f"已登记：{name}。")


def confirm_prices(windows: Windows, count: int) -> None:
    """What the administrator proposed is the market regulator's to confirm."""
    market = windows.open()
    market.log_in("450200-market", PASSWORD)
    for _ in range(count):
        market.go("/proposals")
        market.click("公布收费标准")
        market.fill("核对情况或理由", "与核定文件一致")
        market.press("确认")
        market.sees("已确认")


def accept(windows: Windows, boss: Desk, party: str) -> None:
    """Invite the head of a department, who opens the link and chooses name and password."""
    boss.go(f"/people?party={party}")
    boss.fill("姓名", "韦科长")
    boss.press("生成邀请链接")
    link = boss.page.get_by_role("status").locator("code").inner_text()
    head = windows.open()
    head.go(link.removeprefix(windows.base_url))
    head.fill("用户名", party)
    head.fill("身份证号（不保存原号，只用于保证一人一号）", card(zlib.crc32(party.encode()) % 1000))
    head.fill("密码（至少 10 位）", PASSWORD)
    head.fill("再输一次", PASSWORD)
    head.page.get_by_role("main").get_by_role("button").first.click()
    head.page.wait_for_url("**/login*")


def test_from_the_start_page_to_the_last_tick(empty: Windows) -> None:
    boss = empty.open()
    boss.go("/")
    boss.sees("刚刚安装")
    sound(boss)
    boss.click("登录并起步")
    boss.fill("用户名", "boss")
    boss.fill("密码", PASSWORD)
    boss.press("登录")
    boss.page.wait_for_url("**/first-steps")
    boss.sees("0 部门", "0 检验机构", "0 维修治理站", "0 接口密钥", "0 收费标准")
    sound(boss)

    boss.click("0 部门")
    boss.fill("依据（记入日志）", "机构名录")
    for office in OFFICES:
        boss.fill(office, f"柳州市{office}")
    sound(boss)
    boss.press("登记")
    boss.sees("已登记：柳州市", "、柳州市监督。")
    register(boss, "stations", "450203501", "城北检测站", ("双怠速法", "稳态工况法"))
    register(boss, "stations", "450203502", "城南检测站", ("双怠速法",))
    register(boss, "repairers", "450203M51", "诚信维修")
    boss.go("/first-steps")
    boss.sees("5 部门", "2 检验机构", "1 维修治理站", "还缺：柳州市")
    sound(boss)

    for kind in KINDS:
        accept(empty, boss, f"450200-{kind}")
    for code in ("450203501", "450203502", "450203M51"):
        boss.go(f"/keys?party={code}")
        boss.choose("方式", "bearer")
        boss.press("发放")
        boss.sees("新密钥")
    for method, yuan in (("TSI", "60"), ("ASM", "90")):
        boss.go("/prices")
        boss.choose("方法", method)
        boss.fill("金额（元）", yuan)
        boss.fill("自", today())
        boss.fill("核定文件", "核定一号")
        boss.press("公布")
        boss.sees("市场监管", "待确认")
    confirm_prices(empty, 2)
    boss.go("/first-steps")
    boss.sees("6 人员", "3 接口密钥", "2 收费标准")
    boss.sees_not("还缺")
    boss.go("/work")
    boss.sees_not("还缺")
