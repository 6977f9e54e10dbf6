"""What a number looks like that stands in the wrong unit: which reading of it would be an ordinary one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from imloop.facts.text import Text

_TENS = tuple(
    (Text(f"差 10 的 {power} 次方", f"a power of ten (10^{power})"), 10.0**power, 0.0)
    for power in (-1, 1, -2, 2, -3, 3)
)
_WRONG: Mapping[str, tuple[tuple[Text, float, float], ...]] = MappingProxyType(
    {
        "c": (
            (Text("华氏度 °F", "degrees Fahrenheit (°F)"), 1 / 1.8, -32.0),
            (Text("开尔文 K", "kelvin"), 1.0, -273.15),
        ),
        "kpa": (
            (Text("hPa（百帕、毫巴）", "hPa (mbar)"), 0.1, 0.0),
            (Text("Pa", "Pa"), 0.001, 0.0),
            (Text("mmHg", "mmHg"), 0.133322, 0.0),
            (Text("bar", "bar"), 100.0, 0.0),
            (Text("MPa", "MPa"), 1000.0, 0.0),
            (Text("psi", "psi"), 6.89476, 0.0),
        ),
        "pct": (
            (Text("小数（1 为 100 %）", "a fraction (1 for 100 %)"), 100.0, 0.0),
            (Text("10⁻⁶（ppm）", "10⁻⁶ (ppm)"), 1e-4, 0.0),
            *_TENS,
        ),
        "ppm": ((Text("%", "per cent"), 1e4, 0.0), *_TENS),
        "kmh": (
            (Text("英里每小时 mph", "miles per hour (mph)"), 1.609344, 0.0),
            (Text("m/s", "m/s"), 3.6, 0.0),
            *_TENS,
        ),
        "rpm": ((Text("每秒转数", "revolutions per second"), 60.0, 0.0), *_TENS),
        "kw": ((Text("W", "W"), 0.001, 0.0), *_TENS),
        "kg": ((Text("吨", "tonnes"), 1000.0, 0.0), *_TENS),
        "ls": (
            (Text("m³/min", "m³/min"), 1000 / 60, 0.0),
            (Text("m³/h", "m³/h"), 1 / 3.6, 0.0),
            (Text("L/min", "L/min"), 1 / 60, 0.0),
            *_TENS,
        ),
        "grade": ((Text("百分数（每级 20 %）", "per cent (20 % a grade)"), 0.05, 0.0),),
        "": _TENS,
    }
)
"""By our unit, the end of a channel's name: what else lines send; (value + offset)·factor is ours."""


def likely(unit: str, value: float, low: float, high: float) -> Text | None:
    """What ``value`` looks like, which is not between ``low`` and ``high``: every unit in which it would be (at most
    two, the likelier first). None: it is no known mistake."""
    if value == 0.0:
        return None
    found = [name for name, factor, offset in _WRONG[unit] if low <= (value + offset) * factor <= high][:2]
    if not found:
        return None
    return Text(" 或 ".join(each.zh for each in found), " or ".join(each.en for each in found))
