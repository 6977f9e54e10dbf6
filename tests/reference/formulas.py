"""Formulas of the standards in decimals, with the fuel constants of the dated law."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from math import floor

from imloop.facts.codes import Fuel
from imloop.law import Law
from reference.readings import Air, at_nine, is_air, law_number

SATURATION_KPA = [
    Decimal(text)
    for text in [
        "0.61129",
        "0.65716",
        "0.70605",
        "0.75813",
        "0.81359",
        "0.87260",
        "0.93537",
        "1.0021",
        "1.0730",
        "1.1482",
        "1.2281",
        "1.3129",
        "1.4027",
        "1.4979",
        "1.5988",
        "1.7056",
        "1.8185",
        "1.9380",
        "2.0644",
        "2.1978",
        "2.3388",
        "2.4877",
        "2.6447",
        "2.8104",
        "2.9850",
        "3.1690",
        "3.3629",
        "3.5670",
        "3.7818",
        "4.0078",
        "4.2455",
    ]
]
"""Of water at 0, 1 … 30 °C."""


def gas_family(fuel: Fuel | None) -> str:
    """Which row of the fuel tables: natural gas, LPG, else petrol."""
    if fuel in (Fuel.CNG, Fuel.LNG):
        return "cng"
    return "lpg" if fuel is Fuel.LPG else "gasoline"


def dilution_factor(law: Law, fuel: Fuel | None, co: Decimal, co2: Decimal) -> Decimal:
    """DF of one second; CO and CO2 in %, CO2 above zero (GB 18285-2018 annex B)."""
    a = law_number(law, f"dilution.a.{gas_family(fuel)}")
    x = co2 / (co2 + co)
    return min(100 * x / (a + Decimal("1.88") * x) / co2, law_number(law, "dilution.cap"))


def saturation_kpa(celsius: Decimal) -> Decimal:
    """Linear between whole degrees, held outside 0…30 °C."""
    held = min(max(celsius, Decimal(0)), Decimal(30))
    below = min(floor(held), 29)
    low, high = SATURATION_KPA[below], SATURATION_KPA[below + 1]
    return low + (high - low) * (held - below)


def _moisture(factor: str, air: Air) -> Decimal:
    celsius, humidity, pressure = air
    vapour = saturation_kpa(celsius)
    return Decimal(factor) * humidity * vapour / (pressure - vapour * humidity / 100)


def grains_per_pound(air: Air) -> Decimal:
    return _moisture("43.478", air)


def _correction(moisture: Decimal, slope: str, middle: str) -> Decimal | None:
    below = 1 - Decimal(slope) * (moisture - Decimal(middle))
    return None if moisture < 0 or below <= 0 else 1 / below


def humidity_factor(air: Air) -> Decimal | None:
    """kH of the steady-state method; None for air so humid that NO would turn negative."""
    return _correction(grains_per_pound(air), "0.0047", "75")


def correction(law: Law, air: Air, transient: bool = False) -> Decimal | None:
    """kH by which a test may be corrected; None for air that there is not, as its figures or as its moisture say."""
    factor = (transient_humidity_factor if transient else humidity_factor)(air) if is_air(air, law) else None
    return None if factor is None or at_nine(factor) > law_number(law, "air.kh_max") else factor


def transient_humidity_factor(air: Air) -> Decimal | None:
    """kH of the transient methods, moisture in g/kg; None as above."""
    return _correction(_moisture("6.2111", air), "0.0329", "10.71")


def excess_air(
    law: Law, fuel: Fuel | None, co2: Decimal, co: Decimal, hc: Decimal, o2: Decimal, no_pct: Decimal
) -> Decimal:
    """λ after Brettschneider: gases in %, HC in 10⁻⁶ n-hexane."""
    family = gas_family(fuel)
    hcv, ocv = law_number(law, f"lambda.hcv.{family}"), law_number(law, f"lambda.ocv.{family}")
    half = Decimal("0.5")
    water = hcv / 4 * Decimal("3.5") / (Decimal("3.5") + co / co2) - ocv / 2
    found = co2 + co * half + o2 + no_pct * half + water * (co2 + co)
    return found / ((1 + hcv / 4 - ocv / 2) * (co2 + co + Decimal("0.0006") * hc))


def absorption_from_opacity(law: Law, opacity: Decimal) -> Decimal:
    """k (m⁻¹) of an opacity in %."""
    return -(1 - opacity / 100).ln() / law_number(law, "smoke.path_m")


def opacity_from_absorption(law: Law, k: Decimal) -> Decimal:
    """Opacity in % of a k in m⁻¹."""
    return 100 * (1 - (-k * law_number(law, "smoke.path_m")).exp())


@lru_cache(maxsize=4096)
def cycle_speed(law: Law, second: int) -> Decimal:
    """Prescribed speed of the urban cycle, km/h."""
    points = [tuple(map(Decimal, point.split())) for point in law.words("transient.cycle")]
    for (t0, v0), (t1, v1) in zip(points, points[1:], strict=False):
        if t0 <= second <= t1:
            return v0 + (v1 - v0) * (second - t0) / (t1 - t0)
    raise ValueError(f"the cycle has no second {second}")


def exhaust_share(ambient: Decimal, dilute: Decimal, raw: Decimal) -> Decimal:
    """VMAS dilution ratio k of one second from three oxygen readings in %; 0 unless the air has the most."""
    if ambient <= dilute or ambient <= raw:
        return Decimal(0)
    return (ambient - dilute) / (ambient - raw)
