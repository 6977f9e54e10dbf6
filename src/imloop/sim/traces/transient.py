"""VMAS and IM195 runs over the urban cycle, and an observation of smoke, second by second."""

from __future__ import annotations

from datetime import date

import numpy as np

from imloop.law import load
from imloop.sim.traces.condition import Condition
from imloop.sim.traces.gas import Columns, Engine, clock, engine_side, gas_columns
from imloop.sim.traces.signals import Signal, show, wander
from imloop.sim.world.places import CITY
from imloop.verdict.methods.cycle import prescribed

_CYCLE_DAY = date(2026, 1, 1)
_TUNNEL_LS = 95.0
_CVS_LS = 110.0
_AIR_O2 = 20.8
_RAW_FROM_CLEAN = 0.35
"""Loaded levels of a vehicle are those of a laden engine; over the cycle, much of it idle, the mean is lower."""


def short_transient(rng: np.random.Generator, engine: Engine, state: Condition) -> Columns:
    """VMAS: 195 s; the collection tube draws a constant flow, of which the exhaust is a share (附录D)."""
    speed, work = _drive(rng)
    rows = len(speed)
    gases = gas_columns(
        rng,
        engine.fuel,
        state.co_load * (0.6 + 0.8 * work),
        state.hc_load * (0.7 + 0.6 * work),
        state.no_load * (0.1 + 1.4 * work) * _RAW_FROM_CLEAN * 2,
        state.lam,
    )
    flow = show(_TUNNEL_LS + wander(rng, rows, 0.4), 1)
    share = _exhaust_ls(engine, work) / flow
    raw = np.array(gases["o2_pct"], dtype=np.float64)
    dilute = show(_AIR_O2 - share * (_AIR_O2 - raw), 2)
    return {
        **clock(rows, []),
        **gases,
        "speed_kmh": show(speed, 2).tolist(),
        "power_kw": show(engine.reference_mass_kg / 180.0 * work, 2).tolist(),
        "o2_dilute_pct": dilute.tolist(),
        "o2_ambient_pct": [_AIR_O2] * rows,
        "flow_std_ls": flow.tolist(),
        **engine_side(rng, 800.0 + speed * 42.0 + wander(rng, rows, 9.0), speed),
    }


def transient(rng: np.random.Generator, engine: Engine, state: Condition) -> Columns:
    """IM195: 195 s; diluted exhaust from the tunnel, its background, and the constant flow (附录C)."""
    speed, work = _drive(rng)
    rows = len(speed)
    share = _exhaust_ls(engine, work) / _CVS_LS
    background = {"co": 2.0, "hc": 3.0, "nox": 0.1}
    raw = {
        "co": state.co_load * (0.6 + 0.8 * work) * 1e4,
        "hc": state.hc_load * 6.0 * (0.7 + 0.6 * work),
        "nox": state.no_load * (0.1 + 1.4 * work) * _RAW_FROM_CLEAN * 2,
    }
    columns: Columns = clock(rows, [])
    for gas, level in raw.items():
        seen = share * level * (1 + wander(rng, rows, 0.04)) + background[gas] * (1 - share)
        columns[f"{gas}_dilute_ppm"] = show(seen, 2).tolist()
        columns[f"{gas}_background_ppm"] = [background[gas]] * rows
    return {
        **columns,
        "co2_dilute_pct": show(share * 14.2 + 0.04, 3).tolist(),
        "flow_std_ls": show(_CVS_LS + wander(rng, rows, 0.3), 1).tolist(),
        "speed_kmh": show(speed, 2).tolist(),
        **engine_side(rng, 800.0 + speed * 42.0 + wander(rng, rows, 9.0), speed),
    }


def smoke_grades(rng: np.random.Generator, engine: Engine, state: Condition) -> Columns:
    """RINGELMANN: a minute of free accelerations, the grade read each second; k of 1 m⁻¹ looks like grade 1."""
    rows = 60
    pushed = np.arange(rows) % 15 < 3
    grade = np.where(pushed, state.k, 0.2 * state.k) * (1 + wander(rng, rows, 0.05))
    halves = np.floor(np.clip(grade, 0.0, 5.0) * 2.0) / 2.0
    rpm = np.where(pushed, engine.rated_speed_rpm, 750.0) + wander(rng, rows, 12.0)
    return {**clock(rows, []), "ringelmann_grade": halves.tolist(), "rpm": show(rpm, 0).tolist()}


def _drive(rng: np.random.Generator) -> tuple[Signal, Signal]:
    """Speed as driven, km/h, and the engine's work from 0 (idle) to about 1."""
    plan = prescribed(load().at(_CYCLE_DAY, CITY))[:195]
    rows = len(plan)
    speed = np.maximum(plan + wander(rng, rows, 0.35, 0.85) * (plan > 0), 0.0)
    gain = np.maximum(np.gradient(plan), 0.0)
    work = np.clip(0.12 + plan / 110.0 + gain / 8.0, 0.0, 1.2) * np.where(np.gradient(plan) < -0.5, 0.25, 1.0)
    return speed, work


def _exhaust_ls(engine: Engine, work: Signal) -> Signal:
    """Exhaust in L/s at standard state: about 3 at idle, 15 under the cycle's hardest pull of a medium car."""
    return (2.0 + 13.0 * work) * engine.reference_mass_kg / 1350.0
