"""The answer: what was measured, what the limits are, what follows, and how to follow it by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from imloop.facts.codes import Method, Result
from imloop.facts.items import ITEMS
from imloop.facts.text import Reason, Text
from imloop.verdict.arithmetic import from_nano, printed
from imloop.verdict.formulas.gas import Corrected

Rows = tuple[int, int]
"""First and last row, both included, counted from 0 in the uploaded trace."""


def _span(rows: Rows | None) -> str:
    return "" if rows is None else f"{rows[0]}–{rows[1]}"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the calculation: formula, the numbers put in, the result; a pocket calculator can follow it."""

    label: Text
    formula: str
    numbers: str
    result: str
    rows: Rows | None = None

    def to_json(self) -> dict[str, object]:
        return {
            "label": self.label.zh,
            "label_en": self.label.en,
            "formula": self.formula,
            "numbers": self.numbers,
            "result": self.result,
            "rows": list(self.rows) if self.rows else None,
        }


@dataclass(frozen=True, slots=True)
class ItemVerdict:
    """One measured item against its limit. Values in nano-units of the item's unit; limit by kind:
    ``max`` (high), ``min`` (low), ``range`` (both), ``none`` (recorded only)."""

    item: str
    value: int
    rounded: int
    low: int | None
    high: int | None
    passed: bool
    advisory: bool
    boundary: bool
    cite: str
    rows: Rows | None = None
    fuel: str = ""
    """Of a bi-fuel vehicle: which run gave it."""

    def explain(self, language: str = "zh") -> str:
        """Value, limit, outcome and clause in one line."""
        if self.low is None and self.high is None:
            outcome = Text("只记录", "recorded only")
        elif self.advisory:
            outcome = Text("只记录，不判定", "recorded, not decisive")
        else:
            outcome = Text("合格", "pass") if self.passed else Text("不合格", "fail")
        sign = "≤ " if self.low is None and self.high is not None else "∈ " if self.high is not None else ""
        limit = f"{sign}{self.printed_limit}" if self.low is not None or self.high is not None else "—"
        words = f"{from_nano(self.value):.9g} | {limit} | {outcome.in_(language)}"
        return f"{words} | {self.cite}" if self.cite else words

    @property
    def printed(self) -> str:
        return printed(from_nano(self.value), ITEMS[self.item].decimals)

    @property
    def printed_limit(self) -> str:
        decimals = max(ITEMS[self.item].decimals, 0)
        low, high = (
            None if end is None else printed(from_nano(end), decimals) for end in (self.low, self.high)
        )
        if low is not None and high is not None:
            return f"{low}–{high}"
        return f"≥ {low}" if low is not None else high or "—"

    def to_json(self) -> dict[str, object]:
        limit: object = None
        if self.low is not None and self.high is not None:
            limit = [from_nano(self.low), from_nano(self.high)]
        elif self.low is not None:
            limit = from_nano(self.low)
        elif self.high is not None:
            limit = from_nano(self.high)
        kind = "range" if isinstance(limit, list) else "min" if self.low is not None else "max"
        return {
            **({"fuel": self.fuel} if self.fuel else {}),
            "item": self.item,
            "value": from_nano(self.value),
            "rounded": from_nano(self.rounded),
            "limit": limit,
            "kind": kind if limit is not None else "none",
            "pass": self.passed,
            "advisory": self.advisory,
            "boundary": self.boundary,
            "cite": self.cite,
            "rows": list(self.rows) if self.rows else None,
        }


@dataclass(frozen=True, slots=True)
class ClaimCheck:
    """The station's own answer beside ours. ``agrees`` is None when it claimed nothing."""

    verdict: Result | None
    agrees: bool | None
    differences: tuple[Mapping[str, object], ...] = ()
    reproduced_by: Mapping[str, object] | None = None

    def to_json(self) -> dict[str, object]:
        return {
            "verdict": None if self.verdict is None else str(self.verdict),
            "agrees": self.agrees,
            "differences": [dict(difference) for difference in self.differences],
            "reproduced_by": dict(self.reproduced_by) if self.reproduced_by else None,
        }


@dataclass(slots=True)
class Measured:
    """What a method found in the trace: values by item, reasons why the run does not count, how it went.

    ``invalid`` keeps the whole run from counting. ``unmeasured`` names an item the law wants and the run does not
    give: without it there is no pass, but what was measured and exceeds its limit still fails. ``open``: items recorded
    only that would decide by another reading of the law, with its clause.
    """

    values: dict[str, float] = field(default_factory=dict)
    rows: dict[str, Rows] = field(default_factory=dict)
    invalid: list[Reason] = field(default_factory=list)
    unmeasured: list[Reason] = field(default_factory=list)
    findings: list[Reason] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    window: dict[str, object] | None = None
    advisory: set[str] = field(default_factory=set)
    open: dict[str, str] = field(default_factory=dict)
    early_fail: bool = False
    gases: Corrected | None = None


def mean_step(out: Measured, item: str, values: NDArray[np.float64], rows: NDArray[np.int64]) -> None:
    """Take the plain mean of ``values`` (shape (n,)) as ``item``, with the step that shows every number."""
    # Exactly rounded, so that the order of the seconds cannot decide.
    total = math.fsum(values.tolist())
    mean, span = total / len(values), (int(rows[0]), int(rows[-1]))
    out.values[item], out.rows[item] = mean, span
    label = ITEMS[item].label
    out.steps.append(
        Step(
            Text(f"{label.zh} 平均", f"{label.en}, mean"),
            "Σ / n",
            f"({' + '.join([f'{value:.9g}' for value in values.tolist()])}) / {len(values)}",
            f"{mean:.9g}",
            span,
        )
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """The recomputed answer of one test (contract §3)."""

    test_no: str
    result: Result
    method: Method
    limit_set: str
    law_place: str
    law_on: str
    law_hash: str
    items: tuple[ItemVerdict, ...]
    parts: Mapping[str, str]
    reasons: tuple[Reason, ...]
    findings: tuple[Reason, ...]
    window: Mapping[str, object] | None
    claim: ClaimCheck
    steps: tuple[Step, ...]

    @property
    def boundary(self) -> bool:
        return any(item.boundary for item in self.items)

    def explain(self, language: str = "zh") -> list[tuple[str, str]]:
        """The calculation as rows (what, how): every step with its numbers, then every item against its limit."""
        rows = []
        for step in self.steps:
            where = (
                Text(f"（第 {_span(step.rows)} 行）", f" (rows {_span(step.rows)})") if step.rows else None
            )
            what = step.label.in_(language) + (where.in_(language) if where else "")
            rows.append((what, f"{step.formula} = {step.numbers} = {step.result}"))
        return rows + [(ITEMS[item.item].label.in_(language), item.explain(language)) for item in self.items]

    def to_json(self) -> dict[str, object]:
        return {
            "test_no": self.test_no,
            "verdict": str(self.result),
            "method": str(self.method),
            "limit_set": self.limit_set,
            "law": {"place": self.law_place, "on": self.law_on, "hash": self.law_hash},
            "items": [item.to_json() for item in self.items],
            "parts": dict(self.parts),
            "boundary": self.boundary,
            "reasons": [reason.to_json() for reason in self.reasons],
            "findings": [finding.to_json() for finding in self.findings],
            "window": dict(self.window) if self.window else None,
            "claim": self.claim.to_json(),
            "steps": [step.to_json() for step in self.steps],
        }
