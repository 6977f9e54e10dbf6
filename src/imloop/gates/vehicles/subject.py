"""The vehicle as the gates need it, and how emission stages compare."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from imloop.facts.codes import DIESEL_FUELS, EXEMPT_FUELS, NATURAL_GAS, Fuel
from imloop.law import Law

_ROMAN = {"Ⅰ": "1", "Ⅱ": "2", "Ⅲ": "3", "Ⅳ": "4", "Ⅴ": "5", "Ⅵ": "6"}
_WORDS = {"零": "0", "一": "1", "二": "2", "三": "3", "四": "4", "五": "5", "六": "6"}
_LETTERS = {"VI": "6", "IV": "4", "V": "5", "III": "3", "II": "2", "I": "1"}
_STAGE = re.compile(r"([0-6])([AB]?)")


STAGES = ("0", "1", "2", "3", "4", "5", "6a", "6b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What the register holds of a vehicle. Empty text or None: not known. ``due_on``: the last day of the running
    inspection cycle; ``passed_on``: the day of the latest passed test; ``marked_until``: until when an issued mark
    reaches; ``exemption_lost_on``: the day of an injury accident or a penalty for illegal modification;
    ``fail_waits``: a failed run that may be of this vehicle waits for a department; ``registered``: an authority
    entered it, it is not known from tests alone."""

    vin: str = ""
    plate: str = ""
    plate_colour: str = ""
    vehicle_type: str = ""
    usage: str = ""
    fuel: str = ""
    emission_stage: str = ""
    first_registered_on: date | None = None
    max_mass_kg: float | None = None
    status: str = "active"
    due_on: date | None = None
    passed_on: date | None = None
    marked_until: date | None = None
    exemption_lost_on: date | None = None
    fail_waits: bool = False
    registered: bool = True

    @property
    def without_exhaust(self) -> bool:
        return self.fuel in EXEMPT_FUELS


@lru_cache(maxsize=1024)
def stage_rank(stage: str) -> int | None:
    """A stage as a number that compares: 国五 → 50, 6a → 61, 6b → 62, a six without its letter → 60; else None."""
    text = stage.strip().upper().removeprefix("国").removeprefix("GUO").strip()
    text = _LETTERS.get(text.rstrip("AB"), text.rstrip("AB")) + text[len(text.rstrip("AB")) :]
    text = "".join(_ROMAN.get(sign, _WORDS.get(sign, sign)) for sign in text)
    found = _STAGE.fullmatch(text)
    if found is None:
        return None
    return int(found[1]) * 10 + {"": 0, "A": 1, "B": 2}[found[2]]


def stage_name(stage: str) -> str:
    """国五, 国六b; as it was written when it cannot be read."""
    rank = stage_rank(stage)
    if rank is None:
        return stage
    return f"国{'零一二三四五六'[rank // 10]}{('', 'a', 'b')[rank % 10]}"


def stage_group(subject: Subject, law: Law) -> str | None:
    """Which of the law's groups of vehicles with a stage of their own this one belongs to; None: not known."""
    if subject.vehicle_type.startswith("M"):
        return "motorcycle"
    if not subject.fuel or subject.max_mass_kg is None:
        return None
    light = subject.max_mass_kg <= law.number("stage.light_mass_kg")
    if subject.fuel in DIESEL_FUELS:
        return "light_diesel" if light else "heavy_diesel"
    if light:
        return "light_gasoline"
    return "heavy_gas" if subject.fuel in NATURAL_GAS or subject.fuel == Fuel.LPG else "heavy_gasoline"
