"""Does the run count? Seconds, channels, phases, dilution, stall. Each finding names its rows and its clause."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imloop.facts.codes import Outcome
from imloop.facts.test_record import TestRecord, Trace
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.verdict.gas import fuel_class, longest_run

Indices = NDArray[np.int64]


def invalid(code: str, zh: str, en: str, cite: str = "", rows: tuple[int, int] | None = None) -> Reason:
    """A reason why the run does not count; ``rows``: first and last row concerned."""
    return Reason(
        code,
        Text(zh, en),
        cite,
        Text("请排除原因后重新检验。", "Remove the cause and test again."),
        rows=rows,
    )


def of_the_run(record: TestRecord, law: Law) -> list[Reason]:
    """Reasons that concern the whole run, whatever its method."""
    cite = law.cite("validity.one_hertz")
    found = []
    if record.outcome is Outcome.ABORTED:
        found.append(invalid("aborted", "检验中止。", "The run was aborted.", law.cite("validity.aborted")))
    if record.trace.rows == 0:
        return [*found, invalid("no-data", "没有逐秒数据。", "There is no second-by-second data.", cite)]
    seconds = record.trace.get("t_s")
    if seconds is None:
        return [*found, invalid("missing-channel", "缺少 t_s 列。", "Column t_s is missing.", cite)]
    steps = np.diff(seconds)
    if np.isnan(seconds).any() or (steps <= 0).any():
        at = int(np.argmax(np.isnan(seconds[1:]) | ~(steps > 0))) if len(steps) else 0
        found.append(
            invalid(
                "seconds-repeated",
                "有重复或倒退的秒。",
                "Seconds repeat or run backwards.",
                cite,
                (at, at + 1),
            )
        )
    elif (steps > 1.5).any():
        at = int(np.argmax(steps > 1.5))
        found.append(
            invalid("seconds-missing", "逐秒数据有缺失。", "Seconds are missing.", cite, (at, at + 1))
        )
    return found


def phase_rows(trace: Trace, *names: str) -> Indices:
    """Row numbers of the given phases, in order."""
    return np.array([row for row, phase in enumerate(trace.phase) if phase in names], dtype=np.int64)


def channels(trace: Trace, names: tuple[str, ...], rows: Indices, cite: str) -> list[Reason]:
    """Missing columns, and judged rows without a reading."""
    found = []
    for name in names:
        column = trace.get(name)
        if column is None:
            found.append(invalid("missing-channel", f"缺少 {name} 列。", f"Column {name} is missing.", cite))
        elif len(rows) and np.isnan(column[rows]).any():
            at = int(rows[np.argmax(np.isnan(column[rows]))])
            found.append(
                invalid(
                    "missing-reading",
                    f"{name} 在取样段缺值。",
                    f"{name} has no reading in a judged row.",
                    cite,
                    (at, at),
                )
            )
    return found


def dilution(record: TestRecord, rows: Indices, law: Law) -> list[Reason]:
    """CO + CO2 below the minimum in judged rows: the probe draws air, the run does not count (GB 18285-2018)."""
    co, co2 = record.trace.get("co_pct"), record.trace.get("co2_pct")
    if co is None or co2 is None or not len(rows):
        return []
    key = f"gas.co_co2_min_pct.{fuel_class(record.vehicle.fuel)}"
    low = (co[rows] + co2[rows]) < law.number(key) - 1e-9
    run = longest_run(low)
    if run is None or run[1] - run[0] + 1 < law.integer("gas.co_co2_min_seconds"):
        return []
    where = (int(rows[run[0]]), int(rows[run[1]]))
    return [
        invalid(
            "diluted",
            f"CO+CO₂ 低于 {law.number(key):g} %，取样被稀释。",
            f"CO + CO2 below {law.number(key):g} %: the sample is diluted.",
            law.cite(key),
            where,
        )
    ]


def stall(record: TestRecord, rows: Indices, law: Law) -> list[Reason]:
    """Engine speed zero in a judged row."""
    rpm = record.trace.get("rpm")
    if rpm is None or not len(rows):
        return []
    stopped = rpm[rows] == 0
    if not stopped.any():
        return []
    at = int(rows[np.argmax(stopped)])
    return [
        invalid(
            "engine-stalled",
            "取样段发动机熄火（转速 0）。",
            "The engine stalled.",
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
