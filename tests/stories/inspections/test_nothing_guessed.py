"""What a line's own words and a careless sender do at the door: understood, or named and never guessed; nothing that
was taken is unreadable afterwards."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from imloop.store.models import RawUpload, Test
from support.city import LISTED, NEAR, at
from support.doors import Doors
from support.messages.uploads import repair_message, test_message

OBD = {"communication": True, "mil_on": False, "readiness_incomplete": []}
TAILS = ("", "/replay", "/report.pdf")


def sent(doors: Doors, *, expect: int | None = None, **change: Any) -> dict[str, Any]:
    doors.at("2026-03-05 09:30")
    message = test_message(at("2026-03-05 09:00"), station=NEAR, **change)
    message["vehicle"] = {**message["vehicle"], "produced_on": "2020-03-01"}  # type: ignore[dict-item]
    message["vehicle"] |= change.get("car", {})
    message.pop("car", None)
    return doors.post("tests", message, by=NEAR, expect=expect)


def readable(doors: Doors, number: str) -> None:
    client = doors.city.client(NEAR)
    for tail in TAILS:
        assert client.get(f"/api/v1/tests/{number}{tail}").status_code == 200, tail
    assert doors.get(f"tests/{number}/replay", by=NEAR)["same"] is True


def codes(receipt: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in receipt["findings"]}


@pytest.mark.parametrize(("mil", "verdict"), [(1, "fail"), ("亮", "fail"), (0, "pass"), ("灭", "pass")])
def test_the_lamp_in_a_lines_own_word(doors: Doors, mil: object, verdict: str) -> None:
    receipt = sent(doors, obd={**OBD, "mil_on": mil})
    assert receipt["verdict"] == verdict and bool(receipt["case"]) == (verdict == "fail")
    assert "field-unreadable" not in codes(receipt)


@pytest.mark.parametrize("mil", ["√", "不合格", "未检", 2])
def test_a_lamp_that_nobody_understands_is_no_pass_and_named(doors: Doors, mil: object) -> None:
    receipt = sent(doors, obd={**OBD, "mil_on": mil})
    assert (receipt["verdict"], receipt["counts"]) == ("invalid", "nothing")
    reasons = doors.get(f"tests/{receipt['test_no']}", by=NEAR)["verdict"]["reasons"]
    (reason,) = [each for each in reasons if each["code"] == "answer-unreadable"]
    assert "obd.mil_on" in reason["text"] and "obd.mil_on" in reason["text_en"] and reason["cite"]
    readable(doors, receipt["test_no"])


def test_a_fuel_that_only_the_register_knows_is_judged_by_it(doors: Doors) -> None:
    """Without the register's word it is no pass; a lantern is no fuel."""
    assert sent(doors, obd=OBD, car={"fuel": "灯油"})["verdict"] == "invalid"
    doors.city.enter()
    receipt = sent(doors, obd=OBD, car={"fuel": "灯油"})
    assert receipt["verdict"] == "pass" and "field-unreadable" in codes(receipt)
    readable(doors, receipt["test_no"])


@pytest.mark.parametrize(
    ("fee", "kept"),
    [
        ("1000000.00", "1000000.00"),
        ("99999999.99", "99999999.99"),
        ("NaN", None),
        (10**9, None),
        ("1e400", None),
    ],
)
def test_any_fee_stays_readable(doors: Doors, fee: object, kept: str | None) -> None:
    receipt = sent(doors, obd=OBD, fee_yuan=fee)
    assert Test.objects.get().fee_yuan == (None if kept is None else Decimal(kept))
    assert ("field-unreadable" in codes(receipt)) == (kept is None)
    readable(doors, receipt["test_no"])


def test_an_instant_in_utc_is_chinas_day(doors: Doors) -> None:
    receipt = sent(doors, obd=OBD, car={"first_registered_on": "2019-04-30T16:00:00.000Z"})
    record = doors.get(f"tests/{receipt['test_no']}", by=NEAR)
    assert record["vehicle"]["first_registered_on"] == "2019-05-01"


ODD_NAMES: list[dict[str, Any]] = [
    {"claimed": {"values": {"co_\x005025_pct": 0.1}}},
    {"people": {"in\x00spector": "韦"}},
    {"people": {"x" * 100_000: "韦"}},
    {"extra": [{"a": [{"\x07": 1}]}]},
]


@pytest.mark.parametrize("odd", ODD_NAMES, ids=["claim", "people", "long", "nested"])
def test_a_name_that_is_none_is_refused_on_both_databases_alike(doors: Doors, odd: dict[str, Any]) -> None:
    answer = sent(doors, expect=422, obd=OBD, **odd)
    assert answer["code"] == "malformed" and len(answer["errors"][0]["path"]) < 200
    assert answer["errors"][0]["code"] in ("control-character", "name-too-long")
    assert not Test.objects.exists() and RawUpload.objects.get().refused == "malformed"


def test_nul_within_text_is_left_out_and_at_its_end_is_padding(doors: Doors) -> None:
    people = {"inspector": "韦\x00明", "driver": "李四\x00\x00"}
    ecus = [{"ecu": "engine", "vin": "-", "calid": "A1B2\x00\x00\x00", "cvn": "\x00\x00"}]
    receipt = sent(doors, people=people, obd={**OBD, "dtcs": ["P0\x00420", "P0300\x00"], "ecus": ecus})
    (test,) = Test.objects.all()
    assert receipt["verdict"] == "pass" and "obd-vin-differs" not in codes(receipt) and not test.inspector
    readable(doors, receipt["test_no"])


def test_a_repair_is_read_by_the_same_rules(doors: Doors) -> None:
    doors.city.test("2026-03-02 09:00", co=0.9)
    doors.at("2026-03-05 09:30")
    odd = repair_message(at("2026-03-04 15:00"), shop=LISTED, before={"co\x00": 1})
    assert doors.post("repairs", odd, by=LISTED, expect=422)["errors"][0]["path"] == "$.before.co␀"
    sound = repair_message(at("2026-03-04 15:00"), shop=LISTED, cost_yuan="Infinity", technician="韦\x00\x00")
    assert "field-unreadable" in codes(doors.post("repairs", sound, by=LISTED))
