"""Records of the road as a sender writes them (``imloop.readings/1``)."""

from __future__ import annotations

from typing import Any

import msgspec


def record(number: int | str = 1, **change: Any) -> dict[str, Any]:
    """A diesel truck that passes clean; ``None`` leaves a field out."""
    found = {
        "record_no": f"B{number}" if isinstance(number, int) else number,
        "site": "YC-01",
        "at": "2026-03-05 08:00:00",
        "plate": "桂B·12345",
        "plate_colour": "yellow",
        "plate_confidence": 0.97,
        "opacity_pct": 12.5,
        "no_ppm": 320,
        "speed_kmh": 42,
        "acceleration_ms2": 0.4,
        **change,
    }
    return {name: value for name, value in found.items() if value is not None}


def message(*records: object) -> bytes:
    return msgspec.json.encode({"schema": "imloop.readings/1", "readings": records})
