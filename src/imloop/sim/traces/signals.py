"""How instruments show the world at 1 Hz: delay, first-order response, correlated noise, resolution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float64]


def wander(rng: np.random.Generator, rows: int, sd: float, memory: float = 0.8) -> Signal:
    """First-order autoregressive noise around zero with stationary standard deviation ``sd``."""
    shocks = rng.normal(0.0, sd * np.sqrt(1.0 - memory**2), rows)
    out = np.empty(rows)
    level = rng.normal(0.0, sd)
    for second in range(rows):
        level = memory * level + shocks[second]
        out[second] = level
    return out


def respond(signal: Signal, delay_s: int, t90_s: float) -> Signal:
    """What an instrument shows of ``signal``: transport delay, then a first-order lag of the given T90."""
    gain = 1.0 - 10.0 ** (-1.0 / max(t90_s, 0.1))
    out = np.empty_like(signal)
    level = signal[0]
    for second in range(len(signal)):
        level += gain * (signal[max(second - delay_s, 0)] - level)
        out[second] = level
    return out


def show(signal: Signal, decimals: int, lowest: float = 0.0) -> Signal:
    """Rounded to the instrument's resolution, never below ``lowest``."""
    return np.asarray(np.round(np.maximum(signal, lowest), decimals) + 0.0, dtype=np.float64)


def ramp(*points: tuple[float, float]) -> Signal:
    """Straight lines through (second, value) points, one value per whole second, last second excluded."""
    seconds, values = zip(*points, strict=True)
    return np.asarray(np.interp(np.arange(int(seconds[-1])), seconds, values), dtype=np.float64)
