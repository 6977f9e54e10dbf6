"""The two pictures of the README, taken anew from the running demo: ``make pictures``."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Any

from support.desks import NARROW, WIDE, Desk

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
_FONTS = """<?xml version="1.0"?>
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{folder}</dir></fontconfig>
"""

# A machine without Chinese fonts shows the papers' own. Chromium reads this when it starts.
_kept = tempfile.NamedTemporaryFile("w", suffix=".conf")  # noqa: SIM115 - for as long as the run lasts
_kept.write(_FONTS.format(folder=ROOT / "src" / "imloop" / "papers" / "fonts"))
_kept.flush()
os.environ["FONTCONFIG_FILE"] = _kept.name


def _keep(desk: Desk, name: str, width: int, height: int) -> None:
    desk.page.set_viewport_size({"width": width, "height": height})
    PICTURES.mkdir(exist_ok=True)
    desk.page.screenshot(path=PICTURES / name, type="png")


def test_a_department_begins_its_day(demo: Any) -> None:
    desk = demo.desk("environment")
    desk.sees("今天需要处理")
    _keep(desk, "desk.png", WIDE, 800)


def test_an_owner_reads_the_case(demo: Any) -> None:
    """A case that waits for its repair, found as its owner finds it: by plate and the end of the VIN."""
    desk = demo.desk("environment")
    desk.go("/cases?state=open")
    desk.page.get_by_role("main").get_by_role("link", name=re.compile(r"^4502\d\d-\d{4}-\d+")).last.click()
    desk.sees("经过")
    plate = desk.page.locator(".plate").first.inner_text()
    vin = re.search(r"\b[A-HJ-NPR-Z0-9]{17}\b", desk.page.get_by_role("main").inner_text())
    assert vin is not None
    owner = demo.desk("", width=NARROW)
    owner.fill("号牌号码", plate)
    owner.fill("VIN 后六位", vin[0][-6:])
    owner.press("查询")
    owner.sees("复检")
    _keep(owner, "owner.png", NARROW, 844)
