"""The air of the hall where a verdict rests on it: given, such as there is, and not in a wrong unit.

A pressure in hPa or a humidity as a fraction gives a factor kH that looks like one. So each figure has to lie within
what there is on earth (law values ``air.…``), and kH below what any air gives. Outside, nothing is corrected quietly:
the run does not count, and the reason says what the number looks like.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from imloop.facts.codes import Method
from imloop.facts.records.inspection import Column, TestRecord
from imloop.facts.text import Reason
from imloop.law import Law
from imloop.verdict.arithmetic import nano, nano_levels
from imloop.verdict.formulas.gas import ambient_columns
from imloop.verdict.units import likely
from imloop.verdict.validity import Indices, invalid

Mask = NDArray[np.bool_]
Air = tuple[Column, Column, Column]
"""°C, relative humidity in %, pressure in kPa."""

FIGURES: Mapping[str, str] = MappingProxyType(
    {"temperature_c": "环境温度", "humidity_pct": "相对湿度", "pressure_kpa": "大气压"}
)
USED_BY = frozenset({Method.ASM, Method.VMAS, Method.IM195, Method.LUGDOWN})
"""Methods whose result is corrected by the air: NO by us, the power of a lug-down by the line."""


def span(figure: str, law: Law) -> tuple[float, float]:
    """Lowest and highest value of a figure of the air that there is."""
    return law.number(f"air.{figure}.min"), law.number(f"air.{figure}.max")


def impossible(air: Air, law: Law) -> Mask:
    """Where a figure of the air is none: beyond its span. One that is missing (NaN) is not."""
    found: Mask = np.zeros(air[0].shape, dtype=np.bool_)
    for figure, values in zip(FIGURES, air, strict=True):
        low, high = span(figure, law)
        found |= (values < low) | (values > high)
    return found


def too_damp(kh: Column, law: Law) -> Mask:
    """Where kH is beyond what any air gives; none where it is unknown."""
    return np.asarray(nano_levels(kh) > nano(law.number("air.kh_max")))


def unusable(record: TestRecord, rows: Indices, kh: Column, law: Law) -> list[Reason]:
    """Reasons why NO cannot be corrected in the given rows. ``kh``: of every row of the trace."""
    air = ambient_columns(record.trace, record.ambient)
    found = impossible_air(record, rows, law)
    if found or not len(rows):
        return found
    cite = law.cite("humidity.required")
    if any(np.isnan(each[rows]).any() for each in air):
        zh = "缺少环境温度、湿度或气压，无法作湿度修正。"
        return [
            invalid("ambient-missing", zh, "Temperature, humidity or pressure of the air is missing.", cite)
        ]
    if not np.isfinite(kh[rows]).all() or too_damp(kh[rows], law).any():
        most = law.number("air.kh_max")
        zh = f"环境温度、湿度与气压不可能同时成立（湿度修正系数 kH 超过 {most:g}）。"
        en = f"Temperature, humidity and pressure contradict physics (kH above {most:g})."
        return [invalid("ambient-impossible", zh, en, law.cite("air.kh_max"))]
    return []


def impossible_air(record: TestRecord, rows: Indices, law: Law) -> list[Reason]:
    """A reason for each figure that is none in the given rows, with what it looks like."""
    found = []
    air = ambient_columns(record.trace, record.ambient)
    for figure, values in zip(FIGURES, air, strict=True):
        low, high = span(figure, law)
        wrong = (values[rows] < low) | (values[rows] > high)
        if wrong.any():
            at = int(rows[wrong.argmax()])
            found.append(_not_such(figure, float(values[at]), (low, high), at, law))
    return found


def _not_such(figure: str, value: float, ends: tuple[float, float], at: int, law: Law) -> Reason:
    unit = figure.rpartition("_")[2]
    shown = {"c": "°C", "pct": "%", "kpa": "kPa"}[unit]
    guess = likely(unit, value, *ends)
    name, zh, en = figure.rpartition("_")[0], "", ""
    if guess is not None:
        zh, en = f"，看起来是{guess.zh}", f"; this looks like {guess.en}"
    return invalid(
        "ambient-impossible",
        f"{FIGURES[figure]} {value:g} {shown} 不在 {ends[0]:g} 至 {ends[1]:g} {shown} 之间{zh}，不予采用。",
        f"{name.capitalize()} {value:g} {shown} is not between {ends[0]:g} and {ends[1]:g} {shown}{en}: not used.",
        law.cite(f"air.{figure}.{'min' if value < ends[0] else 'max'}"),
        (at, at),
    )


def too_hot(record: TestRecord, rows: Indices, law: Law) -> list[Reason]:
    """A lug-down is not driven in the heat."""
    warm, most = ambient_columns(record.trace, record.ambient)[0][rows], law.number("lugdown.ambient_max_c")
    hot = warm > most
    if not hot.any():
        return []
    at = int(rows[hot.argmax()])
    shown = float(warm[hot.argmax()])
    return [
        invalid(
            "ambient-too-hot",
            f"环境温度 {shown:g} °C，超过 {most:g} °C 应停止加载减速检验。",
            f"{shown:g} °C in the hall: above {most:g} °C there is no lug-down.",
            law.cite("lugdown.ambient_max_c"),
            (at, at),
        )
    ]
