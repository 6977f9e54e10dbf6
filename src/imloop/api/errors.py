"""Refusals as ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

import logging

import msgspec
from django.http import HttpRequest, HttpResponse

from imloop.exchange.http_status import status_of
from imloop.facts.refusal import Refusal, Unknown
from imloop.facts.text import Text

_TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Refused",
    404: "Not found",
    409: "Conflict",
    413: "Too large",
    422: "Not accepted",
    429: "Too many requests",
    500: "Internal error",
    503: "Not now",
}
log = logging.getLogger("imloop.api")


def problem(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    status = status_of(refusal, request.method or "GET")
    body: dict[str, object] = {
        "type": f"/docs/errors#{refusal.code}",
        "title": _TITLES[status],
        "status": status,
        "code": refusal.code,
        "detail": refusal.text.zh,
        "detail_en": refusal.text.en,
    }
    if refusal.cite:
        body["cite"] = refusal.cite
    if refusal.problems:
        body["errors"] = [fault.to_json() for fault in refusal.problems]
    if refusal.reasons:
        body["reasons"] = [reason.to_json() for reason in refusal.reasons]
    response = HttpResponse(msgspec.json.encode(body), status=status, content_type="application/problem+json")
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        response["Retry-After"] = "60"
    return response


def no_such_call(request: HttpRequest) -> HttpResponse:
    """An address under ``/api/`` that no call has."""
    words = Text(
        f"没有接口 {request.path}，见 /api/docs。", f"There is no call {request.path}; see /api/docs."
    )
    return problem(request, Unknown("unknown-call", words))


def unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    """Never a stack trace to the caller; always one in the log."""
    log.error("unexpected error at %s", request.path, exc_info=error)
    return problem(
        request, Refusal("internal-error", Text("平台内部错误，已记录。", "Internal error, recorded."))
    )
