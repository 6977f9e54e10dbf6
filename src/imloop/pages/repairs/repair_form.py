"""The repair as a form: rows added on request, no script needed. What is typed becomes ``imloop.repair/1``."""

from __future__ import annotations

import re
from datetime import datetime

from django.http import QueryDict

from imloop.facts.days import CHINA
from imloop.facts.digits import whole
from imloop.facts.refusal import Refusal
from imloop.pages.guard import words
from imloop.steps.ground.access import Caller
from imloop.store.models import Case

FIRST_ROWS, MOST_ROWS = 2, 30
_PLAIN = ("technician", "inspector", "cost_yuan")
_PAPERS = ("certificate_no", "settlement_no", "invoice_no")
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
        "items": [_item(typed, row) for row in _typed_rows(typed, "item", "code")],
        "parts": [_part(typed, row) for row in _typed_rows(typed, "part", "name")],
        "documents": {name: typed.get(name, "") for name in _PAPERS},
        "warranty": _warranty(typed),
        **{name: typed.get(name, "") for name in _PLAIN},
    }


def faults_of(refusal: Refusal, typed: QueryDict) -> list[tuple[str, str]]:
    """(id of the field, words) of every fault, for links from the summary."""
    return [(_field(fault.path, typed), words(fault.text)) for fault in refusal.problems] or [
        ("", words(reason.text)) for reason in refusal.reasons
    ]


def kept(typed: QueryDict) -> list[tuple[str, str]]:
    """Everything typed, to be carried through the page that asks to check."""
    return [(name, value) for name, value in typed.items() if name not in _OWN and isinstance(value, str)]


def _field(path: str, typed: QueryDict) -> str:
    """The message leaves empty rows out; the form does not."""
    found = _IN_LIST.match(path)
    if found is None:
        last = path.rpartition(".")[2]
        return f"warranty_{last}" if ".warranty." in path else last
    kind, index, name = found[1], int(found[2]), found[3] or "name"
    rows = _typed_rows(typed, kind, "code" if kind == "item" else "name")
    return f"{kind}_{name}_{rows[index]}" if index < len(rows) else ""


def _typed_rows(typed: QueryDict, kind: str, key: str) -> list[int]:
    return [row for row in range(MOST_ROWS) if typed.get(f"{kind}_{key}_{row}", "").strip()]


def _item(typed: QueryDict, row: int) -> dict[str, object]:
    return {name: typed.get(f"item_{name}_{row}", "") for name in ("code", "name", "hours")}


def _part(typed: QueryDict, row: int) -> dict[str, object]:
    told = {name: typed.get(f"part_{name}_{row}", "").strip() for name in ("name", "serial", "origin")}
    return {**told, "quantity": typed.get(f"part_quantity_{row}") or 1}


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
