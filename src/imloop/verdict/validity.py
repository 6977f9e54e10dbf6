"""Does the run count? Seconds, channels, phases, dilution, stall. Each reason names its rows and its clause."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from imloop.facts.codes import Outcome
from imloop.facts.records.inspection import TestRecord, Trace
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.verdict.arithmetic import MEASURABLE, nano, nano_levels
from imloop.verdict.formulas.gas import fuel_class, longest_run

Indices = NDArray[np.int64]

_NEXT = Text("请排除原因后重新检验。", "Remove the cause and test again.")
_NO_ROWS: Indices = np.array([], dtype=np.int64)
_HALF_SECOND = 0.5


def invalid(code: str, zh: str, en: str, cite: str = "", rows: tuple[int, int] | None = None) -> Reason:
    """A reason why the run does not count; ``rows``: first and last row concerned."""
    return Reason(code, Text(zh, en), cite, _NEXT, rows=rows)


def of_the_run(record: TestRecord, law: Law) -> list[Reason]:
    """Reasons that concern the whole run, whatever its method."""
    cite = law.cite("validity.one_hertz")
    found = []
    if record.outcome is Outcome.ABORTED:
        found.append(invalid("aborted", "检验中止。", "The run was aborted.", law.cite("validity.aborted")))
    trace = record.trace
    if trace.rows == 0:
        return [*found, invalid("no-data", "没有逐秒数据。", "There is no second-by-second data.", cite)]
    odd = [name for name, column in trace.columns.items() if column.shape != (trace.rows,)]
    if odd:
        names = "、".join(odd)
        return [
            *found,
            invalid("columns-unequal", f"{names} 列行数不同。", f"{names}: unequal length.", cite),
        ]
    seconds = trace.get("t_s")
    if seconds is None:
        return [*found, invalid("missing-channel", "缺少 t_s 列。", "Column t_s is missing.", cite)]
    return found + _seconds(seconds, cite)


def broken_shape(reasons: list[Reason]) -> bool:
    """No row can be told from another: nothing of the trace can be measured."""
    return any(reason.code in ("no-data", "columns-unequal") for reason in reasons)


def _seconds(seconds: NDArray[np.float64], cite: str) -> list[Reason]:
    """Every row one second after the row before it. Clocks jitter: half a second either way is still the next."""
    step = np.diff(seconds)
    repeated = step <= _HALF_SECOND
    missing = ~(step < 1.0 + _HALF_SECOND)  # a second without a reading counts as missing
    found = []
    for code, mask, zh, en in (
        ("seconds-repeated", repeated, "重复或倒退的秒", "seconds that repeat or run backwards"),
        ("seconds-missing", missing, "缺失的秒", "missing seconds"),
    ):
        if mask.any():
            at, count = int(mask.argmax()), int(mask.sum())
            found.append(invalid(code, f"有 {count} 处{zh}。", f"{count} × {en}.", cite, (at, at + 1)))
    if not found and len(step) and not abs(seconds[-1] - seconds[0] - len(step)) < 1.0 + _HALF_SECOND:
        words = "逐秒数据的时间与行数不符。", "The clock of the rows drifts: they are not seconds."
        found.append(invalid("seconds-uneven", *words, cite, (0, len(seconds) - 1)))
    if not len(step) and not np.isfinite(seconds[0]):
        found.append(invalid("seconds-missing", "秒没有读数。", "The second has no reading.", cite, (0, 0)))
    return found


@lru_cache(maxsize=256)
def _by_phase(phase: tuple[str, ...]) -> Mapping[str, Indices]:
    found: dict[str, list[int]] = {}
    for row, name in enumerate(phase):
        found.setdefault(name, []).append(row)
    arrays = {name: np.array(rows, dtype=np.int64) for name, rows in found.items()}
    for rows in arrays.values():
        rows.setflags(write=False)
    return MappingProxyType(arrays)


def phase_rows(trace: Trace, *names: str) -> Indices:
    """Row numbers of the given phases, in order. Read-only."""
    rows = trace.memo.get(names)
    if rows is None:
        known = _by_phase(trace.phase)
        found = [known[name] for name in names if name in known]
        rows = np.sort(np.concatenate(found)) if len(found) > 1 else found[0] if found else _NO_ROWS
        rows.setflags(write=False)
        trace.memo[names] = rows
    return rows


def channels(trace: Trace, names: tuple[str, ...], rows: Indices, cite: str) -> list[Reason]:
    """Missing columns, and judged rows without a usable reading."""
    found = []
    for name in names:
        column = trace.get(name)
        if column is None:
            found.append(invalid("missing-channel", f"缺少 {name} 列。", f"Column {name} is missing.", cite))
            continue
        without = ~(np.abs(column[rows]) < MEASURABLE)
        if without.any():
            at, count = int(rows[without.argmax()]), int(without.sum())
            found.append(
                invalid(
                    "missing-reading",
                    f"{name} 在取样段有 {count} 秒没有可用读数。",
                    f"{name} has no usable reading in {count} judged rows.",
                    cite,
                    (at, at),
                )
            )
    return found


def stretches(rows: Indices) -> list[Indices]:
    """The rows cut where they do not follow one another."""
    edges = [0, *(np.flatnonzero(np.diff(rows) != 1) + 1).tolist(), len(rows)]
    return [rows[first:last] for first, last in pairwise(edges) if last > first]


def longest_block(rows: Indices) -> int:
    """How many seconds the phase lasted without being left."""
    return max(map(len, stretches(rows)), default=0)


def interrupted(name: Text, rows: Indices, cite: str) -> list[Reason]:
    """The averaged rows must follow one another: a phase that was left and entered again starts over."""
    if len(rows) < 2 or rows[-1] - rows[0] == len(rows) - 1:
        return []
    span = (int(rows[0]), int(rows[-1]))
    zh = f"{name.zh}的取平均时段不连续。"
    return [invalid("phase-interrupted", zh, f"{name.en}: the averaged seconds are interrupted.", cite, span)]


def dilution(record: TestRecord, rows: Indices, law: Law, method: str = "gas") -> list[Reason]:
    """CO + CO2 below the minimum in judged rows: the probe draws air, the run does not count (GB 18285-2018).

    ``method``: whose minimum and seconds in the law, ``gas`` for the steady ones.
    """
    co, co2 = record.trace.get("co_pct"), record.trace.get("co2_pct")
    if co is None or co2 is None or not len(rows):
        return []
    key = f"{method}.co_co2_min_pct.{fuel_class(record.vehicle.fuel)}"
    low = np.zeros(record.trace.rows, dtype=np.bool_)
    low[rows] = nano_levels(co[rows] + co2[rows]) < nano(law.number(key))
    run = longest_run(low)
    if run is None or run[1] - run[0] + 1 < law.integer(f"{method}.co_co2_min_seconds"):
        return []
    return [
        invalid(
            "diluted",
            f"CO+CO₂ 低于 {law.number(key):g} %，取样被稀释。",
            f"CO + CO2 below {law.number(key):g} %: the sample is diluted.",
            law.cite(key),
            run,
        )
    ]


def no_exhaust_gas(record: TestRecord, rows: Indices, law: Law) -> list[Reason]:
    """More CO2 than any fuel gives: what is corrected by it is not measured."""
    co2 = record.trace.get("co2_pct")
    most = law.number("gas.co2_max_pct")
    if co2 is None or not (above := co2[rows] > most).any():
        return []
    at, count = int(rows[above.argmax()]), int(above.sum())
    zh = f"取样段有 {count} 秒 CO₂ 高于 {most:g} %，不是排气，不能据以修正。"
    en = f"CO2 above {most:g} % in {count} judged rows is no exhaust: nothing can be corrected by it."
    return [invalid("co2-impossible", zh, en, law.cite("gas.co2_max_pct"), (at, at))]


def stall(record: TestRecord, rows: Indices, law: Law) -> list[Reason]:
    """Engine speed zero in a judged row."""
    rpm = record.trace.get("rpm")
    if rpm is None or not len(rows):
        return []
    stopped = rpm[rows] == 0
    if not stopped.any():
        return []
    at = int(rows[stopped.argmax()])
    return [
        invalid(
            "engine-stalled",
            "取样段发动机熄火（转速 0）。",
            "The engine stalled in a judged row (0 r/min).",
            law.cite("gas.stall"),
            (at, at),
        )
    ]


def too_short(name: Text, have: int, want: int, cite: str) -> Reason:
    """A phase with fewer seconds than the law wants."""
    return invalid(
        "phase-incomplete",
        f"{name.zh}只有 {have} 秒，需要 {want} 秒。",
        f"{name.en}: {have} s, {want} s wanted.",
        cite,
    )
