"""The platform takes a test in its line's own words, keeps those bytes, and judges from them again later."""

from __future__ import annotations

from pathlib import Path

import pytest

from imloop.steps.ground.keep_raw import raw_bytes
from imloop.store.models import RawUpload
from support.city import NEAR
from support.doors import Doors

FILE = Path(__file__).parents[1] / "exchange" / "dialects" / "line-ini-asm.ini"


@pytest.fixture(autouse=True)
def morning(doors: Doors) -> None:
    doors.at("2026-03-05 10:00")


def test_a_test_in_a_dialect_is_kept_as_it_came_and_judged(doors: Doors) -> None:
    body = FILE.read_bytes()
    receipt = doors.post("tests", body, by=NEAR, expect=201)
    assert receipt["verdict"] == "fail" and receipt["case"]
    assert raw_bytes(RawUpload.objects.get()) == body
    assert doors.post("tests", body, by=NEAR, expect=200) == receipt
    replayed = doors.get(f"tests/{receipt['test_no']}/replay", by=NEAR)
    assert replayed["same"] is True and replayed["verdict"]["verdict"] == "fail"


def test_a_named_dialect_is_held_to(doors: Doors) -> None:
    body = FILE.read_bytes()
    assert doors.post("tests?dialect=line-csv", body, by=NEAR, expect=422)["code"] == "wrong-dialect"
    assert RawUpload.objects.get().refused == "wrong-dialect"
    assert doors.post("tests?dialect=line-ini", body, by=NEAR, expect=201)["verdict"] == "fail"


def test_a_refusal_names_the_senders_field(doors: Doors) -> None:
    body = FILE.read_bytes().replace(b"StartTime=2026", b"StartTime=nowadays")
    answer = doors.post("tests", body, by=NEAR, expect=422)
    assert answer["errors"][0]["path"] == "$.started_at"
    assert "Task.StartTime" in answer["errors"][0]["detail"]
