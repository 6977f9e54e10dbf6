"""The two calls that stations make most often, answered before Django's middleware to save time.

``Express`` wraps the WSGI application. It knows two calls of machines with a key, the question for a retest permit and
the upload of a test, and gives the same bytes as the ordinary call (a test compares them); everything else goes on to
the framework.

Buys: a retest permit costs 0.37 of the framework's processor time on SQLite, 0.5 on PostgreSQL (benchmark HELPERS).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http.request import split_domain_port, validate_host

from imloop.api.http.answers import body_of, moment_of
from imloop.api.http.audience import Kinds
from imloop.api.http.auth import machine
from imloop.api.http.errors import problem, unexpected, untakeable
from imloop.api.http.router import Call as Route
from imloop.exchange.http.http_status import UNTAKEABLE
from imloop.exchange.http.metrics import count_upload
from imloop.exchange.uploads.intake import take_test_in_group
from imloop.facts.days import moment_in
from imloop.facts.refusal import Refusal
from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller, require_kind
from imloop.store import connection_pool

PREFIX = "/api/v1/"
ROUTE = "imloop.route"
"""Where ``Observed`` reads the template of an address; these calls have none in them."""
KNOWN = frozenset({"vin", "plate", "station", "at"})
SAFE = [
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
]
_JSON = [("Content-Type", "application/json"), *SAFE]
Environment = dict[str, Any]
StartResponse = Callable[..., object]
Application = Callable[[Environment, StartResponse], Iterable[bytes]]
Call = Callable[[WSGIRequest, Caller], tuple[str, object]]
"""A call ready to run: returns the status line and the answer."""


class Express:
    """``routes``: every call by its name; they say whom the two are for."""

    def __init__(self, application: Application, routes: Mapping[str, Route]) -> None:
        self.application = application
        self._calls = {name: (routes[name].who, understand) for name, understand in _CALLS.items()}

    def __call__(self, environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
        name = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO'].removeprefix(PREFIX)}"
        answer = None
        if name in self._calls and _is_ours(environ.get("HTTP_HOST", "")):
            who, understand = self._calls[name]
            call = understand(environ)
            answer = None if call is None else _answer(environ, who, call)
        if answer is None:
            return self.application(environ, start_response)
        status, headers, body = answer
        environ[ROUTE] = environ["PATH_INFO"]
        start_response(status, [*headers, ("Content-Length", str(len(body)))])
        return [body]


def _permit(environ: Environment) -> Call | None:
    """None when the query is not of the plain form: the framework then handles it."""
    pairs = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    asked = dict(pairs)
    if len(asked) != len(pairs) or not asked.keys() <= KNOWN:
        return None
    text = asked.pop("at", None)
    at = None if text is None else moment_in(text)
    if text is not None and at is None:
        return None
    given = {name: asked.get(name, "") for name in ("vin", "plate", "station")}
    return lambda _, who: ("200 OK", ask_permit(who, at=moment_of(at), **given))


def _upload(environ: Environment) -> Call | None:
    """None for an upload that names its dialect."""
    return None if environ.get("QUERY_STRING") else _take


def _take(request: WSGIRequest, who: Caller) -> tuple[str, object]:
    receipt = take_test_in_group(body_of(request), who, clock.now())
    count_upload("test", receipt.created, receipt.body)
    return "201 Created" if receipt.created else "200 OK", receipt.body


_CALLS: dict[str, Callable[[Environment], Call | None]] = {
    "GET retest-permit": _permit,
    "POST tests": _upload,
}


@lru_cache(maxsize=64)
def _is_ours(host: str) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _answer(
    environ: Environment, kinds: Kinds, call: Call
) -> tuple[str, list[tuple[str, str]], bytes] | None:
    """Status line, headers and body; None for a person's session."""
    request = WSGIRequest(environ)
    connection_pool.renew()
    try:
        who = machine(request)
        if who is None:
            return None
        require_kind(who, *kinds)
        status, said = call(request, who)
        return status, _JSON, msgspec.json.encode(said)
    except Refusal as refusal:
        refused = problem(request, refusal)
    except UNTAKEABLE as error:
        refused = untakeable(request, error)
    except Exception as error:  # as the framework does: logged, never shown
        refused = unexpected(request, error)
    return f"{refused.status_code} {refused.reason_phrase}", [*refused.items(), *SAFE], refused.content
