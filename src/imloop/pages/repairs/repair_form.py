"""The repair as a form: rows added on request, no script needed. What is typed becomes ``imloop.repair/1``."""

from __future__ import annotations

import re
from datetime import datetime

from django.http import QueryDict

from imloop.facts.days import CHINA
from imloop.facts.digits import whole
from imloop.steps.ground.access import Caller
from imloop.store.models import Case

FIRST_ROWS, MOST_ROWS = 2, 30
_PLAIN = ("technician", "inspector")
_PAPERS = ("certificate_no", "settlement_no", "invoice_no")
_COLUMNS = {"item": ("code", "name", "hours"), "part": ("name", "serial", "quantity")}
_ELSEWHERE = {
    "$.items": "item_code_0",
    "$.warranty": "warranty_days",
    "$.repairer": "repairer_name",
    "$.repairer.name": "repairer_name",
    "$.repairer.uscc": "uscc",
}
_OWN = ("csrfmiddlewaretoken", "form_token", "do")
_IN_LIST = re.compile(r"^\$\.(item|part)s\[(\d+)\](?:\.(\w+))?$")


def rows_of(typed: QueryDict, kind: str) -> range:
    """How many rows of ``item`` or ``part`` are shown: those typed, one more when asked for."""
    count = whole(typed.get(f"{kind}_rows", "")) or FIRST_ROWS
    return range(max(FIRST_ROWS, min(count + (typed.get("do") == f"add_{kind}"), MOST_ROWS)))


def message_of(caller: Caller, case: Case, typed: QueryDict) -> dict[str, object]:
    """The form as a message; its faults are found where every upload's faults are found."""
    return {
        "schema": "imloop.repair/1",
        "repair_no": typed.get("repair_no", ""),
        "shop": caller.party_code,
        "case_no": case.case_no,
        "plate": typed.get("plate", ""),
        "vin": typed.get("tail", ""),
        "received_at": _moment(typed.get("received_at", "")),
        "finished_at": _moment(typed.get("finished_at", "")),
        "odometer_km": _number(typed.get("odometer_km", "")),
        "diagnosis": {"text": typed.get("diagnosis", ""), "failed_items": case.snapshot["failed_items"]},
        "items": [_item(typed, row) for row in _typed_rows(typed, "item")],
        "parts": [_part(typed, row) for row in _typed_rows(typed, "part")],
        "documents": {name: typed.get(name, "") for name in _PAPERS},
        "cost_yuan": typed.get("cost_yuan", "").replace(",", "").replace("，", ""),
        "warranty": _warranty(typed),
        **{name: typed.get(name, "") for name in _PLAIN},
    }


def papers_of_form(typed: QueryDict) -> dict[str, object]:
    """The papers of a repairer without access as a message: one item of work and one part, as on the list."""
    return {
        "schema": "imloop.repair/1",
        "repair_no": typed.get("repair_no", ""),
        "repairer": {"name": typed.get("repairer_name", ""), "uscc": typed.get("uscc", "")},
        "case_no": typed.get("case_no", ""),
        "plate": typed.get("plate", ""),
        "vin": typed.get("tail", ""),
        "received_at": _moment(typed.get("received_at", "")),
        "finished_at": _moment(typed.get("finished_at", "")),
        "items": [_item(typed, row) for row in _typed_rows(typed, "item")],
        "parts": [_part(typed, row) for row in _typed_rows(typed, "part")],
        "documents": {name: typed.get(name, "") for name in _PAPERS},
        "cost_yuan": typed.get("cost_yuan", "").replace(",", "").replace("，", ""),
    }


def kept(typed: QueryDict) -> list[tuple[str, str]]:
    """Everything typed, to be carried through the page that asks to check."""
    return [(name, value) for name, value in typed.items() if name not in _OWN and isinstance(value, str)]


def field_of(path: str, typed: QueryDict) -> str:
    """The field a path of the message came from. The message leaves empty rows out; the form does not."""
    found = _IN_LIST.match(path)
    if found is None:
        return _ELSEWHERE.get(path, "") or path.replace(".warranty.", ".warranty_").removeprefix("$.")
    kind, index, name = found[1], int(found[2]), found[3] or "name"
    rows = _typed_rows(typed, kind)
    return f"{kind}_{name}_{rows[index]}" if index < len(rows) else ""


def _typed_rows(typed: QueryDict, kind: str) -> list[int]:
    """Rows in which anything was typed: an amount without its name is asked for the name, not lost."""
    return [
        row
        for row in range(MOST_ROWS)
        if any(typed.get(f"{kind}_{key}_{row}", "").strip() for key in _COLUMNS[kind])
    ]


def _item(typed: QueryDict, row: int) -> dict[str, object]:
    return {name: typed.get(f"item_{name}_{row}", "") for name in _COLUMNS["item"]}


def _part(typed: QueryDict, row: int) -> dict[str, object]:
    told = {name: typed.get(f"part_{name}_{row}", "").strip() for name in ("name", "serial")}
    return {**told, "quantity": typed.get(f"part_quantity_{row}") or 1}


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=CHINA).isoformat()
    except ValueError:
        return text


def _number(text: str) -> object:
    """A number as people write it, thousands apart; anything else as it stands, to be refused where it is read."""
    try:
        return float(text.replace(",", "").replace("，", ""))
    except ValueError:
        return text or None


def _warranty(typed: QueryDict) -> dict[str, object] | None:
    days, km = _number(typed.get("warranty_days", "")), _number(typed.get("warranty_km", ""))
    return {"days": days, "km": km} if days is not None or km is not None else None
