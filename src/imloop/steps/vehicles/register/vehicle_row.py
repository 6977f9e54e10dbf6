"""One row of a police list, checked: identifiers, codes, dates that agree with one another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from imloop.facts.codes import Fuel, fuels_of
from imloop.facts.days import day_in
from imloop.facts.digits import amount
from imloop.facts.identifiers import parse_plate, parse_vin, plain
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.gates.vehicles.cycle import months_later
from imloop.gates.vehicles.subject import stage_rank
from imloop.law import Law
from imloop.store.models import Vehicle

COLUMNS = (
    "vin",
    "plate",
    "plate_colour",
    "vehicle_type",
    "usage",
    "fuel",
    "second_fuel",
    "emission_stage",
    "first_registered_on",
    "produced_on",
    "max_mass_kg",
    "reference_mass_kg",
    "rated_power_kw",
    "rated_speed_rpm",
    "status",
    "owner_name",
    "owner_phone",
    "due_on",
)
COLOURS = ("blue", "yellow", "green", "yellow_green", "white", "black")
CHANGES = ("sold", "moved_in", "moved_out", "cancelled", "scrapped")
"""What can happen to a vehicle in the police register."""
_STATUS = {
    **{str(value): str(value) for value in Vehicle.Status},
    **{label: str(value) for value, label in Vehicle.Status.choices},
    "转入": "moved_in",
    "moved_in": "moved_in",
    "转让": "sold",
    "sold": "sold",
}
_STATUS_LETTERS = {
    **dict.fromkeys("ACDGHIJKLNOQZ", "active"),
    "B": "moved_out",
    **dict.fromkeys("EMP", "cancelled"),
}
"""GA 24.17. A vehicle is registered while it is stolen, laid up, seized or locked, has unsettled offences (G) or
accidents, or is overdue for its inspection (Q); P: its plates were declared void. It may be several of these."""
STATUS_AFTER = {"sold": "active", "moved_in": "active"}
_NUMBERS = ("max_mass_kg", "reference_mass_kg", "rated_power_kw", "rated_speed_rpm")
_WORDS = ("vehicle_type", "usage", "emission_stage")


@dataclass(slots=True)
class VehicleRow:
    """A good row. ``status``: as given (a ``Vehicle.Status`` or one of ``CHANGES``), empty when not given; ``facts``:
    what goes into ``Vehicle.facts``, by contract names."""

    number: int
    vin: str
    plate: str
    plate_colour: str
    fuel: str
    status: str
    owner_name: str
    owner_phone: str
    due_on: date | None
    registered_on: date | None
    facts: dict[str, object] = field(default_factory=dict)


class Days(NamedTuple):
    """Which days a row may name: from the law's first, up to today; a due date up to ``due``."""

    first: date
    today: date
    due: date

    @classmethod
    def of(cls, law: Law) -> Days:
        due = months_later(law.on, law.integer("register.due_within_months"))
        return cls(law.day("register.first_day"), law.on, due)


def read_vehicle_row(number: int, row: Mapping[str, str], days: Days) -> VehicleRow:
    """Check a row; ``Malformed`` names the column and what is wrong with it."""
    vin, plate = plain(row.get("vin", "")), plain(row.get("plate", ""))
    if not (vin or plate):
        raise Malformed("missing", Text("vin 与 plate 至少填一项", "vin or plate is required"))
    if vin:
        vin = parse_vin(vin).text
    if plate:
        plate = parse_plate(plate).text
    registered, produced, due = (
        _day(column, row.get(column, "")) for column in ("first_registered_on", "produced_on", "due_on")
    )
    _agree(registered, produced, due, days)
    fuel, second = _fuels(row)
    facts: dict[str, object] = {column: row[column] for column in _WORDS if row.get(column)}
    stage = row.get("emission_stage", "")
    if stage and stage_rank(stage) is None:
        raise _wrong(
            "emission_stage", stage, "不是排放阶段，应如 5、国六b", "is not an emission stage such as 5 or 6b"
        )
    for column in _NUMBERS:
        if row.get(column):
            facts[column] = _positive(column, row[column])
    if registered is not None:
        facts["first_registered_on"] = registered.isoformat()
    if produced is not None:
        facts["produced_on"] = produced.isoformat()
    colour = row.get("plate_colour", "")
    if colour and colour not in COLOURS:
        raise _wrong(
            "plate_colour", colour, f"可选 {' '.join(COLOURS)}", f"is not one of {' '.join(COLOURS)}"
        )
    identity = {"vin": vin, "plate": plate, "plate_colour": colour, "fuel": fuel, "second_fuel": second}
    facts |= {key: value for key, value in identity.items() if value}
    return VehicleRow(
        number,
        vin,
        plate,
        colour,
        fuel,
        _status(row.get("status", "")),
        _short("owner_name", row.get("owner_name", ""), 60),
        _short("owner_phone", row.get("owner_phone", ""), 20),
        due,
        registered,
        facts,
    )


def _agree(registered: date | None, produced: date | None, due: date | None, days: Days) -> None:
    for column, day in (("first_registered_on", registered), ("produced_on", produced)):
        if day is not None and day > days.today:
            raise _implausible(column, day, "晚于今天", "is in the future")
    for column, day in (("first_registered_on", registered), ("produced_on", produced), ("due_on", due)):
        if day is not None and day < days.first:
            raise _implausible(column, day, f"早于 {days.first}", f"is before {days.first}")
    if due is not None and due > days.due:
        raise _implausible(
            "due_on", due, f"晚于 {days.due}，超过最长的检验周期", "is later than any cycle ends"
        )
    if registered is not None and produced is not None and produced > registered:
        raise Malformed(
            "contradictory-dates",
            Text(
                f"produced_on {produced} 晚于 first_registered_on {registered}",
                f"produced_on {produced} is after first_registered_on {registered}",
            ),
        )
    if due is not None and registered is not None and due < registered:
        raise Malformed(
            "contradictory-dates",
            Text(
                f"due_on {due} 早于 first_registered_on {registered}",
                f"due_on {due} is before first_registered_on {registered}",
            ),
        )


def _day(column: str, text: str) -> date | None:
    if not text:
        return None
    found = day_in(text)
    if found is None:
        raise _wrong(column, text, "不是日期，应如 2015-03-02", "is not a date such as 2015-03-02")
    return found


@lru_cache(maxsize=1024)
def _fuel(column: str, text: str) -> tuple[str, str]:
    """The fuel and the second one, empty where they are not known."""
    if not text or text in list(Fuel):
        return text, ""
    found = fuels_of(text)
    if found is None:
        raise _wrong(column, text, "不在代码表中", "is not a known code")
    return str(found[0] or ""), str(found[1] or "")


def _fuels(row: Mapping[str, str]) -> tuple[str, str]:
    (first, other), (second, _) = (_fuel(column, row.get(column, "")) for column in ("fuel", "second_fuel"))
    return first, second or other


@lru_cache(maxsize=1024)
def _status(text: str) -> str:
    if not text or text in _STATUS:
        return _STATUS.get(text, "")
    letters = {letter for letter in text.upper() if letter not in " ,;/+、，；|"}
    said = {_STATUS_LETTERS.get(letter, "") for letter in letters}
    removed = said - {"active"}
    if not letters or "" in said or len(removed) > 1 or (removed and "A" in letters):
        known = f"{' '.join(_STATUS)} {' '.join(sorted(_STATUS_LETTERS))}"
        raise _wrong("status", text, f"可选 {known}", f"is not one of {known}")
    return removed.pop() if removed else "active"


def _positive(column: str, text: str) -> float:
    number = amount(text)
    if number is None:
        raise _wrong(column, text, "不是数值", "is not a number")
    if not 0 < number < 1e6:
        raise _wrong(column, text, "超出范围", "is out of range")
    return number


def _short(column: str, text: str, longest: int) -> str:
    if len(text) > longest:
        raise _wrong(column, text[:20], f"超过 {longest} 个字符", f"is longer than {longest} characters")
    return text


def _implausible(column: str, day: date, zh: str, en: str) -> Malformed:
    return Malformed("day-implausible", Text(f"{column}：{day} {zh}", f"{column}: {day} {en}"))


def _wrong(column: str, value: str, zh: str, en: str) -> Malformed:
    return Malformed("wrong-value", Text(f"{column}：{value} {zh}", f"{column}: {value} {en}"))
