"""TSI and ASM runs of a spark-ignition vehicle, second by second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imloop.facts.codes import Fuel
from imloop.sim.traces.combustion import exhaust, lambda_of
from imloop.sim.traces.condition import Condition
from imloop.sim.traces.signals import Signal, ramp, respond, show, wander

Columns = dict[str, list[object]]


@dataclass(frozen=True, slots=True)
class Engine:
    """What a trace needs to know of a vehicle. ``rpm_per_kmh``: in the gear used for 25 km/h."""

    fuel: Fuel
    reference_mass_kg: float
    rated_power_kw: float
    rated_speed_rpm: float
    heavy: bool = False
    rpm_per_kmh: float = 72.0


def double_idle(rng: np.random.Generator, engine: Engine, state: Condition) -> Columns:
    """TSI: 30 s at 70 % of rated speed, 15 + 30 s high idle, 15 + 30 s idle (GB 18285-2018 附录A)."""
    plan = (("warm", 30), ("high.settle", 15), ("high.sample", 30), ("idle.settle", 15), ("idle.sample", 30))
    phase = [name for name, seconds in plan for _ in range(seconds)]
    high, idle = (1800.0 if engine.heavy else 2500.0), float(rng.uniform(720, 860))
    rows = len(phase)
    warm = 0.7 * engine.rated_speed_rpm
    rpm = ramp((0, warm * 0.97), (5, warm), (29, warm), (32, high), (74, high), (78, idle), (rows, idle))
    rpm = rpm + wander(rng, rows, 14.0)
    at_idle = np.array([name.startswith("idle") for name in phase])
    co = np.where(at_idle, state.co_idle, state.co_idle * 0.78)
    hc = np.where(at_idle, state.hc_idle, state.hc_idle * 0.58)
    no = np.where(at_idle, 3.0 + state.no_load * 0.04, 5.0 + state.no_load * 0.12)
    columns = gas_columns(rng, engine.fuel, co, hc, no, state.lam)
    return {**clock(rows, phase), **columns, **engine_side(rng, rpm, np.zeros(rows))}


def steady_state(rng: np.random.Generator, engine: Engine, state: Condition) -> Columns:
    """ASM: 5025, then 2540, each sampled from t = 10 s to 90 s; the caller ends the run where the standard ends it
    (附录B)."""
    start, shift = int(rng.integers(9, 13)), 9
    plan = [("other", start), ("5025.settle", 15), ("5025.sample", 80), ("other", shift)]
    plan += [("2540.settle", 15), ("2540.sample", 80)]
    phase = [name for name, seconds in plan for _ in range(seconds)]
    rows, second = len(phase), start + 95
    target = ramp((0, 0.0), (start - 1, 25.0), (second, 25.0), (second + shift - 1, 40.0), (rows, 40.0))
    speed = np.maximum(target + wander(rng, rows, 0.13, memory=0.85) * (target > 5), 0.0)
    fast = np.arange(rows) >= second + 3
    ratio = np.where(fast, engine.rpm_per_kmh * 0.68, engine.rpm_per_kmh)
    rpm = np.maximum(speed * ratio, 800.0) + wander(rng, rows, 9.0)
    load = np.where(fast, 185.0, 148.0)
    power = engine.reference_mass_kg / load * np.clip(speed / target.clip(1.0), 0.0, 1.2) * (target > 15)
    power = power + wander(rng, rows, 0.03) * (target > 15)
    settle = 1.0 + 0.5 * np.exp(-np.maximum(np.arange(rows) - start, 0) / 7.0)
    shape = np.where(fast, 0.9, 1.0) * settle
    no = state.no_load * np.where(fast, 0.97, 1.0) * (0.25 + 0.75 * np.minimum(target / 24.0, 1.0))
    columns = gas_columns(rng, engine.fuel, state.co_load * shape, state.hc_load * shape, no, state.lam)
    side = engine_side(rng, rpm, speed)
    dyno: Columns = {"speed_kmh": show(speed, 2).tolist(), "power_kw": show(power, 2).tolist()}
    return {**clock(rows, phase), **columns, **dyno, **side}


def gas_columns(
    rng: np.random.Generator, fuel: Fuel, co: Signal, hc: Signal, no: Signal, lam: float
) -> Columns:
    """Analyser columns around the given true levels; CO2, O2 and λ follow from them."""
    rows = len(co)
    delay = int(rng.integers(1, 3))
    co_seen = respond(co * (1 + wander(rng, rows, 0.05)), delay, 2.4) + wander(rng, rows, 0.004, 0.5)
    hc_seen = respond(hc * (1 + wander(rng, rows, 0.04)), delay, 2.8) + wander(rng, rows, 0.6, 0.5)
    no_seen = respond(no * (1 + wander(rng, rows, 0.035)), delay, 5.0) + wander(rng, rows, 1.6, 0.4)
    co_seen, hc_seen, no_seen = show(co_seen, 2), show(hc_seen, 0), show(no_seen, 0)
    mixture = np.full(rows, lam) + wander(rng, rows, 0.003)
    co2, o2 = exhaust(fuel, co_seen, hc_seen, no_seen, mixture)
    co2 = show(co2 + wander(rng, rows, 0.03, 0.6), 2)
    o2 = show(o2 + wander(rng, rows, 0.015, 0.6), 2)
    excess = lambda_of(fuel, co_seen, hc_seen, no_seen, co2, o2)
    return {
        "co_pct": co_seen.tolist(),
        "hc_ppm": hc_seen.tolist(),
        "no_ppm": no_seen.tolist(),
        "co2_pct": co2.tolist(),
        "o2_pct": o2.tolist(),
        "lambda": show(excess, 2).tolist(),
    }


def engine_side(rng: np.random.Generator, rpm: Signal, speed: Signal) -> Columns:
    """Engine speed, oil and the OBD reader's view of a drive."""
    rows = len(rpm)
    oil = rng.uniform(84, 98) + 0.02 * np.arange(rows) + wander(rng, rows, 0.1)
    coolant = rng.uniform(84, 93) + wander(rng, rows, 0.6, 0.97)
    return {
        "rpm": show(rpm, 0).tolist(),
        "oil_c": show(oil, 1).tolist(),
        "obd_rpm": show(rpm * (1 + rng.normal(0, 0.004)) + wander(rng, rows, 4.0, 0.3), 0).tolist(),
        "obd_speed_kmh": show(speed * 1.01, 0).tolist(),
        "obd_coolant_c": show(coolant, 0).tolist(),
    }


def clock(rows: int, phase: Sequence[str]) -> Columns:
    """Seconds, and the phases where the method has any."""
    return {"t_s": list(range(rows)), **({"phase": list(phase)} if phase else {})}
