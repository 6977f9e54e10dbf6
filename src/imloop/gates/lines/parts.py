"""Building blocks of every recomputed check: errors beside tolerances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from imloop.facts.records.check import CHECK_NAMES, CheckKind
from imloop.facts.text import Reason, Text
from imloop.law import Law

Values = Mapping[str, float]


class Missing(ValueError):
    """A value the check cannot be judged without is absent or makes no sense."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Deviation:
    """One quantity: ``measured`` against ``standard`` (same unit), absolute and relative (%) error and tolerance.

    Within tolerance is whichever of the two the law names; where it names both, one of them is enough.
    """

    quantity: str
    standard: float
    measured: float
    error: float
    error_pct: float | None
    tolerance: float | None
    tolerance_pct: float | None
    passed: bool
    cite: str

    def to_json(self) -> dict[str, object]:
        return {
            "quantity": self.quantity,
            "standard": round(self.standard, 4),
            "measured": round(self.measured, 4),
            "error": round(self.error, 4),
            "error_pct": None if self.error_pct is None else round(self.error_pct, 2),
            "tolerance": self.tolerance,
            "tolerance_pct": self.tolerance_pct,
            "passed": self.passed,
            "cite": self.cite,
        }


@dataclass(frozen=True, slots=True)
class CheckResult:
    """``result``: pass, fail, or invalid when a needed value is missing; ``errors`` beside their tolerances."""

    result: str
    errors: tuple[Deviation, ...]
    reasons: tuple[Reason, ...]

    def to_json(self) -> dict[str, object]:
        return {
            "result": self.result,
            "errors": [error.to_json() for error in self.errors],
            "reasons": [reason.to_json() for reason in self.reasons],
        }


def need(values: Values, name: str, *, positive: bool = False) -> float:
    """A value by name; ``Missing`` when absent, or not above zero where only that makes sense."""
    value = values.get(name)
    if value is None or (positive and value <= 0):
        raise Missing(name)
    return value


def numbered(values: Values, name: str) -> list[int]:
    """The numbers n for which a value such as ``high_{n}_kmh`` is given, rising from 1 without a gap."""
    found: list[int] = []
    while name.format(n=len(found) + 1) in values:
        found.append(len(found) + 1)
    if not found:
        raise Missing(name.format(n=1))
    return found


def deviation(
    law: Law, kind: CheckKind, quantity: str, standard: float, measured: float, label: str = ""
) -> Deviation:
    """Compare with the tolerances ``check.<kind>.<quantity>.abs`` and ``.rel`` of the law. ``label``: the n-th."""
    key = f"check.{kind}.{quantity}"
    absolute, relative = law.get(f"{key}.abs"), law.get(f"{key}.rel")
    error = measured - standard
    error_pct = 100 * error / standard if standard else None
    tolerance = law.number(f"{key}.abs") if absolute else None
    tolerance_pct = law.number(f"{key}.rel") if relative else None
    # Decimal readings compared in binary: a last-digit allowance keeps 29.80 − 28.30 within 1.50.
    inside = tolerance is not None and abs(error) <= tolerance + 1e-9
    inside_pct = (
        tolerance_pct is not None and error_pct is not None and abs(error_pct) <= tolerance_pct + 1e-9
    )
    cite = law.cite(f"{key}.abs" if absolute else f"{key}.rel")
    return Deviation(
        quantity + label, standard, measured, error, error_pct, tolerance, tolerance_pct,
        inside or inside_pct, cite,
    )  # fmt: skip


def outside(kind: CheckKind, errors: Sequence[Deviation]) -> tuple[Reason, ...]:
    """A reason for every quantity outside its tolerance."""
    name = CHECK_NAMES[kind]
    return tuple(
        Reason(
            "outside-tolerance",
            Text(
                f"{name.zh}：{e.quantity} 示值 {e.measured:g}，标准 {e.standard:g}，误差 {_size(e)}，"
                f"容许 {_limit(e)}。",
                f"{name.en}: {e.quantity} read {e.measured:g}, standard {e.standard:g}, error {_size(e)}, "
                f"allowed {_limit(e)}.",
            ),
            e.cite,
            Text("校准或检修后重新自检。", "Calibrate or service it, then check again."),
            item=e.quantity,
        )
        for e in errors
        if not e.passed
    )


def _size(e: Deviation) -> str:
    relative = "" if e.error_pct is None else f" ({e.error_pct:+.2f} %)"
    return f"{e.error:+.4g}{relative}"


def _limit(e: Deviation) -> str:
    limits = [f"±{e.tolerance:g}"] if e.tolerance is not None else []
    limits += [f"±{e.tolerance_pct:g} %"] if e.tolerance_pct is not None else []
    return " / ".join(limits)
