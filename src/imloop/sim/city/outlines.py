"""Outlines for the demo city's map: a circle of sorts around the middle of each district, and called schematic."""

from __future__ import annotations

import json
from math import cos, pi, sin
from pathlib import Path

from imloop.sim.world.places import DISTRICTS

_CORNERS, _WIDE, _HIGH = 24, 0.024, 0.019


def write_outlines(data_dir: Path) -> None:
    """``outlines.geojson`` as the map page reads it; a real installation puts its own there."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name, "schematic": True},
            "geometry": {"type": "Polygon", "coordinates": [_around(longitude, latitude)]},
        }
        for code, (name, longitude, latitude) in DISTRICTS.items()
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    (data_dir / "outlines.geojson").write_text(text, encoding="utf-8")


def _around(longitude: float, latitude: float) -> list[list[float]]:
    corners = [
        [
            round(longitude + _WIDE * cos(2 * pi * turn / _CORNERS), 5),
            round(latitude + _HIGH * sin(2 * pi * turn / _CORNERS), 5),
        ]
        for turn in range(_CORNERS)
    ]
    return [*corners, corners[0]]
