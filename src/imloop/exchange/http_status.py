"""Refusals as HTTP status codes: mapped here, once, for the API and the pages."""

from __future__ import annotations

from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Refusal, Unknown, Unlawful

_STATUS = {Malformed: 422, Unknown: 404, NotAllowed: 403, Conflict: 409, Unlawful: 403}
_BY_CODE = {
    "malformed-json": 400,
    "wrong-key": 401,
    "no-key": 401,
    "too-large": 413,
    "too-many-questions": 429,
    "too-many-streams": 429,
    "streams-full": 503,
    "internal-error": 500,
}


def status_of(refusal: Refusal, method: str) -> int:
    if refusal.code in _BY_CODE:
        return _BY_CODE[refusal.code]
    status = next((status for kind, status in _STATUS.items() if isinstance(refusal, kind)), 400)
    # An upload that names something unknown is a faulty message, not a missing page.
    return 422 if status == 404 and method == "POST" else status
