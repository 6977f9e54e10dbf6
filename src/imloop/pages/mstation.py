"""The M-station's desk: its cases, look up a case the owner brought, report a repair."""

from __future__ import annotations

import secrets
from datetime import datetime

import msgspec
from django.http import HttpRequest, HttpResponse, QueryDict

from imloop.exchange.intake import take_repair
from imloop.facts.days import CHINA
from imloop.facts.items import ITEMS
from imloop.facts.refusal import Refusal
from imloop.facts.repair_record import REPAIR_ITEMS
from imloop.pages.case_view import causes, failed_test, result_items
from imloop.pages.guard import desk, page, words
from imloop.steps import clock, look, registers
from imloop.steps.access import Caller
from imloop.steps.rework import owed_cases
from imloop.steps.rework_rate import rework_rate
from imloop.store.models import Case, PartyKind

ROWS = 4
_PLAIN = ("technician", "inspector", "cost_yuan")
_PAPERS = ("certificate_no", "settlement_no", "invoice_no")


@desk(PartyKind.MSTATION)
def cases(request: HttpRequest, caller: Caller) -> HttpResponse:
    mine = look.cases(caller).order_by("closed_at", "deadline")[:100]
    shop = registers.party(caller.party_code, PartyKind.MSTATION)
    return page(
        request,
        caller,
        "pages/mstation.html",
        {"cases": mine, "owed": owed_cases(shop), "rate": rework_rate(shop, clock.now())},
    )


@desk(PartyKind.MSTATION)
def repair(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Find the case, then the form; what was typed stays when something is wrong."""
    typed = request.POST if request.method == "POST" else request.GET
    context: dict[str, object] = {"typed": typed, "rows": range(ROWS), "item_codes": _codes()}
    status = 200
    try:
        case = _case(caller, typed)
        if case is not None:
            context.update(_about(case, typed))
            if request.method == "POST":
                body = msgspec.json.encode(_message(caller, case, request.POST))
                context["receipt"] = take_repair(body, caller, clock.now()).body
    except Refusal as refusal:
        context["refusal"] = refusal
        context["problems"] = [(fault.path, words(fault.text)) for fault in refusal.problems]
        status = 422
    return page(request, caller, "pages/repair.html", context, status)


def _codes() -> list[tuple[str, str]]:
    return [(code, words(name)) for code, name in REPAIR_ITEMS.items()]


def _case(caller: Caller, typed: QueryDict) -> Case | None:
    case_no, plate, tail = (typed.get(name, "").strip() for name in ("case_no", "plate", "tail"))
    if not (case_no or plate):
        return None
    return look.case_for_repair(caller, case_no=case_no, plate=plate, vin_tail=tail)


def _about(case: Case, typed: QueryDict) -> dict[str, object]:
    now = clock.now()
    return {
        "case": case,
        "failed": [ITEMS[item].label for item in case.snapshot["failed_items"] if item in ITEMS],
        "items": result_items(failed_test(case)),
        "causes": causes(case),
        # Made once with the form: sending it twice is the same upload.
        "repair_no": typed.get("repair_no") or f"W{now:%Y%m%d}-{secrets.token_hex(3)}",
        "now": f"{now:%Y-%m-%dT%H:%M}",
    }


def _message(caller: Caller, case: Case, typed: QueryDict) -> dict[str, object]:
    """The form as ``imloop.repair/1``; faults in it are found where every upload's faults are found."""
    items = [
        {"code": code, "name": typed.get(f"item_name_{row}", ""), "hours": typed.get(f"item_hours_{row}", "")}
        for row in range(ROWS)
        if (code := typed.get(f"item_code_{row}", ""))
    ]
    parts = [
        {
            "name": name,
            "serial": typed.get(f"part_serial_{row}", ""),
            "quantity": typed.get(f"part_quantity_{row}") or 1,
        }
        for row in range(ROWS)
        if (name := typed.get(f"part_name_{row}", "").strip())
    ]
    return {
        "schema": "imloop.repair/1",
        "repair_no": typed.get("repair_no", ""),
        "shop": caller.party_code,
        "case_no": case.case_no,
        "received_at": _moment(typed.get("received_at", "")),
        "finished_at": _moment(typed.get("finished_at", "")),
        "odometer_km": _number(typed.get("odometer_km", "")),
        "diagnosis": {"text": typed.get("diagnosis", ""), "failed_items": case.snapshot["failed_items"]},
        "items": items,
        "parts": parts,
        "documents": {name: typed.get(name, "") for name in _PAPERS},
        "warranty": _warranty(typed),
        **{name: typed.get(name, "") for name in _PLAIN},
    }


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=CHINA).isoformat()
    except ValueError:
        return text


def _number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text or None


def _warranty(typed: QueryDict) -> dict[str, object] | None:
    days, km = _number(typed.get("warranty_days", "")), _number(typed.get("warranty_km", ""))
    return {"days": days, "km": km} if days is not None or km is not None else None
