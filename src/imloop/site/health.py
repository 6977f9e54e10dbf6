"""For operators: /healthz, /readyz, /metrics, and the answer when something fails unexpectedly."""

from __future__ import annotations

import hmac
import os
import sys
from collections.abc import Iterator

import msgspec
import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

from imloop.api.http.errors import unexpected
from imloop.exchange.http.trouble import unavailable
from imloop.steps.desk import health
from imloop.steps.ground import clock

log = structlog.get_logger("imloop.site")
_LOOPBACK = ("127.0.0.1", "::1")
_LINES_FOR = 60
"""Seconds for which the count of locked lines is remembered: it asks every line."""


def healthz(request: HttpRequest) -> HttpResponse:
    """Says that the process answers; checks nothing else."""
    return _json({"status": "alive"}, 200)


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the site may be sent requests; 503 with the reasons otherwise."""
    found = health.checks(clock.now())
    ready = all(check.ok for check in found)
    body = {
        "status": "ready" if ready else "not ready",
        "checks": {
            check.name: {"ok": True}
            if check.fault is None
            else {"ok": False, "reason": check.fault.zh, "reason_en": check.fault.en}
            for check in found
        },
    }
    return _json(body, 200 if ready else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text. For this machine itself, or with ``IMLOOP_METRICS_TOKEN`` as bearer."""
    if not _may_watch(request):
        return _json({"status": "not for you"}, 403)
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library's
    else:
        registry.register(REGISTRY)
    registry.register(_State())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_watch(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    # What a proxy on this machine passes on comes from elsewhere.
    return request.META.get("REMOTE_ADDR") in _LOOPBACK and "X-Forwarded-For" not in request.headers


class _State(Collector):
    """What the database says at the moment of asking; without a database, only that."""

    def collect(self) -> Iterator[Metric]:
        now = clock.now()
        try:
            found = health.figures(now)
            locked = cache.get("locked-lines")
            if locked is None:
                locked = health.locked_lines(now)
                cache.set("locked-lines", locked, _LINES_FOR)
        except (DatabaseError, InterfaceError):
            yield GaugeMetricFamily("imloop_database_up", "1: the database answers.", 0)
            return
        yield GaugeMetricFamily("imloop_database_up", "1: the database answers.", 1)
        values = {
            "journal_height": ("Entries of the journal.", found.journal_height),
            "outbox_height": ("Sequence of the latest message.", found.outbox_height),
            "open_cases": ("Cases not closed.", found.open_cases),
            "overdue_cases": ("Open cases whose deadline has passed.", found.overdue_cases),
            "locked_lines": ("Lines with a locked method.", locked),
            "database_bytes": ("Size of the database.", found.database_bytes),
        }
        for name, (words, value) in values.items():
            yield GaugeMetricFamily(f"imloop_{name}", words, value)
        if found.work_age is not None:
            yield GaugeMetricFamily(
                "imloop_work_age_seconds", "Since the background work's last round.", found.work_age
            )
        yield from _queues(found, now.timestamp())


def _queues(found: health.Figures, now: float) -> Iterator[Metric]:
    waiting = GaugeMetricFamily("imloop_queue_waiting", "Messages that wait.", labels=["receiver"])
    oldest = GaugeMetricFamily("imloop_queue_age_seconds", "Age of the oldest of them.", labels=["receiver"])
    dead = GaugeMetricFamily("imloop_queue_dead", "Messages set aside as refused.", labels=["receiver"])
    for lag in found.lags:
        code = [lag.receiver.code]
        waiting.add_metric(code, lag.waiting)
        oldest.add_metric(code, now - lag.oldest.timestamp() if lag.oldest else 0)
        dead.add_metric(code, lag.dead)
    yield from (waiting, oldest, dead)


def failed(request: HttpRequest) -> HttpResponse:
    """An error that no call or page handled (Django's ``handler500``): a problem for programs, a page for people."""
    error = sys.exc_info()[1] or RuntimeError()
    if request.path.startswith("/api/"):
        return unexpected(request, error)
    away = unavailable(error)
    log.error("unexpected" if away is None else "unavailable", exc_info=error)
    if away is None:
        return render(None, "500.html", status=500)
    response = render(None, "503.html", {"words": away.text}, status=503)
    response["Retry-After"] = "5"
    return response


def _json(body: object, status: int) -> HttpResponse:
    response = HttpResponse(msgspec.json.encode(body), status=status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response
