"""Fail → notice → repair shop → repair → appointment → permit → retest → mark, clicked through by five roles."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec

from support.city import LISTED, NEAR, PLACE, at
from support.desks import Desk
from support.messages.uploads import PLATE, VIN, test_message
from support.servers.steered_site import KEY

FILE = "检验报文"


def upload(station: Desk, when: str, **change: object) -> None:
    station.click("上传")
    station.hand_in(FILE, "test.json", msgspec.json.encode(test_message(at(when), station=NEAR, **change)))
    station.press("上传")


def ask_permit(station: Desk, plate: str = PLATE) -> None:
    station.click("复检放行")
    station.fill("号牌号码", plate)
    station.press("查询")


def find_own_case(owner: Desk) -> None:
    owner.go("/")
    owner.fill("号牌号码", PLATE)
    owner.fill("VIN 后六位", VIN[-6:])
    owner.press("查询")


ALL_PAPERS = {"竣工出厂合格证号": "H1", "结算清单号": "J1", "发票号": "F1"}


def report_repair(
    shop: Desk, papers: dict[str, str], plate: str = PLATE, vin: str = VIN, day: str = "2026-03-04"
) -> None:
    shop.click("填报维修")
    shop.fill("号牌", plate)
    shop.fill("VIN 后六位", vin[-6:])
    shop.press("打开案件")
    shop.sees("没有通过的项目")
    shop.fill("进厂时间", f"{day}T10:00")
    shop.fill("竣工时间", f"{day}T16:00")
    shop.fill("里程 km", "50020")
    shop.fill("诊断", "混合气过浓")
    shop.choose("项目 1", "O2S")
    shop.fill("做了什么 1", "更换氧传感器")
    shop.fill("工时 1", "1.5")
    shop.fill("配件名称 1", "前氧传感器")
    shop.fill("序列号 1", f"S-{day}")
    for label, value in papers.items():
        shop.fill(label, value)
    shop.fill("费用（元）", "460.00")
    shop.fill("维修技师", "韦师傅")
    shop.press("下一步：核对")
    shop.sees("提交前请核对", "前氧传感器", *papers.values())
    shop.press("上传维修记录")


def book(owner: Desk) -> None:
    owner.click("预约复检")
    owner.choose("日期", "2026-03-05")
    owner.press("查看时段")
    owner.choose("时间", "2026-03-05T09:00:00+08:00")
    owner.fill("联系电话", "13900000001")
    owner.press("确认预约")


def enter_the_car(police: Desk) -> None:
    """Only a vehicle of the register gets a mark."""
    rows = f"vin,plate,fuel,first_registered_on\n{VIN},{PLATE},gasoline,2010-05-01\n"
    police.go("/vehicles/import")
    police.hand_in("文件（CSV", "cars.csv", rows.encode())
    police.press("导入")
    police.sees("新增")


def ask_mark(police: Desk) -> None:
    police.click("标志与通行")
    police.fill("号牌号码", PLATE)
    police.press("查询")


def test_the_whole_loop_by_clicking(steered: Any) -> None:
    steered.at("2026-03-02 09:10")
    police = steered.desk(f"{PLACE}-police")
    enter_the_car(police)
    station = steered.desk(NEAR)
    upload(station, "2026-03-02 09:00", co=0.9)
    station.sees("不合格", "打印告知书")
    ask_mark(police)
    police.sees("不可以")

    steered.at("2026-03-02 11:00")
    owner = steered.windows.open(width=390)
    find_own_case(owner)
    owner.sees("请先维修，再回原站复检", "告知书", "柳南治理站", "工作日")
    owner.sees_not("路边修理铺")
    ask_permit(station)
    station.sees("不可复检")

    steered.at("2026-03-04 16:30")
    shop = steered.desk(LISTED)
    report_repair(shop, ALL_PAPERS)
    shop.sees("维修记录已收到", "复检已放行")

    find_own_case(owner)
    book(owner)
    owner.sees("预约成功", "2026-03-05 09:00")

    steered.at("2026-03-05 08:55")
    station.click("今日")
    station.press("F001 已到站")
    station.sees("F001", "在场等候")
    ask_permit(station)
    station.sees("可以复检")
    steered.at("2026-03-05 09:10")
    upload(station, "2026-03-05 09:00", purpose="retest")
    station.sees("接下来", "案件")
    station.sees_not("不合格")

    find_own_case(owner)
    owner.sees("复检合格")
    environment = steered.desk(f"{PLACE}-environment")
    environment.click("案件")
    environment.page.get_by_role("main").get_by_role("link", name="450200-2026-").first.click()
    environment.sees("柳南治理站", "鱼峰环保检测站")
    ask_mark(police)
    police.sees_not("不可以")
    police.tick()
    police.press("核发标志")
    police.sees("标志已核发")


def test_a_voucher_promises_nothing_that_the_gate_refuses(steered: Any) -> None:
    """The paper names another number than the record that came before it, and the record alone is not enough."""
    plate, vin = "桂B00077", "LSVAU2180N2000077"
    steered.at("2026-03-10 09:10")
    station = steered.desk(NEAR)
    vehicle = {"vin": vin, "plate": plate, "fuel": "gasoline"}
    upload(station, "2026-03-10 09:00", co=0.9, vehicle=vehicle, test_no="T77")
    steered.at("2026-03-12 16:30")
    report_repair(steered.desk(LISTED), {"结算清单号": "J-90"}, plate, vin, "2026-03-12")
    environment = steered.desk(f"{PLACE}-environment")
    environment.go("/outages")
    environment.choose("范围", "platform")
    environment.fill("开始", "2026-03-12T16:00")
    environment.fill("原因", "机房断电")
    environment.page.locator("main [name=sure]").check()
    environment.press("宣布故障")
    environment.sees("机房断电", "O450200-2026-")

    key = (steered.data / KEY).read_text(encoding="ascii")
    asked = httpx.get(
        f"{steered.windows.base_url}/api/v1/offline-vouchers", headers={"Authorization": f"Bearer {key}"}
    )
    station.click("系统故障")
    station.fill("凭单校验码", asked.json()["vouchers"][0]["code"])
    station.fill("号牌号码", plate)
    station.fill("VIN", vin)
    station.fill("维修站", LISTED)
    station.fill("结算清单编号", "J-77")
    station.fill("使用时间", "2026-03-12T16:20")
    station.press("登记并放行")
    station.sees("但现在不可复检")
    station.sees_not("已放行")
    ask_permit(station, plate)
    station.sees("不可复检")
