"""Exhaust of a spark-ignition engine as an analyser sees it: dry gas in which the carbon and oxygen balances close.

Carbon: undiluted dry exhaust holds 100 / (a + 1.88·X) % carbon oxides with X = CO2 / (CO2 + CO), where ``a`` belongs
to the fuel (the same relation the dilution factor of GB 18285-2018 附录B rests on). Air in the sample thins it.
Oxygen: O2 follows from the Brettschneider relation at the given λ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imloop.facts.codes import Fuel
from imloop.sim.traces.signals import Signal

AIR_O2_PCT = 20.9
_DRY = 0.985
"""The sample leaves the analyser's cooler with some 1.5 % of water vapour."""
_HEXANE = 6e-4
"""Carbon of one 10⁻⁶ n-hexane, as % of a one-carbon gas."""


@dataclass(frozen=True, slots=True)
class Chemistry:
    """``carbon_a``: see above; ``hcv`` and ``ocv``: hydrogen and oxygen atoms per carbon atom of the fuel."""

    carbon_a: float
    hcv: float
    ocv: float


_GASOLINE = Chemistry(4.644, 1.7261, 0.0176)
_BY_FUEL = {
    Fuel.CNG: Chemistry(6.64, 4.0, 0.0),
    Fuel.LNG: Chemistry(6.64, 4.0, 0.0),
    Fuel.LPG: Chemistry(5.39, 2.525, 0.0),
}


def chemistry(fuel: Fuel) -> Chemistry:
    return _BY_FUEL.get(fuel, _GASOLINE)


def exhaust(fuel: Fuel, co_pct: Signal, hc_ppm: Signal, no_ppm: Signal, lam: Signal) -> tuple[Signal, Signal]:
    """CO2 % and O2 % that belong to the given CO, HC (n-hexane), NO and λ of the sampled gas."""
    gas = chemistry(fuel)
    o2 = np.full_like(co_pct, 0.4)
    co2 = np.full_like(co_pct, 14.5)
    for _ in range(12):
        share = co2 / (co2 + co_pct)
        burnt_o2 = co_pct / 2 + 0.1
        air = np.clip((o2 - burnt_o2) / AIR_O2_PCT, 0.0, 0.9)
        carbon = _DRY * 100.0 / (gas.carbon_a + 1.88 * share) * (1.0 - air)
        co2 = carbon - co_pct - _HEXANE * hc_ppm
        o2 = np.maximum(oxygen(gas, co_pct, hc_ppm, no_ppm, co2, lam), 0.02)
    return co2, o2


def oxygen(gas: Chemistry, co: Signal, hc: Signal, no: Signal, co2: Signal, lam: Signal) -> Signal:
    """O2 % from the Brettschneider relation solved for O2."""
    water = (gas.hcv / 4) * 3.5 / (3.5 + co / co2) - gas.ocv / 2
    need = (1 + gas.hcv / 4 - gas.ocv / 2) * (co2 + co + _HEXANE * hc)
    return np.asarray(lam * need - co2 - co / 2 - no * 1e-4 / 2 - water * (co2 + co))


def lambda_of(fuel: Fuel, co: Signal, hc: Signal, no: Signal, co2: Signal, o2: Signal) -> Signal:
    """λ as the analyser computes it from its own readings."""
    gas = chemistry(fuel)
    water = (gas.hcv / 4) * 3.5 / (3.5 + co / co2) - gas.ocv / 2
    need = (1 + gas.hcv / 4 - gas.ocv / 2) * (co2 + co + _HEXANE * hc)
    return np.asarray((co2 + co / 2 + o2 + no * 1e-4 / 2 + water * (co2 + co)) / need)
