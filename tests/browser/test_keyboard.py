"""An inspector logs in, checks a car in and uploads its test without a mouse; the focus always shows."""

from __future__ import annotations

from typing import Any

import msgspec

from support.city import NEAR, at
from support.keyboard import enter, has_focus, tab_to, type_into
from support.messages.uploads import PLATE, test_message
from support.servers.steered_site import PASSWORD


def test_log_in_reception_and_upload_by_keyboard(steered: Any) -> None:
    steered.at("2026-03-02 09:10")
    station = steered.windows.open()
    page = station.page
    page.on(
        "filechooser", lambda chooser: None
    )  # Chromium hands choosers over from the start, not only when waited for
    station.go("/")
    enter(page, "登录")
    has_focus(page, "用户名")  # nobody has to tab to the first field
    page.keyboard.insert_text(NEAR)
    type_into(page, "密码", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    enter(page, "受理")
    type_into(page, "号牌号码", PLATE)
    enter(page, "查询")
    station.sees("请选择检验方法")
    tab_to(page, "方法")
    page.keyboard.press("ArrowDown")
    enter(page, "查询")
    station.sees("可以受理")
    enter(page, "上传")
    tab_to(page, "检验报文（imloop.test/1，JSON）")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    message = msgspec.json.encode(test_message(at("2026-03-02 09:00"), station=NEAR, co=0.9))
    chooser.value.set_files([{"name": "t.json", "mimeType": "application/json", "buffer": message}])
    enter(page, "上传")
    station.sees("不合格", "打印告知书")


def test_the_first_tab_skips_the_menu(steered: Any) -> None:
    station = steered.desk(NEAR)
    page = station.page
    tab_to(page, "跳到正文")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
