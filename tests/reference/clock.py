"""The line's own clock: it may be a second off and drift a little, and stand between phases; judged seconds it may not
skip or repeat."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from imloop.facts.codes import Method
from imloop.law import Law
from reference.readings import Readings, at_nine, law_number


def skips(method: Method, readings: Readings, law: Law) -> bool:
    """Does the clock leave the count of the rows by more than it may, from the first second of a judged stretch on?"""
    if "clock_s" not in readings.channels:
        return False
    slack, drift = (law_number(law, f"validity.clock_{name}") for name in ("jitter_s", "drift_ratio"))
    for stretch in judged(method, readings, law):
        told = [(row, at) for row in stretch if (at := readings.rows[row].get("clock_s")) is not None]
        for row, at in told:
            rows, clock = Decimal(row - told[0][0]), at - told[0][1]
            if at_nine(abs(clock - rows)) > at_nine(slack + drift * rows):
                return True
    return False


def judged(method: Method, readings: Readings, law: Law) -> Iterator[list[int]]:
    """Stretches of rows that follow one another: what is sampled, averaged, driven or accelerated."""
    for rows in wanted(method, readings, law):
        stretch: list[int] = []
        for row in rows:
            if stretch and row != stretch[-1] + 1:
                yield stretch
                stretch = []
            stretch.append(row)
        if stretch:
            yield stretch


def wanted(method: Method, readings: Readings, law: Law) -> list[list[int]]:
    if method is Method.ASM:
        return [readings.of("5025.sample"), readings.of("2540.sample")]
    if method is Method.TSI:
        last = law.integer("tsi.average_s")
        return [readings.of(f"{idle}.sample")[-last:] for idle in ("high", "idle")]
    if method is Method.LUGDOWN:
        last = law.integer("lugdown.average_s")
        return [readings.of(f"{point}.sample")[-last:] for point in ("100", "80")]
    if method is Method.FREEACC:
        numbered: dict[Decimal, list[int]] = {}
        for number, row in enumerate(readings.rows):
            if (blip := row.get("blip")) is not None and blip > 0:
                numbered.setdefault(blip, []).append(number)
        return [numbered[blip] for blip in sorted(numbered)][-law.integer("freeacc.blips") :]
    return [readings.of("cycle") if any(readings.phase) else list(range(len(readings.rows)))]
