"""What several subjects answer or read, as the OpenAPI document describes it. What one subject has to itself is in
its own file.

The answers are made by the steps; in the tests every answer is compared with what is declared.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ninja import Field, Schema
from pydantic import ConfigDict

ABSENT: Any = None
"""Default of a field that an answer may leave out. The field is never null unless its type says so."""
JsonObject = dict[str, object]
"""An object whose keys the document does not name one by one."""


def example(**said: Any) -> ConfigDict:
    """A schema's ``model_config`` with an example for the document."""
    return ConfigDict(json_schema_extra={"examples": [said]})


class ReasonOut(Schema):
    """Why something is refused, failed or doubted. ``code`` is stable, the words are not; ``cite`` names the clause,
    ``next`` says what to do. ``warning``: it refuses nothing."""

    code: str
    cite: str
    text: str
    text_en: str
    next: str = ABSENT
    next_en: str = ABSENT
    item: str = ABSENT
    rows: list[int] = ABSENT
    warning: bool = ABSENT


class GateOut(Schema):
    """``reasons``: refusals first, then warnings; empty when nothing is to be said."""

    gate: str
    allowed: bool
    reasons: list[ReasonOut]


class StampOut(Schema):
    """The journal's entry of what was received: its fields as they are hashed."""

    number: int
    at: str
    kind: str
    actor: str
    subject: str
    body: object
    previous: str
    hash: str


class ReceiptOut(Schema):
    """What an uploader is told, and told again word for word when the same bytes come. Receipts of earlier versions
    lack what was added later."""

    schema_: str = Field(alias="schema")
    received_at: datetime


class KeptFileOut(Schema):
    """``size`` in bytes."""

    name: str
    sha256: str
    size: int


DIALECTS = ("application/xml", "text/csv", "text/plain")
"""The bytes themselves say which dialect they are in (``docs/dialects.md``)."""
TEXT: JsonObject = {"type": "string"}
TIME: JsonObject = {"type": "string", "format": "date-time"}
DAY: JsonObject = {"type": "string", "format": "date"}
NUMBER: JsonObject = {"type": "number"}
WHOLE: JsonObject = {"type": "integer"}
OWN_NUMBER: JsonObject = {"type": "string", "maxLength": 64, "pattern": "^[A-Za-z0-9\\-_.:\u4e00-\u9fff]+$"}
"""The sender's own number of a test, a repair …; not signs alone."""
OWN_LINE: JsonObject = {**OWN_NUMBER, "maxLength": 8}


def fields(required: list[str], **properties: object) -> JsonObject:
    """JSON Schema of an object, of a body that a call reads for itself: the exact rules are in ``exchange``."""
    return {"type": "object", "required": required, "properties": properties}


def several(message: JsonObject) -> JsonObject:
    return {"type": "array", "items": message}


def in_json(message: JsonObject, /, **said: object) -> Mapping[str, object]:
    """``body`` of a route, with an example."""
    return {"application/json": {**message, "examples": [said]}}


def in_any_dialect(message: JsonObject, /, **said: object) -> Mapping[str, object]:
    """The same, for a body that may also come in a dialect."""
    return {**in_json(message, **said), **dict.fromkeys(DIALECTS, TEXT)}
