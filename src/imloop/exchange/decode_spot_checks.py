"""``imloop.spot-check/1``: one vehicle checked on the road, as the phone of a team sends it. A person typed it, so
nothing is left out in silence: every fault goes back with its field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from imloop.exchange.reading import Reader, parse_json
from imloop.facts.codes import Fuel, Method
from imloop.facts.days import CHINA
from imloop.facts.identifiers import plate_fault, vin_fault
from imloop.facts.records.inspection import Exterior, Obd, Vehicle
from imloop.facts.records.reading import moment_in, why_no_moment
from imloop.facts.records.spot_check import (
    ITEMS_OF,
    MOST_READINGS,
    FuelSample,
    Signed,
    SpotCheck,
    Urea,
    faults,
)
from imloop.facts.refusal import Malformed, Problem

SCHEMA = "imloop.spot-check/1"
COLOURS = ("blue", "yellow", "white", "black", "green", "yellow_green", "other")
_NO_MOMENT = datetime(2000, 1, 1, tzinfo=CHINA)
"""Of a record that is refused for it."""
_ITEMS = tuple(item for items in ITEMS_OF.values() for item in items)


def decode_spot_check(body: bytes) -> SpotCheck:
    """``Malformed`` names every fault at once."""
    message = parse_json(body)
    if message.get("schema") != SCHEMA:
        reader = Reader(message, typed=True)
        reader.fault("schema", "wrong-schema", f"应为 {SCHEMA}", f"must be {SCHEMA}")
        reader.finish()
    return read_spot_check(message)


def read_spot_check(message: Mapping[str, object]) -> SpotCheck:
    reader = Reader(message, typed=True)
    moment = _moment(reader)
    check = SpotCheck(
        client_id=reader.own_number("client_id"),
        task=reader.own_number("task"),
        at=moment or _NO_MOMENT,
        officers=reader.texts("officers"),
        vehicle=_vehicle(reader.child("vehicle", required=True)),
        method=reader.choice("method", Method),
        instrument=reader.text("instrument", longest=40),
        obd_reader=reader.text("obd_reader", longest=40),
        refractometer=reader.text("refractometer", longest=40),
        values=_values(reader.child("values")),
        readings=_readings(reader),
        exterior=_exterior(reader),
        obd=_obd(reader),
        urea=_urea(reader),
        sample=_sample(reader),
        refusal=reader.text("refusal", longest=200),
        signed=reader.choice("signed", Signed) or Signed.YES,
        signed_why=reader.text("signed_why", longest=200),
        driver=reader.text("driver", longest=40),
        spot=reader.text("spot", longest=120),
        longitude=reader.number("longitude"),
        latitude=reader.number("latitude"),
    )
    if moment is not None:
        reader.problems += faults(check)
    _finish(reader)
    return check


def _finish(reader: Reader) -> None:
    """Named by its first fault, which says what is wrong: ``out-of-range``, ``bad-plate``, ``bad-date``."""
    if reader.problems:
        first = reader.problems[0]
        raise Malformed(first.code, first.text, problems=reader.problems)


def _moment(reader: Reader) -> datetime | None:
    text = reader.text("at", required=True)
    found = moment_in(text) if text else None
    if text and found is None:
        reader.problems.append(Problem("$.at", "bad-date", why_no_moment(text)))
    return found


def _vehicle(reader: Reader) -> Vehicle:
    plate, vin = reader.identifier("plate", 40), reader.identifier("vin", 40)
    if plate and (fault := plate_fault(plate)):
        reader.problems.append(Problem(f"{reader.path}.plate", "bad-plate", fault.text))
    if vin and (fault := vin_fault(vin)):
        reader.problems.append(Problem(f"{reader.path}.vin", "bad-vin", fault.text))
    colour = reader.text("plate_colour", longest=16)
    if colour and colour not in COLOURS:
        allowed = "、".join(COLOURS)
        reader.fault("plate_colour", "wrong-value", f"应为 {allowed} 之一", f"one of {', '.join(COLOURS)}")
    return Vehicle(
        vin=vin,
        plate=plate,
        plate_colour=colour,
        fuel=reader.choice("fuel", Fuel),
        emission_stage=reader.text("emission_stage", longest=12),
        produced_on=reader.day("produced_on"),
        first_registered_on=reader.day("first_registered_on"),
        max_mass_kg=reader.size("max_mass_kg"),
        odometer_km=reader.size("odometer_km"),
    )


def _values(reader: Reader) -> dict[str, float]:
    for name in reader.data:
        if name not in _ITEMS:
            reader.fault(str(name)[:40], "wrong-value", "没有这一项目", "no such item")
    found = {name: reader.number(name) for name in _ITEMS}
    return {name: value for name, value in found.items() if value is not None}


def _readings(reader: Reader) -> tuple[float, ...]:
    given = reader.list("readings")
    numbers = [each for each in given if isinstance(each, (int, float)) and not isinstance(each, bool)]
    if len(numbers) != len(given) or len(given) > MOST_READINGS:
        zh, en = f"应为至多 {MOST_READINGS} 个数值", f"at most {MOST_READINGS} numbers"
        reader.fault("readings", "wrong-value", zh, en)
    return tuple(float(each) for each in numbers[:MOST_READINGS])


def _exterior(reader: Reader) -> Exterior | None:
    given = reader.child("exterior")
    items = {name: given.flag(name) for name in ("devices_present", "visible_smoke")}
    said = {name: value for name, value in items.items() if value is not None}
    return Exterior(items=said) if said else None


def _obd(reader: Reader) -> Obd | None:
    if not reader.data.get("obd"):
        return None
    given = reader.child("obd")
    return Obd(
        communication=given.flag("communication"),
        mil_on=given.flag("mil_on"),
        dashboard_matches=given.flag("dashboard_matches"),
        tampered=given.flag("tampered"),
        dtcs=given.texts("dtcs", 16),
    )


def _urea(reader: Reader) -> Urea | None:
    given = reader.child("urea")
    found = Urea(given.number("content_pct"), given.number("refraction"))
    return None if found == Urea() else found


def _sample(reader: Reader) -> FuelSample | None:
    if not reader.data.get("sample"):
        return None
    given = reader.child("sample")
    return FuelSample(given.text("number", longest=40), tuple(_each(given)))


def _each(reader: Reader) -> list[str]:
    """With repetitions, which are a fault."""
    given = reader.list("seals")
    return [each.strip()[:40] for each in given if isinstance(each, str) and each.strip()]
