"""The latent truth about a vehicle: how clean its engine really is, and what is wrong with it if it is not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from imloop.facts.codes import DIESEL_FUELS, NATURAL_GAS, Fuel, Method


class Fault(StrEnum):
    NONE = "none"
    RICH = "rich"
    MISFIRE = "misfire"
    CATALYST = "catalyst"
    NOX = "nox"
    LEAN = "lean"
    SMOKE = "smoke"
    DIESEL_NOX = "diesel_nox"
    POWER = "power"
    OBD = "obd"
    NOT_READY = "not_ready"


@dataclass(frozen=True, slots=True)
class Condition:
    """Tail-pipe levels of the warm engine. Idle and loaded CO % and HC ppm, loaded NO ppm, λ;
    smoke k m⁻¹ and NOx ppm at full load; wheel power to rated power; OBD state."""

    fault: Fault
    co_idle: float = 0.02
    co_load: float = 0.03
    hc_idle: float = 10.0
    hc_load: float = 9.0
    no_load: float = 60.0
    lam: float = 1.005
    k: float = 0.3
    nox: float = 600.0
    power_ratio: float = 0.6
    dtcs: tuple[str, ...] = ()
    not_ready: tuple[str, ...] = ()


_SPARK = (
    (Fault.RICH, 0.24),
    (Fault.MISFIRE, 0.22),
    (Fault.CATALYST, 0.28),
    (Fault.NOX, 0.16),
    (Fault.OBD, 0.10),
)
_IDLE = ((Fault.RICH, 0.34), (Fault.MISFIRE, 0.28), (Fault.CATALYST, 0.20), (Fault.LEAN, 0.18))
_LUGDOWN = ((Fault.SMOKE, 0.55), (Fault.DIESEL_NOX, 0.37), (Fault.POWER, 0.08))
_MONITORS = ("catalyst", "o2_sensor", "o2_heater", "evap", "egr")


def draw_fault(rng: np.random.Generator, method: Method, fuel: Fuel, obd: bool) -> Fault:
    """A fault that this method is able to find. ``obd``: the vehicle is in the scope of the OBD check."""
    if method is Method.FREEACC:
        return Fault.SMOKE
    hidden = {Fault.OBD} if not obd else set()
    if fuel in NATURAL_GAS:
        hidden.add(Fault.MISFIRE)  # HC of natural gas is recorded, not judged
    table = [
        row
        for row in {Method.LUGDOWN: _LUGDOWN, Method.ASM: _SPARK}.get(method, _IDLE)
        if row[0] not in hidden
    ]
    names, weights = [fault for fault, _ in table], np.array([weight for _, weight in table])
    return names[int(rng.choice(len(names), p=weights / weights.sum()))]


def healthy(rng: np.random.Generator, fuel: Fuel, age_years: float) -> Condition:
    """A vehicle well inside the limits; the older, the nearer to them (never above about 70 %)."""
    worn = min(age_years / 15.0, 1.0) * rng.uniform(0.3, 1.0)
    if fuel in DIESEL_FUELS:
        return Condition(
            Fault.NONE,
            k=float(rng.uniform(0.12, 0.3) + 0.42 * worn),
            nox=float(rng.uniform(280, 520) + 480 * worn),
            power_ratio=float(rng.uniform(0.53, 0.72)),
        )
    return Condition(
        Fault.NONE,
        co_idle=float(rng.uniform(0.01, 0.05) + 0.16 * worn),
        co_load=float(rng.uniform(0.01, 0.05) + 0.18 * worn),
        hc_idle=float(rng.uniform(4, 14) + 22 * worn),
        hc_load=float(rng.uniform(4, 14) + 34 * worn),
        no_load=float(rng.uniform(8, 90) + 290 * worn),
        lam=float(rng.uniform(0.998, 1.015)),
    )


def faulty(rng: np.random.Generator, fuel: Fuel, age_years: float, fault: Fault) -> Condition:
    """A vehicle with one fault: at least one reading is clearly over every limit in use (≥ 1.25 × limit a)."""
    base = replace(healthy(rng, fuel, age_years), fault=fault)
    if fault is Fault.RICH:
        co = float(rng.uniform(0.95, 3.2))
        return replace(
            base,
            co_idle=co,
            co_load=co * 0.9,
            hc_idle=float(rng.uniform(70, 190)),
            hc_load=float(rng.uniform(70, 170)),
            no_load=base.no_load * 0.6,
            lam=float(rng.uniform(0.94, 0.985)),
        )
    if fault is Fault.MISFIRE:
        hc = float(rng.uniform(130, 420))
        return replace(
            base,
            hc_idle=hc,
            hc_load=hc,
            co_idle=float(rng.uniform(0.1, 0.28)),
            co_load=float(rng.uniform(0.08, 0.24)),
            lam=float(rng.uniform(1.005, 1.03)),
        )
    if fault is Fault.CATALYST:
        return replace(
            base,
            co_idle=float(rng.uniform(0.85, 1.4)),
            co_load=float(rng.uniform(0.7, 1.2)),
            hc_idle=float(rng.uniform(110, 230)),
            hc_load=float(rng.uniform(115, 230)),
            no_load=float(rng.uniform(950, 1700)),
            lam=float(rng.uniform(0.99, 1.01)),
        )
    if fault is Fault.NOX:
        return replace(base, no_load=float(rng.uniform(1000, 2300)), lam=float(rng.uniform(1.0, 1.02)))
    if fault is Fault.LEAN:
        return replace(base, lam=float(rng.uniform(1.08, 1.16)), hc_idle=float(rng.uniform(30, 70)))
    return _faulty_diesel_or_obd(rng, base, fault)


def _faulty_diesel_or_obd(rng: np.random.Generator, base: Condition, fault: Fault) -> Condition:
    if fault is Fault.SMOKE:
        return replace(base, k=float(rng.uniform(1.6, 3.2)))
    if fault is Fault.DIESEL_NOX:
        return replace(base, nox=float(rng.uniform(1850, 2700)))
    if fault is Fault.POWER:
        return replace(base, power_ratio=float(rng.uniform(0.28, 0.36)))
    if fault is Fault.OBD:
        codes = ("P0420", "P0171", "P0135", "P0300", "P0401")
        return replace(base, dtcs=(codes[int(rng.integers(len(codes)))],))
    if fault is Fault.NOT_READY:
        return replace(base, not_ready=_MONITORS[: int(rng.integers(3, 5))])
    return base
