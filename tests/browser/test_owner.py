"""The owner at home: no script, a slow line, a small telephone, English and large text."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import msgspec
import pytest

from support.axe import too_wide, violations
from support.city import NEAR, at
from support.desks import NARROW, Desk, SteeredCity, Windows
from support.messages.uploads import PLATE, VIN, test_message

MOST_BYTES = 150_000


@pytest.fixture(scope="module")
def failed_car(steered_server: Any, browser: Any) -> None:
    """A car that failed on 2 March, uploaded by its station."""
    city = SteeredCity(Windows(browser, steered_server.base_url), steered_server.data)
    city.at("2026-03-02 09:10")
    station = city.desk(NEAR)
    message = test_message(at("2026-03-02 09:00"), station=NEAR, co=0.9)
    station.click("上传")
    station.hand_in("检验报文", "test.json", msgspec.json.encode(message))
    station.press("上传")
    station.sees("打印告知书")
    city.windows.close()


def find_case(owner: Desk, plate: str, tail: str, button: str) -> None:
    owner.go("/")
    owner.fill(plate, PLATE)
    owner.fill(tail, VIN[-6:])
    owner.press(button)


def test_without_script_from_the_plate_to_a_booking_and_back(steered: Any, failed_car: None) -> None:
    steered.at("2026-03-03 09:00")
    owner = steered.windows.open(width=NARROW, script=False)
    owner.go("/")
    owner.fill("号牌号码", PLATE)
    owner.fill("VIN 后六位", "000000")
    owner.press("查询")
    owner.sees("号牌和 VIN 后六位见行驶证", "没有查到", "若号牌和 VIN 后六位与行驶证一致")
    assert owner.page.get_by_label("号牌号码").input_value() == PLATE, "what was typed stays"
    assert nothing_typed(owner.page.url)
    find_case(owner, "号牌号码", "VIN 后六位", "查询")
    owner.sees("请先维修，再回原站复检", "柳南治理站", "谁看过我的车")
    assert nothing_typed(owner.page.url)
    owner.click("预约复检")
    owner.choose("日期", "2026-03-05")
    owner.press("查看时段")
    owner.fill("联系电话", "12")
    owner.press("确认预约")
    assert owner.page.get_by_label("联系电话").input_value() == "12", "what was typed stays"
    owner.fill("联系电话", "13900000001")
    owner.press("确认预约")
    owner.sees("预约成功")
    owner.tick()
    owner.press("取消预约")
    owner.sees("预约已取消")


def nothing_typed(address: str) -> bool:
    return PLATE not in unquote(address) and VIN[-6:] not in address


def test_history_and_roads_by_form(steered: Any, failed_car: None) -> None:
    steered.at("2026-03-03 09:00")
    owner = steered.windows.open(width=NARROW, script=False)
    for link, tail, answer in (
        ("车辆检验与维修历史", "VIN 后六位", "没有上报的维修"),
        ("今天能否通行", "VIN 后六位（选填）", "排放检验不合格"),
    ):
        owner.go("/")
        owner.click(link)
        owner.fill("号牌号码", PLATE)
        owner.fill(tail, VIN[-6:])
        owner.press("查询")
        owner.sees(answer)
        assert nothing_typed(owner.page.url), link


def test_the_case_page_is_light(steered: Any, failed_car: None) -> None:
    steered.at("2026-03-03 09:00")
    owner = steered.windows.open(width=NARROW)
    find_case(owner, "号牌号码", "VIN 后六位", "查询")
    owner.sees("请先维修，再回原站复检")
    case = owner.path
    first_visit = steered.windows.open(width=NARROW)
    devtools = first_visit.page.context.new_cdp_session(first_visit.page)
    sizes: list[float] = []
    devtools.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    devtools.send("Network.enable")
    assert first_visit.go(case) == 200
    first_visit.page.wait_for_load_state("networkidle")
    assert len(sizes) >= 2, "the page and its style sheet"
    assert sum(sizes) <= MOST_BYTES, sizes


def test_english_and_large_text_on_a_telephone(steered: Any, failed_car: None) -> None:
    steered.at("2026-03-03 09:00")
    owner = steered.windows.open(width=NARROW, language="en", large=True)
    find_case(owner, "Number plate", "Last six of the VIN", "Look up")
    owner.sees("Repair first, then return to the same station")
    assert owner.page.locator("html").get_attribute("lang") == "en"
    assert too_wide(owner.page) + violations(owner.page) == []
