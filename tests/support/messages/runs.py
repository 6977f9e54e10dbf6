"""Runs of a line written down in a few words: blocks of seconds with steady readings, as columns of a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import numpy as np

from imloop.facts.codes import DIESEL_METHODS, Fuel, Gearbox, Method, Outcome, Purpose, Result
from imloop.facts.records.inspection import Ambient, Claim, Exterior, Obd, TestRecord, Trace, Vehicle
from imloop.law import load
from imloop.verdict.methods.cycle import prescribed

STEADY_AIR = Ambient(25.0, 75 * 101.3 / (43.478 * 3.169 + 0.75 * 3.169), 101.3)
"""25 °C, 101.3 kPa and the humidity of 75 grains per pound, about 54.21 %: kH is 1."""

_SPEED = {"5025": 25.0, "2540": 40.0}
_TEXT = frozenset({"phase"})


def law_of(day: str = "2026-03-05", place: str = "450200") -> Any:
    return load().at(date.fromisoformat(day), place)


def co2_for(df: float, co: float, a: float = 4.644) -> float:
    """The CO2 (%) beside ``co`` (%) that gives exactly the dilution factor ``df``: gasoline unless ``a`` is given."""
    return (100.0 / df - a * co) / (a + 1.88)


def columns(blocks: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Blocks ``{phase, seconds, channel: value or list of values, df: …}`` one after the other, as columns."""
    names = [name for block in blocks for name in block if name not in ("seconds", "df")]
    out: dict[str, list[Any]] = {name: [] for name in dict.fromkeys(names)}
    if any("df" in block for block in blocks):
        out.setdefault("co2_pct", [])
    loaded = any(str(block.get("phase", "")).startswith(tuple(_SPEED)) for block in blocks)
    if loaded:
        out.setdefault("speed_kmh", [])
    seconds = 0
    for block in blocks:
        seconds += block["seconds"]
        full = dict(block)
        if "df" in block:
            full["co2_pct"] = _each(block, lambda co, df=block["df"]: co2_for(df, co))
        full.setdefault("speed_kmh", _SPEED.get(str(block.get("phase", ""))[:4], 0.0))
        for name, column in out.items():
            value = full.get(name, "" if name in _TEXT else None)
            column += value if isinstance(value, list) else [value] * block["seconds"]
    out.setdefault("t_s", list(range(seconds)))
    return out


def urban_cycle(law: Any, seconds: int = 195) -> list[float]:
    """Prescribed speeds of the transient methods, km/h per second."""
    return [float(v) for v in prescribed(law)[:seconds]]


def vmas_columns(
    law: Any, co: float = 1.0, hc: float = 0.2, nox: float = 0.2, *, a: float = 4.644, **change: Any
) -> dict[str, Any]:
    """A VMAS run of steady, undiluted gases that gives exactly these grams per kilometre at kH = 1 and 0 °C densities;
    ``a``: the fuel's factor of dilution, gasoline unless given."""
    speed = change.pop("speed_kmh", urban_cycle(law))
    rows, km = len(speed), sum(speed) / 3600.0
    flow = 95.0 * (20.8 - 18.0) / (20.8 - 1.0)
    litres = rows * flow
    co_pct = co * km / litres / 1.250 * 100.0
    steady = {
        "co_pct": co_pct,
        "hc_ppm": hc * km / litres / 3.839 * 1e6,
        "no_ppm": nox * km / litres / 2.053 * 1e6,
        "co2_pct": co2_for(1.0, co_pct, a),
        "o2_pct": 1.0,
        "o2_dilute_pct": 18.0,
        "o2_ambient_pct": 20.8,
        "flow_std_ls": 95.0,
        "rpm": 1500.0,
    }
    columns = {name: [value] * rows for name, value in steady.items()}
    return {"t_s": list(range(rows)), **columns, "speed_kmh": speed, **change}


def im195_columns(
    law: Any, co: float = 1.0, hc: float = 0.2, nox: float = 0.2, **change: Any
) -> dict[str, Any]:
    """An IM195 run of steady gases, no background, that gives exactly these grams per kilometre at kH = 1."""
    speed = change.pop("speed_kmh", urban_cycle(law))
    rows, km, flow = len(speed), sum(speed) / 3600.0, 80.0
    steady = {
        "co_dilute_ppm": co * km / (rows * flow) / 1.250 * 1e6,
        "hc_dilute_ppm": hc * km / (rows * flow) / 0.619 * 1e6,
        "nox_dilute_ppm": nox * km / (rows * flow) / 2.053 * 1e6,
        "co_background_ppm": 0.0,
        "hc_background_ppm": 0.0,
        "nox_background_ppm": 0.0,
        "co2_dilute_pct": 1.2,
        "flow_std_ls": flow,
        "rpm": 1500.0,
    }
    columns = {name: [value] * rows for name, value in steady.items()}
    return {"t_s": list(range(rows)), **columns, "speed_kmh": speed, **change}


DRY_AIR = Ambient(25.0, 10.71 * 101.3 / (6.2111 * 3.169 + 10.71 * 3.169 / 100.0), 101.3)
"""The air whose moisture is 10.71 g/kg: kH of the transient methods is 1."""


def _each(block: Mapping[str, Any], of_co: Any) -> Any:
    co = block["co_pct"]
    return [of_co(value) for value in co] if isinstance(co, list) else of_co(co)


def trace(raw: Mapping[str, Sequence[Any]]) -> Trace:
    numbers = {
        name: np.array([np.nan if v is None else v for v in values], dtype=np.float64)
        for name, values in raw.items()
        if name not in _TEXT
    }
    return Trace(MappingProxyType(numbers), tuple(raw.get("phase", ())))


def record(method: Method, raw: Mapping[str, Sequence[Any]], **more: Any) -> TestRecord:
    """A record of the columns ``raw``; ``more``: vehicle, ambient, exterior, obd, claimed, outcome as mappings."""
    started: datetime = more.pop("started", datetime(2026, 3, 5, 9, tzinfo=timezone(timedelta(hours=8))))
    vehicle = {
        "fuel": "diesel" if method in DIESEL_METHODS else "gasoline",
        "produced_on": "2010-03-01",
    }
    seconds = max(len(raw.get("t_s", ())), 1)
    return TestRecord(
        test_no="T1",
        station="450203001",
        line="01",
        method=method,
        purpose=Purpose.PERIODIC,
        outcome=Outcome(more.pop("outcome", "completed")),
        started_at=started,
        ended_at=started + timedelta(seconds=more.pop("lasted", max(seconds, 120))),
        vehicle=_vehicle({**vehicle, **more.pop("vehicle", {})}),
        trace=trace(raw),
        ambient=more.pop("ambient", STEADY_AIR),
        exterior=_exterior(more.pop("exterior", {"verdict": "pass"})),
        obd=_obd(more.pop("obd", None)),
        claimed=_claim(more.pop("claimed", {})),
        **more,
    )


def _vehicle(said: dict[str, Any]) -> Vehicle:
    fuel, second = said.pop("fuel"), said.pop("second_fuel", None)
    for day in ("produced_on", "first_registered_on"):
        if isinstance(said.get(day), str):
            said[day] = date.fromisoformat(said[day])
    if said.get("gearbox") is not None:
        said["gearbox"] = Gearbox(said["gearbox"])
    fuels = (None if each is None else Fuel(each) for each in (fuel, second))
    return Vehicle(**dict(zip(("fuel", "second_fuel"), fuels, strict=True)), **said)


def _exterior(said: Mapping[str, Any] | None) -> Exterior | None:
    if said is None:
        return None
    verdict = said.get("verdict")
    return Exterior(None if verdict is None else Result(verdict), dict(said.get("items", {})))


def _obd(said: Mapping[str, Any] | None) -> Obd | None:
    if said is None:
        return None
    return Obd(**{key: tuple(value) if isinstance(value, list) else value for key, value in said.items()})


def _claim(said: Mapping[str, Any]) -> Claim:
    verdict = said.get("verdict")
    return Claim(
        None if verdict is None else Result(verdict),
        dict(said.get("values", {})),
        dict(said.get("limits", {})),
    )
