"""The last seconds of a phase, which the methods with plain means average, of many tests at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from imloop.verdict.batch.exact import exact_means
from imloop.verdict.batch.runs import PHASE_NUMBER, Floats, Indices, Mask, Runs
from imloop.verdict.batch.validity import unusable


@dataclass(frozen=True, slots=True)
class Tails:
    """Tests with the same number of averaged rows: ``tests`` shape (m,), ``rows`` shape (m, n) in the flat layout."""

    tests: Indices
    rows: Indices

    @property
    def interrupted(self) -> Mask:
        """Shape (m,): the rows do not follow one another."""
        return np.asarray(self.rows[:, -1] - self.rows[:, 0] != self.rows.shape[1] - 1)

    @property
    def places(self) -> tuple[Indices, Indices]:
        """Row numbers that skip one between tests, and the test of each, both flat."""
        owner = np.repeat(self.tests, self.rows.shape[1])
        return self.rows.ravel() + owner, owner

    def usable(self, column: Floats) -> Mask:
        """Shape (m,): a usable reading in every row."""
        without = unusable(column[self.rows])
        return (
            np.ones(len(self.tests), dtype=np.bool_) if without is None else np.asarray(~without.any(axis=1))
        )

    def stalled(self, runs: Runs) -> Mask:
        """Shape (m,): engine speed zero in a row."""
        return np.asarray((runs.columns["rpm"][self.rows] == 0).any(axis=1))

    def average(self, column: Floats, out: Floats) -> None:
        """Write the means of usable rows to ``out``, shape (tests of the block,)."""
        usable = self.usable(column)
        out[self.tests[usable]] = exact_means(column[self.rows[usable]])


def tails(runs: Runs, phase: str, seconds: int) -> Iterator[Tails]:
    """The last ``seconds`` rows of a phase, or as many as there are; nothing of tests without the phase."""
    rows = np.flatnonzero(runs.phase == PHASE_NUMBER[phase])
    edges = np.searchsorted(rows, runs.bounds)
    taken = np.minimum(np.diff(edges), seconds)
    for count in np.unique(taken[taken > 0]).tolist():
        tests = np.flatnonzero(taken == count)
        yield Tails(tests, rows[edges[tests + 1][:, None] + np.arange(-count, 0)])
