"""A passing test of a car that OBD is due for, with one value in another place; what is decoded and judged of it."""

from __future__ import annotations

import json
from typing import Any

from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.facts.days import day_of
from imloop.facts.records.inspection import TestRecord
from imloop.law import load
from imloop.verdict import judge
from support.city import NEAR, at
from support.messages.uploads import repair_message, test_message

OBD = {
    "communication": True,
    "mil_lamp_ok": True,
    "mil_on": False,
    "dashboard_matches": True,
    "tampered": False,
    "dtcs": [],
    "readiness_incomplete": [],
}
WHOLE = test_message(at("2026-03-05 09:00"), station=NEAR, obd=OBD)
WHOLE["vehicle"] = {**WHOLE["vehicle"], "produced_on": "2020-03-01"}  # type: ignore[dict-item]
REPAIR = repair_message(at("2026-03-05 09:00"), shop="M1")


def message(path: str, value: object) -> dict[str, Any]:
    """``WHOLE`` with one value in another place."""
    whole: dict[str, Any] = json.loads(json.dumps(WHOLE))
    *way, last = path.split(".")
    inner = whole
    for step in way:
        inner = inner.setdefault(step, {})
    inner[last] = value
    return whole


def decoded(path: str, value: object) -> TestRecord:
    return decode_test(json.dumps(message(path, value)).encode())


def verdict(record: TestRecord) -> tuple[str, dict[str, str]]:
    found = judge(record, load().at(day_of(record.started_at), "450200"))
    return str(found.result), dict(found.parts)
