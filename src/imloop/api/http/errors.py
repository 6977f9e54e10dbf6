"""Refusals as ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

import msgspec
import structlog
from django.http import HttpRequest, HttpResponse
from ninja.errors import HttpError

from imloop.exchange.http import metrics
from imloop.exchange.http.http_status import as_refusal, status_of
from imloop.exchange.http.trouble import unavailable
from imloop.facts.refusal import Ambiguous, Malformed, Refusal, Unknown, WrongPlace
from imloop.facts.text import Text

_TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Refused",
    404: "Not found",
    405: "Method not allowed",
    408: "Too slow",
    409: "Conflict",
    411: "Length required",
    413: "Too large",
    415: "Unknown kind of body",
    422: "Not accepted",
    429: "Too many requests",
    500: "Internal error",
    503: "Not now",
    507: "Storage full",
}
_RETRY_AFTER = {429: "60", 503: "5", 507: "60"}
"""Seconds."""
log = structlog.get_logger("imloop.api")


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
    if isinstance(refusal, Ambiguous):
        body["choices"] = [{refusal.asks: code, "name": name} for code, name in refusal.choices]
    if isinstance(refusal, WrongPlace):
        body |= {"after": refusal.after, "newest": refusal.newest}
    if refusal.reasons:
        body["reasons"] = [reason.to_json() for reason in refusal.reasons]
    if status >= 500 and (request_id := request.META.get("imloop.request_id")):
        body["request_id"] = request_id
    metrics.REFUSALS.labels(refusal.code).inc()
    response = HttpResponse(msgspec.json.encode(body), status=status, content_type="application/problem+json")
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer, Signature realm="imloop"'
    if status in _RETRY_AFTER:
        response["Retry-After"] = _RETRY_AFTER[status]
    return response


def unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """A request that the framework could not read, as a refusal like every other: ours, where we said why."""
    if isinstance(error.__cause__, Refusal):
        return problem(request, error.__cause__)
    return problem(request, Malformed("malformed-json", Text("无法读取报文。", str(error))))


def untakeable(request: HttpRequest, error: Exception) -> HttpResponse:
    """A value such as text with a NUL or the year 9999: refused, and logged in case the fault is ours."""
    log.warning("beyond what can be taken at %s", request.path, exc_info=error)
    return problem(request, as_refusal(error))


def no_such_call(request: HttpRequest) -> HttpResponse:
    """An address under ``/api/`` that no call has."""
    words = Text(
        f"没有接口 {request.path}，见 /api/docs。", f"There is no API call {request.path}; see /api/docs."
    )
    return problem(request, Unknown("unknown-call", words))


def unexpected(request: HttpRequest, error: BaseException) -> HttpResponse:
    """Never a stack trace to the caller; always one in the log. A database that does not answer is reported as such."""
    away = unavailable(error)
    if away is not None:
        log.error("unavailable", code=away.code)
        return problem(request, away)
    log.error("unexpected", exc_info=error)
    return problem(
        request,
        Refusal("internal-error", Text("平台内部错误，已记录。", "Internal error; it has been recorded.")),
    )
