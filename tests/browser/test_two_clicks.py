"""From the first page of each desk its main tasks are two clicks away at most, by words a newcomer can read."""

from __future__ import annotations

import re
from typing import Any

import pytest

CASE_NO = re.compile(r"^4502\d\d-\d{4}-\d+")
MATTER_NO = re.compile(r"^4502\d\d-")
STATION = re.compile("站|中心")

# role, task, clicks, words of the page where the task is done
TASKS: tuple[tuple[str, str, tuple[str | re.Pattern[str], ...], str], ...] = (
    ("", "find my case", (), "VIN 后六位"),
    ("", "a vehicle's history", ("车辆检验与维修历史",), "买车、过户前"),
    ("", "may I drive today", ("今天能否通行",), "号牌号码"),
    ("", "a station's page", ("检验机构和维修站", STATION), "电话"),
    ("", "apply as a station", ("申请成为检验机构或维修站", re.compile("申请|填写")), "名称"),
    ("istation", "check a car in", ("受理",), "引车员"),
    ("istation", "upload a test", ("上传",), "检验报文"),
    ("istation", "may it be retested", ("复检放行",), "VIN"),
    ("istation", "who waits", ("排队",), "在场等候"),
    ("istation", "opening hours", ("营业时间",), "停业日"),
    ("istation", "locks of a line", ("检测线", re.compile(r"01")), "能否检验"),
    ("istation", "the lines now", (), "检测线实况"),
    ("istation", "the system is down", ("系统故障怎么办",), "系统故障期间的复检"),
    ("mstation", "own records", ("维修记录",), "维修单、案件号或号牌"),
    ("mstation", "report a repair", ("填报维修",), "VIN 后六位"),
    ("mstation", "own matters", ("事项",), "全部事项"),
    ("environment", "today's work", (), "今天需要处理"),
    ("environment", "decide a case", ("案件", CASE_NO), "经过"),
    ("environment", "a station's certificates", ("证书到期",), "证书"),
    ("environment", "other rules", ("推演",), "推演"),
    ("transport", "today's work", (), "今天需要处理"),
    ("transport", "decide an application", ("事项", MATTER_NO), "下一步"),
    ("transport", "a repairer's register", ("站点", re.compile(r"^\d{6}M\d+")), "登记"),
    ("market", "publish a price", ("收费",), "公布收费标准"),
    ("market", "expiring verifications", ("证书到期",), "证书"),
    ("market", "conflicts of interest", ("检修分离",), "检修分离"),
    ("police", "today's work", (), "今天需要处理"),
    ("police", "release a mark", ("标志与通行",), "能否核发检验标志"),
    ("police", "change a vehicle", ("车辆",), "查询"),
    ("police", "import the register", ("导入车辆",), "CSV"),
    ("supervisor", "who looked at whose data", ("谁看过",), "号牌、VIN、案件或检验编号"),
    ("supervisor", "the duty record", ("履职记录",), "履职记录"),
    ("admin", "the accounts", ("人员与履职",), "单日最多查看"),
    ("supervisor", "look into a case", ("案件", CASE_NO), "经过"),
)


@pytest.mark.parametrize("role", sorted({task[0] for task in TASKS}))
def test_two_clicks_away(demo: Any, role: str) -> None:
    desk = demo.desk(role)
    first = desk.path
    for _, task, clicks, words in (each for each in TASKS if each[0] == role):
        assert len(clicks) <= 2, task
        desk.go(first)
        for name in clicks:
            desk.click(name, exact=isinstance(name, str))
        desk.sees(words)


def test_report_cards_have_figures(demo: Any) -> None:
    """Where a row leads the card, the demo has enough of them to say something."""
    shop, office = demo.desk("mstation"), demo.desk("transport")
    cards = shop.page.locator(".tile").all_inner_texts()
    assert cards and not any("数据不足" in card for card in cards), cards
    office.go("/repairs/shops")
    rows = [row.inner_text() for row in office.page.locator("main tbody tr").all()]
    assert sum("数据不足" not in row for row in rows) >= 3, rows


def test_a_lead_ends_with_an_outcome_and_is_counted(demo: Any) -> None:
    desk = demo.desk("environment")
    desk.go("/findings")
    desk.page.locator("main tbody").get_by_role("link").first.click()
    desk.sees("核实结果", "移送其他部门", "依据", "该站的其他线索")
    assert not desk.page.locator("[name=outcome]:checked").count(), "nothing is chosen beforehand"
    desk.page.get_by_label("不属实", exact=True).check()
    desk.fill("核实情况或移送理由", "已核对留存的复印件")
    desk.press("提交")
    desk.sees("不属实", "已核对留存的复印件")
    desk.go("/findings")
    desk.sees("各类线索的核实结果")
