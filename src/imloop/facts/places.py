"""Places: codes of divisions and their names (GB/T 2260; names as python-stdnum keeps them), so that nobody need know a
code by heart; and the distance between two points of the earth.

A place without a name there (a development zone, a code of tomorrow) is still a place: its code can be typed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

from stdnum import numdb

from imloop.facts.digits import are_digits
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
    well_formed = len(code) == 6 and are_digits(code)
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


_IN_FORCE = re.compile(r"(?:\[\d*-(\d*)\])?([^,\[\]]+)")
_NO_DIVISION = re.compile(r"市辖区|县|.*直辖县级行政.*")
"""What stands in the standard between a city and its districts, and is no place of its own."""
NATION = "000000"


@lru_cache(maxsize=8192)
def name_of(code: str) -> str:
    """Of the division itself: 鱼峰区; empty where the standard has none of that code today."""
    if code == NATION:
        return "全国"
    found = numdb.get("cn/loc").info(code)
    told = found[1][1].get("county", "") if len(found) > 1 else ""
    names = [name for until, name in _IN_FORCE.findall(told) if not until]
    return names[-1] if names and not _NO_DIVISION.fullmatch(names[-1]) else ""


def full_name(code: str) -> str:
    """With the city it lies in, or the province where it lies in none: 柳州市鱼峰区, 北京市东城区."""
    around = name_of(f"{code[:4]}00") or name_of(f"{code[:2]}0000")
    return (around if code[4:] != "00" else "") + name_of(code)


def province_of(place: str) -> str:
    """The province that a place lies in; the whole country is itself."""
    return f"{place[:2]}0000"


@lru_cache(maxsize=64)
def places_within(place: str) -> tuple[tuple[str, str], ...]:
    """Code and full name of a place and of all that lies in it, by code. Of the whole country: its provinces and
    cities, as a list of every county helps nobody."""
    if place == NATION:
        cities = [f"{province:02}{city:02}00" for province in range(11, 83) for city in range(100)]
        found = [NATION, *(code for code in cities if is_place(code))]
    elif place.endswith("0000"):
        found = [f"{place[:2]}{number:04}" for number in range(10_000)]
    elif place.endswith("00"):
        found = [f"{place[:4]}{number:02}" for number in range(100)]
    else:
        found = [place]
    return tuple((code, full_name(code)) for code in found if name_of(code))


def typed_place(text: str, within: str, *, at: str = "place") -> str:
    """The code of a place that was chosen from the list or typed: a code, a name, or both, as ``450203 柳州市鱼峰区``.
    ``within``: where names are looked for. Empty stays empty; ``Malformed`` for what is none, or is several."""
    said = text.strip()
    code, name = said[:6], said[6:].strip()
    if not said or (is_place(said) and not name):
        return said
    if is_place(code) and said[6:7].isspace() and name in (name_of(code), full_name(code)):
        return code
    named = [one for one, full in places_within(within) if said in (full, name_of(one))]
    if len(named) == 1:
        return named[0]
    both = "、".join(f"{one} {full_name(one)}" for one in named[:5])
    words = Text(f"有几个“{said}”：{both}", f"there are several: {both}") if named else _NONE
    raise Malformed("wrong-value", words, at=at)


_NONE = Text(
    "请从列表中选择地区，或填六位代码", "choose a place from the list, or give its code of six digits"
)
