"""How many failures a station's own mix of cars would bring at the rates of the whole place.

Indirect standardisation, as for comparing deaths of places with unlike ages (Breslow and Day, *Statistical Methods in
Cancer Research* II, IARC 1987, ch. 2): the station of old diesels is asked about old diesels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

AGES = ((5, "0–4"), (10, "5–9"), (15, "10–14"), (200, "15+"))
"""Classes of age: years below which, and what the class is called."""
UNKNOWN = "?"
"""A class of its own: what nobody stated is no reason to leave a car out."""


@dataclass(frozen=True, slots=True)
class Alike:
    """``tests`` of cars alike in ``kind`` (method, fuel, class of age) at a ``station``; ``failed`` of them failed."""

    station: str
    kind: Hashable
    tests: int
    failed: int


def age_class(years: int | None) -> str:
    """The class of a car's age in whole years; ``UNKNOWN`` where it is not known or cannot be."""
    if years is None or years < 0:
        return UNKNOWN
    return next((name for below, name in AGES if years < below), UNKNOWN)


def expected_failures(groups: Iterable[Alike]) -> dict[str, float]:
    """Failures to be expected of each station: Σ over kinds of its tests × (failed ÷ tests of that kind anywhere).

    The sum over all stations is the failures there were. A station is part of what it is compared with: one that alone
    tests a kind is expected to do there as it does, and a large one draws the expectation towards itself.
    """
    rows = list(groups)
    tests, failed = Counter[Hashable](), Counter[Hashable]()
    for row in rows:
        tests[row.kind] += row.tests
        failed[row.kind] += row.failed
    sums: dict[str, float] = dict.fromkeys((row.station for row in rows), 0.0)
    for row in rows:
        if row.tests:
            sums[row.station] += row.tests * failed[row.kind] / tests[row.kind]
    return sums
