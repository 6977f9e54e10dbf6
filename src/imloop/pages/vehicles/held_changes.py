"""Changes of the register that wait for a second person, and the words for what the register and stations say."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TypedDict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from imloop.exchange.http.addresses import disposition
from imloop.facts.digits import whole
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.gates.vehicles.compare_statement import SOURCE_NAMES, shown
from imloop.pages.guard import desk, page, words
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.vehicles.decide_held import DESKS, confirm, confirm_list, reject
from imloop.steps.vehicles.lookups import differences_of, held_list, kept_list
from imloop.steps.vehicles.register.settle_difference import proposed_right
from imloop.steps.vehicles.register.word import value_of
from imloop.steps.vehicles.texts import FIELD_NAMES
from imloop.store.models import HeldChange, PartyKind, Vehicle

_SHOWN = 100
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


@desk(*DESKS, PartyKind.SUPERVISOR, PartyKind.ADMIN)
def held(request: HttpRequest, caller: Caller) -> HttpResponse:
    """What waits, oldest first; POST: confirm or reject one, or confirm a whole list."""
    if request.method == "POST":
        _decide(request, caller)
        return redirect("/vehicles/held")
    rows = held_list(caller)
    counts = Counter(row.evidence for row in rows if row.kind == HeldChange.Kind.LIST and row.evidence)
    context = {
        "rows": [held_row(row, caller) for row in rows[:_SHOWN]],
        "more": max(len(rows) - _SHOWN, 0),
        "lists": [(evidence, number) for evidence, number in counts.items() if number > 1],
        "may_decide": caller.kind in DESKS,
    }
    return page(request, caller, "vehicles/held.html", context)


@desk(*DESKS, PartyKind.SUPERVISOR, PartyKind.ADMIN)
def kept(request: HttpRequest, caller: Caller, evidence: str) -> HttpResponse:
    """A list as it was handed in."""
    return HttpResponse(
        kept_list(caller, evidence, clock.now()),
        content_type="application/octet-stream",
        headers={"Content-Disposition": disposition(f"{evidence[:16]}.bin")},
    )


def _decide(request: HttpRequest, caller: Caller) -> None:
    form, now = request.POST, clock.now()
    said, number = form.get("said", ""), whole(form.get("number", ""))
    if form.get("what") == "list":
        confirm_list(caller, form.get("evidence", ""), said=said, now=now)
    elif number is not None and form.get("what") in ("confirm", "reject"):
        decide = confirm if form["what"] == "confirm" else reject
        decide(caller, number, said=said, now=now)
    else:
        raise Malformed("malformed", Text("没有这一项。", "There is no such change."))


def held_row(row: HeldChange, caller: Caller) -> dict[str, object]:
    """One change in words. ``own``: the reader proposed it and cannot confirm it."""
    return {
        "held": row,
        "fields": [
            (field_name(name), *(in_words(name, each) for each in pair)) for name, pair in row.fields.items()
        ],
        "own": row.proposed_by == caller.actor,
        "because": _("、").join(field_name(name) for name in row.data.get("changed", [])),
    }


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
    proposed = proposed_right(vehicle, clock.now())
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
            "proposed": proposed.get(each.field),
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
