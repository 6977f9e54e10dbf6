"""Refusals as HTTP status codes: mapped here, once, for the API and the pages."""

from __future__ import annotations

from django.db import DataError

from imloop.facts.refusal import (
    Conflict,
    Malformed,
    NotAllowed,
    Refusal,
    Unavailable,
    Unknown,
    Unlawful,
)
from imloop.facts.text import Text
from imloop.law import LawMissing
from imloop.steps.ground.ledger import cannot_be_kept

_STATUS = {Malformed: 422, Unknown: 404, NotAllowed: 403, Conflict: 409, Unlawful: 403, Unavailable: 503}
_BY_CODE = {
    "malformed-json": 400,
    "wrong-key": 401,
    "no-key": 401,
    "signature-unreadable": 401,
    "signature-incomplete": 401,
    "signature-wrong": 401,
    "signature-too-old": 401,
    "signature-too-early": 401,
    "signature-required": 401,
    "nonce-used": 401,
    "malformed-request": 400,
    "unknown-call": 404,
    "method-not-allowed": 405,
    "body-encoded": 415,
    "body-is-form": 415,
    "body-incomplete": 400,
    "body-too-slow": 408,
    "length-required": 411,
    "too-large": 413,
    "too-many-questions": 429,
    "too-many-calls": 429,
    "too-many-streams": 429,
    "too-many-log-ins": 429,
    "too-many-wrong-claims": 429,
    "too-many-unknown-repairs": 429,
    "too-many-files-today": 429,
    "streams-full": 503,
    "internal-error": 500,
    "disk-full": 507,
}


def status_of(refusal: Refusal, method: str) -> int:
    if refusal.code in _BY_CODE:
        return _BY_CODE[refusal.code]
    status = next((status for kind, status in _STATUS.items() if isinstance(refusal, kind)), 400)
    # An upload that names something unknown is a faulty message, not a missing page.
    return 422 if status == 404 and method == "POST" else status


UNTAKEABLE = (DataError, OverflowError, LawMissing)
"""Errors raised by a value that is well formed and yet too large for the database or the calendar, or a day before any
law that we know."""


def as_refusal(error: Exception) -> Refusal:
    """The refusal for one of ``UNTAKEABLE``."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, LawMissing):
        on, place, key = error.on, error.place, error.key
        zh = f"{on} 在 {place} 没有已录入的规定（{key}），请核对日期。"
        return Unknown(
            "law-missing",
            Text(zh, f"No rule is entered for {on} in {place} ({key}): check the day."),
        )
    if isinstance(error, DataError):
        return cannot_be_kept()
    return Malformed(
        "out-of-range",
        Text("日期或数值超出可处理的范围。", "A date or number is outside the range that can be computed."),
    )
