"""LUGDOWN and FREEACC runs of a compression-ignition vehicle, second by second."""

from __future__ import annotations

import numpy as np

from imloop.sim.traces.condition import Condition
from imloop.sim.traces.gas import Columns, Engine
from imloop.sim.traces.signals import Signal, ramp, respond, show, wander

PATH_M = 0.430
"""Effective optical path that k and opacity refer to (GB 3847-2018)."""


def lug_down(rng: np.random.Generator, engine: Engine, state: Condition) -> Columns:
    """Full throttle: power scan from the governor downwards, then 100 % and 80 % of the speed of highest power."""
    peak = float(rng.uniform(61, 70))
    scan = int(rng.integers(26, 32))
    plan = (("scan", scan), ("other", 9), ("100.sample", 10), ("other", 11), ("80.sample", 10), ("other", 8))
    phase = [name for name, seconds in plan for _ in range(seconds)]
    rows, hold, low = len(phase), scan + 9, scan + 30
    speed = ramp(
        (0, peak * 1.19),
        (4, peak * 1.19),
        (scan - 1, peak * 0.88),
        (scan + 5, peak),
        (hold + 10, peak),
        (low - 4, peak * 0.8),
        (low + 10, peak * 0.8),
        (rows, peak * 0.45),
    )
    speed = speed + wander(rng, rows, 0.09, 0.7)
    share = _power_share(speed / peak)
    share[low + 10 :] = 0.03
    best = engine.rated_power_kw * state.power_ratio
    power = np.maximum(best * share + wander(rng, rows, best * 0.004), 0.0)
    factor = round(float(rng.uniform(0.98, 1.03)), 2)
    rpm_peak = engine.rated_speed_rpm * float(rng.uniform(0.97, 1.03))
    rpm = speed / peak * rpm_peak + wander(rng, rows, 6.0)
    smoke = state.k * share**1.5 * np.where(speed < peak * 0.9, 0.95, 1.0)
    nox = 60 + state.nox * share * np.where(speed < peak * 0.9, 1.06, 1.0)
    co2 = respond(1.6 + 8.2 * share, 1, 2.5) + wander(rng, rows, 0.05)
    return {
        "t_s": list(range(rows)),
        "phase": list(phase),
        **_smoke(rng, smoke),
        "nox_ppm": show(respond(nox, 1, 3.0) * (1 + wander(rng, rows, 0.012)), 0).tolist(),
        "co2_pct": show(co2, 2).tolist(),
        "speed_kmh": show(speed, 2).tolist(),
        "power_kw": show(power / factor, 1).tolist(),
        "power_factor": [factor] * rows,
        "rpm": show(rpm, 0).tolist(),
        "oil_c": _oil(rng, rows),
    }


def _power_share(ratio: Signal) -> Signal:
    """Wheel power over speed, both relative to their point of highest power: governor above, torque below."""
    above = 1.0 - ((ratio - 1.0) / 0.21) ** 2
    below = 1.0 - 1.7 * (1.0 - ratio) ** 2
    return np.clip(np.where(ratio > 1.0, above, below), 0.02, 1.0)


def free_acceleration(rng: np.random.Generator, engine: Engine, state: Condition) -> Columns:
    """Three purging and three counted accelerations to the governor, 15 s apart;
    k peaks in each (GB 3847-2018 附录A)."""
    idle, cut_off = float(rng.uniform(680, 800)), engine.rated_speed_rpm * float(rng.uniform(1.06, 1.12))
    rise = np.array([0.45, 0.93, 1.0, 1.0, 0.72, 0.35, 0.1])
    haze = np.array([0.35, 1.0, 0.78, 0.4, 0.2, 0.1, 0.05])
    rpm_parts, smoke_parts, blip = [], [], []
    for number in range(1, 7):
        rest = int(rng.integers(10, 13))
        rows = rest + len(rise)
        height = np.concatenate([np.zeros(rest), rise])
        rpm_parts.append(idle + (cut_off - idle) * height + wander(rng, rows, 7.0))
        strength = state.k * (1.0 + rng.normal(0.0, 0.035)) * (1.12 if number == 1 else 1.0)
        smoke_parts.append(0.03 + (strength - 0.03) * np.concatenate([np.zeros(rest), haze]))
        blip += [number] * rows
    rpm, smoke = np.concatenate(rpm_parts), np.concatenate(smoke_parts)
    return {
        "t_s": list(range(len(rpm))),
        **_smoke(rng, smoke, lag=False),
        "rpm": show(rpm, 0).tolist(),
        "oil_c": _oil(rng, len(rpm)),
        "blip": list(blip),
    }


def _smoke(rng: np.random.Generator, smoke: Signal, lag: bool = True) -> Columns:
    """k and opacity of the same light path: N = 100·(1 − e^(−k·L))."""
    rows = len(smoke)
    seen = respond(smoke, 1, 1.6) if lag else smoke
    k = show(seen * (1 + wander(rng, rows, 0.02)) + wander(rng, rows, 0.006), 2, lowest=0.01)
    return {"k_per_m": k.tolist(), "opacity_pct": show(100.0 * (1.0 - np.exp(-PATH_M * k)), 1).tolist()}


def _oil(rng: np.random.Generator, rows: int) -> list[object]:
    level = rng.uniform(84, 98) + 0.03 * np.arange(rows) + wander(rng, rows, 0.1)
    return list(show(level, 1).tolist())
