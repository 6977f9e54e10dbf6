"""Places: codes of divisions (GB/T 2260), and the distance between two points of the earth."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text

_EARTH_KM = 6371.0088


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Along the great circle, by haversine; points are (latitude, longitude) in degrees."""
    (lat1, lon1), (lat2, lon2) = ((radians(a), radians(b)) for a, b in (one, other))
    chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(chord)))


_PROVINCES = {
    *range(11, 16),
    *range(21, 24),
    *range(31, 38),
    *range(41, 47),
    *range(50, 55),
    *range(61, 66),
    71,
    81,
    82,
}
"""GB/T 2260: the first two digits of every division. 00 stands for the whole country here."""


def is_place(code: str) -> bool:
    """Six digits that begin with a province (GB/T 2260), or 000000: the whole country."""
    well_formed = len(code) == 6 and code.isascii() and code.isdigit()
    return well_formed and (int(code[:2]) in _PROVINCES or code == "000000")


def known_place(text: str) -> str:
    """A code as typed, or ``Malformed``."""
    if not is_place(text):
        words = Text(
            f"place：{text} 不是六位行政区划代码。",
            f"place: {text} is no division code (GB/T 2260, six digits).",
        )
        raise Malformed("wrong-value", words)
    return text
