"""P2: the upload of P1 with its trace packed small:
header JSON and base64 of zstd of scaled whole-number differences."""

from __future__ import annotations

import json
from collections.abc import Mapping

import p1_ingest
from harness import Figure

WORDS = {
    "imloop": "this platform: authentication, raw bytes, recompute, case, journal, trace, receipt",
    "L": "the same server unpacking the upload into arrays and keeping nothing",
}


class PackedUploads(p1_ingest.Uploads):
    @staticmethod
    def _finished(message: Mapping[str, object]) -> str:
        from imloop.exchange.uploads.packed_trace import pack

        trace = message["trace"]
        assert isinstance(trace, dict)
        packed = {**message, "trace": {"packed": pack(trace["columns"])}}
        return json.dumps(packed, ensure_ascii=False, separators=(",", ":"))


def measure(backend: str, count: int) -> Figure:
    return p1_ingest.measure(
        backend, count, key="P2", words=WORDS, make=PackedUploads, null="/packed", goals={"L": "≥ 0.25"}
    )


def figures(count: int) -> list[Figure]:
    return [measure(backend, count) for backend in ("sqlite", "postgresql")]
