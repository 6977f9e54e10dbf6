"""A map without tiles: the stations and repairers of a city where they stand, to point at a place beside them. Nothing
comes from outside; where no position is known there is no map, and the list does."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from imloop.facts.places import name_of
from imloop.steps.stations import lookups as station_lookups
from imloop.store.models import Party, PartyKind

WIDTH = 1000
_ROUND = 90
"""Free ground around the outermost stations."""
_TALLEST, _FLATTEST = 1000, 560
_DEGREE_KM = 111.32
_LEAST_DEGREES = 0.02
"""A city with one station is not all of the picture."""
_SCALES = (0.5, 1, 2, 5, 10, 20, 50, 100)
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """A station: where it is drawn, and what choosing it fills in. ``of``: its code and its district's."""

    x: float
    y: float
    of: str
    name: str
    css: str


@dataclass(frozen=True, slots=True)
class District:
    """``x``, ``y``: above its stations; ``outline``: around them, as SVG points; not its boundary, which no register
    here has."""

    name: str
    x: float
    y: float
    outline: str


@dataclass(frozen=True, slots=True)
class StationMap:
    """``west``, ``north``: degrees of the upper left corner; ``per_east``, ``per_north``: units of the picture to a
    degree; ``scale``: a length of so many kilometres in units."""

    height: int
    west: float
    north: float
    per_east: float
    per_north: float
    scale_km: float
    scale: float
    marks: tuple[Mark, ...]
    districts: tuple[District, ...]


def stations_of(city: str) -> list[Party]:
    """Everybody on the lists of the city who may be chosen, by name."""
    kinds = (PartyKind.ISTATION, PartyKind.MSTATION)
    return [each for kind in kinds for each in station_lookups.parties(kind, city)]


def station_map(stations: Iterable[Party]) -> StationMap | None:
    """None where nobody's position is known."""
    known = [each for each in stations if each.latitude is not None and each.longitude is not None]
    if not known:
        return None
    easts, norths = [_degrees(each)[0] for each in known], [_degrees(each)[1] for each in known]
    middle = (max(norths) + min(norths)) / 2
    narrow = math.cos(math.radians(middle))
    wide = max((max(easts) - min(easts)) * narrow, _LEAST_DEGREES)
    tall = max(max(norths) - min(norths), _LEAST_DEGREES)
    per_north = min((WIDTH - 2 * _ROUND) / wide, (_TALLEST - 2 * _ROUND) / tall)
    height = max(_FLATTEST, math.ceil(tall * per_north) + 2 * _ROUND)
    per_east = per_north * narrow
    west = (max(easts) + min(easts)) / 2 - WIDTH / 2 / per_east
    north = middle + height / 2 / per_north
    marks = []
    for each in known:
        lon, lat = _degrees(each)
        x, y = round((lon - west) * per_east, 1), round((north - lat) * per_north, 1)
        css = "mark repairer" if each.kind == PartyKind.MSTATION else "mark"
        marks.append(Mark(x, y, f"{each.code} {each.place}", each.name, css))
    km = per_north / _DEGREE_KM
    scale_km = max((each for each in _SCALES if each * km <= WIDTH / 4), default=_SCALES[0])
    return StationMap(
        height,
        west,
        north,
        per_east,
        per_north,
        scale_km,
        round(scale_km * km, 1),
        tuple(marks),
        tuple(_districts(marks)),
    )


def _degrees(party: Party) -> Point:
    assert party.longitude is not None and party.latitude is not None
    return party.longitude, party.latitude


def _districts(marks: list[Mark]) -> Iterable[District]:
    for place in sorted({each.of[-6:] for each in marks}):
        points = [(each.x, each.y) for each in marks if each.of.endswith(place)]
        x, y = round(sum(x for x, _ in points) / len(points), 1), min(y for _, y in points)
        outline = " ".join(f"{a:g},{b:g}" for a, b in _around(points))
        yield District(name_of(place) or place, x, y, outline)


def _around(points: list[Point]) -> list[Point]:
    """The convex hull (Andrew's monotone chain)."""
    ordered = sorted(set(points))

    def half(line: Iterable[Point]) -> list[Point]:
        found: list[Point] = []
        for point in line:
            while len(found) > 1 and _turns_right(found[-2], found[-1], point):
                found.pop()
            found.append(point)
        return found[:-1]

    return [*half(ordered), *half(reversed(ordered))] or ordered


def _turns_right(one: Point, other: Point, third: Point) -> bool:
    return (other[0] - one[0]) * (third[1] - one[1]) <= (other[1] - one[1]) * (third[0] - one[0])
