"""The call that stations make by the thousand, answered before sessions, languages and routes are looked at.

``Express`` wraps the WSGI application. It knows one address, the retest permit asked with a machine's key, and gives
the same bytes as the ordinary call (a test compares them); everything else goes on to the framework.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.http.request import split_domain_port, validate_host

from imloop.api.answers import moment_of
from imloop.api.auth import machine
from imloop.api.errors import problem, unexpected, untakeable
from imloop.exchange.http_status import UNTAKEABLE
from imloop.facts.refusal import Refusal
from imloop.steps.ask_permit import ask_permit

PATH = "/api/v1/retest-permit"
KNOWN = frozenset({"vin", "plate", "station", "at"})
_SAFE = [
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
]
_JSON = [("Content-Type", "application/json"), *_SAFE]
Environment = dict[str, Any]
StartResponse = Callable[..., object]


class Express:
    def __init__(self, application: Callable[[Environment, StartResponse], Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
        asked = _asked(environ)
        answer = None if asked is None else _answer(environ, *asked)
        if answer is None:
            return self.application(environ, start_response)
        status, headers, body = answer
        start_response(status, [*headers, ("Content-Length", str(len(body)))])
        return [body]


def _asked(environ: Environment) -> tuple[dict[str, str], datetime | None] | None:
    """The question; None when it is not this call, or not plainly put: that is for the framework to say."""
    if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != "GET":
        return None
    pairs = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    asked = dict(pairs)
    if len(asked) != len(pairs) or not asked.keys() <= KNOWN or not _is_ours(environ.get("HTTP_HOST", "")):
        return None
    text = asked.pop("at", None)
    try:
        return asked, None if text is None else datetime.fromisoformat(text)
    except ValueError:
        return None


@lru_cache(maxsize=64)
def _is_ours(host: str) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _answer(
    environ: Environment, asked: dict[str, str], at: datetime | None
) -> tuple[str, list[tuple[str, str]], bytes] | None:
    """Status line, headers and body; None for a person's session."""
    request = WSGIRequest(environ)
    close_old_connections()
    try:
        who = machine(request)
        if who is None:
            return None
        given = {name: asked.get(name, "") for name in ("vin", "plate", "station")}
        return "200 OK", _JSON, msgspec.json.encode(ask_permit(who, at=moment_of(at), **given))
    except Refusal as refusal:
        refused = problem(request, refusal)
    except UNTAKEABLE as error:
        refused = untakeable(request, error)
    except Exception as error:  # as the framework does: logged, never shown
        refused = unexpected(request, error)
    return f"{refused.status_code} {refused.reason_phrase}", [*refused.items(), *_SAFE], refused.content
