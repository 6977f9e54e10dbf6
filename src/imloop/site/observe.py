"""Number, time, count and log every request, cheaply enough not to slow the fastest call."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable
from itertools import count

import structlog
from django.http import HttpRequest, HttpResponse
from prometheus_client import Histogram

from imloop.api.http.fast_calls import ROUTE, Application, Environment, StartResponse
from imloop.exchange.http.metrics import REQUESTS
from imloop.site.logs import REQUEST_NUMBER

REQUEST_ID = "imloop.request_id"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_process, _numbers = secrets.token_hex(6), count(1)
_series: dict[tuple[str, str, str], Histogram] = {}
_plain_log = logging.getLogger("imloop.request")
log = structlog.get_logger("imloop.request")


class Observed:
    """WSGI: gives the request its number (``X-Request-Id``, the caller's own if it is sound), counts and logs it by the
    template of its address. The address itself, its query and its body are not logged."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
        begun = time.perf_counter()
        number = environ.get("HTTP_X_REQUEST_ID", "")
        if not number or not _GIVEN.fullmatch(number):
            number = f"{_process}-{next(_numbers)}"
        environ[REQUEST_ID] = number
        REQUEST_NUMBER.set(number)
        ended = "500"

        def start(status: str, headers: list[tuple[str, str]], *more: object) -> object:
            nonlocal ended
            ended = status[:3]
            headers.append(("X-Request-Id", number))
            return start_response(status, headers, *more)

        answer = self.application(environ, start)
        _note(environ, ended, time.perf_counter() - begun)
        return answer


def _note(environ: Environment, status: str, seconds: float) -> None:
    route = environ.get(ROUTE, "other")
    method = environ["REQUEST_METHOD"]
    key = (route, method if method in _KNOWN_METHODS else "other", status)
    series = _series.get(key)
    if series is None:
        series = _series.setdefault(key, REQUESTS.labels(*key))
    series.observe(seconds)
    level = logging.ERROR if status >= "500" else logging.INFO
    if _plain_log.isEnabledFor(level):
        ms = round(seconds * 1000, 1)
        log.log(level, "answered", route=key[0], method=key[1], status=int(status), ms=ms)


class RouteNoted:
    """Tells ``Observed`` the template of the address that was found."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match is not None:
            request.META[ROUTE] = "/" + match.route.lstrip("^/")
        return response
