"""A vehicle passing a remote-sensing site or a smoke camera: what was measured, how sure the plate is, what is odd."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import isfinite, sqrt

from imloop.facts import days
from imloop.facts.text import Reason, Text


class Pollutant(StrEnum):
    """Those that have a limit."""

    OPACITY = "opacity_pct"
    RINGELMANN = "ringelmann_grade"
    NO = "no_ppm"


POLLUTANT_NAMES: dict[Pollutant, Text] = {
    Pollutant.OPACITY: Text("不透光度", "opacity"),
    Pollutant.RINGELMANN: Text("林格曼黑度", "Ringelmann grade"),
    Pollutant.NO: Text("一氧化氮", "nitric oxide"),
}


VALUE_NAMES: dict[str, tuple[Text, str]] = {
    Pollutant.OPACITY: (POLLUTANT_NAMES[Pollutant.OPACITY], "%"),
    Pollutant.RINGELMANN: (POLLUTANT_NAMES[Pollutant.RINGELMANN], ""),
    Pollutant.NO: (POLLUTANT_NAMES[Pollutant.NO], "10⁻⁶"),
    "co_pct": (Text("一氧化碳", "carbon monoxide"), "%"),
    "hc_ppm": (Text("碳氢化合物", "hydrocarbons"), "10⁻⁶"),
    "co2_pct": (Text("二氧化碳", "carbon dioxide"), "%"),
    "co_co2": (Text("CO/CO₂", "CO/CO₂"), ""),
    "hc_co2": (Text("HC/CO₂", "HC/CO₂"), ""),
    "no_co2": (Text("NO/CO₂", "NO/CO₂"), ""),
    "ringelmann_s": (Text("冒烟持续时间", "smoke seen for"), "s"),
    "speed_kmh": (Text("车速", "speed"), "km/h"),
    "acceleration_ms2": (Text("加速度", "acceleration"), "m/s²"),
    "vsp_kw_t": (Text("比功率", "specific power (VSP)"), "kW/t"),
    "slope_pct": (Text("坡度", "slope"), "%"),
    "temperature_c": (Text("气温", "temperature"), "°C"),
    "humidity_pct": (Text("相对湿度", "humidity"), "%"),
    "pressure_kpa": (Text("气压", "pressure"), "kPa"),
    "wind_ms": (Text("风速", "wind"), "m/s"),
    "wind_deg": (Text("风向", "wind from"), "°"),
}
"""Each number of a reading in words, with its unit."""


class DeviceVerdict(StrEnum):
    """What the device itself said: kept beside ours, and decides nothing."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    INVALID = "invalid"


RANGES: Mapping[str, tuple[float, float]] = {
    Pollutant.OPACITY: (0, 100),
    Pollutant.RINGELMANN: (0, 5),
    Pollutant.NO: (-500, 20000),
    "co_pct": (-5, 100),
    "hc_ppm": (-5000, 200000),
    "co2_pct": (-5, 100),
    "co_co2": (-5, 100),
    "hc_co2": (-5, 100),
    "no_co2": (-5, 100),
    "ringelmann_s": (0, 600),
    "speed_kmh": (0, 250),
    "acceleration_ms2": (-15, 15),
    "vsp_kw_t": (-200, 200),
    "slope_pct": (-30, 30),
    "temperature_c": (-60, 70),
    "humidity_pct": (0, 100),
    "pressure_kpa": (40, 120),
    "wind_ms": (0, 80),
    "wind_deg": (0, 360),
}
"""What each number of a reading can be; gases scatter a little below zero. A number outside is kept as it was sent and
counts as not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """``values``: the numbers in range whose flag was not off; ``off``: those that the device called invalid;
    ``plate``: in normal form, empty where none was read; ``plate_read``: as the camera gave it; ``confidence``: of the
    plate, 0 to 1; ``fuel_said``: the sender's guess, which no limit rests on."""

    record_no: str
    site: str
    at: datetime
    device: str = ""
    plate: str = ""
    plate_read: str = ""
    plate_colour: str = ""
    confidence: float | None = None
    vehicle_class: str = ""
    fuel_said: str = ""
    values: Mapping[str, float]
    off: tuple[str, ...] = ()
    verdict: str = ""
    photos: tuple[str, ...] = ()
    video: str = ""
    reasons: tuple[Reason, ...] = ()


def measured(
    given: Mapping[str, float], off: tuple[str, ...] = ()
) -> tuple[dict[str, float], tuple[Reason, ...]]:
    """The numbers that count, and a doubt about each that cannot be."""
    counted: dict[str, float] = {}
    doubts: list[Reason] = []
    for name, value in given.items():
        if name in off:
            continue
        least, most = RANGES[name]
        if isfinite(value) and least <= value <= most:
            counted[name] = value
        else:
            doubts.append(_outside(name, value, least, most))
    return counted, tuple(doubts)


def _outside(name: str, value: float, least: float, most: float) -> Reason:
    return Reason(
        "reading-out-of-range",
        Text(
            f"{name} 为 {value:g}，应在 {least:g} 至 {most:g} 之间，不作为测量值。",
            f"{name} is {value:g}; it can only be {least:g} to {most:g}, and counts as not measured.",
        ),
        next=Text("请核对发送程序的取值和单位。", "Check the value and its unit in the sending program."),
        item=name,
    )


_YEAR_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2,3})(?=[ T]|$)", re.ASCII)
_MOST_DAYS = 366


def moment_in(text: str) -> datetime | None:
    """When a passage was, to the second: ISO 8601, or ``2026-03-05 10:00:00`` of China. None for what is no moment;
    nothing is rolled over."""
    found = days.moment_in(text)
    short = len(text) < len("2026-03-05 10:00")
    return None if found is None or short or not 2000 <= found.year <= 2200 else found


def why_no_moment(text: str) -> Text:
    """Says which mistake of the sender's it looks like."""
    said = text[:40]
    found = _YEAR_DAY.match(text)
    if found and 31 < int(found[3]) <= _MOST_DAYS and 1 <= int(found[2]) <= 12:
        return Text(
            f"时间 {said} 的“日”为 {found[3]}，像是把一年中的第几天写成了日（日期格式应为 yyyy-MM-dd）；不作推断。",
            f"{said}: its day is {found[3]}, which looks like the day of the year (the pattern must be yyyy-MM-dd); "
            "nothing is guessed.",
        )
    return Text(
        f"时间 {said} 无效，应如 2026-03-05 10:00:00。", f"{said} is not a time such as 2026-03-05 10:00:00."
    )


def vsp_kw_t(speed_kmh: float, acceleration_ms2: float, slope_pct: float = 0.0) -> float:
    """Power per mass of a light vehicle at the wheels, kW/t (the usual coefficients, recalled)."""
    v, grade = speed_kmh / 3.6, slope_pct / 100
    sine = grade / sqrt(1 + grade * grade)
    return 1.1 * v * acceleration_ms2 + 9.81 * v * sine + 0.132 * v + 0.000302 * v**3
