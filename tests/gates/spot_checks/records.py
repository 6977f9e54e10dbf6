"""Messages of a phone, as tests change them."""

from __future__ import annotations

from typing import Any

from imloop.exchange.decode_spot_checks import SCHEMA, read_spot_check
from imloop.facts.records.spot_check import SpotCheck

DIESEL: dict[str, Any] = {
    "schema": SCHEMA,
    "client_id": "phone-1",
    "task": "SC450200-2026-000001",
    "at": "2026-06-10T10:00:00+08:00",
    "officers": ["li", "wang"],
    "vehicle": {"plate": "桂B12345", "fuel": "diesel"},
    "method": "FREEACC",
    "instrument": "OP-1",
    "readings": [0.9, 1.0, 1.1],
    "signed": "yes",
}
PETROL = DIESEL | {
    "vehicle": {"plate": "桂BA1234", "fuel": "gasoline"},
    "method": "TSI",
    "instrument": "GA-1",
    "readings": [],
    "values": {
        "co_idle_pct": 0.3,
        "hc_idle_ppm": 60,
        "co_high_pct": 0.2,
        "hc_high_ppm": 40,
        "lambda_high": 1.0,
    },
}
SMOKE = DIESEL | {
    "method": "RINGELMANN",
    "instrument": "RC-1",
    "readings": [],
    "values": {"ringelmann_grade": 1},
}


def said(base: dict[str, Any] = DIESEL, **changed: Any) -> SpotCheck:
    return read_spot_check(base | changed)
