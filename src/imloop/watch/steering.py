"""Whether somebody's vehicles go to one place more often than way and capacity let expect: a reason to ask, no proof.

Expected is a gravity model (Huff, *Defining and Estimating a Trading Area*, Journal of Marketing 28, 1964): of two
places that take as many vehicles of everybody else, the nearer one is chosen more often. Half of a place's weight is
the same for all, and a place of unknown distance counts like the middle one. Few vehicles say nothing, and are
marked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p
from statistics import median


@dataclass(frozen=True, slots=True)
class Trip:
    """One vehicle of ``sender`` went from ``origin`` to ``receiver``."""

    sender: str
    origin: str
    receiver: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Flagged is who sent at least ``least`` vehicles in all, at least ``ratio`` times the expected number to one
    place, and where chance would do so less often than ``chance`` among all that were compared. The weight of a place
    falls with its distance to the power of ``decay``; nearer than ``near_km`` is not nearer."""

    least: int
    ratio: float
    chance: float
    decay: float
    near_km: float


@dataclass(frozen=True, slots=True)
class Steered:
    """What stands out most of a sender: ``sent`` of ``whole`` vehicles went to ``receiver``, ``expected`` of them by
    way and capacity; ``chance``: of as many or more. ``few``: too few vehicles to say. ``concentration`` and
    ``expected_concentration``: Σ share², 1: all to one place."""

    sender: str
    receiver: str
    sent: int
    whole: int
    expected: float
    chance: float
    concentration: float
    expected_concentration: float
    few: bool
    flagged: bool


Km = Mapping[tuple[str, str], float | None]


def steering(trips: Iterable[Trip], totals: Mapping[str, int], km: Km, limits: Limits) -> list[Steered]:
    """One row a sender, flagged ones first. ``totals``: vehicles of everybody that each place took, its capacity as far
    as it shows; ``km``: from origin to receiver; a pair that is not there could not be chosen."""
    by_sender: defaultdict[str, list[Trip]] = defaultdict(list)
    for trip in trips:
        by_sender[trip.sender].append(trip)
    compared = sum(len({trip.receiver for trip in own}) for own in by_sender.values())
    found = [_steered(sender, own, totals, km, limits, compared) for sender, own in by_sender.items()]
    return sorted(found, key=lambda each: (not each.flagged, each.few, each.chance, each.sender))


def _steered(
    sender: str, trips: Sequence[Trip], totals: Mapping[str, int], km: Km, limits: Limits, compared: int
) -> Steered:
    whole, sent = len(trips), Counter(trip.receiver for trip in trips)
    others = _weights({place: max(total - sent[place], 0) for place, total in totals.items()})
    expected: defaultdict[str, float] = defaultdict(float)
    for origin, count in Counter(trip.origin for trip in trips).items():
        for place, share in _shares(origin, others, km, limits).items():
            expected[place] += count * share
    chances = {place: at_least(n, whole, expected[place] / whole) for place, n in sent.items()}
    top = min(sent, key=lambda place: (chances[place], -sent[place], place))
    few = whole < limits.least
    often = sent[top] >= limits.ratio * expected[top]
    return Steered(
        sender=sender,
        receiver=top,
        sent=sent[top],
        whole=whole,
        expected=expected[top],
        chance=chances[top],
        concentration=sum((n / whole) ** 2 for n in sent.values()),
        expected_concentration=sum((n / whole) ** 2 for n in expected.values()),
        few=few,
        flagged=not few and often and chances[top] * compared < limits.chance,
    )


def _weights(others: Mapping[str, int]) -> dict[str, float]:
    """Half by what everybody else's vehicles show, half alike: else one who is steered would make all others stand out,
    where there are few to compare with."""
    mean = max(sum(others.values()) / max(len(others), 1), 1.0)
    return {place: count + mean for place, count in others.items()}


def _shares(origin: str, others: Mapping[str, float], km: Km, limits: Limits) -> dict[str, float]:
    """Of the vehicles from an origin, by place; they sum to 1."""
    ways = {place: km[origin, place] for place in others if (origin, place) in km}
    known = [way for way in ways.values() if way is not None]
    middle = median(known) if known else limits.near_km
    weights = {
        place: others[place] / max(middle if way is None else way, limits.near_km) ** limits.decay
        for place, way in ways.items()
    }
    total = sum(weights.values())
    return {place: weight / total for place, weight in weights.items()}


def at_least(count: int, whole: int, share: float) -> float:
    """The chance of ``count`` or more of ``whole``, each with the chance ``share``: the binomial's upper tail."""
    if count <= 0 or share >= 1:
        return 1.0
    if share <= 0:
        return 0.0
    terms = (
        lgamma(whole + 1)
        - lgamma(n + 1)
        - lgamma(whole - n + 1)
        + n * log(share)
        + (whole - n) * log1p(-share)
        for n in range(count, whole + 1)
    )
    return min(1.0, sum(exp(term) for term in terms))
