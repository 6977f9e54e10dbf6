"""Lists renew themselves when the feed says something new, and nobody's hands are disturbed."""

from __future__ import annotations

import re
from typing import Any

import httpx
import msgspec
from playwright.sync_api import expect

from imloop.facts.mask import masked_plate
from support.city import NEAR, PLACE, at
from support.desks import PATIENCE_MS, Desk
from support.messages.uploads import PLATE, VIN, test_message
from support.servers.steered_site import KEY

OFFICE = f"{PLACE}-environment"


def fail(steered: Any, number: int) -> str:
    """A vehicle fails at the station's own door for machines; the plate as a list of departments shows it."""
    steered.at("2026-03-02 09:30")
    plate = f"桂B{number:05d}"
    vehicle = {"vin": f"LSVAU2180N2{number:06d}", "plate": plate, "fuel": "gasoline"}
    message = test_message(
        at("2026-03-02 09:00"), station=NEAR, co=0.9, vehicle=vehicle, test_no=f"T{number}"
    )
    answer = httpx.post(
        f"{steered.windows.base_url}/api/v1/tests",
        content=msgspec.json.encode(message),
        headers={"Authorization": f"Bearer {(steered.data / KEY).read_text(encoding='ascii')}"},
        timeout=60,
    )
    assert answer.status_code == 201, answer.text
    return masked_plate(plate)


def stay(desk: Desk) -> None:
    """From here on the page must not be loaded anew."""
    desk.page.evaluate("window.stayed = true")


def stayed(desk: Desk) -> bool:
    return bool(desk.page.evaluate("window.stayed === true"))


def test_the_cases_come_by_themselves_and_focus_and_words_stay(steered: Any) -> None:
    first = fail(steered, 1)
    office = steered.desk(OFFICE)
    office.go("/cases")
    stay(office)
    office.sees(first, "更新于")
    office.page.get_by_role("main").get_by_label("案件号、号牌或 VIN 尾号", exact=True).fill("桂B9")
    case = office.page.get_by_role("main").get_by_role("link", name="450200-2026-").first
    case.focus()
    focused = "document.activeElement.getAttribute('href')"
    before = office.page.evaluate(focused)
    second = fail(steered, 2)
    office.sees(first, second)
    assert stayed(office), "not by loading the page anew"
    assert office.page.evaluate(focused) == before
    expect(office.page.locator("#q")).to_have_value("桂B9")
    office.page.locator("#q").focus()
    office.page.keyboard.type("9")
    office.sees(fail(steered, 3))
    office.page.keyboard.type("8")
    expect(office.page.locator("#q")).to_have_value("桂B998")


def test_who_is_logged_out_elsewhere_is_told_that_the_list_is_old(steered: Any) -> None:
    office = steered.desk(OFFICE)
    office.go("/work")
    ended = office.page.get_by_text("实时更新已中断")
    expect(ended).to_be_hidden()
    other = office.page.context.new_page()
    other.goto(f"{office.base_url}/account")
    other.get_by_role("button", name="退出").first.click()
    other.wait_for_url(lambda address: "/account" not in address)
    expect(ended).to_be_visible(timeout=PATIENCE_MS)
    office.page.context.close()


def test_the_queue_shows_a_new_appointment(steered: Any) -> None:
    steered.at("2026-03-04 09:00")
    station = steered.desk(NEAR)
    station.page.clock.install()
    station.go("/desk/istation/queue")
    station.sees("今天没有预约")
    stay(station)
    station.page.get_by_role("main").get_by_label("号牌号码", exact=True).fill("桂B77")
    owner = steered.windows.open(width=390)
    owner.go(f"/public/stations/{NEAR}/book")
    owner.fill("号牌号码", PLATE)
    owner.fill("车辆识别代号后六位", VIN[-6:])
    owner.fill("联系电话", "13900000001")
    owner.press("确认预约")
    owner.sees("预约成功")
    station.page.clock.fast_forward(1000)
    station.sees("已预约")
    colleague = steered.desk(NEAR)
    colleague.go("/desk/istation/queue")
    arrived = colleague.page.get_by_role("button", name="已到站")
    arrived.click()
    expect(arrived).to_have_count(0)
    here = station.page.get_by_role("button", name="已到站")
    expect(here).to_have_count(1)
    station.page.clock.fast_forward(61_000)
    expect(here).to_have_count(0, timeout=PATIENCE_MS)
    assert stayed(station)
    expect(station.page.locator("#plate")).to_have_value("桂B77")


def test_without_script_a_reload_shows_the_same(steered: Any) -> None:
    office = steered.desk(OFFICE, script=False)
    office.go("/cases")
    office.sees("更新于")
    plate = fail(steered, 5)
    office.page.reload()
    office.sees(plate)
    expect(office.page.get_by_text("实时更新已中断")).to_be_hidden()


def test_the_stations_day_comes_by_itself(steered: Any) -> None:
    """Its tests and cases; whoever stands at the counter presses nothing."""
    steered.at("2026-03-02 09:30")
    station = steered.desk(NEAR)
    station.go("/desk/istation")
    stay(station)
    fail(steered, 7)
    expect(station.page.locator("#fresh-cases")).to_contain_text("桂B·00007", timeout=PATIENCE_MS)
    expect(station.page.locator("#fresh-tests")).to_contain_text("桂B·00007", timeout=PATIENCE_MS)
    assert stayed(station)


def test_the_queue_says_which_car_the_gate_refuses_and_the_hall_is_read_from_afar(steered: Any) -> None:
    """A car that failed and was not repaired: queued, and the counter is told at once what stops it."""
    fail(steered, 70)
    steered.at("2026-03-04 09:10")
    station = steered.desk(NEAR)
    station.go("/desk/istation/queue")
    station.fill("号牌号码", "桂B00070")
    station.press("取号")
    station.sees("现在不可检验", "没有本次不合格之后的维修记录", "不可检验")
    ticket = re.search(r"number=(\w+)", station.page.url)
    assert ticket is not None
    hall = steered.windows.open(width=1920)
    hall.go(f"/public/stations/{NEAR}/queue?hall=1")
    hall.sees(ticket[1], masked_plate("桂B00070"))
    sizes = hall.page.locator("main td").evaluate_all(
        "cells => cells.map(cell => parseFloat(getComputedStyle(cell.firstElementChild ?? cell).fontSize))"
    )
    assert min(sizes) >= 40 and sizes[0] == max(sizes), "the number that is called is the largest"
    assert hall.page.locator("nav, header a, footer").count() == 0
