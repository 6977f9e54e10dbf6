"""The traffic police: ask a gate, issue a mark, look a vehicle up, import the register, record changes."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from imloop.exchange.http.addresses import disposition
from imloop.exchange.imports import Imported, import_file, rejected_rows
from imloop.exchange.tables.write_tables import safe_cell
from imloop.facts.codes import FUEL_NAMES
from imloop.facts.days import day_of
from imloop.facts.digits import whole
from imloop.facts.records.vehicle import NewVehicle
from imloop.facts.records.vehicle_codes import USAGE_NAMES
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.gates.answer import Answer
from imloop.gates.vehicles.cycle import Cycle
from imloop.gates.vehicles.subject import STAGES
from imloop.pages.choices import Choices
from imloop.pages.forms import require_filled, require_sure, sent_day
from imloop.pages.guard import desk, page, words
from imloop.pages.searches import asks
from imloop.pages.second_person.proposals import row_of
from imloop.pages.vehicles.register_words import difference_rows, known_rows
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.ground import clock
from imloop.steps.ground.access import OFFICES, Caller
from imloop.steps.ground.seen import listed
from imloop.steps.inspections import lookups as test_lookups
from imloop.steps.roads.ask_road import ask_road, zones_at
from imloop.steps.vehicles.ask_mark import ask_mark, release_mark
from imloop.steps.vehicles.ask_registration import ask_registration
from imloop.steps.vehicles.lookups import held_changes, search_vehicles, show_owner, vehicle
from imloop.steps.vehicles.register.change_vehicle import ReportedChange, change_vehicle
from imloop.steps.vehicles.register.settle_difference import settle_difference
from imloop.steps.vehicles.register.vehicle_row import CHANGES, COLUMNS
from imloop.store.models import PartyKind, Proposal, Vehicle

_FOLDER = Path(settings.DATA_DIR) / "imports"
_EXCERPT = _CASES = 50
_MOST_BYTES = 32 * 1024 * 1024
"""About 250,000 rows, which take less than a minute."""
_NAME = 40
"""Letters of a sent file's name that are kept, and of its ending: a folder's entry has 255 bytes."""


@desk(PartyKind.POLICE)
@asks("plate", "vin")
def police(request: HttpRequest, caller: Caller, asked: QueryDict) -> HttpResponse:
    """Ask a gate; issue the mark it allows; the open cases of the place, overdue ones first, as a list that is
    looked at."""
    now = clock.now()
    given = request.POST or asked
    cases = (
        case_lookups.cases(caller).filter(closed_at__isnull=True).order_by("-overdue", "deadline")[:_CASES]
    )
    listed(caller, "desk/police", [case.vehicle_id for case in cases])
    context: dict[str, object] = {
        "asked": given,
        "gates": [("mark", _("能否核发检验标志")), ("road", _("能否通行"))],
        "zones": [(zone.code, zone.name) for zone in zones_at(caller.place, now)],
        "open_cases": cases,
        **_of_registration(),
    }
    if request.method == "POST":
        require_sure(given)
        said = {name: given.get(name, "") for name in ("vin", "plate", "reason")}
        released = release_mark(caller, now=now, **said)
        context["held" if isinstance(released, Proposal) else "mark"] = released
    elif given.get("gate"):
        context["answer"] = _ask(given, caller)
    return page(request, caller, "vehicles/police.html", context)


def _of_registration() -> dict[str, Choices]:
    return {
        "kinds": [("new", _("新车注册")), ("transfer_in", _("转入登记"))],
        "fuels": [(fuel.value, words(name)) for fuel, name in FUEL_NAMES.items()],
        "stages": [(stage, f"{_('国')} {stage}") for stage in STAGES],
        "usages": [(code, words(name)) for code, name in USAGE_NAMES.items()],
    }


def _ask(asked: QueryDict, caller: Caller) -> dict[str, object]:
    now = clock.now()
    vin, plate = asked.get("vin", ""), asked.get("plate", "")
    answer: Answer
    if asked.get("gate", "") == "road":
        answer = ask_road(caller, at=now, vin=vin, plate=plate, zone=asked.get("zone", ""))
    elif asked.get("gate", "") == "registration":
        mass = asked.get("max_mass_kg", "")
        if mass and whole(mass) is None:
            raise Malformed(
                "wrong-value",
                Text("最大总质量应为整数。", "The maximum mass must be a whole number."),
                at="max_mass_kg",
            )
        stated = NewVehicle(
            vin=vin,
            fuel=asked.get("fuel", ""),
            emission_stage=asked.get("emission_stage", ""),
            vehicle_type=asked.get("vehicle_type", ""),
            usage=asked.get("usage", ""),
            max_mass_kg=float(mass) if mass else None,
        )
        answer = ask_registration(caller, stated, at=now, application=asked.get("application", "new"))
    else:
        answer = ask_mark(caller, at=now, vin=vin, plate=plate)
    return answer.to_json()


@desk(*OFFICES)
@asks("q")
def vehicles(request: HttpRequest, caller: Caller, asked: QueryDict) -> HttpResponse:
    """Search by plate, VIN or the end of a VIN; the one that fits alone is opened."""
    if not asked:
        return page(request, caller, "vehicles/vehicles.html", {})
    require_filled(asked, "q")
    found = search_vehicles(caller, asked.get("q", ""), clock.now())
    if len(found.vehicles) == 1 and found.former is None:
        return redirect(f"/vehicles/{found.vehicles[0].pk}")
    return page(request, caller, "vehicles/vehicles.html", {"q": asked.get("q", ""), "found": found})


@desk(*OFFICES)
def one_vehicle(request: HttpRequest, caller: Caller, vehicle_id: int) -> HttpResponse:
    """One vehicle: what the register holds, its cycle, plates, changes, cases, tests, marks."""
    shown = None
    if request.method == "POST" and request.POST.get("what") == "show":
        shown = show_owner(caller, vehicle_id, clock.now())
    elif request.method == "POST":
        if request.POST.get("what") == "settle":
            _settle(request, caller, vehicle_id)
        else:
            _change(request, caller)
        return redirect(f"/vehicles/{vehicle_id}")
    context = vehicle(caller, vehicle_id, clock.now(), partial(_of_vehicle, caller)) | {"shown": shown}
    return page(request, caller, "vehicles/vehicle.html", context)


def _of_vehicle(caller: Caller, found: Vehicle, cycle: Cycle) -> dict[str, object]:
    cases = case_lookups.cases(caller).filter(vehicle=found).order_by("-opened_at")
    tests = test_lookups.tests(caller).filter(vehicle=found).defer("trace", "receipt", "verdict")
    return {
        "vehicle": found,
        "cycle": cycle,
        "cycle_reasons": [reason.to_json() for reason in cycle.reasons],
        "known": known_rows(found),
        "differences": difference_rows(caller, found, day_of(clock.now())),
        "waiting": [row_of(each) for each in held_changes(caller).filter(vehicle=found)],
        "plates": list(found.plates.order_by("since", "id")),
        "changes": list(found.changes.order_by("on", "id")),
        "enrolments": list(found.enrolments.order_by("since")),
        "marks": list(found.marks.order_by("-issued_at")[:10]),
        "cases": list(cases[:20]),
        "tests": list(tests.order_by("-started_at")[:20]),
        "may_change": caller.kind == PartyKind.POLICE,
        "change_kinds": CHANGES,
        "today": clock.now(),
    }


def _settle(request: HttpRequest, caller: Caller, vehicle_id: int) -> None:
    """One click and a reason: the stated value is taken over, or the register is right."""
    form = request.POST
    settle_difference(
        caller,
        vehicle_id,
        form.get("field", ""),
        take_over=form.get("right") == "stated",
        reason=form.get("reason", ""),
        now=clock.now(),
    )


def _change(request: HttpRequest, caller: Caller) -> None:
    form = request.POST
    require_sure(form)
    change = ReportedChange(
        kind=form.get("kind", ""),
        on=sent_day(form, "on"),
        vin=form.get("vin", ""),
        plate=form.get("plate", ""),
        new_plate=form.get("new_plate", ""),
        reason=form.get("reason", ""),
    )
    change_vehicle(caller, change, clock.now())


@desk(PartyKind.POLICE, PartyKind.ENVIRONMENT)
def import_vehicles(request: HttpRequest, caller: Caller) -> HttpResponse:
    """A police list through the browser; what was refused is listed and can be downloaded as CSV."""
    context: dict[str, object] = {"columns": COLUMNS}
    if request.method == "POST":
        done = _import(request, caller)
        rows = list(rejected_rows(_FOLDER, "vehicles", done.digest))
        context |= {"done": done, "rejected": rows[:_EXCERPT], "more": len(rows) > _EXCERPT}
    return page(request, caller, "vehicles/import.html", context)


def _import(request: HttpRequest, caller: Caller) -> Imported:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.name:
        raise Malformed("no-file", Text("请选择一个文件。", "Choose a file."), at="file")
    if (file.size or 0) > _MOST_BYTES:
        raise Malformed(
            "too-large",
            Text(
                "文件过大，请在服务器上用 imloop import vehicles 导入。",
                "The file is too large for the page; use imloop import vehicles on the server.",
            ),
            at="file",
        )
    # In a folder of our own, under the sender's name: what is wrong with it is said of that name.
    sent = Path(file.name)
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / f"{sent.stem[:_NAME]}{sent.suffix[:_NAME].lower()}"
        with kept.open("wb") as out:
            for chunk in file.chunks():
                out.write(chunk)
        reason = request.POST.get("reason", "").strip()
        return import_file("vehicles", kept, _FOLDER, caller, clock.now, reason=reason)


@desk(PartyKind.POLICE, PartyKind.ENVIRONMENT)
def import_rejected(request: HttpRequest, caller: Caller, digest: str) -> HttpResponse:
    """The refused rows of an import as CSV."""
    if not (len(digest) == 16 and digest.isalnum()):
        raise Malformed("malformed", Text("没有这次导入。", "There is no such import."))
    lines = ["row,reason"]
    for number, reason in rejected_rows(_FOLDER, "vehicles", digest):
        quoted = str(safe_cell(reason)).replace('"', '""')
        lines.append(f'{number},"{quoted}"')
    return HttpResponse(
        "\ufeff" + "\r\n".join(lines) + "\r\n",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition(f"rejected-{digest}.csv")},
    )
