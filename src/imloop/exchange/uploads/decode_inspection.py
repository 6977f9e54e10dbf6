"""``imloop.test/1`` bytes (contract §2), or a test in a dialect of station software → ``facts.TestRecord``."""

from __future__ import annotations

import re
from types import MappingProxyType

import numpy as np

from imloop.exchange.dialects import MessageKind, read
from imloop.exchange.reading import Reader
from imloop.exchange.uploads.packed_trace import MOST_ROWS as MAX_ROWS
from imloop.exchange.uploads.packed_trace import check_phases, unpack
from imloop.facts.answers import is_nothing, word
from imloop.facts.codes import Fuel, Gearbox, Method, Outcome, Purpose, Result, fuels_of
from imloop.facts.identifiers import calibration
from imloop.facts.records.inspection import (
    DECIDING,
    Ambient,
    Claim,
    Column,
    Ecu,
    Evaporative,
    Exterior,
    Obd,
    Owner,
    SecondRun,
    TestRecord,
    Trace,
    Vehicle,
)
from imloop.facts.refusal import Malformed

SCHEMA = "imloop.test/1"

_NUMERIC = (int, float)
_PHASES = {
    Method.TSI: ("warm", "high.settle", "high.sample", "idle.settle", "idle.sample"),
    Method.ASM: ("5025.settle", "5025.sample", "2540.settle", "2540.sample"),
    Method.LUGDOWN: ("scan", "100.sample", "80.sample"),
}
"""What a line may call a second, by the methods that ask for it."""
_NONE = frozenset(["无", "没有", "全部就绪"])
_SEPARATORS = re.compile(r"[,，;；、|\n]")


def decode_test(body: bytes, dialect: str = "", *, kept: bool = False) -> TestRecord:
    """A test record, or ``Malformed`` with every faulty path.
    ``dialect``: the one it has to be in, where one was named; ``kept``: as ``Reader`` says."""
    reading = read(body, MessageKind.TEST, dialect, kept=kept)
    try:
        return _record(Reader(reading.message, kept=kept))
    except Malformed as fault:
        raise reading.in_their_words(fault) from None


def decode_kept_test(body: bytes) -> TestRecord:
    """A test that was taken once, whatever its names and numbers."""
    return decode_test(body, kept=True)


def _record(reader: Reader) -> TestRecord:
    if reader.data.get("schema") != SCHEMA:
        reader.fault("schema", "wrong-schema", f"应为 {SCHEMA}", f"must be {SCHEMA}")
    started, ended = reader.moment("started_at"), reader.moment("ended_at")
    method = reader.choice("method", Method, required=True)
    purpose = reader.choice("purpose", Purpose, required=True)
    outcome = reader.choice("outcome", Outcome, required=True)
    test_no = reader.own_number("test_no")
    station = reader.text("station", required=True, longest=40)
    line = reader.own_number("line", longest=8)
    vehicle = _vehicle(reader.child("vehicle", required=True))
    trace = _trace(reader.child("trace", required=True))
    _name_phases(reader, method, trace)
    if started is not None and ended is not None and ended < started:
        reader.fault("ended_at", "ends-before-start", "结束早于开始", "ends before it starts")
    sequence, fee = reader.whole("sequence"), reader.money("fee_yuan")
    ambient, exterior, obd, claimed = _ambient(reader), _exterior(reader), _obd(reader), _claim(reader)
    evaporative, second = _evaporative(reader), _second(reader, vehicle)
    people, equipment, software = (_words(reader, key) for key in ("people", "equipment", "software"))
    reader.finish()
    assert started and ended and method and purpose and outcome  # finish() has raised otherwise
    return TestRecord(
        test_no=test_no,
        station=station,
        line=line,
        method=method,
        purpose=purpose,
        outcome=outcome,
        started_at=started,
        ended_at=ended,
        vehicle=vehicle,
        trace=trace,
        sequence=sequence,
        ambient=ambient,
        exterior=exterior,
        obd=obd,
        evaporative=evaporative,
        second=second,
        claimed=claimed,
        people=people,
        equipment=equipment,
        software=software,
        fee_yuan=fee,
        notes=reader.left_out(),
        unread=reader.unread(DECIDING),
    )


def _vehicle(r: Reader) -> Vehicle:
    owner = r.child("owner")
    fuel, second_fuel = _fuels(r)
    return Vehicle(
        vin=r.identifier("vin", longest=17),
        plate=r.identifier("plate", longest=12),
        plate_colour=r.text("plate_colour", longest=12),
        vehicle_type=r.text("vehicle_type"),
        usage=r.text("usage"),
        fuel=fuel,
        second_fuel=second_fuel,
        emission_stage=r.text("emission_stage"),
        first_registered_on=r.day("first_registered_on"),
        produced_on=r.day("produced_on"),
        max_mass_kg=r.size("max_mass_kg"),
        reference_mass_kg=r.size("reference_mass_kg"),
        rated_power_kw=r.size("rated_power_kw"),
        rated_speed_rpm=r.size("rated_speed_rpm"),
        cut_off_rpm=r.size("cut_off_rpm"),
        gearbox=r.choice("gearbox", Gearbox),
        displacement_l=r.size("displacement_l"),
        drive=r.text("drive"),
        odometer_km=r.size("odometer_km"),
        model=r.text("model"),
        owner=Owner(owner.text("name", longest=60), owner.text("phone", longest=20)),
    )


def _fuels(r: Reader) -> tuple[Fuel | None, Fuel | None]:
    """The fuel and the second one, as codes of ours or the police's letters."""
    (first, other), (second, _) = _fuel(r, "fuel"), _fuel(r, "second_fuel")
    return first, second or other


def _fuel(r: Reader, key: str) -> tuple[Fuel | None, Fuel | None]:
    said = r.data.get(key)
    found = fuels_of(said) if isinstance(said, str) else None
    return found or (r.choice(key, Fuel), None)


def _trace(reader: Reader) -> Trace:
    if "packed" in reader.data and "columns" in reader.data:
        reader.fault("packed", "wrong-value", "columns 与 packed 只能有一个", "columns or packed, not both")
    return unpack(reader) if "packed" in reader.data else _plain_trace(reader)


def _name_phases(reader: Reader, method: Method | None, trace: Trace) -> None:
    """Seconds of a phase that nobody knows are in no sampling: that is said, as it may be a line's own word for one."""
    known = _PHASES.get(method) if method is not None else None
    unknown = set(trace.phase).difference(known, ("other", "")) if known else ()
    if unknown:
        named = ", ".join(sorted(unknown)[:5])
        reader.notes.append(f"$.trace.columns.phase: {named}: no phase of {method}")


def _plain_trace(reader: Reader) -> Trace:
    columns = reader.child("columns", required=True)
    found: dict[str, Column] = {}
    phase: tuple[str, ...] = ()
    length: int | None = None
    for name, values in columns.data.items():
        if not isinstance(values, list):
            columns.fault(name, "wrong-value", "应为数组", "must be an array")
            continue
        if len(values) > MAX_ROWS:
            columns.fault(name, "too-long", f"超过 {MAX_ROWS} 秒", f"longer than {MAX_ROWS} seconds")
            continue
        if length is None:
            length = len(values)
        elif len(values) != length:
            columns.fault(
                name,
                "unequal-length",
                f"{len(values)} 行，其他列 {length} 行",
                f"{len(values)} rows, the other columns {length}",
            )
            continue
        if name == "phase":
            plain = set(map(type, values)) <= {str}
            phase = tuple(values if plain else [value if isinstance(value, str) else "" for value in values])
            check_phases(columns, name, phase)
        elif (column := _column(columns, name, values)) is not None:
            found[name] = column
    return Trace(MappingProxyType(found), phase)


def _column(columns: Reader, name: str, values: list[object]) -> Column | None:
    kinds = set(map(type, values))
    if not kinds <= {int, float, type(None)}:
        at = next(i for i, value in enumerate(values) if value is not None and type(value) not in _NUMERIC)
        columns.fault(f"{name}[{at}]", "wrong-value", "应为数值或 null", "must be a number or null")
        return None
    try:
        column = np.array(values, dtype=np.float64)
    except OverflowError:
        columns.fault(name, "wrong-value", "数值过大", "a number is too large")
        return None
    column.setflags(write=False)
    return column


def _ambient(reader: Reader) -> Ambient:
    r = reader.child("ambient")
    return Ambient(r.number("temperature_c"), r.number("humidity_pct"), r.number("pressure_kpa"))


def _exterior(reader: Reader) -> Exterior | None:
    if reader.data.get("exterior") is None:
        return None
    r = reader.child("exterior")
    items = r.child("items")
    answers = {key: answer for key in items.data if (answer := items.flag(key)) is not None}
    return Exterior(r.choice("verdict", Result), MappingProxyType(answers))


def _obd(reader: Reader) -> Obd | None:
    if reader.data.get("obd") is None:
        return None
    r = reader.child("obd")
    return Obd(
        communication=r.flag("communication"),
        mil_lamp_ok=r.flag("mil_lamp_ok"),
        mil_on=r.flag("mil_on"),
        dashboard_matches=r.flag("dashboard_matches"),
        tampered=r.flag("tampered"),
        dtcs=r.texts("dtcs"),
        readiness_incomplete=_readiness(r),
        ecus=tuple(
            Ecu(
                e.text("ecu"),
                e.identifier("vin", longest=120),
                e.identifier("calid", longest=120, form=calibration),
                e.identifier("cvn", longest=120, form=calibration),
            )
            for e in r.children("ecus")
        ),
        distance_since_clear_km=r.number("distance_since_clear_km"),
        warmups_since_clear=r.number("warmups_since_clear"),
    )


def _readiness(r: Reader) -> tuple[str, ...]:
    """The monitors that are not ready, each once; one text may name several."""
    named = (
        part.strip() for text in r.texts("readiness_incomplete", 400) for part in _SEPARATORS.split(text)
    )
    return tuple({word(part): part for part in named if not (is_nothing(part) or part in _NONE)}.values())


def _evaporative(reader: Reader) -> Evaporative | None:
    if reader.data.get("evaporative") is None:
        return None
    r = reader.child("evaporative")
    return Evaporative(
        r.choice("verdict", Result),
        r.number("start_kpa"),
        r.number("loss_kpa"),
        r.number("seconds"),
        r.flag("cap_ok"),
    )


def _second(reader: Reader, vehicle: Vehicle) -> SecondRun | None:
    if reader.data.get("second") is None:
        return None
    if vehicle.fuel and vehicle.second_fuel is vehicle.fuel and not reader.kept:
        zh, en = "应为另一种燃料的检验", "is the run on the other fuel, not on the same one again"
        reader.fault("second", "wrong-value", zh, en)
    r = reader.child("second")
    return SecondRun(_trace(r.child("trace", required=True)), _ambient(r), _claim(r))


def _claim(reader: Reader) -> Claim:
    r = reader.child("claimed")
    return Claim(r.choice("verdict", Result), _numbers(r.child("values")), _numbers(r.child("limits")))


def _numbers(r: Reader) -> MappingProxyType[str, float]:
    return MappingProxyType({key: number for key in r.data if (number := r.number(key)) is not None})


def _words(reader: Reader, key: str) -> MappingProxyType[str, str]:
    r = reader.child(key)
    return MappingProxyType({name: word for name in r.data if (word := r.text(name))})
