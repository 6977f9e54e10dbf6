"""The exact arithmetic of verdicts. A measured value becomes a whole number of nano-units before it meets a limit.

Sums of decimals are not exact in binary floating point (thirty times 0.60 has no mean of exactly 0.60), so the
full value is taken at 1e-9 of its unit: far below any instrument's resolution, far above the arithmetic's noise.
Rounding to printed decimals is half to even (GB/T 8170), from the whole number, so it is exact.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

NANO = 10**9
MEASURABLE = 1e9
"""No instrument of an inspection line reads beyond this, in any unit; such a number is no reading."""


def measurable(value: float) -> bool:
    """A number an instrument can have shown: finite and below ``MEASURABLE`` (NaN is not)."""
    return abs(value) < MEASURABLE


def nano(value: float) -> int:
    """The value in nano-units, half to even."""
    return round(value * NANO)


def round_nano(value: int, decimals: int) -> int:
    """Round nano-units to ``decimals`` decimals, half to even (GB/T 8170); the result is again nano-units."""
    step: int = 10 ** (9 - decimals)
    quotient, rest = divmod(value, step)
    if 2 * rest > step or (2 * rest == step and quotient % 2):
        quotient += 1
    return quotient * step


def nano_levels(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same as ``nano`` for an array; whole numbers kept in float64, exact below 9·10⁶ units."""
    return np.rint(values * NANO)


def round_levels(levels: NDArray[np.float64], decimals: int) -> NDArray[np.float64]:
    """The same as ``round_nano`` for an array of whole nano-units; what is no reading stays what it is."""
    step = 10 ** (9 - decimals)
    known = np.abs(levels) < MEASURABLE * NANO
    whole = np.where(known, levels, 0.0).astype(np.int64)
    quotient, rest = np.divmod(whole, step)
    quotient += (2 * rest > step) | ((2 * rest == step) & (quotient % 2 == 1))
    return np.where(known, (quotient * step).astype(np.float64), levels)


def from_nano(value: int) -> float:
    """The value in its own unit, for people and JSON."""
    return value / NANO


def printed(value: float, decimals: int) -> str:
    """As it stands on a report."""
    if not math.isfinite(value):
        return "—"
    return f"{round_nano(nano(value), decimals) / NANO:.{decimals}f}"
