"""The ASM evaluation of GB 18285-2018 annex B as one writes it first: lists and loops, one second at a time.

The reference for P3. It must come to the same verdict and the same values as the platform's engine; like the engine it
checks that the run counts (every second there, no dilution, engine running), and unlike the engine it explains nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WINDOW = 10
MODES = ("5025", "2540")
NEEDED = ("co_pct", "hc_ppm", "no_ppm", "co2_pct", "speed_kmh", "rpm")
ITEMS = ("co_{}_pct", "hc_{}_ppm", "no_{}_ppm")
VAPOUR = (
    (0.61129, 0.65716, 0.70605, 0.75813, 0.81359, 0.87260, 0.93537, 1.0021, 1.0730, 1.1482, 1.2281)
    + (1.3129, 1.4027, 1.4979, 1.5988, 1.7056, 1.8185, 1.9380, 2.0644, 2.1978, 2.3388, 2.4877)
    + (2.6447, 2.8104, 2.9850, 3.1690, 3.3629, 3.5670, 3.7818, 4.0078, 4.2455)
)
"""Saturation vapour pressure of water in kPa at 0, 1 … 30 °C."""

Second = Mapping[str, float]


@dataclass(frozen=True)
class Rules:
    """What the law of the day says; taken from the same data as the engine's."""

    limits: Mapping[str, tuple[float, float, float]]
    speeds: Mapping[str, float]
    """km/h per mode."""
    factor: float
    factor_max: float
    co_co2_min: float
    co_co2_seconds: int
    speed_band: float
    drift: float
    quick: float
    sample_seconds: int


def humidity_factor(second: Second) -> float:
    temperature = min(max(second["ambient_temperature_c"], 0.0), 30.0)
    whole = min(int(temperature), 29)
    vapour = VAPOUR[whole] + (VAPOUR[whole + 1] - VAPOUR[whole]) * (temperature - whole)
    humidity, pressure = second["ambient_humidity_pct"], second["ambient_pressure_kpa"]
    grains = 43.478 * humidity * vapour / (pressure - vapour * humidity / 100)
    return 1 / (1 - 0.0047 * (grains - 75))


def corrected(second: Second, rules: Rules) -> tuple[float, float, float]:
    co, co2 = second["co_pct"], second["co2_pct"]
    if co2 > 0:
        share = co2 / (co2 + co)
        df = min(100 * share / (rules.factor + 1.88 * share) / co2, rules.factor_max)
    else:
        df = rules.factor_max
    return co * df, second["hc_ppm"] * df, second["no_ppm"] * df * humidity_factor(second)


def counts(seconds: Sequence[Second], rules: Rules) -> bool:
    """Is every judged second there, undiluted, with the engine running?"""
    diluted = 0
    for second in seconds:
        if any(second[name] is None for name in NEEDED) or second["rpm"] == 0:
            return False
        diluted = diluted + 1 if second["co_pct"] + second["co2_pct"] < rules.co_co2_min - 1e-9 else 0
        if diluted >= rules.co_co2_seconds:
            return False
    return True


def steady(seconds: Sequence[Second], mode: str, rules: Rules) -> bool:
    for second in seconds:
        if abs(second["speed_kmh"] - rules.speeds[mode]) > rules.speed_band + 1e-9:
            return False
    first = seconds[0]["speed_kmh"]
    return all(abs(second["speed_kmh"] - first) < rules.drift for second in seconds)


def mode_result(seconds: Sequence[Second], mode: str, rules: Rules) -> tuple[bool, tuple[float, ...]] | None:
    """(passed, means of CO, HC, NO) of one mode; None: no ten steady seconds."""
    values = [corrected(second, rules) for second in seconds]
    last = None
    for start in range(len(seconds) - WINDOW + 1):
        if not steady(seconds[start : start + WINDOW], mode, rules):
            continue
        means = []
        for gas in range(3):
            total = 0.0
            for value in values[start : start + WINDOW]:
                total += value[gas]
            means.append(total / WINDOW)
        last = tuple(means)
        share = rules.quick if start == 0 else 1.0
        if all(
            round(mean * 1e9) <= round(limit * share * 1e9)
            for mean, limit in zip(means, rules.limits[mode], strict=True)
        ):
            return True, last
    return None if last is None else (False, last)


def judge(message: Mapping[str, object], rules: Rules) -> tuple[str, dict[str, float]]:
    """(pass, fail or invalid; the values by item name) of the exhaust part of one ``imloop.test/1`` upload."""
    columns: Mapping[str, Sequence[float]] = message["trace"]["columns"]  # type: ignore[index]
    ambient: Mapping[str, float] = message["ambient"]  # type: ignore[assignment]
    seconds = []
    for number, phase in enumerate(columns["phase"]):
        second = {f"ambient_{name}": value for name, value in ambient.items()}
        second.update((name, column[number]) for name, column in columns.items() if name != "phase")
        second["phase"] = phase
        seconds.append(second)
    modes = {mode: [s for s in seconds if s["phase"] == f"{mode}.sample"] for mode in MODES}
    if not counts(modes["5025"] + modes["2540"], rules):
        return "invalid", {}
    found: dict[str, float] = {}
    complete = True
    for mode, judged in modes.items():
        result = mode_result(judged, mode, rules) if len(judged) >= WINDOW else None
        complete = complete and result is not None and len(judged) >= rules.sample_seconds
        if result is not None:
            found.update(zip((item.format(mode) for item in ITEMS), result[1], strict=True))
            if result[0]:
                return "pass", found
    return ("fail" if complete else "invalid"), found
