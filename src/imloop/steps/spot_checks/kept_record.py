"""A record as it stands in its row."""

from __future__ import annotations

from typing import Any

import msgspec

from imloop.facts.records.spot_check import SpotCheck as Record
from imloop.store.models import SpotCheck


def as_kept(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(record))
    return found


def record_of(row: SpotCheck) -> Record:
    return msgspec.convert(row.data, Record)
