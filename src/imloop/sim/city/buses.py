"""The demo city's new public buses: what the clean-energy share is counted from."""

from __future__ import annotations

from datetime import date, timedelta

from imloop.facts.codes import Fuel
from imloop.sim.world.identifiers import make_vin
from imloop.steps.vehicles.register.word import POLICE, register
from imloop.store.models import Vehicle

_OPERATORS = ("柳州第一公交公司（演示）", "柳州第二公交公司（演示）")
_RENEWALS = ((2, "DDCED"), (1, "DECDEC"), (0, "EEDEEE"))
"""Years back, and one letter per bus: diesel, CNG, electric."""
_FUELS = {"D": Fuel.DIESEL, "C": Fuel.CNG, "E": Fuel.ELECTRIC}
_FIRST = 80001


def enter_buses(today: date) -> None:
    """Renewals of the last three years, spread over each year; the share of clean ones rises."""
    number = 0
    for back, letters in _RENEWALS:
        start = date(today.year - back, 1, 1)
        span = (min(today, date(start.year, 12, 31)) - start).days
        for place, letter in enumerate(letters):
            first = start + timedelta(days=span * place // len(letters))
            _enter(number, _FUELS[letter], first)
            number += 1


def _enter(number: int, fuel: Fuel, first: date) -> None:
    electric = fuel is Fuel.ELECTRIC
    plate = f"桂B{_FIRST + number}{'D' if electric else ''}"
    colour = "yellow_green" if electric else "yellow"
    vin = make_vin("LZY", "TAGBW", first.year, "B", 700000 + number)
    facts = {
        "vin": vin,
        "plate": plate,
        "plate_colour": colour,
        "vehicle_type": "K11",
        "usage": "C",
        "fuel": str(fuel),
        "emission_stage": "" if electric else "6b",
        "max_mass_kg": 17500,
        "first_registered_on": first.isoformat(),
    }
    bus = Vehicle()
    register(bus, {**facts, "owner_name": _OPERATORS[number % 2]}, POLICE, first, "")
    bus.save()
