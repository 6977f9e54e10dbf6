"""A lively, consistent run that nothing is wrong with, and the same with some cells replaced:
what doubts are tried on."""

from __future__ import annotations

from typing import Any

import numpy as np

from imloop.facts.codes import Fuel, Method
from imloop.facts.records.inspection import TestRecord
from imloop.verdict.answer import Verdict
from imloop.verdict.formulas.gas import brettschneider
from support.messages.runs import law_of, record

LAW = law_of()
SECONDS = 80
Change = dict[str, Any]


def loaded() -> dict[str, list[Any]]:
    """A lively ASM run: 40 s at 25 km/h, 40 s at 40 km/h, clean and consistent."""
    wobble = [i % 7 for i in range(SECONDS)]
    columns: dict[str, list[Any]] = {
        "t_s": list(range(SECONDS)),
        "phase": ["5025.sample"] * 40 + ["2540.sample"] * 40,
        "speed_kmh": [25.0] * 40 + [40.0] * 40,
        "co_pct": [0.1] * SECONDS,
        "hc_ppm": [30.0 + w for w in wobble],
        "no_ppm": [120.0 + w for w in wobble],
        "co2_pct": [14.4 + 0.01 * w for w in wobble],
        "o2_pct": [0.5 + 0.01 * w for w in wobble],
        "rpm": [2000.0 + w for w in wobble],
        "obd_rpm": [2002.0 + w for w in wobble],
    }
    gas = {name: np.array(columns[name]) for name in ("co_pct", "co2_pct", "hc_ppm", "o2_pct")}
    exact = brettschneider(*gas.values(), np.zeros(SECONDS), Fuel.GASOLINE, LAW)
    columns["lambda"] = [float(value) for value in exact]
    return columns


def lug_down() -> dict[str, list[Any]]:
    """A lively lug-down of 60 s whose k and opacity belong together."""
    wobble = np.arange(60) % 7
    k = 0.5 + 0.01 * wobble
    return {
        "t_s": list(range(60)),
        "phase": ["scan"] * 40 + ["100.sample"] * 10 + ["80.sample"] * 10,
        "speed_kmh": [80.0 - 0.2 * i for i in range(40)] + [75.0] * 10 + [60.0] * 10,
        "power_kw": (60.0 + wobble).tolist(),
        "power_factor": [1.0] * 60,
        "rpm": (2000.0 + wobble).tolist(),
        "nox_ppm": (500.0 + wobble).tolist(),
        "co2_pct": (8.0 + 0.1 * wobble).tolist(),
        "k_per_m": k.tolist(),
        "opacity_pct": (100.0 * (1.0 - np.exp(-0.430 * k))).tolist(),
    }


def run_of(method: Method, change: Change, **more: Any) -> TestRecord:
    """The lively run with cells replaced: ``{channel: {second: value}}`` or a whole column."""
    columns = loaded() if method is Method.ASM else lug_down()
    for name, cells in change.items():
        if isinstance(cells, dict):
            column = columns.setdefault(name, [0.0] * len(columns["t_s"]))
            for second, value in cells.items():
                column[second] = value
        elif cells is None:
            del columns[name]
        else:
            columns[name] = cells
    return record(method, columns, vehicle={"rated_power_kw": 100.0}, **more)


def told(found: Verdict) -> set[str]:
    return {finding.code for finding in found.findings} - {"production-date-missing", "obd-data-missing"}


def spread(first: int, count: int, value: Any) -> dict[int, Any]:
    return dict.fromkeys(range(first, first + count), value)
