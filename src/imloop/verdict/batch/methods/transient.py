"""The urban cycle of both transient methods for many tests at once; rules as in ``imloop.verdict.methods.cycle``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from imloop.law import Law
from imloop.verdict.arithmetic import MEASURABLE, nano, nano_levels
from imloop.verdict.batch.outcomes import Found
from imloop.verdict.batch.runs import PHASE_NUMBER, Floats, Indices, Mask, Runs
from imloop.verdict.methods import cycle


@dataclass(frozen=True, slots=True)
class Cycles:
    """Tests whose cycle has the same number of rows: ``tests`` shape (m,), ``rows`` shape (m, n) in the flat layout."""

    tests: Indices
    rows: Indices

    def usable(self, column: Floats) -> Mask:
        """Shape (m,): a usable reading in every row."""
        return np.asarray((np.abs(column[self.rows]) < MEASURABLE).all(axis=1))

    def sums(self, column: Floats) -> Floats:
        """Shape (m,): each row of the contiguous block is added up as the reference adds up one test."""
        return np.asarray(column[self.rows].sum(axis=1))


def cycles(runs: Runs) -> Iterator[Cycles]:
    """The rows of the cycle, tests of equal length together; nothing of tests without such rows."""
    named = np.zeros(runs.tests, dtype=np.bool_)
    owner = np.repeat(np.arange(runs.tests), runs.lengths)
    named[owner[runs.phase > 0]] = True
    rows = np.flatnonzero((runs.phase == PHASE_NUMBER[cycle.PHASE]) | ~named[owner])
    edges = np.searchsorted(rows, runs.bounds)
    lengths = np.diff(edges)
    for count in np.unique(lengths[lengths > 0]).tolist():
        tests = np.flatnonzero(lengths == count)
        yield Cycles(tests, rows[edges[tests][:, None] + np.arange(count)])


def drive(runs: Runs, found: Cycles, law: Law, out: Found) -> Floats:
    """Kilometres driven, shape (m,), NaN where nothing can be related to them. What keeps a cycle from counting —
    incomplete, left and entered again, stalled, off the prescribed speed, too long or too short a way — goes to
    ``out.invalid``."""
    wanted, count = law.integer("transient.cycle_s"), found.rows.shape[1]
    interrupted = found.rows[:, -1] - found.rows[:, 0] != count - 1
    stalled = (runs.columns["rpm"][found.rows] == 0).any(axis=1)
    out.invalid[found.tests] |= interrupted | stalled | (not wanted <= count <= wanted + 1)
    speed = runs.columns["speed_kmh"]
    if law.flag("transient.off_cycle_voids") and wanted <= count <= wanted + 1:
        out.invalid[found.tests] |= ~runs.lacks("speed_kmh")[found.tests] & _strayed(speed[found.rows], law)
    km = np.where(found.usable(speed), found.sums(speed) / 3600.0, np.nan)
    theory, most = law.number("transient.distance_km"), law.number("transient.distance_tolerance_km")
    known = ~np.isnan(km)
    gap = np.abs(nano_levels(np.where(known, km, 0.0)) - nano(theory))
    out.invalid[found.tests] |= known & (gap > nano(most))
    return np.where(km > 0, km, np.nan)


def _strayed(speed: Floats, law: Law) -> Mask:
    """Shape (m,): outside the cycle's corridor for too long, at one time or in all; ``speed`` of shape (m, n), km/h."""
    outside = cycle.outside(speed, law)
    most = law.integer("transient.off_cycle_run_s")
    held = outside
    for second in range(1, most + 1):
        held = held[:, :-1] & outside[:, second:]
    return np.asarray(held.any(axis=1) | (outside.sum(axis=1) > law.integer("transient.off_cycle_s")))


def without_exhaust(found: Cycles, km: Floats, co2: Floats, lacking: Mask, law: Law, out: Found) -> None:
    """``co2``: flow in L/s times CO2 in %, of every row."""
    driven = found.sums(co2) / 100.0 * cycle.CO2_G_PER_L / km
    known = ~np.isnan(km) & ~lacking[found.tests]
    out.unmeasured[found.tests] |= known & ~(driven >= law.number("transient.co2_min_g_km"))


def take(
    found: Cycles, km: Floats, grams: Mapping[int, Floats], bad: Mask, lacking: Mask, runs: Runs, out: Found
) -> None:
    """Write Σ grams / km to the item places and the window's first row. ``bad``: rows in which the air is unknown or
    none. ``lacking``: shape (tests,), a channel without which no mass is known is missing."""
    judged = ~np.isnan(km) & ~lacking[found.tests]
    tests, rows = found.tests[judged], found.rows[judged]
    out.invalid[tests] |= bad[rows].any(axis=1)
    out.window[tests] = rows[:, 0] - runs.bounds[tests]
    for place, column in grams.items():
        block = column[rows]
        total = np.where(np.isfinite(block).all(axis=1), block.sum(axis=1), np.nan)
        out.values[tests, place] = total / km[judged]
