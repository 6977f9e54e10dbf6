"""The words for what the register and stations say of a vehicle, and lists as they were handed in."""

from __future__ import annotations

from datetime import date
from typing import TypedDict

from django.http import HttpRequest, HttpResponse

from imloop.exchange.http.addresses import disposition
from imloop.facts.text import Text
from imloop.gates.vehicles.compare_statement import SOURCE_NAMES, shown
from imloop.pages.guard import desk, words
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.vehicles.lookups import differences_of, kept_list
from imloop.steps.vehicles.register.word import value_of
from imloop.steps.vehicles.texts import FIELD_NAMES
from imloop.store.models import PartyKind, Vehicle

_KNOWN = (
    *("vehicle_type", "usage", "fuel", "second_fuel", "emission_stage", "first_registered_on", "produced_on"),
    *("max_mass_kg", "reference_mass_kg", "rated_power_kw", "rated_speed_rpm", "due_on"),
)
_MOST_BLANK = ("second_fuel", "rated_speed_rpm")
"""Left out where nobody said anything: of most vehicles nobody does."""


class Row(TypedDict):
    """A field in words. ``note``: who said it, when."""

    name: str
    value: str
    note: str


@desk(PartyKind.POLICE, PartyKind.ENVIRONMENT, PartyKind.SUPERVISOR, PartyKind.ADMIN)
def kept(request: HttpRequest, caller: Caller, evidence: str) -> HttpResponse:
    """A list as it was handed in."""
    return HttpResponse(
        kept_list(caller, evidence, clock.now()),
        content_type="application/octet-stream",
        headers={"Content-Disposition": disposition(f"{evidence[:16]}.bin")},
    )


def known_rows(vehicle: Vehicle) -> list[Row]:
    """What the authorities said, and who of them when."""
    rows = []
    for name in _KNOWN:
        value = value_of(vehicle, name) if vehicle.registered or name == "due_on" else ""
        if value == "" and name in _MOST_BLANK:
            continue
        rows.append(
            Row(name=field_name(name), value=in_words(name, value), note=_said_by(vehicle.sources.get(name)))
        )
    return rows


def difference_rows(caller: Caller, vehicle: Vehicle, day: date) -> list[dict[str, object]]:
    return [
        {
            "field": each.field,
            "name": field_name(each.field),
            "entered": in_words(each.field, each.entered),
            "source": _said_by(each.source),
            "stated": in_words(each.field, each.stated),
            "by": each.by,
            "on": each.on,
            "settled_on": each.settled_on,
            "mine": each.mine,
        }
        for each in differences_of(caller, vehicle, day)
    ]


def field_name(name: str) -> str:
    return words(FIELD_NAMES[name]) if name in FIELD_NAMES else name


def in_words(name: str, value: object) -> str:
    if value in ("", None):
        return "—"
    if name == "status":
        return str(Vehicle.Status(str(value)).label)
    return words(shown(name, value))


def _said_by(source: list[str] | None) -> str:
    if not source:
        return ""
    return " ".join([words(SOURCE_NAMES.get(source[0], Text(source[0], source[0]))), source[1]]).strip()
