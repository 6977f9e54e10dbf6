"""A pass under a wrong VIN waits; the department says which vehicle it was, and the case closes."""

from __future__ import annotations

from typing import Any

import msgspec

from support.city import NEAR, PLACE, at
from support.desks import Desk
from support.messages.uploads import PLATE, VIN, test_message

WRONG = VIN[:-1] + ("2" if VIN[-1] == "1" else "1")


def upload(station: Desk, when: str, **change: Any) -> None:
    message = test_message(at(when), station=NEAR, **{k: v for k, v in change.items() if k != "vin"})
    vehicle = message["vehicle"]
    assert isinstance(vehicle, dict)
    message["vehicle"] = {**vehicle, "vin": change.get("vin", VIN)}
    station.click("上传")
    station.hand_in("检验报文", "test.json", msgspec.json.encode(message))
    station.press("上传")


def test_which_vehicle_was_it(steered: Any) -> None:
    steered.at("2026-03-02 09:10")
    station = steered.desk(NEAR)
    upload(station, "2026-03-02 09:00", co=0.9)
    station.sees("不合格", "打印告知书")
    steered.at("2026-03-02 15:10")
    upload(station, "2026-03-02 15:00", vin=WRONG)
    station.sees("不作为检验合格依据", "车辆身份待核实", "生态环境部门")

    environment = steered.desk(f"{PLACE}-environment")
    environment.sees("待核实的检验")
    environment.click("待核实")
    environment.sees(PLATE[:2], "登记在另一 VIN 名下")
    environment.page.get_by_role("main").get_by_role("link", name="450203001-01-").first.click()
    environment.sees("不作为检验合格依据", "车辆身份待核实", VIN, WRONG)
    environment.page.get_by_label("不予采信").check()
    environment.fill("核实情况", "现场核查：不是该车")
    environment.tick()
    environment.press("办结")
    environment.sees("已核实", "核实后不予采信")
    environment.click("待核实")
    environment.sees("没有待核实的检验。")
