"""Whoever asks a page for a file gets one, or is told that there is none: never a page under a file's name."""

from __future__ import annotations

import pytest

from imloop.steps.ground import clock
from support.city import PLACE, City, at
from support.people import person


@pytest.mark.parametrize("page", ["/desk/police", "/vehicles/import", "/account"])
def test_a_page_that_is_no_list_says_that_it_has_no_file(city: City, page: str) -> None:
    desk = person(f"{PLACE}-police")
    assert desk.get(page).status_code == 200
    for kind in ("csv", "xlsx"):
        answer = desk.get(page, {"format": kind})
        assert answer.status_code >= 400 and "此页没有可导出的文件" in answer.content.decode()


def test_zones_and_alerts_are_taken_out_in_words(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-04 10:00"))
    desk = person(f"{PLACE}-environment")
    zone = {"what": "zone", "code": "LEZ", "name": "低排放区", "fuels": "diesel", "stage_below": "5"}
    desk.post("/zones", {**zone, "since": "2026-03-04", "cite": "通告一号", "sure": "1"})
    alert = {"what": "alert", "level": "orange", "fuels": "diesel", "stage_below": "5"}
    moments = {"since": "2026-03-04T08:00", "until": "2026-03-06T08:00"}
    desk.post("/zones", {**alert, **moments, "cite": "预警一号", "sure": "1"})
    text = desk.get("/zones").content.decode()
    assert "format=csv" in text and "format=xlsx" in text
    rows = desk.get("/zones", {"format": "csv"}).content.decode("utf-8-sig").splitlines()
    assert rows[0] == "种类,名称,代码,规则,自,至,依据" and len(rows) == 3
    assert rows[1].startswith("限行区,低排放区,LEZ,") and "柴油" in rows[1] and "diesel" not in rows[1]
    assert rows[2].startswith("重污染天气预警,橙色,,") and "2026-03-04 08:00" in rows[2]
