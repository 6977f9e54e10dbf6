"""Whatever bytes arrive: a record, or a named refusal; dirt in optional fields is left out and said."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.exchange.uploads.decode_check import decode_check
from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.exchange.uploads.decode_redemption import decode_redemption
from imloop.exchange.uploads.decode_repair import decode_repair
from imloop.exchange.vouchers import new_code
from imloop.facts.codes import Fuel, Gearbox
from imloop.facts.refusal import Malformed
from support.city import NEAR, at
from support.messages.uploads import VIN, repair_message, test_message

json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
WHOLE = test_message(at("2026-03-05 09:00"), station=NEAR)
REPAIR = repair_message(at("2026-03-05 09:00"), shop="M1")
CHECK = {
    "check_no": "C1",
    "station": NEAR,
    "line": "01",
    "kind": "dyno_coast_down",
    "started_at": "2026-03-05T08:00:00+08:00",
    "finished_at": "2026-03-05T08:05:00+08:00",
    "values": {"pressure_kpa": 0.1},
}


@given(st.binary(max_size=200))
def test_any_bytes(body: bytes) -> None:
    for decode in (decode_test, decode_repair):
        with pytest.raises(Malformed):
            decode(body)


@given(st.sampled_from(sorted(WHOLE)), json_values)
def test_any_value_in_any_place_of_a_test(key: str, value: object) -> None:
    try:
        decode_test(json.dumps({**WHOLE, key: value}).encode())
    except Malformed as refusal:
        assert refusal.problems and all(fault.path.startswith("$") for fault in refusal.problems)


@given(st.sampled_from(sorted(REPAIR)), json_values)
def test_any_value_in_any_place_of_a_repair(key: str, value: object) -> None:
    try:
        decode_repair(json.dumps({**REPAIR, key: value}).encode())
    except Malformed as refusal:
        assert refusal.problems and all(fault.path.startswith("$") for fault in refusal.problems)


def test_every_fault_is_named_at_once() -> None:
    message = {**WHOLE, "started_at": "0000-00-00 00:00:00", "method": "SMELL", "vehicle": None}
    with pytest.raises(Malformed) as refusal:
        decode_test(json.dumps(message).encode())
    assert {fault.path for fault in refusal.value.problems} == {"$.started_at", "$.method", "$.vehicle"}


@pytest.mark.parametrize(
    ("said", "gearbox", "cut_off"),
    [
        ({}, None, None),
        ({"gearbox": "manual", "cut_off_rpm": 3300}, Gearbox.MANUAL, 3300.0),
        ({"gearbox": "automatic"}, Gearbox.AUTOMATIC, None),
        ({"gearbox": "stick", "cut_off_rpm": -1}, None, None),
    ],
)
def test_gearbox_and_cut_off_speed(
    said: dict[str, object], gearbox: Gearbox | None, cut_off: float | None
) -> None:
    message = {**WHOLE, "vehicle": {"fuel": "diesel", "vin": VIN, **said}}
    record = decode_test(json.dumps(message).encode())
    assert (record.vehicle.gearbox, record.vehicle.cut_off_rpm) == (gearbox, cut_off)
    unreadable = {name for name in said if getattr(record.vehicle, name) is None}
    assert {note.split(":")[0] for note in record.notes} >= {f"$.vehicle.{name}" for name in unreadable}


def test_dirt_in_optional_fields_is_left_out_and_said() -> None:
    vehicle = {"fuel": "A", "max_mass_kg": "1350,", "produced_on": "0000-00-00", "plate": "新G63263气"}
    record = decode_test(json.dumps({**WHOLE, "vehicle": vehicle, "surprise": 1}).encode())
    assert record.vehicle.fuel is Fuel.GASOLINE
    assert record.vehicle.max_mass_kg is None and record.vehicle.produced_on is None
    assert [note.split(":")[0] for note in record.notes] == ["$.vehicle.produced_on", "$.vehicle.max_mass_kg"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("桂B 12345", "桂B12345"),
        ("桂B·12345", "桂B12345"),
        ("桂b-12345\u200b", "桂B12345"),
        ("桂Ｂ１２３４５" + " " * 60, "桂B12345"),
        ("无号牌", ""),
    ],
)
def test_every_message_reads_a_plate_alike(written: str, read: str) -> None:
    test = decode_test(json.dumps({**WHOLE, "vehicle": {"plate": written}}).encode())
    repair = decode_repair(json.dumps({**REPAIR, "plate": written}).encode())
    papers = {"settlement_no": "J1"}
    voucher = {"code": new_code()}
    moment = WHOLE["started_at"]
    used = {"voucher": voucher, "vehicle": {"vin": VIN, "plate": written}, "documents": papers, "shop": "M1"}
    redemption = decode_redemption(json.dumps({**used, "used_at": moment}).encode())
    assert test.vehicle.plate == repair.plate == redemption.plate == read
    assert test.notes == repair.notes == redemption.notes == ()


def test_a_name_is_as_long_as_its_normal_form() -> None:
    vehicle = {"vin": f"  {VIN}  ", "plate": "桂B" + "1" * 20}
    record = decode_test(json.dumps({**WHOLE, "vehicle": vehicle}).encode())
    assert (record.vehicle.vin, record.vehicle.plate) == (VIN, "")
    assert record.notes == ("$.vehicle.plate: longer than 12 characters",)


def test_an_ecu_is_read_without_its_padding() -> None:
    ecus = [{"ecu": "engine", "vin": "-", "calid": "237616425S\x00\x00", "cvn": "0033ffac\xff"}]
    record = decode_test(json.dumps({**WHOLE, "obd": {"ecus": ecus}}).encode())
    assert record.obd is not None and record.notes == ()
    (ecu,) = record.obd.ecus
    assert (ecu.vin, ecu.calid, ecu.cvn) == ("", "237616425S", "0033ffac")


@pytest.mark.parametrize("number", ["A/B", 'A"B', "A\nB", "A B", "..", "<b>", "x" * 65])
def test_a_number_that_cannot_stand_in_an_address_is_refused_with_its_place(number: str) -> None:
    for decode, whole, key in (
        (decode_test, WHOLE, "test_no"),
        (decode_test, WHOLE, "line"),
        (decode_repair, REPAIR, "repair_no"),
        (decode_check, CHECK, "check_no"),
        (decode_check, CHECK, "line"),
    ):
        with pytest.raises(Malformed) as refusal:
            decode(json.dumps({**whole, key: number}).encode())
        (fault,) = refusal.value.problems
        assert (fault.path, fault.code) == (f"$.{key}", "wrong-value")


def test_numbers_as_stations_write_them_are_taken() -> None:
    for number in ("450203001-02-20260305-0017", "检2026:7_a", "1", "A.1"):
        assert decode_test(json.dumps({**WHOLE, "test_no": number}).encode()).test_no == number


@pytest.mark.parametrize(
    ("letters", "fuel", "second"),
    [
        ("AC", Fuel.HYBRID_GASOLINE, None),
        ("AE", Fuel.GASOLINE, Fuel.CNG),
        ("O", None, None),
        ("Z", None, None),
        ("B", Fuel.DIESEL, None),
        ("diesel", Fuel.DIESEL, None),
    ],
)
def test_a_station_may_use_the_polices_letters(letters: str, fuel: Fuel | None, second: Fuel | None) -> None:
    record = decode_test(json.dumps({**WHOLE, "vehicle": {"fuel": letters}}).encode())
    assert (record.vehicle.fuel, record.vehicle.second_fuel, record.notes) == (fuel, second, ())
    assert decode_test(json.dumps({**WHOLE, "vehicle": {"fuel": "AX"}}).encode()).notes
