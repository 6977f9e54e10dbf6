"""A refused form in a browser, with scripts and without: the summary has the focus and is seen, each fault leads to its
field, what was typed is still there."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from support.city import LISTED, NEAR, PLACE, at
from support.desks import Desk
from support.messages.uploads import PLATE, VIN, test_message


def failed(steered: Any) -> str:
    """A test that failed; the address of its case, as the department has it. One city serves all these tests."""
    steered.at("2026-03-02 09:10")
    office = steered.desk(f"{PLACE}-environment")
    office.go("/cases")
    case = office.page.get_by_role("link", name="450200-")
    if not case.count():
        _fail(steered)
        office.go("/cases")
    steered.at("2026-03-04 17:00")
    case.first.click()
    return str(office.path)


def _fail(steered: Any) -> None:
    station = steered.desk(NEAR)
    station.click("上传")
    station.hand_in(
        "检验报文",
        "test.json",
        msgspec.json.encode(test_message(at("2026-03-02 09:00"), station=NEAR, co=0.9)),
    )
    station.press("上传")
    station.sees("不合格", "打印告知书")


def assert_shown(desk: Desk, *lines: str) -> None:
    """The summary has the focus, stands in the window, and names these faults, each a link to a marked field."""
    page = desk.page
    summary = page.locator("#faults")
    summary.wait_for()
    assert page.evaluate("document.activeElement.id") == "faults"
    box = summary.bounding_box()
    assert box is not None and 0 <= box["y"] < page.viewport_size["height"]
    for line in lines:
        link = summary.get_by_role("link", name=line)
        target = str(link.first.get_attribute("href"))[1:]
        field = page.locator(f'[id="{target}"]')
        assert field.get_attribute("aria-invalid") == "true", line
        told = str(field.get_attribute("aria-describedby")).split()[0]
        assert page.locator(f'[id="{told}"]').is_visible()
        link.first.click()
        assert field.bounding_box()["y"] < page.viewport_size["height"]
    assert "$." not in summary.inner_text()


@pytest.mark.parametrize("script", [True, False])
def test_the_repair_form(steered: Any, script: bool) -> None:
    failed(steered)
    desk = steered.desk(LISTED, script=script)
    desk.go("/desk/mstation/repair")
    desk.page.fill("#plate", PLATE)
    desk.page.fill("#tail", VIN[-6:])
    desk.press("打开案件")
    desk.page.fill("#received_at", "2026-03-04T10:00")
    desk.page.fill("#finished_at", "2027-03-04T16:00")
    for name, typed in (("odometer_km", "12万"), ("item_hours_0", "两小时"), ("cost_yuan", "-5")):
        desk.page.fill(f"#{name}", typed)
    desk.press("下一步：核对")
    assert_shown(
        desk,
        "里程 km：请填整数",
        "工时 1：请填数字",
        "费用（元）：请填金额",
        "诊断：请填写",
        "维修技师：请填写",
    )
    assert (
        desk.page.input_value("#odometer_km") == "12万" and desk.page.input_value("#item_hours_0") == "两小时"
    )
    for name, typed in (("odometer_km", "163,490"), ("item_hours_0", "2"), ("cost_yuan", "460")):
        desk.page.fill(f"#{name}", typed)
    desk.page.fill("#diagnosis", "前氧传感器响应迟缓")
    desk.page.fill("#technician", "韦师傅")
    desk.page.select_option("#item_code_0", "O2S")
    desk.press("下一步：核对")
    desk.sees("晚于平台时间")
    assert_shown(desk, "竣工时间：")
    desk.page.fill("#finished_at", "2026-03-04T16:00")
    desk.press("下一步：核对")
    desk.sees("提交前请核对", "163,490 km", "¥460.00")


@pytest.mark.parametrize("script", [True, False])
def test_an_application(steered: Any, script: bool) -> None:
    steered.at("2026-03-02 09:10")
    desk = steered.windows.open(script=script)
    desk.go("/apply/mstation")
    desk.page.fill("#name", "桂中汽车维修有限公司")
    desk.page.fill("#uscc", "9145")
    desk.press("核对后提交")
    assert_shown(desk, "统一社会信用代码：", "法定代表人：请填写", "所在县区，选名称或填六位代码：请填写")
    assert desk.page.input_value("#name") == "桂中汽车维修有限公司"


@pytest.mark.parametrize("script", [True, False])
def test_the_decision_on_an_objection(steered: Any, script: bool) -> None:
    case = failed(steered)
    desk = steered.desk(f"{PLACE}-environment", script=script)
    desk.go(case)
    desk.page.locator("#decide summary").click()
    assert desk.page.input_value("#what") == "" and desk.page.input_value("#to_station") == ""
    desk.press("作出决定")
    assert_shown(desk, "决定：请选择", "理由：请填写", "依据材料：请填写")
    for name, chosen in (("what", "exit"), ("kind", "other"), ("to_station", "any")):
        desk.page.select_option(f"#{name}", chosen)
    desk.page.fill("#expires_on", "2020-01-01")
    desk.page.fill("#reason", "车主已搬离")
    desk.page.fill("#evidence", "居住证")
    desk.page.locator("#decide [name=sure]").check()
    desk.press("作出决定")
    desk.sees("有效期已过")
    assert_shown(desk, "有效至：有效期已过")
    assert desk.page.input_value("#reason") == "车主已搬离" and desk.page.input_value("#kind") == "other"
