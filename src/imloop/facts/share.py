"""A share with its uncertainty, so that few cases are not over-interpreted."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Share:
    """``part`` of ``whole``; 0 ≤ part ≤ whole."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """0 to 1; None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval by Wilson (1927): sensible for few cases and for shares near 0 and 1."""
        if not self.whole:
            return 0.0, 1.0
        n, share, z = self.whole, self.part / self.whole, _Z95
        middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)
