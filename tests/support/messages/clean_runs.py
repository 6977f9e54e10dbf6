"""A clean run of every method that passes, on an ordinary vehicle, changed as a case says."""

from __future__ import annotations

from typing import Any

from imloop.facts.codes import Method
from imloop.facts.records.inspection import TestRecord
from support.messages.runs import DRY_AIR, columns, im195_columns, law_of, record, vmas_columns

_IDLE = {
    "seconds": 30,
    "co_pct": 0.05,
    "hc_ppm": 20,
    "no_ppm": 100,
    "co2_pct": 14.5,
    "o2_pct": 0.4,
    "lambda": 1.0,
}
_LOADED = {
    "phase": "5025.sample",
    "seconds": 20,
    "co_pct": 0.1,
    "hc_ppm": 20,
    "no_ppm": 100,
    "df": 1.0,
    "rpm": 1900,
}
_FULL = {"k_per_m": 0.5, "nox_ppm": 800, "co2_pct": 9.0, "power_kw": 70.0, "power_factor": 1.0, "rpm": 2000}


def clean_columns(method: Method) -> dict[str, list[Any]]:
    """Every channel that the method asks for, and a few that it does not."""
    if method is Method.VMAS:
        return vmas_columns(law_of())
    if method is Method.IM195:
        return im195_columns(law_of())
    if method is Method.TSI:
        high, idle = {"phase": "high.sample", "rpm": 2500}, {"phase": "idle.sample", "rpm": 800}
        return columns([{**_IDLE, **high}, {**_IDLE, **idle}])
    if method is Method.ASM:
        return columns([_LOADED])
    if method is Method.LUGDOWN:
        points = (("scan", 20, 75.0), ("100.sample", 9, 70.0), ("80.sample", 9, 56.0))
        return columns([{"phase": at, "seconds": s, "speed_kmh": v, **_FULL} for at, s, v in points])
    if method is Method.FREEACC:
        return columns([{"blip": n, "seconds": 6, "k_per_m": 0.5, "rpm": 2600} for n in (1, 2, 3)])
    return {"t_s": [0, 1], "ringelmann_grade": [0, 1]}


def clean(method: Method, **more: Any) -> TestRecord:
    """``more``: as ``runs.record`` takes it; ``columns``: channels that replace those of the clean run."""
    changed = {**clean_columns(method), **more.pop("columns", {})}
    vehicle = {"rated_power_kw": 100.0, "rated_speed_rpm": 2000.0} if method is Method.LUGDOWN else {}
    more["vehicle"] = {**vehicle, **more.get("vehicle", {})}
    if method in (Method.VMAS, Method.IM195):
        more.setdefault("ambient", DRY_AIR)
    return record(method, changed, **more)
