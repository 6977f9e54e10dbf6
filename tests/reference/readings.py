"""A record's trace as rows of decimals, and the few numeric rules every method uses."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from imloop.facts.records.inspection import TestRecord, Trace
from imloop.law import Law

NANO = Decimal("1e-9")
Row = dict[str, Decimal | None]
Air = tuple[Decimal, Decimal, Decimal]
"""°C, relative humidity %, barometric pressure kPa."""


def decimal(value: float) -> Decimal:
    """The number as written in the message: the shortest decimal that reads back as this float."""
    return Decimal(repr(float(value)))


def at_nine(value: Decimal) -> Decimal:
    """Full value as compared: to 1e-9 of the unit, half to even."""
    return value.quantize(NANO, ROUND_HALF_EVEN)


def printed(value: Decimal, decimals: int) -> Decimal:
    """GB/T 8170: to ``decimals`` places, half to even, of the full value as compared."""
    return at_nine(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)


def mean(values: Sequence[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values)


@lru_cache(maxsize=4096)
def law_number(law: Law, key: str) -> Decimal:
    return decimal(law.number(key))


@dataclass(frozen=True)
class Readings:
    """The rows of a trace. ``phase[i]`` is "" where the method has none; a missing reading is None."""

    rows: list[Row]
    phase: tuple[str, ...]
    channels: frozenset[str]

    def runs(self, phase: str) -> list[list[int]]:
        """Row numbers of every uninterrupted stretch of ``phase``, in order."""
        out: list[list[int]] = []
        for number, name in enumerate(self.phase):
            if name != phase:
                continue
            if out and out[-1][-1] == number - 1:
                out[-1].append(number)
            else:
                out.append([number])
        return out

    def of(self, phase: str) -> list[int]:
        return [number for number, name in enumerate(self.phase) if name == phase]

    def unbroken(self, numbers: Sequence[int]) -> bool:
        """Do these rows follow one another?"""
        return all(later == earlier + 1 for earlier, later in zip(numbers, numbers[1:], strict=False))

    def every_second_once(self) -> bool:
        """Is each row of the record the second after the row before it? A clock may jitter by half a second, and
        over the whole record go wrong by a second and a half."""
        times = self.values("t_s", range(len(self.rows)))
        if times is None:
            return False
        steps = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
        most = Decimal("1.5")
        return all(Decimal("0.5") < step < most for step in steps) and abs(sum(steps) - len(steps)) < most

    def values(self, name: str, numbers: Iterable[int]) -> list[Decimal] | None:
        """Readings of one channel; None as soon as one is missing."""
        out = []
        for number in numbers:
            value = self.rows[number].get(name)
            if value is None:
                return None
            out.append(value)
        return out


def read(trace: Trace) -> Readings:
    names = list(trace.columns)
    columns = [
        [decimal(value) if math.isfinite(value) else None for value in trace.columns[name].tolist()]
        for name in names
    ]
    rows: list[Row] = [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]
    return Readings(rows, trace.phase or ("",) * len(rows), frozenset(names))


def is_air(air: Air, law: Law) -> bool:
    """Is there such air on earth? A barometer in hPa, a hygrometer that shows a fraction: such figures are none."""
    names = ("temperature_c", "humidity_pct", "pressure_kpa")
    return all(
        law_number(law, f"air.{name}.min") <= figure <= law_number(law, f"air.{name}.max")
        for name, figure in zip(names, air, strict=True)
    )


def figure_of(record: TestRecord, row: Row, name: str) -> Decimal | None:
    """A figure of the air in one second: its own reading, else the record's."""
    value = row.get(f"ambient_{name}")
    if value is not None:
        return value
    stated = getattr(record.ambient, name)
    return None if stated is None else decimal(stated)


def air_of(record: TestRecord, row: Row) -> Air | None:
    """°C, relative humidity %, kPa of one second."""
    celsius, humidity, pressure = (
        figure_of(record, row, name) for name in ("temperature_c", "humidity_pct", "pressure_kpa")
    )
    if celsius is None or humidity is None or pressure is None:
        return None
    return celsius, humidity, pressure
