"""An administrator registers departments, inspection stations and repair stations: one form each."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from imloop.facts.codes import METHOD_NAMES
from imloop.facts.days import day_of
from imloop.facts.places import typed_place
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.pages.guard import desk, page, words
from imloop.steps.ground import clock
from imloop.steps.ground.access import OFFICE_NAMES, Caller
from imloop.steps.stations import lookups
from imloop.steps.stations.registry_rows import COLUMNS, register_parties
from imloop.store.models import PartyKind

KINDS: dict[str, dict[PartyKind, Text]] = {
    "departments": OFFICE_NAMES,
    "stations": {PartyKind.ISTATION: Text("检验机构", "inspection station")},
    "repairers": {PartyKind.MSTATION: Text("维修治理站", "repair station")},
}
LINES = ("01", "02", "03", "04")
_LONGEST = 720
"""Six names of departments."""
_FIELDS = ("code", "name", "place", "uscc", "address", "phone", "since", "cite")


@desk(PartyKind.ADMIN)
def departments(request: HttpRequest, caller: Caller) -> HttpResponse:
    """All departments of a place at once: those that get a name are registered."""
    return _form(request, caller, "departments")


@desk(PartyKind.ADMIN)
def stations(request: HttpRequest, caller: Caller) -> HttpResponse:
    return _form(request, caller, "stations")


@desk(PartyKind.ADMIN)
def repairers(request: HttpRequest, caller: Caller) -> HttpResponse:
    return _form(request, caller, "repairers")


def _form(request: HttpRequest, caller: Caller, kind: str) -> HttpResponse:
    typed = request.POST
    if request.method == "POST":
        rows = _departments(typed, caller.place) if kind == "departments" else [_station(typed, caller.place)]
        register_parties(kind, rows, caller, clock.now(), reason=typed.get("reason", "").strip())
        names = _("、").join(row["name"] for row in rows)
        return redirect(f"{request.path}?{urlencode({'registered': names})}")
    context = {
        "kind": kind,
        "known": [
            (party, words(name))
            for one, name in KINDS[kind].items()
            for party in lookups.parties(one, caller.place)
        ],
        "registered": request.GET.get("registered", "")[:_LONGEST],
        "offices": [(office, words(name)) for office, name in OFFICE_NAMES.items()],
        "lines": list(enumerate(LINES)),
        "methods": [(method.value, words(name)) for method, name in METHOD_NAMES.items()],
        "today": day_of(clock.now()).isoformat(),
        "place": "" if caller.place.endswith("0000") else caller.place,
        "within": caller.place,
        "columns": " ".join(COLUMNS[kind]),
    }
    template = (
        "stations/register_departments.html" if kind == "departments" else "stations/register_station.html"
    )
    return page(request, caller, template, context)


def _departments(form: QueryDict, within: str) -> list[dict[str, str]]:
    place = typed_place(form.get("place", ""), within)
    named = [(office, form.get(f"name-{office}", "").strip()) for office in OFFICE_NAMES]
    rows = [{"kind": str(office), "name": name, "place": place} for office, name in named if name]
    if not rows:
        said = Text("请至少填写一个部门的名称。", "Give the name of at least one department.")
        raise Malformed("missing", said, at=f"name-{named[0][0]}")
    return rows


def _station(form: QueryDict, within: str) -> dict[str, str]:
    row = {name: form.get(name, "").strip() for name in _FIELDS}
    lines = [(form.get(f"line-{n}", "").strip(), form.getlist(f"methods-{n}")) for n in range(len(LINES))]
    row["place"] = typed_place(row["place"], within)
    return {**row, "lines": ";".join(f"{line}:{'+'.join(methods)}" for line, methods in lines if methods)}
