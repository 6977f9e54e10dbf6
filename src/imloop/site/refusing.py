"""A refusal given before the framework has seen the request."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.handlers.wsgi import WSGIRequest

from imloop.api.http.errors import problem
from imloop.api.http.fast_calls import SAFE, Environment, StartResponse
from imloop.facts.refusal import Refusal


def refusal_of(
    environ: Environment, refusal: Refusal, *, close: bool = False
) -> tuple[str, list[tuple[str, str]], bytes]:
    """Status line, headers and body: problem JSON under ``/api/``, plain words elsewhere.
    ``close``: the connection is not used again."""
    answer = problem(WSGIRequest(environ), refusal)
    body = answer.content
    if not environ["PATH_INFO"].startswith("/api/"):
        answer["Content-Type"] = "text/plain; charset=utf-8"
        body = f"{refusal.text.zh}\n{refusal.text.en}\n".encode()
    headers = [*answer.items(), *SAFE, ("Content-Length", str(len(body)))]
    if close:
        headers.append(("Connection", "close"))
    return f"{answer.status_code} {answer.reason_phrase}", headers, body


def refuse(
    environ: Environment, start_response: StartResponse, refusal: Refusal, *, close: bool = False
) -> Iterable[bytes]:
    status, headers, body = refusal_of(environ, refusal, close=close)
    start_response(status, headers)
    return [body]
