"""Chassis dynamometer: loaded coast-down, parasitic loss, force.

The rollers hold E = ½·DIW·(v₁² − v₂²); at a power P they lose it in t = E / P. Speeds in km/h, times in ms,
power in kW, DIW (base inertia) in kg, force in N.
"""

from __future__ import annotations

from imloop.facts.records.check import CheckKind
from imloop.gates.lines.parts import Deviation, Missing, Values, deviation, need, numbered
from imloop.law import Law


def coast_time_ms(diw_kg: float, high_kmh: float, low_kmh: float, power_kw: float) -> float:
    """Theoretical time from ``high`` to ``low`` at constant total power, in ms."""
    return _energy_j(diw_kg, high_kmh, low_kmh) / power_kw


def loss_kw(diw_kg: float, high_kmh: float, low_kmh: float, time_ms: float) -> float:
    """Mean power lost between two speeds, in kW."""
    return _energy_j(diw_kg, high_kmh, low_kmh) / time_ms


def _energy_j(diw_kg: float, high_kmh: float, low_kmh: float) -> float:
    return 0.5 * diw_kg * (high_kmh**2 - low_kmh**2) / 3.6**2


def coast_down(values: Values, law: Law) -> list[Deviation]:
    """Actual against theoretical time in every window; the power is the total (set plus parasitic) power."""
    diw = need(values, "diw_kg", positive=True)
    found = []
    for n in numbered(values, "high_{n}_kmh"):
        high, low = _window(values, n)
        theory = coast_time_ms(diw, high, low, need(values, f"power_{n}_kw", positive=True))
        actual = need(values, f"actual_{n}_ms", positive=True)
        found.append(deviation(law, CheckKind.DYNO_COAST_DOWN, "time", theory, actual, f"_{n}"))
    return found


def parasitic(values: Values, law: Law) -> list[Deviation]:
    """Reported loss against the loss that follows from the time."""
    diw = need(values, "diw_kg", positive=True)
    found = []
    for n in numbered(values, "high_{n}_kmh"):
        high, low = _window(values, n)
        ours = loss_kw(diw, high, low, need(values, f"time_{n}_ms", positive=True))
        found.append(
            deviation(law, CheckKind.DYNO_PARASITIC, "power", ours, need(values, f"power_{n}_kw"), f"_{n}")
        )
    return found


def force(values: Values, law: Law) -> list[Deviation]:
    """Read force against the weights."""
    return [
        deviation(
            law,
            CheckKind.DYNO_FORCE,
            "force",
            need(values, f"standard_{n}_n", positive=True),
            need(values, f"measured_{n}_n"),
            f"_{n}",
        )
        for n in numbered(values, "standard_{n}_n")
    ]


def _window(values: Values, n: int) -> tuple[float, float]:
    high, low = need(values, f"high_{n}_kmh", positive=True), need(values, f"low_{n}_kmh")
    if not 0 <= low < high:
        raise Missing(f"low_{n}_kmh")
    return high, low
