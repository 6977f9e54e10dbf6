"""A run of a day whose limits were not seen: taken, kept and answered in both languages; no verdict, no case."""

from __future__ import annotations

import msgspec
import pytest

from imloop.steps.ground.keep_raw import raw_bytes
from imloop.store.models import Case, RawUpload, Test
from support.city import NEAR, at
from support.doors import Doors
from support.messages.uploads import test_message

DIRTY = 0.9


@pytest.mark.parametrize("told", ["2019-04-30 10:00", "2026-03-05 10:00"])
def test_petrol_of_before_may_2019_is_kept_and_not_judged(doors: Doors, told: str) -> None:
    doors.at(told)
    body = msgspec.json.encode(test_message(at("2019-04-30 09:00"), station=NEAR, co=DIRTY))
    receipt = doors.post("tests", body, by=NEAR, expect=201)
    assert (receipt["verdict"], receipt["limit_set"], receipt["items"]) == ("invalid", "", [])
    (reason,) = receipt["reasons"]
    assert (reason["code"], reason["cite"]) == (
        "law-text-not-seen",
        "GB 18285-2005（2000-01-01 至 2019-04-30 文本未见）",
    )
    assert "不作判定" in reason["text"] and "not judged" in reason["text_en"]
    assert raw_bytes(RawUpload.objects.get()) == body
    assert receipt["case"] is None and not Case.objects.exists()
    assert Test.objects.get().verdict["verdict"] == "invalid"
    assert doors.post("tests", body, by=NEAR, expect=200) == receipt
    replayed = doors.get(f"tests/{receipt['test_no']}/replay", by=NEAR)
    assert replayed["same"] is True
    report = doors.city.client(NEAR).get(f"/api/v1/tests/{receipt['test_no']}/report.pdf")
    assert report.status_code == 200 and report.content.startswith(b"%PDF")


def test_the_day_the_standard_took_effect_it_judges(doors: Doors) -> None:
    doors.at("2019-05-01 10:00")
    body = test_message(at("2019-05-01 09:00"), station=NEAR, co=DIRTY)
    receipt = doors.post("tests", body, by=NEAR, expect=201)
    assert (receipt["verdict"], receipt["limit_set"]) == ("fail", "a")
    assert receipt["case"]
