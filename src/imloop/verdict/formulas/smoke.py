"""Smoke arithmetic: k (m⁻¹) and opacity N (%), related by the effective path length L."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def k_from_opacity(opacity_pct: Floats, path_m: float) -> Floats:
    """k = −ln(1 − N/100) / L; 100 % and more has no finite k."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return -np.log(1.0 - opacity_pct / 100.0) / path_m


def opacity_from_k(k_per_m: Floats, path_m: float) -> Floats:
    """N = 100·(1 − e^(−k·L)) in %."""
    return 100.0 * (1.0 - np.exp(-k_per_m * path_m))
