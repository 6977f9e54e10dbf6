"""What our messages can hold (contract §2 and §5): path → kind of value. A map may not name any other field."""

from __future__ import annotations

import re
from enum import StrEnum


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    MOMENT = "moment"
    DAY = "day"
    WORDS = "words"
    ASIS = "as is"
    """Read by our own decoder, which takes numbers and digits alike."""


_TEXTS = """
test_no station line method purpose outcome fee_yuan exterior.verdict evaporative.verdict claimed.verdict
vehicle.vin vehicle.plate vehicle.plate_colour vehicle.vehicle_type vehicle.usage vehicle.fuel vehicle.second_fuel
vehicle.emission_stage vehicle.drive vehicle.gearbox vehicle.model vehicle.owner.name vehicle.owner.phone
"""
_NUMBERS = """
sequence vehicle.max_mass_kg vehicle.reference_mass_kg vehicle.rated_power_kw vehicle.rated_speed_rpm
vehicle.cut_off_rpm vehicle.displacement_l vehicle.odometer_km
ambient.temperature_c ambient.humidity_pct ambient.pressure_kpa
obd.distance_since_clear_km obd.warmups_since_clear evaporative.start_kpa evaporative.loss_kpa evaporative.seconds
"""
_FLAGS = """
obd.communication obd.mil_lamp_ok obd.mil_on obd.dashboard_matches obd.tampered evaporative.cap_ok
"""

TEST: dict[str, Kind] = {
    **dict.fromkeys(_TEXTS.split(), Kind.TEXT),
    **dict.fromkeys(_NUMBERS.split(), Kind.NUMBER),
    **dict.fromkeys(_FLAGS.split(), Kind.FLAG),
    **dict.fromkeys(("started_at", "ended_at"), Kind.MOMENT),
    **dict.fromkeys(("vehicle.first_registered_on", "vehicle.produced_on"), Kind.DAY),
    **dict.fromkeys(("obd.dtcs", "obd.readiness_incomplete"), Kind.WORDS),
}
_REPAIR_TEXTS = """
repair_no shop case_no vin plate diagnosis.text cost_yuan technician inspector
documents.certificate_no documents.settlement_no documents.invoice_no
"""
REPAIR: dict[str, Kind] = {
    **dict.fromkeys(_REPAIR_TEXTS.split(), Kind.TEXT),
    **dict.fromkeys(("received_at", "finished_at"), Kind.MOMENT),
    **dict.fromkeys(("odometer_km", "warranty.days", "warranty.km"), Kind.NUMBER),
    **dict.fromkeys(("diagnosis.dtcs", "diagnosis.failed_items", "documents.photos"), Kind.WORDS),
}
_OPEN = [
    (re.compile(r"(people|equipment|software)\.\w+"), Kind.TEXT),
    (re.compile(r"exterior\.items\.\w+"), Kind.FLAG),
    (re.compile(r"claimed\.(values|limits)\.\w+"), Kind.NUMBER),
    (re.compile(r"(before|after)\.\w+"), Kind.NUMBER),
    (re.compile(r"obd\.ecus\.\d\.(ecu|vin|calid|cvn)"), Kind.TEXT),
    (re.compile(r"items\.\d\.(code|name)|parts\.\d\.(name|code|serial|origin)"), Kind.TEXT),
    (re.compile(r"items\.\d\.hours|parts\.\d\.quantity"), Kind.ASIS),
]
_COLUMN = re.compile(r"[a-z][a-z0-9_]*")

REQUIRED = {
    "test": frozenset(
        ["test_no", "station", "line", "method", "purpose", "outcome", "started_at", "ended_at"]
    ),
    "repair": frozenset(["repair_no", "shop", "received_at", "finished_at"]),
}


def kind_of(message: str, path: str) -> Kind | None:
    """The kind of one of our fields; None: there is no such field. Members of lists are asked as ``list.0.name``."""
    known = (TEST if message == "test" else REPAIR).get(path)
    return known or next((kind for pattern, kind in _OPEN if pattern.fullmatch(path)), None)


def is_column(name: str) -> bool:
    return _COLUMN.fullmatch(name) is not None
