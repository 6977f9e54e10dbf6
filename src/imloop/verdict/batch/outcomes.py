"""The outcome of many tests as arrays, and how a value meets its limit there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from imloop.facts.codes import Fuel, Method, Result
from imloop.facts.items import ITEMS
from imloop.law import Law
from imloop.verdict.answer import Verdict
from imloop.verdict.arithmetic import MEASURABLE, nano_levels, round_levels
from imloop.verdict.limits import Limit, floor_of, limits_of
from imloop.verdict.methods import asm, freeacc, lugdown, ringelmann, tsi, vmas

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Codes = NDArray[np.int8]

RESULTS = (Result.PASS, Result.FAIL, Result.INVALID, Result.NOT_READY)
"""A result code is its place in this list."""

PASS, FAIL, INVALID, NOT_READY = range(4)

NOT_MEASURED = np.iinfo(np.int64).min

ITEMS_OF: Mapping[Method, tuple[str, ...]] = MappingProxyType(
    {
        Method.TSI: tuple(tsi.COLUMN_OF),
        Method.ASM: tuple(item for mode in asm.MODES for item in asm.ITEMS_OF[mode]),
        Method.VMAS: tuple(vmas.ITEM_OF.values()),
        Method.IM195: ("co_g_km", "hc_g_km", "nox_g_km", "hc_nox_g_km"),
        Method.LUGDOWN: (*lugdown.COLUMN_OF, "max_power_kw", "power_ratio", ringelmann.ITEM),
        Method.FREEACC: (freeacc.ITEM,),
        Method.RINGELMANN: (ringelmann.ITEM,),
    }
)
"""The items of a method, in the order of the outcome's columns."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What follows for every test, in the order given.

    ``result``, ``exhaust``: int8 of shape (tests,), places in ``RESULTS``: the whole test, the exhaust part.
    ``values``: int64 of shape (tests, items), nano-units of the item's unit, ``NOT_MEASURED`` where the run gives none.
    ``exceeded``: bool of shape (tests, items), beyond a limit that decides. ``window``: int64 of shape (tests,), first
    row (from 0 in the test's trace) of the window that decided, −1 without. ``by_reference``: bool of shape (tests,),
    judged one by one because its shape is unusual. Of a bi-fuel vehicle: values and window of the run on its own fuel,
    exceeded on either.
    """

    items: tuple[str, ...]
    result: Codes
    exhaust: Codes
    values: NDArray[np.int64]
    exceeded: Mask
    window: NDArray[np.int64]
    by_reference: Mask

    @property
    def tests(self) -> int:
        return len(self.result)


def nothing(method: Method, tests: int) -> Outcomes:
    """Room for ``tests`` outcomes, nothing measured."""
    items = ITEMS_OF[method]
    return Outcomes(
        items,
        np.full(tests, INVALID, dtype=np.int8),
        np.full(tests, INVALID, dtype=np.int8),
        np.full((tests, len(items)), NOT_MEASURED, dtype=np.int64),
        np.zeros((tests, len(items)), dtype=np.bool_),
        np.full(tests, -1, dtype=np.int64),
        np.zeros(tests, dtype=np.bool_),
    )


def put(out: Outcomes, at: slice | NDArray[np.int64], part: Outcomes) -> None:
    """Write ``part`` to the places ``at`` of ``out``."""
    out.result[at], out.exhaust[at] = part.result, part.exhaust
    out.values[at], out.exceeded[at] = part.values, part.exceeded
    out.window[at], out.by_reference[at] = part.window, part.by_reference


def outcome_of(verdict: Verdict) -> Outcomes:
    """The outcome of one test as the reference path gives it."""
    out = nothing(verdict.method, 1)
    out.result[0] = RESULTS.index(verdict.result)
    out.exhaust[0] = RESULTS.index(Result(verdict.parts["exhaust"]))
    # Of a bi-fuel vehicle the run on its own fuel comes first.
    for item in reversed(verdict.items):
        place = out.items.index(item.item)
        out.values[0, place] = item.value
        out.exceeded[0, place] |= not item.passed and not item.advisory
    if verdict.window is not None:
        rows = verdict.window["rows"]
        assert isinstance(rows, list)
        out.window[0] = rows[0]
    out.by_reference[0] = True
    return out


@dataclass(frozen=True, slots=True)
class Found:
    """What a method finds in a block of tests, before the limits.

    ``values``: float64 of shape (tests, items), NaN where the run gives none. ``invalid``, ``unmeasured``,
    ``early_fail``: bool of shape (tests,), as in ``Measured``. ``advisory``: bool of shape (tests, items), recorded
    only. ``window``: int64 of shape (tests,), first row in the test's trace, −1 without.
    """

    values: Floats
    invalid: Mask
    unmeasured: Mask
    early_fail: Mask
    advisory: Mask
    window: NDArray[np.int64]

    @classmethod
    def empty(cls, method: Method, tests: int) -> Found:
        shape = (tests, len(ITEMS_OF[method]))
        return cls(
            np.full(shape, np.nan),
            np.zeros(tests, dtype=np.bool_),
            np.zeros(tests, dtype=np.bool_),
            np.zeros(tests, dtype=np.bool_),
            np.zeros(shape, dtype=np.bool_),
            np.full(tests, -1, dtype=np.int64),
        )


@dataclass(frozen=True, slots=True)
class Ends:
    """Limits of a method's items as whole nano-units, infinite where there is none; shape (items,). ``floor``: below it
    an item with an upper limit alone is not measured.

    ``decides``: not recorded only for this fuel. ``strict``: a value at the limit is beyond it. ``rounded``: the
    rounded value meets the limit. ``limited``: the items with a limit.
    """

    limit_set: str
    low: Floats
    high: Floats
    floor: Floats
    decides: Mask
    strict: Mask
    rounded: bool
    limited: frozenset[str]


@lru_cache(maxsize=1024)
def ends_of(law: Law, method: Method, limit_set: str, fuel: Fuel | None) -> Ends:
    """Raises ``Unknown`` without a limit set, ``LawMissing`` where the law lacks a rule."""
    limits, items = limits_of(law, method, limit_set), ITEMS_OF[method]
    found = [limits.get(item) for item in items]
    return Ends(
        limit_set,
        np.array([-np.inf if each is None or each.low is None else each.low for each in found], np.float64),
        np.array([np.inf if each is None or each.high is None else each.high for each in found], np.float64),
        np.array([_floor(each, law) for each in found], np.float64),
        np.array([each is None or each.decides(fuel) for each in found]),
        np.array([item == "lambda_high" and not law.flag("tsi.lambda_inclusive") for item in items]),
        law.word("rounding.official") == "rounded",
        frozenset(limits),
    )


def _floor(limit: Limit | None, law: Law) -> float:
    return (
        -np.inf if limit is None or limit.low is not None or limit.high is None else floor_of(limit.high, law)
    )


def decide(method: Method, found: Found, ends: Ends) -> Outcomes:
    """Meet the limits: values, exceeded, exhaust and window; not yet the result of the whole test."""
    out = nothing(method, len(found.values))
    measured = np.abs(found.values) < MEASURABLE
    full = nano_levels(np.where(measured, found.values, 0.0))
    judged = full
    if ends.rounded:
        places = [ITEMS[item].decimals for item in out.items]
        judged = np.stack([round_levels(full[:, at], each) for at, each in enumerate(places)], axis=1)
    beyond = (judged < ends.low) | (judged > ends.high)
    if ends.strict.any():
        beyond |= ends.strict & ((judged == ends.low) | (judged == ends.high))
    beyond &= measured & ends.decides & ~found.advisory
    out.values[measured] = full[measured].astype(np.int64)
    out.exceeded[:] = beyond
    out.exhaust[:] = PASS
    below = (full < ends.floor) & measured & ends.decides & ~found.advisory
    out.exhaust[found.unmeasured | below.any(axis=1)] = INVALID
    out.exhaust[beyond.any(axis=1) | found.early_fail] = FAIL
    out.exhaust[found.invalid] = INVALID
    out.window[:] = found.window
    return out
