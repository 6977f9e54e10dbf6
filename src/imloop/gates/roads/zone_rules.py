"""The form of a traffic restriction: which vehicles, when, with which exceptions; read and checked field by field.

A rule is an object. A vehicle is barred by it when every condition given holds and no exception does:

    fuels          ["diesel", …]          codes of the contract
    stage_below    "5"                    stage lower than this; an unknown stage counts as lower
    vehicle_types  ["H", "K1", …]         prefixes of GA/T 16.4 codes
    usages         ["F", …]               GA/T 16.3 codes
    over_mass_kg   3500                   maximum mass above this; an unknown mass does not
    over_years     15                     older than this many years since the first registration
    digits         ["1", "6"]             last digit of the plate (letters are skipped)
    odd_even       true                   plates whose last digit is odd on even days of the month, and the reverse
    elsewhere      ["京A"]                plates that begin with none of these
    weekdays       [1, …, 7]              Monday is 1
    hours          ["07:00-09:00"]        local time, end exclusive; past midnight as "22:00-06:00"
    everywhere     true                   on every road of the place, not only inside the zone
    except         ["electric", …]        electric | new_energy | emergency | bus | taxi | school | gas | enrolled

At least one condition on the vehicle must be given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from imloop.facts.codes import EXEMPT_FUELS, NATURAL_GAS, Fuel
from imloop.facts.days import CHINA
from imloop.facts.digits import are_digits
from imloop.facts.identifiers import PlateKind, parse_plate
from imloop.facts.refusal import Malformed, Problem
from imloop.facts.text import Text
from imloop.gates.vehicles.subject import Subject, stage_rank

EXCEPTIONS = ("electric", "new_energy", "emergency", "bus", "taxi", "school", "gas", "enrolled")
_ON_VEHICLE = (
    "fuels",
    "stage_below",
    "vehicle_types",
    "usages",
    "over_mass_kg",
    "over_years",
    "digits",
    "odd_even",
    "elsewhere",
)
_HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_EMERGENCY_USAGES = frozenset("HIJK")
_SCHOOL_USAGES = frozenset("OPS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One restriction; the module docstring explains each condition. ``hours``: minutes since midnight."""

    fuels: tuple[str, ...] = ()
    stage_below: str = ""
    vehicle_types: tuple[str, ...] = ()
    usages: tuple[str, ...] = ()
    over_mass_kg: float | None = None
    over_years: float | None = None
    digits: tuple[str, ...] = ()
    odd_even: bool = False
    elsewhere: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()
    hours: tuple[tuple[int, int], ...] = ()
    everywhere: bool = False
    exceptions: tuple[str, ...] = ()

    def bars(self, subject: Subject, at: datetime, *, enrolled: bool = False) -> bool:
        """Is the vehicle barred by this rule at this moment?"""
        return (
            self._in_time(at)
            and self._concerns(subject, at)
            and not any(_is(word, subject, enrolled) for word in self.exceptions)
        )

    def _in_time(self, at: datetime) -> bool:
        local = at.astimezone(CHINA)
        if self.weekdays and local.isoweekday() not in self.weekdays:
            return False
        minute = local.hour * 60 + local.minute
        return not self.hours or any(
            start <= minute < end if start < end else minute >= start or minute < end
            for start, end in self.hours
        )

    def _concerns(self, subject: Subject, at: datetime) -> bool:
        if self.fuels and subject.fuel not in self.fuels:
            return False
        if self.stage_below and not _stage_below(subject, self.stage_below):
            return False
        if self.vehicle_types and not subject.vehicle_type.startswith(self.vehicle_types):
            return False
        if self.usages and subject.usage not in self.usages:
            return False
        if self.over_mass_kg is not None and (subject.max_mass_kg or 0) <= self.over_mass_kg:
            return False
        if self.over_years is not None and not _older(subject, at, self.over_years):
            return False
        if self.elsewhere and (not subject.plate or subject.plate.startswith(self.elsewhere)):
            return False
        return self._plate_concerned(subject.plate, at)

    def _plate_concerned(self, plate: str, at: datetime) -> bool:
        if not (self.digits or self.odd_even):
            return True
        last = next((sign for sign in reversed(plate) if are_digits(sign)), "")
        if not last or (self.digits and last not in self.digits):
            return False
        return not self.odd_even or int(last) % 2 != at.astimezone(CHINA).day % 2


def _stage_below(subject: Subject, limit: str) -> bool:
    if subject.without_exhaust:
        return False
    have, need = stage_rank(subject.emission_stage), stage_rank(limit)
    return have is None or need is None or have < need


def _older(subject: Subject, at: datetime, years: float) -> bool:
    first = subject.first_registered_on
    return first is not None and (at.astimezone(CHINA).date() - first).days > years * 365.25


def _is(word: str, subject: Subject, enrolled: bool) -> bool:
    match word:
        case "electric":
            return subject.fuel in EXEMPT_FUELS or _plate_kind(subject.plate)[1]
        case "new_energy":
            kind, electric = _plate_kind(subject.plate)
            new = kind in (PlateKind.NEW_ENERGY_SMALL, PlateKind.NEW_ENERGY_LARGE)
            return new or electric or subject.fuel in EXEMPT_FUELS
        case "emergency":
            kinds = (PlateKind.EMERGENCY, PlateKind.POLICE)
            return subject.usage in _EMERGENCY_USAGES or _plate_kind(subject.plate)[0] in kinds
        case "bus":
            return subject.usage == "C"
        case "taxi":
            return subject.usage in ("D", "T")
        case "school":
            return subject.usage in _SCHOOL_USAGES
        case "gas":
            return subject.fuel in NATURAL_GAS or subject.fuel == Fuel.LPG
        case _:
            return enrolled


def _plate_kind(plate: str) -> tuple[PlateKind | None, bool]:
    try:
        found = parse_plate(plate)
    except Malformed:
        return None, False
    return found.kind, found.electric


class _Reader:
    """Reads the fields of one rule, collecting every fault with its path."""

    def __init__(self, raw: Mapping[str, object], path: str) -> None:
        self.raw, self.path = raw, path
        self.problems: list[Problem] = []

    def fault(self, key: str, zh: str, en: str) -> None:
        self.problems.append(Problem(f"{self.path}.{key}", "wrong-value", Text(zh, en)))

    def words(self, key: str, good: Callable[[str], bool], zh: str, en: str) -> tuple[str, ...]:
        value = self.raw.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not value or not all(isinstance(w, str) and good(w) for w in value):
            self.fault(key, zh, en)
            return ()
        return tuple(value)

    def number(self, key: str) -> float | None:
        value = self.raw.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e6:
            self.fault(key, "应为非负数", "a number, not negative")
            return None
        return float(value)

    def flag(self, key: str) -> bool:
        value = self.raw.get(key, False)
        if not isinstance(value, bool):
            self.fault(key, "应为 true 或 false", "true or false")
        return value is True

    def weekdays(self) -> tuple[int, ...]:
        value = self.raw.get("weekdays")
        if value is None:
            return ()
        if not isinstance(value, list) or not value or not all(type(d) is int and 1 <= d <= 7 for d in value):
            self.fault("weekdays", "应为 1（周一）至 7 的列表", "a list of 1 (Monday) to 7")
            return ()
        return tuple(value)

    def stage(self) -> str:
        value = self.raw.get("stage_below", "")
        if not isinstance(value, str) or (value and stage_rank(value) is None):
            self.fault("stage_below", "应为 1 至 6，国六可带 a、b", "1 to 6, with a or b for stage 6")
            return ""
        return value


def parse_rules(raw: object) -> tuple[Rule, ...]:
    """Read a list of rules; ``Malformed`` names every wrong field by its path (``$.rules[0].hours``)."""
    if not isinstance(raw, list) or not raw:
        raise _refusal([Problem("$.rules", "missing", Text("至少写一条规则。", "Give at least one rule."))])
    problems: list[Problem] = []
    rules = []
    for number, each in enumerate(raw):
        path = f"$.rules[{number}]"
        if not isinstance(each, Mapping):
            problems.append(Problem(path, "wrong-value", Text("规则应为对象。", "A rule is an object.")))
            continue
        reader = _Reader(each, path)
        rules.append(_rule(reader))
        problems += reader.problems
    if problems:
        raise _refusal(problems)
    return tuple(rules)


def _rule(r: _Reader) -> Rule:
    known = {*_ON_VEHICLE, "weekdays", "hours", "everywhere", "except"}
    for key in sorted(set(r.raw) - known):
        r.fault(str(key), "没有这个条件", "no such condition")
    if not any(r.raw.get(key) for key in _ON_VEHICLE):
        r.fault(
            "fuels",
            "至少限定一类车辆：燃料、阶段、类型、性质、质量、车龄、尾号、单双号或外地号牌",
            "say which vehicles: by fuel, stage, type, use, mass, age, last digit, odd and even, or plates",
        )
    hours = r.words("hours", _is_hours, "应如 07:00-09:00", "such as 07:00-09:00")
    return Rule(
        fuels=r.words("fuels", lambda w: w in list(Fuel), "不在燃料代码表中", "not a code of a fuel"),
        stage_below=r.stage(),
        vehicle_types=r.words("vehicle_types", _is_type, "应为车辆类型代码的开头", "prefixes of type codes"),
        usages=r.words("usages", lambda w: len(w) == 1 and w.isupper(), "应为使用性质代码", "usage codes"),
        over_mass_kg=r.number("over_mass_kg"),
        over_years=r.number("over_years"),
        digits=r.words(
            "digits", lambda w: len(w) == 1 and w in "0123456789", "应为一位数字", "single digits"
        ),
        odd_even=r.flag("odd_even"),
        elsewhere=r.words("elsewhere", lambda w: 0 < len(w) <= 2, "应为号牌开头，如 京A", "such as 京A"),
        weekdays=r.weekdays(),
        hours=tuple(_minutes(text) for text in hours),
        everywhere=r.flag("everywhere"),
        exceptions=r.words("except", lambda w: w in EXCEPTIONS, "可选 " + " ".join(EXCEPTIONS), "unknown"),
    )


def _is_type(word: str) -> bool:
    return re.fullmatch(r"[A-Z]\d{0,2}", word) is not None


def _is_hours(word: str) -> bool:
    return (
        _HOURS.fullmatch(word) is not None and len(set(_minutes(word))) == 2 and max(_minutes(word)) <= 1440
    )


def _minutes(word: str) -> tuple[int, int]:
    start, _, end = word.partition("-")
    first, last = (time_of.split(":") for time_of in (start, end))
    return int(first[0]) * 60 + int(first[1]), int(last[0]) * 60 + int(last[1])


def _refusal(problems: list[Problem]) -> Malformed:
    first = problems[0]
    return Malformed(
        "bad-rules", Text(f"{first.path} {first.text.zh}", f"{first.path} {first.text.en}"), problems=problems
    )
