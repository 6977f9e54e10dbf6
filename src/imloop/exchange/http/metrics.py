"""Counters of the running server. With several processes each counts into its own files, summed when asked for."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

REQUESTS = Histogram(
    "imloop_request_seconds",
    "Time to answer, by route template, method and status.",
    ("route", "method", "status"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)
REFUSALS = Counter("imloop_refusals", "Refusals by code.", ("code",))
UPLOADS = Counter(
    "imloop_uploads", "Uploads taken in, by kind and result; again: a duplicate.", ("kind", "result")
)


def count_upload(kind: str, created: bool, receipt: dict[str, object]) -> None:
    """``receipt``: its verdict (a test) or result (a check) where the kind has one."""
    result = str(receipt.get("verdict") or receipt.get("result") or "kept") if created else "again"
    UPLOADS.labels(kind, result).inc()
