"""Repairs and self-checks: paper numbers, sizes and days in other writings."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from neighbours.case import DROP, HOME, Call, Car, Case, Upload
from neighbours.cases.identity import WRITINGS, wide

COUNTS = "docs/stations.md, what counts as a repair"
FAILED = Upload({"status": 201, "verdict": "fail", "case": True}, base="fail")
ASKED = f"/api/v1/retest-permit?vin={{vin}}&station={HOME}"
OPEN = Call("GET", ASKED, {"status": 200, "has": {"allowed": True}})
TAKEN = {"status": 201}


def _shut(*codes: str) -> Call:
    return Call("GET", ASKED, {"status": 200, "has": {"allowed": False}, "any_reason": codes})


def _repair(
    name: str, says: str, put: dict[str, Any], then: Call | None, right: dict[str, Any] = TAKEN
) -> Case:
    """A failed run, its repair with something of its own, and what the gate says then."""
    repair = Upload(right, base="repair", put=put, to="repairs", sender="450203M01")
    return Case(f"repair-{name}", says, COUNTS, (FAILED, repair, *([then] if then else [])))


def _number(field: str, how: str, value: Any) -> Case:
    put = {f"documents.{field}": value}
    then = _shut("documents-missing", "documents-invalid")
    return _repair(f"{field.split('_')[0]}-{how}", f"{field} {value!r} is no number", put, then)


def _paper_again(how: str, writing: Any) -> Case:
    """The certificate of one repair again for another vehicle, written otherwise."""
    name = f"repair-certificate-again-{how}"
    number = f"HGZ-{Car(name).vin[-6:]}-A"
    first = Upload(
        TAKEN, base="repair", put={"documents.certificate_no": number}, to="repairs", sender="450203M01"
    )
    other = f"{name} other"
    put = {"documents.certificate_no": writing(number)}
    steps = (
        FAILED,
        first,
        Upload({"status": 201, "verdict": "fail"}, base="fail", car=other, name="2"),
        Upload(TAKEN, base="repair", put=put, to="repairs", sender="450203M01", car=other, name="2"),
        Call(
            "GET",
            ASKED,
            {"status": 200, "has": {"allowed": False}, "any_reason": ("documents-invalid",)},
            car=other,
        ),
    )
    return Case(name, f"{put['documents.certificate_no']!r} is the number {number}", COUNTS, steps)


def _check(name: str, values: Any, right: dict[str, Any], **more: Any) -> Case:
    now = datetime.now(UTC)
    body = {
        "schema": "imloop.check/1", "check_no": f"NEIGHBOUR-{name}", "station": "450204001", "line": "01",
        "kind": "obd_reader",
        "started_at": (now - timedelta(minutes=9)).isoformat(), "finished_at": (now - timedelta(minutes=8)).isoformat(),
        "values": values, **more,
    }  # fmt: skip
    call = Call("POST", "/api/v1/equipment-checks", right, json.dumps(body).encode(), sender="450204001")
    return Case(f"check-{name}", f"values {str(values)[:60]}", "docs/upload.md, a self-check", (call,))


NO_PASS = {"status": (201, 422), "result": ("fail", "invalid")}
CASES = [
    _repair("sound", "a sound repair opens the gate (so the others can fail)", {}, OPEN),
    *(_repair(f"plate-{how}", "the plate otherwise written is the same vehicle", {"plate": WRITINGS[how], "vin": DROP},
        OPEN)
      for how in ("dot", "lower", "full-width", "zero-width", "nul-tail", "wide-blank")),
    _repair("last-six-wide", "the last six signs in full width", {"vin": lambda v: wide(v[-6:]), "plate": DROP}, OPEN),
    _repair("last-six-padded", "the last six signs, padded", {"vin": lambda v: f" {v[-6:]}\0", "plate": DROP}, OPEN),
    _number("certificate_no", "dash", "-"), _number("certificate_no", "zeros", "00000000"),
    _number("certificate_no", "none", "无"),
    _number("settlement_no", "na", "N/A"), _number("settlement_no", "nul", "\0\0\0\0"),
    _number("invoice_no", "full-width-zeros", "００００"),
    _number("invoice_no", "dashes", "——"), _number("certificate_no", "blank", "\u3000 "),
    _number("invoice_no", "null-word", "null"),
    _paper_again("wide", wide), _paper_again("lower", str.lower),
    _paper_again("parted", lambda n: n.replace("-", " - ")),
    _paper_again("together", lambda n: n.replace("-", "")),
    _repair("cost-nan", "a cost that is no number is left out", {"cost_yuan": "NaN"}, None,
        TAKEN | {"finding": ["field-unreadable"]}),
    _repair("cost-negative", "a negative cost is left out", {"cost_yuan": "-1.00"}, None,
        TAKEN | {"finding": ["field-unreadable"]}),
    _repair("cost-exponent", "digits alone", {"cost_yuan": "1e3"}, None, TAKEN | {"finding": ["field-unreadable"]}),
    _repair("cost-beyond", "beyond its column", {"cost_yuan": "1" + "0" * 30}, None,
        TAKEN | {"finding": ["field-unreadable"]}),
    _repair("nothing-done", "hours of nought and no parts are no work",
        {"items.0.hours": "0", "items.1.hours": "0.0", "parts": []}, _shut("nothing-done")),
    _repair("hours-nan", "hours that are no number are no work",
        {"items.0.hours": "NaN", "items.1.hours": "NaN", "parts": []}, _shut("nothing-done", "no-repair-record"),
        {"status": (201, 422)}),
    _repair("hours-negative", "hours below nought are no work",
        {"items.0.hours": "-2", "items.1.hours": "-1", "parts": []}, _shut("nothing-done", "no-repair-record"),
        {"status": (201, 422)}),
    _repair("hours-infinite", "endless hours are no work",
        {"items.0.hours": "Infinity", "items.1.hours": "inf", "parts": []}, _shut("nothing-done", "no-repair-record"),
        {"status": (201, 422)}),
    _repair("parts-minus-one", "minus one part is no part",
        {"items": [], "parts.0.quantity": -1, "parts.1.quantity": 0}, _shut("nothing-done", "no-repair-record"),
        {"status": (201, 422)}),
    _repair("parts-nought", "nought parts are no part",
            {"items": [], "parts.0.quantity": 0, "parts.1.quantity": "0"},
            _shut("nothing-done", "no-repair-record"), {"status": (201, 422)}),
    _repair("parts-nan", "no number of parts is no part",
            {"items": [], "parts.0.quantity": "NaN", "parts.1.quantity": "-"},
            _shut("nothing-done", "no-repair-record"), {"status": (201, 422)}),
    _repair("parts-nameless", "parts of placeholders are no part",
            {"items": [], "parts": [{"name": "-", "code": "无"}]},
            _shut("nothing-done", "no-repair-record"), {"status": (201, 422)}),
    _repair("cost-plus", "digits alone", {"cost_yuan": "+10.00"}, None, TAKEN | {"finding": ["field-unreadable"]}),
    _repair("odometer-1e308", "a record beyond its column never breaks", {"odometer_km": 1e308}, None,
        {"status": (201, 422)}),
    _repair("month-13", "no day", {"received_at": "2026-13-01T00:00:00+08:00"}, _shut("no-repair-record"),
        {"status": 422, "path": "$.received_at"}),
    _repair("ends-first", "finished before it came in", {"finished_at": "2026-01-01T00:00:00+08:00"},
        _shut("no-repair-record"), {"status": 422}),
    _repair("number-slash", "a sign that is none of a number's", {"repair_no": "A/B"}, _shut("no-repair-record"),
        {"status": 422, "path": "$.repair_no"}),
    _repair("vin-of-another", "the case's number with another VIN", {"vin": Car("someone else").vin},
        _shut("no-repair-record"), {"status": (403, 404, 409, 422)}),
    _check("sound", {"connected": 1, "sent": 1}, {"status": 201, "result": ("pass",)}),
    _check("nan", {"connected": "NaN", "sent": 1}, NO_PASS), _check("two", {"connected": 2, "sent": 1}, NO_PASS),
    _check("missing", {"connected": 1}, NO_PASS), _check("null", {"connected": None, "sent": 1}, NO_PASS),
    _check("infinity", {"connected": 1, "sent": "Infinity"}, NO_PASS), _check("list", [1, 1], {"status": 422}),
    _check("number-slash", {"connected": 1, "sent": 1}, {"status": 422, "path": "$.check_no"}, check_no="A/B"),
    _check("month-13", {"connected": 1, "sent": 1}, {"status": 422, "path": "$.started_at"},
        started_at="2026-13-01T00:00:00+08:00"),
]  # fmt: skip
