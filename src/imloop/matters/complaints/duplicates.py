"""Is this the same as one that is already there? Proposed with its reasons, never decided: a person says so.

Two complaints are compared only in one category and near in time. Then the same party or plate, a place nearby or words
that are alike each speak for it. Words are compared by the pairs of signs that both have (Dice), which needs no list of
words and reads Chinese and English alike.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from imloop.facts.places import distance_km
from imloop.facts.text import Text
from imloop.law import Law

MOST = 5
"""Proposed at once: more are not read."""


@dataclass(frozen=True, slots=True)
class Told:
    """What of a complaint is compared. ``on``: the day it happened, else the day it came in."""

    category: str
    on: date
    text: str
    number: str = ""
    party: str = ""
    plate: str = ""
    position: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Twin:
    """A complaint that may be the same. ``why``: what speaks for it, the strongest first."""

    number: str
    why: tuple[Text, ...]
    weight: float


def twins(new: Told, known: Iterable[Told], law: Law) -> tuple[Twin, ...]:
    """Those of ``known`` that may be the same, the likeliest first."""
    found = [twin for other in known if (twin := _compared(new, other, law)) is not None]
    found.sort(key=lambda twin: (-twin.weight, twin.number))
    return tuple(found[:MOST])


def _compared(new: Told, other: Told, law: Law) -> Twin | None:
    apart = abs((new.on - other.on).days)
    if new.category != other.category or apart > law.integer("complaint.twin_days"):
        return None
    why: list[Text] = []
    weight = 0.0
    if new.plate and new.plate == other.plate:
        why.append(Text("同一辆车", "the same vehicle"))
        weight += 2
    if new.party and new.party == other.party:
        why.append(Text("同一单位", "the same party"))
        weight += 1
    if new.position and other.position:
        km = distance_km(new.position, other.position)
        if km <= law.number("complaint.twin_km"):
            metres = round(km * 1000)
            why.append(Text(f"相距 {metres} 米", f"{metres} m apart"))
            weight += 1
    alike = likeness(new.text, other.text)
    if alike >= law.integer("complaint.twin_alike_pct") / 100:
        why.append(Text(f"文字相似 {alike:.0%}", f"words are {alike:.0%} alike"))
        weight += alike
    if not why:
        return None
    days = Text(f"相隔 {apart} 天", f"{apart} days apart") if apart else Text("同一天", "on the same day")
    return Twin(other.number, (*why, days), weight)


def likeness(one: str, other: str) -> float:
    """0 to 1: how many pairs of neighbouring signs two texts share (Dice). Blanks, punctuation and case do not
    count."""
    first, second = _pairs(one), _pairs(other)
    if not first or not second:
        return 0.0
    return 2 * len(first & second) / (len(first) + len(second))


def _pairs(text: str) -> set[str]:
    signs = "".join(sign for sign in unicodedata.normalize("NFKC", text).lower() if sign.isalnum())
    return {signs[place : place + 2] for place in range(len(signs) - 1)}
