"""Request bodies for the OpenAPI document. The exact reading rules are in ``exchange``; these give the shape."""

from __future__ import annotations

from datetime import date

from ninja import Schema

from imloop.facts.codes import Fuel, Method, Outcome, Purpose
from imloop.facts.records.repair import REPAIR_ITEMS

_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}
_NUMBER = {"type": "number"}


def _object(required: list[str], **properties: object) -> dict[str, object]:
    return {"type": "object", "required": required, "properties": properties}


_DIALECTS = ("application/xml", "text/csv", "text/plain")
"""The bytes themselves say which dialect they are in (``docs/dialects.md``)."""


def _request(schema: dict[str, object]) -> dict[str, object]:
    content = {"application/json": {"schema": schema}} | {kind: {"schema": _TEXT} for kind in _DIALECTS}
    return {"requestBody": {"required": True, "content": content}}


TEST_UPLOAD = _request(
    _object(
        [
            "schema",
            "test_no",
            "station",
            "line",
            "method",
            "purpose",
            "outcome",
            "started_at",
            "ended_at",
            "vehicle",
            "trace",
        ],
        schema={"const": "imloop.test/1"},
        test_no={"type": "string", "maxLength": 64},
        station=_TEXT,
        line=_TEXT,
        sequence={"type": "integer"},
        method={"enum": [str(m) for m in Method]},
        purpose={"enum": [str(p) for p in Purpose]},
        outcome={"enum": [str(o) for o in Outcome]},
        started_at=_TIME,
        ended_at=_TIME,
        vehicle=_object([], vin=_TEXT, plate=_TEXT, fuel={"enum": [str(f) for f in Fuel]}),
        ambient=_object([], temperature_c=_NUMBER, humidity_pct=_NUMBER, pressure_kpa=_NUMBER),
        trace=_object(
            [],
            packed={"type": "string", "contentEncoding": "base64", "description": "instead of columns"},
            columns={
                "type": "object",
                "description": "1 Hz columns of equal length; null for a missing sample; phase is text",
                "additionalProperties": {"type": "array"},
            },
        ),
        claimed=_object([], verdict=_TEXT, values={"type": "object"}),
    )
)

REDEMPTION = _request(
    _object(
        ["voucher", "vehicle", "shop", "documents", "used_at"],
        schema={"const": "imloop.redemption/1"},
        voucher={
            "type": "object",
            "description": "the whole imloop.voucher/1; or number and code, or the code alone, as typed from paper",
            "required": ["code"],
            "properties": {"number": _TEXT, "code": _TEXT},
        },
        vehicle=_object([], vin=_TEXT, plate=_TEXT),
        shop=_TEXT,
        documents=_object([], settlement_no=_TEXT, certificate_no=_TEXT),
        used_at=_TIME,
        clock=_TIME,
    )
)

REPAIR_UPLOAD = _request(
    _object(
        ["repair_no", "shop", "received_at", "finished_at"],
        schema={"const": "imloop.repair/1"},
        repair_no={"type": "string", "maxLength": 64},
        shop=_TEXT,
        case_no=_TEXT,
        vin=_TEXT,
        plate=_TEXT,
        received_at=_TIME,
        finished_at=_TIME,
        items={"type": "array", "items": _object(["code"], code={"enum": sorted(REPAIR_ITEMS)}, name=_TEXT)},
        parts={"type": "array", "items": _object(["name"], name=_TEXT, serial=_TEXT)},
        cost_yuan={"type": "string", "examples": ["460.00"]},
        documents=_object([], certificate_no=_TEXT, settlement_no=_TEXT, invoice_no=_TEXT),
        warranty=_object(["days", "km"], days={"type": "integer"}, km={"type": "integer"}),
    )
)


class ExitIn(Schema):
    kind: str
    to_station: str = ""
    reason: str
    evidence: str
    expires_on: date
