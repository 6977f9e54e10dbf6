"""Whatever bytes arrive: a record, or a named refusal; dirt in optional fields is left out and said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.exchange.files import text_encoding
from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.exchange.uploads.decode_repair import decode_repair
from imloop.facts.codes import Fuel
from imloop.facts.refusal import Malformed
from support.city import NEAR, at
from support.messages.uploads import repair_message, test_message

json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
WHOLE = test_message(at("2026-03-05 09:00"), station=NEAR)
REPAIR = repair_message(at("2026-03-05 09:00"), shop="M1")


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


def test_dirt_in_optional_fields_is_left_out_and_said() -> None:
    vehicle = {"fuel": "A", "max_mass_kg": "1350,", "produced_on": "0000-00-00", "plate": "新G63263气"}
    record = decode_test(json.dumps({**WHOLE, "vehicle": vehicle, "surprise": 1}).encode())
    assert record.vehicle.fuel is Fuel.GASOLINE
    assert record.vehicle.max_mass_kg is None and record.vehicle.produced_on is None
    assert [note.split(":")[0] for note in record.notes] == ["$.vehicle.produced_on", "$.vehicle.max_mass_kg"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_office_encodings(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "vehicles.csv"
    file.write_bytes("号牌,桂B12345".encode(encoding))
    assert file.read_text(encoding=text_encoding(file)) == "号牌,桂B12345"
