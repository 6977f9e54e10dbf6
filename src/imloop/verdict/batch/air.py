"""A factor of the air, second by second, of many tests at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imloop.law import Law
from imloop.verdict.air import impossible, too_damp
from imloop.verdict.batch.runs import AMBIENT, Floats, Mask, Runs


def bad_air(runs: Runs, law: Law, kh: Floats | None = None) -> Mask:
    """Rows in which the air is none; of ``kh`` of every row, too, rows in which that is unknown or none."""
    found = by_the_air(runs, lambda *air: impossible(air, law))
    return found if kh is None else found | ~np.isfinite(kh) | too_damp(kh, law)


def by_the_air(runs: Runs, factor: Callable[[Floats, Floats, Floats], NDArray[Any]]) -> NDArray[Any]:
    """``factor`` (of °C, % and kPa) of every row; from the row's own air where one is recorded, else the test's."""
    if all(runs.column(name) is None for name in AMBIENT):
        return np.repeat(factor(*runs.ambient), runs.lengths)
    air = []
    for name, whole in zip(AMBIENT, runs.ambient, strict=True):
        fixed, rows = np.repeat(whole, runs.lengths), runs.column(name)
        air.append(fixed if rows is None else np.where(np.isnan(rows), fixed, rows))
    return factor(*air)
