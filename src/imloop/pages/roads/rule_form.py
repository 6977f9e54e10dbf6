"""A traffic restriction as a form: which vehicles, when, with which exceptions.

What is ticked and typed becomes the rule that the API takes; several rules come by the API, or as several zones."""

from __future__ import annotations

import re

from django.http import QueryDict

from imloop.facts.codes import FUEL_NAMES
from imloop.facts.digits import amount
from imloop.facts.records.vehicle_codes import TYPES, USAGE_NAMES, type_name
from imloop.facts.text import Text
from imloop.gates.roads.zone_texts import EXCEPTION_NAMES, weekday_name
from imloop.gates.vehicles.subject import STAGES, stage_name
from imloop.pages.guard import words

_DAYS = {str(day): weekday_name(day) for day in range(1, 8)}
_BETWEEN = re.compile(r"[\s,，、;；]+")
_LISTS = ("fuels", "vehicle_types", "usages", "except")
_TYPED = ("hours", "elsewhere")
_NUMBERS = ("over_mass_kg", "over_years")
_FLAGS = ("odd_even", "everywhere")


def rule_of(form: QueryDict) -> list[object]:
    """A list of one rule; what cannot be read stays as it was typed, and is refused at its field."""
    rule: dict[str, object] = {name: form.getlist(name) for name in _LISTS if form.getlist(name)}
    if days := form.getlist("weekdays"):
        rule["weekdays"] = [int(day) if day in "1234567" else day for day in days]
    for name in _TYPED:
        if parts := [part for part in _BETWEEN.split(form.get(name, "").strip()) if part]:
            rule[name] = [part.replace("：", ":").replace("–", "-") for part in parts]
    if digits := _BETWEEN.sub("", form.get("digits", "")):
        rule["digits"] = list(digits)
    if stage := form.get("stage_below", ""):
        rule["stage_below"] = stage
    rule |= {name: _number(form.get(name, "")) for name in _NUMBERS if form.get(name, "").strip()}
    return [rule | {name: True for name in _FLAGS if form.get(name) == "1"}]


def _number(text: str) -> object:
    number = amount(text)
    return text if number is None else number


_BOXES = {
    "fuels": (
        Text("燃料（不选：不限）", "fuels (none: all)"),
        {str(fuel): name for fuel, name in FUEL_NAMES.items()},
    ),
    "vehicle_types": (
        Text("车辆类型（不选：不限）", "vehicle types (none: all)"),
        {code: type_name(code) for code in TYPES},
    ),
    "usages": (Text("使用性质（不选：不限）", "use (none: all)"), USAGE_NAMES),
    "weekdays": (Text("星期（不选：每天）", "days of the week (none: every day)"), _DAYS),
    "except": (Text("例外", "exceptions"), EXCEPTION_NAMES),
}


def rule_fields() -> dict[str, object]:
    """For ``roads/rule_fields.html``: groups of boxes (name, label, choices), and stages."""
    return {
        "boxes": {
            name: (name, words(label), [(code, words(text)) for code, text in choices.items()])
            for name, (label, choices) in _BOXES.items()
        },
        "stages": [(stage, stage_name(stage)) for stage in STAGES[1:]],
    }
