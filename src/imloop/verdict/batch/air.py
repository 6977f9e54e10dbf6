"""A factor of the air, second by second, of many tests at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from imloop.verdict.batch.runs import AMBIENT, Floats, Runs


def by_the_air(runs: Runs, factor: Callable[[Floats, Floats, Floats], Floats]) -> Floats:
    """``factor`` (of °C, % and kPa) of every row; from the row's own air where one is recorded, else the test's."""
    if all(runs.column(name) is None for name in AMBIENT):
        return np.repeat(factor(*runs.ambient), runs.lengths)
    air = []
    for name, whole in zip(AMBIENT, runs.ambient, strict=True):
        fixed, rows = np.repeat(whole, runs.lengths), runs.column(name)
        air.append(fixed if rows is None else np.where(np.isnan(rows), fixed, rows))
    return factor(*air)
