"""What the values of a self-check are called on a form: ``co_standard_pct`` is CO 标准值 %."""

from __future__ import annotations

from imloop.facts.text import Text

_UNITS = {
    "ppm": "ppm",
    "pct": "%",
    "kpa": "kPa",
    "kg": "kg",
    "kw": "kW",
    "kmh": "km/h",
    "ms": "ms",
    "n": "N",
    "ls": "L/s",
    "c": "℃",
    "rpm": "r/min",
}
_WORDS = {
    "actual": Text("实测时间", "time measured"),
    "connected": Text("连接次数", "times connected"),
    "diw": Text("当量惯量", "equivalent inertia"),
    "end": Text("结束压力", "pressure at the end"),
    "filter": Text("滤光片标准值", "filter, standard"),
    "flow": Text("流量", "flow"),
    "high": Text("高", "high"),
    "humidity": Text("湿度", "humidity"),
    "low": Text("低", "low"),
    "measured": Text("测量值", "measured"),
    "power": Text("功率", "power"),
    "pressure": Text("气压", "pressure"),
    "residual": Text("残留", "residue"),
    "sent": Text("上传次数", "times sent"),
    "standard": Text("标准值", "standard"),
    "start": Text("开始压力", "pressure at the start"),
    "temperature": Text("温度", "temperature"),
    "time": Text("时间", "time"),
    "zero": Text("零点", "zero"),
}
_SIGNS = {
    "c3h8": "C₃H₈",
    "co": "CO",
    "co2": "CO₂",
    "hc": "HC",
    "no": "NO",
    "no2": "NO₂",
    "o2": "O₂",
    "pef": "PEF",
}
"""Gases and other signs; a number stands for itself."""


def value_name(name: str) -> Text:
    """The name of a value in words, its unit last."""
    parts = name.split("_")
    unit = f" {_UNITS[parts.pop()]}" if parts[-1] in _UNITS else ""
    said = [_WORDS.get(part) or Text(_SIGNS.get(part, part), _SIGNS.get(part, part)) for part in parts]
    return Text(" ".join(each.zh for each in said) + unit, " ".join(each.en for each in said) + unit)
