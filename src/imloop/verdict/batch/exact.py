"""Comparing many floats exactly as the reference compares one: limits as thresholds, correctly rounded sums.

A value meets a limit after steps that never decrease (divide, scale to nano-units, round), so for each limit there is
one largest float that still passes. It is found once; after that a whole array needs one comparison and no rounding.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imloop.verdict.arithmetic import nano_levels, round_levels

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_GRID = 2.0**-30
_LARGEST, _SMALLEST, _MOST_TERMS = 2.0**18, 2.0**-26, 32


def largest_where(holds: Callable[[float], bool]) -> float:
    """The largest float (infinity included) for which ``holds``; NaN if none.

    ``holds`` must be true up to some float and false above it.
    """
    low, high = _rank(-np.inf), _rank(np.inf)
    if not holds(-np.inf):
        return np.nan
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(_of_rank(middle)) else (low, middle - 1)
    return _of_rank(low)


def _rank(value: float) -> int:
    """Whole numbers in the order of the floats they stand for."""
    bits = int.from_bytes(struct.pack(">d", value), "big", signed=True)
    return bits if bits >= 0 else -(bits & (2**63 - 1))


def _of_rank(rank: int) -> float:
    bits = rank if rank >= 0 else -rank | 2**63
    return float(struct.unpack(">d", bits.to_bytes(8, "big"))[0])


@lru_cache(maxsize=4096)
def largest_total(level: float, terms: int, decimals: int | None) -> float:
    """Largest sum of ``terms`` values whose mean, in whole nano-units (rounded to ``decimals``: if given), is at most
    ``level``. An infinite level holds for every number, a NaN level for none."""

    def holds(total: float) -> bool:
        levels = nano_levels(np.array([total / terms]))
        return bool((round_levels(levels, decimals) if decimals is not None else levels)[0] <= level)

    with np.errstate(all="ignore"):
        return largest_where(holds)


@lru_cache(maxsize=256)
def band(centre: float, tolerance: int) -> tuple[float, float]:
    """Lowest and highest value at most ``tolerance`` nano-units away from ``centre``."""

    def below(value: float) -> bool:
        return bool(nano_levels(np.array([value - centre]))[0] <= tolerance)

    def above(mirrored: float) -> bool:
        return bool(nano_levels(np.array([-mirrored - centre]))[0] >= -tolerance)

    with np.errstate(all="ignore"):
        return -largest_where(above), largest_where(below)


@lru_cache(maxsize=256)
def largest_below(level: int) -> float:
    """Largest value that is below ``level`` nano-units."""
    with np.errstate(all="ignore"):
        return largest_where(lambda value: bool(nano_levels(np.array([value]))[0] < level))


def exact_means(values: Floats) -> Floats:
    """Means along the last axis of shape (tests, n), each from the correctly rounded sum, as ``math.fsum`` gives it.

    Each value is cut at a fixed binary place; while readings lie within 2⁻²⁶ … 2¹⁸ (or are 0) and n ≤ 32, both parts
    add up without any rounding, so the one addition of the two sums is the only rounding.
    Other rows are summed one by one.
    """
    size = np.abs(values)
    certain = ((size < _LARGEST) & ((size >= _SMALLEST) | (size == 0.0))).all(axis=-1)
    if values.shape[-1] > _MOST_TERMS:
        certain[:] = False
    coarse = np.rint(values / _GRID) * _GRID
    sums = coarse.sum(axis=-1) + (values - coarse).sum(axis=-1)
    for at in np.flatnonzero(~certain):
        sums[at] = math.fsum(values[at].tolist())
    return np.asarray(sums / values.shape[-1])


def throughout(mask: Mask, width: int) -> Mask:
    """True where ``mask`` (1-D) holds in all of the ``width`` entries from there."""
    return over_windows(np.logical_and, mask, width)


def over_windows(together: np.ufunc, values: NDArray[Any], width: int) -> NDArray[Any]:
    """``together`` (and, largest, smallest) of the ``width`` entries of 1-D ``values`` from each on; by doubling."""
    held, reach = values, 1
    while reach < width:
        step = min(reach, width - reach)
        held = together(held[:-step], held[step:])
        reach += step
    return held
