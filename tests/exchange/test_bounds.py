"""Money, days and names: what fits is read, what does not is left out and said, or refused by its place."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.exchange.dialects import named, read, write
from imloop.exchange.reading import MOST_NOTES, Reader
from imloop.exchange.uploads.decode_check import decode_check, decode_heartbeat
from imloop.exchange.uploads.decode_inspection import decode_kept_test, decode_test
from imloop.exchange.uploads.decode_redemption import decode_redemption
from imloop.exchange.uploads.decode_repair import decode_repair
from imloop.exchange.whole_message import DEEPEST, LONGEST_NAME, MOST_MEMBERS
from imloop.facts.answers import is_nothing
from imloop.facts.days import CHINA, day_in
from imloop.facts.refusal import Malformed
from support.city import NEAR
from support.messages.one_value import REPAIR, WHOLE, decoded, message, verdict

SIZES = (
    "max_mass_kg",
    "reference_mass_kg",
    "rated_power_kw",
    "rated_speed_rpm",
    "cut_off_rpm",
    "displacement_l",
    "odometer_km",
)
AMOUNTS = [
    ("460.00", "460.00"),
    (460, "460.00"),
    (0, "0.00"),
    ("-0", "0.00"),
    ("999999.99", "999999.99"),
    (1000000, "1000000.00"),
    ("99999999.99", "99999999.99"),
    *(
        (value, None)
        for value in ("NaN", "nan", "Infinity", "-Infinity", "sNaN", "1e400", 10**20, "-0.001", "9e1", "+90")
    ),
    *(
        (value, None)
        for value in ("99999999.995", "100000000", "１_000", "1_000", "9" * 300, "460元", [], {}, True)
    ),
]


@pytest.mark.parametrize(("given", "amount"), AMOUNTS, ids=lambda value: repr(value)[:20])
def test_money_fits_every_column_or_is_left_out(given: object, amount: str | None) -> None:
    test, repair = (
        decoded("fee_yuan", given),
        decode_repair(json.dumps({**REPAIR, "cost_yuan": given}).encode()),
    )
    for found, notes in ((test.fee_yuan, test.notes), (repair.cost_yuan, repair.notes)):
        assert (None if found is None else str(found)) == amount
        assert bool(notes) == (amount is None)


@pytest.mark.parametrize("field", SIZES)
@pytest.mark.parametrize(("given", "size"), [(-1, None), (-0.5, None), (0, 0.0), (1500.5, 1500.5)])
def test_a_size_is_not_negative(field: str, given: object, size: float | None) -> None:
    test = decoded(f"vehicle.{field}", given)
    assert getattr(test.vehicle, field) == size
    assert bool(test.notes) == (size is None)


@given(st.decimals(allow_nan=True, allow_infinity=True) | st.floats() | st.integers() | st.text(max_size=12))
def test_any_amount(given: object) -> None:
    value = str(given) if isinstance(given, Decimal) else given
    reader = Reader({"fee": value})
    found = reader.money("fee")
    assert found is None or (0 <= found < 10**8 and found == found.quantize(Decimal("0.01")))
    assert found is not None or reader.notes or is_nothing(value)


@pytest.mark.parametrize("field", ["hours", "quantity"])
@pytest.mark.parametrize("value", ["1e400", "9" * 100, "NaN", "1e7", -1])
def test_hours_and_quantities_are_bounded(field: str, value: object) -> None:
    key = "items" if field == "hours" else "parts"
    row = {"code": "TWC", "name": "x", field: value} if key == "items" else {"name": "x", field: value}
    record = decode_repair(json.dumps({**REPAIR, key: [row]}).encode())
    assert record.notes == (f"$.{key}[0].{field}: must be a number",)


@pytest.mark.parametrize("value", [-1, 1.5, 1e300, 2**60, "7"])
def test_a_running_number_is_a_count(value: object) -> None:
    assert decoded("sequence", 2**40).sequence == 2**40
    record = decoded("sequence", value)
    assert record.sequence is None and record.notes[0].startswith("$.sequence")


DAYS = [
    ("2019-05-01", "2019-05-01"),
    ("2019-04-30T16:00:00.000Z", "2019-05-01"),
    ("2019-04-30T15:59:59Z", "2019-04-30"),
    ("2019-05-01T00:00:00+08:00", "2019-05-01"),
    ("2019-04-30T23:30:00", "2019-04-30"),
    ("2019/5/1", "2019-05-01"),
    ("2019.5.1", "2019-05-01"),
    ("2019年5月1日", "2019-05-01"),
    ("20190501", "2019-05-01"),
    ("２０１９－０５－０１", "2019-05-01"),
    ("2019-05-01 0:00:00", "2019-05-01"),
    *(
        (text, None)
        for text in ("2015112", "2016.111", "201511", "2015-112", "2015-1/12", "2015-W01-1", "43586")
    ),
    *((text, None) for text in ("2019-02-30", "2019-05-01T99:00", "2019-05-01x", "0000-00-00", "９" * 60)),
    *(
        (text, None)
        for text in ("9999-12-31T23:00:00-12:00", "0001-01-01T00:00:00+14:00", "2019-05-01T00:00+99:99")
    ),
]


@pytest.mark.parametrize(("text", "day"), DAYS, ids=[text[:24] for text, _ in DAYS])
def test_a_day_is_one_day_or_none(text: str, day: str | None) -> None:
    wanted = None if day is None else date.fromisoformat(day)
    assert day_in(text) == wanted
    record = decoded("vehicle.first_registered_on", text)
    assert record.vehicle.first_registered_on == wanted
    assert bool(record.notes) == (wanted is None)


@given(st.datetimes(timezones=st.timezones()))
def test_a_moment_is_its_day_in_china(moment: Any) -> None:
    try:
        wanted = moment.astimezone(CHINA).date()
    except OverflowError:
        wanted = None
    text = moment.isoformat()
    if moment.utcoffset().total_seconds() % 60 == 0:
        assert day_in(text) == wanted


SENT: dict[str, tuple[Any, dict[str, Any]]] = {
    "test": (decode_test, WHOLE),
    "repair": (decode_repair, REPAIR),
    "check": (decode_check, {"check_no": "C1"}),
    "redemption": (decode_redemption, {"shop": "M1"}),
    "heartbeat": (decode_heartbeat, {"station": NEAR}),
}


@pytest.mark.parametrize("kind", sorted(SENT))
@pytest.mark.parametrize(
    ("odd", "code"),
    [
        ({"peo\x00ple": 1}, "control-character"),
        ({"people": {"in\x07spector": "韦"}}, "control-character"),
        ({"x": [{"y": [{"\x00": 1}]}]}, "control-character"),
        ({"x" * (LONGEST_NAME + 1): 1}, "name-too-long"),
        ({"people": {"x" * 100_000: "韦"}}, "name-too-long"),
        ({"people": {str(number): "x" for number in range(MOST_MEMBERS + 1)}}, "too-many"),
    ],
)
def test_names_are_names_in_every_message(kind: str, odd: dict[str, Any], code: str) -> None:
    decode, whole = SENT[kind]
    with pytest.raises(Malformed) as refusal:
        decode(json.dumps({**whole, **odd}).encode())
    fault = next(fault for fault in refusal.value.problems if fault.code == code)
    assert len(fault.path) < 200 and fault.path.isprintable()


def test_deep_messages_are_refused_by_name() -> None:
    deep: Any = {}
    for _ in range(DEEPEST + 1):
        deep = {"x": deep}
    with pytest.raises(Malformed) as refusal:
        decode_test(json.dumps({**WHOLE, "extra": deep}).encode())
    assert refusal.value.problems[0].code == "too-deep"


@pytest.mark.parametrize(
    "path", ["people.inspector", "vehicle.owner.name", "software.name", "vehicle.model", "equipment.analyser"]
)
def test_a_nul_at_the_end_is_padding_and_one_within_leaves_the_field_out(path: str) -> None:
    assert decoded(path, "韦\x00\x00 \x00").notes == ()
    assert decoded(path, "韦\x00明").notes == (f"$.{path}: contains a control character",)


def test_lists_and_phases_hold_no_control() -> None:
    record = decoded("obd.dtcs", ["P0420\x00\x00", "P0\x00300", "", "P0420"])
    assert record.obd is not None and record.obd.dtcs == ("P0420",) and len(record.notes) == 1
    whole = message("trace.columns.phase", [f"{each}\x00" for each in WHOLE["trace"]["columns"]["phase"]])  # type: ignore[index]
    assert verdict(decode_test(json.dumps(whole).encode()))[0] == "pass"
    whole["trace"]["columns"]["phase"][3] = "5025\x00sample"
    with pytest.raises(Malformed):
        decode_test(json.dumps(whole).encode())


def test_a_message_that_was_taken_once_stays_readable() -> None:
    body = json.dumps(message("people", {"in\x00spector": "韦", "x" * 1000: "y"})).encode()
    with pytest.raises(Malformed):
        decode_test(body)
    assert verdict(decode_kept_test(body))[0] == "pass"


def test_a_thousand_faults_are_a_hundred_notes_and_hide_none_that_decides() -> None:
    many = message("people", {f"p{number}": number for number in range(200)})
    many["equipment"] = {f"e{number}": number for number in range(200)}
    many["obd"]["mil_on"] = "?"
    record = decode_test(json.dumps(many).encode())
    assert len(record.notes) == MOST_NOTES + 1 and record.unread == ("obd.mil_on",)
    assert len(" ".join(record.notes)) < 10_000


def test_a_dialects_code_with_a_nul_is_refused_in_words_that_can_be_kept() -> None:
    text = write(named("line-csv"), WHOLE).replace("5025采样", "50\x0025采样", 1)
    with pytest.raises(Malformed) as refusal:
        read(text.encode())
    assert "工况" in refusal.value.text.zh
