"""What a station says of a vehicle beside what the authorities entered: differences are findings, and the register's
word is what the vehicle is judged by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from imloop.facts.codes import FUEL_NAMES, Fuel
from imloop.facts.records.inspection import Vehicle
from imloop.facts.records.vehicle_codes import type_name, usage_words
from imloop.facts.text import Reason, Text
from imloop.gates.vehicles.subject import stage_name, stage_rank
from imloop.law import Law
from imloop.law.watch import DaysApart, FigureApart

Facts = Mapping[str, object]
"""A vehicle by the field names of contract §2, as kept: days as 2016-03-15."""
Sources = Mapping[str, list[str]]
"""By field: who of the authorities said it, on which day, and where it is written."""

SOURCE_NAMES = {
    "police": Text("公安交管", "traffic police"),
    "environment": Text("生态环境", "environment department"),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """A field that is compared. ``apart``: whether the register's value and the stated one differ."""

    code: str
    name: Text
    apart: Callable[[Any, Any, Law], bool]


def _other(known: object, said: object, law: Law | None) -> bool:
    return known != said


def _other_stage(known: object, said: object, law: Law | None) -> bool:
    """6 and 6b do not contradict each other: one of them leaves the letter out."""
    one, two = stage_rank(str(known)), stage_rank(str(said))
    if one is None or two is None:
        return str(known).strip() != str(said).strip()
    return one != two and (one // 10 != two // 10 or 0 not in (one % 10, two % 10))


def _days(name: str) -> Callable[[Any, Any, Law], bool]:
    def apart(known: str, said: str, law: Law) -> bool:
        limit: DaysApart = getattr(law.watch, name)
        one, two = _day(known), _day(said)
        return one is not None and two is not None and abs((one - two).days) > limit.days

    return apart


def _figure(name: str) -> Callable[[Any, Any, Law], bool]:
    def apart(known: float, said: float, law: Law) -> bool:
        limit: FigureApart = getattr(law.watch, name)
        return abs(float(known) - float(said)) > max(limit.ratio * abs(float(known)), limit.least)

    return apart


COMPARED: dict[str, Compared] = {
    "fuel": Compared("fuel-differs", Text("燃料", "fuel"), _other),
    "second_fuel": Compared("fuel-differs", Text("第二燃料", "second fuel"), _other),
    "plate": Compared("plate-differs", Text("号牌", "plate"), _other),
    "emission_stage": Compared("stage-differs", Text("排放阶段", "emission stage"), _other_stage),
    "first_registered_on": Compared(
        "first-registration-differs",
        Text("初次登记日期", "first registration"),
        _days("first_registration_differs"),
    ),
    "produced_on": Compared(
        "production-differs", Text("出厂日期", "production"), _days("production_differs")
    ),
    "max_mass_kg": Compared(
        "mass-differs", Text("最大总质量 kg", "maximum mass in kg"), _figure("mass_differs")
    ),
    "reference_mass_kg": Compared(
        "mass-differs", Text("基准质量 kg", "reference mass in kg"), _figure("mass_differs")
    ),
    "rated_power_kw": Compared(
        "power-differs", Text("额定功率 kW", "rated power in kW"), _figure("power_differs")
    ),
    "rated_speed_rpm": Compared(
        "rated-speed-differs", Text("额定转速 r/min", "rated speed in r/min"), _figure("rated_speed_differs")
    ),
    "vehicle_type": Compared("type-differs", Text("车辆类型", "vehicle type"), _other),
    "usage": Compared("usage-differs", Text("使用性质", "usage"), _other),
}
"""By field, in the order in which people read them."""
CODES = tuple(dict.fromkeys(each.code for each in COMPARED.values()))
_DAYS = ("first_registered_on", "produced_on")
_FIGURES = ("max_mass_kg", "reference_mass_kg", "rated_power_kw", "rated_speed_rpm")
_WORDS = {"emission_stage": _other_stage, "vehicle_type": _other, "usage": _other}
"""No limit depends on them: another way of writing the same stays as it is, and a blank one stays blank, so that a run
that was judged before anything was looked up need not be judged again. But for the type: by it a vehicle may be outside
the standards."""
_JUDGED_BLANK = frozenset({"vehicle_type"})


def differs(field: str, known: object, said: object, law: Law) -> bool:
    """Does the stated value contradict the register's? What one of them does not know is no difference."""
    return known not in (None, "") and said not in (None, "") and COMPARED[field].apart(known, said, law)


def differences(facts: Facts, stated: Vehicle, law: Law, sources: Sources | None = None) -> list[Reason]:
    """A finding for each field in which the statement contradicts the authorities' word (``facts``; empty: no
    authority entered the vehicle, then nothing can be compared)."""
    found = []
    for field in COMPARED:
        known, said = facts.get(field), said_of(stated, field)
        if field in ("fuel", "second_fuel") and known in _fuels(stated):
            continue
        if differs(field, known, said, law):
            found.append(difference(field, known, said, law, (sources or {}).get(field)))
    return found


def said_of(stated: Vehicle, field: str) -> object:
    """A field of the statement as it is kept: days as 2016-03-15."""
    value = getattr(stated, field)
    return value.isoformat() if isinstance(value, date) else value


def as_registered(stated: Vehicle, facts: Facts) -> Vehicle:
    """The stated vehicle with the register's word in place of the station's in all that a verdict rests on. A run on
    either fuel of a bi-fuel vehicle stays as it was run, where the register knows one of them; both have to be there
    where it knows both."""
    known = {name: facts[name] for name in _FIGURES if facts.get(name) is not None}
    for name, other in _WORDS.items():
        registered, said = facts.get(name), getattr(stated, name)
        if registered and (said or name in _JUDGED_BLANK) and other(registered, said, None):
            known[name] = registered
    known |= {name: day for name in _DAYS if (day := _day(facts.get(name))) is not None}
    changed: dict[str, Any] = known | _registered_fuels(stated, facts)
    return replace(stated, **changed)


def _registered_fuels(stated: Vehicle, facts: Facts) -> dict[str, Fuel]:
    first, second = (str(facts.get(name) or "") for name in ("fuel", "second_fuel"))
    if first not in list(Fuel):
        return {}
    if second not in list(Fuel):
        return {} if first in _fuels(stated) else {"fuel": Fuel(first)}
    # Which of both was run first is for the station to say.
    if stated.fuel == second:
        return {"second_fuel": Fuel(first)}
    return {"fuel": Fuel(first), "second_fuel": Fuel(second)}


def bounded(stated: Vehicle, law: Law, facts: Facts = MappingProxyType({})) -> tuple[Vehicle, list[Reason]]:
    """The statement without days that cannot be: earlier than the law's first day, later than the law's own day, and a
    production so long before the first registration (the authorities' word, in ``facts``, before the station's) that
    only an authority is believed."""
    wrong = {
        name: _implausible(name, day, law)
        for name in _DAYS
        if (day := getattr(stated, name)) is not None and not plausible(day, law)
    }
    nothing: dict[str, Any] = dict.fromkeys(wrong)
    left = replace(stated, **nothing) if wrong else stated
    registered = _day(facts.get("first_registered_on")) or left.first_registered_on
    if _day(facts.get("produced_on")) is None and _long_before(left.produced_on, registered, law):
        wrong["produced_on"] = _long_in_stock(left.produced_on, registered, law)
        left = replace(left, produced_on=None)
    return left, list(wrong.values())


def _long_before(produced: date | None, registered: date | None, law: Law) -> bool:
    if produced is None or registered is None:
        return False
    return (registered - produced).days > law.integer("obd.stock_days")


def plausible(day: date, law: Law) -> bool:
    """Can a vehicle have been made or registered on that day, as seen on the day of the law?"""
    return law.day("register.first_day") <= day <= law.on


def _implausible(field: str, day: date, law: Law) -> Reason:
    name = COMPARED[field].name
    first = law.day("register.first_day")
    return Reason(
        "day-implausible",
        Text(
            f"{name.zh} {day} 不在 {first} 至 {law.on} 之间，不采用。",
            f"{name.en}: {day} is not between {first} and {law.on}; it is left out.",
        ),
        cite=law.cite("register.first_day"),
        next=Text(
            "请按机动车行驶证更正后，下次检验填报。",
            "Take the day from the vehicle's licence and state it at the next test.",
        ),
    )


def _long_in_stock(produced: date | None, registered: date | None, law: Law) -> Reason:
    return Reason(
        "day-implausible",
        Text(
            f"出厂日期 {produced} 比初次登记日期 {registered} 早太多，不采用。",
            f"production: {produced} is too long before the first registration, {registered}; it is left out.",
        ),
        cite=law.cite("obd.stock_days"),
        next=Text(
            "请按机动车登记证书更正；确系库存车的，请车主到公安交管窗口补录出厂日期。",
            "Take the day from the registration certificate; if it was in stock for so long, the owner has the police "
            "enter its day of production.",
        ),
    )


def difference(field: str, known: object, said: object, law: Law, source: list[str] | None = None) -> Reason:
    """The finding that a stated value differs from the register's. ``source``: whose the latter is."""
    each = COMPARED[field]
    who = SOURCE_NAMES.get(source[0], Text(source[0], source[0])) if source else Text("登记资料", "register")
    one, two = shown(field, known), shown(field, said)
    return Reason(
        each.code,
        Text(
            f"{each.name.zh}：登记为 {one.zh}（{who.zh}），填报为 {two.zh}；按登记资料判定，填报不改变登记。",
            f"The {each.name.en} is {one.en} in the register ({who.en}) and was stated as {two.en}. "
            "The register counts; the statement does not change it.",
        ),
        cite=law.cite("register.precedence"),
        next=Text(
            "请对照机动车行驶证和实车：填报有误的由检验机构更正；登记有误的请车主带登记材料到公安交管窗口更正。",
            "Compare the licence and the vehicle itself: the station corrects what it typed; for a wrong register "
            "the owner brings the registration documents to the police counter.",
        ),
    )


def shown(field: str, value: object) -> Text:
    """A value in words, where it has some."""
    if field in ("fuel", "second_fuel") and str(value) in list(Fuel):
        return FUEL_NAMES[Fuel(str(value))]
    if field == "vehicle_type":
        return type_name(str(value))
    if field == "usage":
        return usage_words(str(value))
    if field == "emission_stage":
        return Text(stage_name(str(value)), str(value))
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return Text(text, text)


def _fuels(stated: Vehicle) -> tuple[Fuel | None, ...]:
    return (stated.fuel, stated.second_fuel)


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10]) if text else None
    except ValueError:
        return None
