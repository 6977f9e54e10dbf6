"""The measured items of every method: name in the contract, unit, printed decimals, words (contract §2)."""

from __future__ import annotations

from dataclasses import dataclass

from imloop.facts.text import Text


@dataclass(frozen=True, slots=True)
class Item:
    """``decimals`` is how the value is printed and how it is rounded for the rounded comparison (GB/T 8170)."""

    name: str
    unit: str
    decimals: int
    label: Text


def _item(name: str, unit: str, decimals: int, zh: str, en: str) -> tuple[str, Item]:
    return name, Item(name, unit, decimals, Text(zh, en))


_PPM = "10⁻⁶"

ITEMS: dict[str, Item] = dict(
    [
        _item("co_high_pct", "%", 2, "一氧化碳 CO（高怠速）", "CO, high idle"),
        _item("hc_high_ppm", _PPM, 0, "碳氢 HC（高怠速）", "HC, high idle"),
        _item("lambda_high", "", 2, "过量空气系数 λ（高怠速）", "lambda, high idle"),
        _item("co_idle_pct", "%", 2, "一氧化碳 CO（低怠速）", "CO, idle"),
        _item("hc_idle_ppm", _PPM, 0, "碳氢 HC（低怠速）", "HC, idle"),
        _item("co_5025_pct", "%", 2, "一氧化碳 CO（25 km/h 加载）", "CO, 25 km/h loaded"),
        _item("hc_5025_ppm", _PPM, 0, "碳氢 HC（25 km/h 加载）", "HC, 25 km/h loaded"),
        _item("no_5025_ppm", _PPM, 0, "一氧化氮 NO（25 km/h 加载）", "NO, 25 km/h loaded"),
        _item("co_2540_pct", "%", 2, "一氧化碳 CO（40 km/h 加载）", "CO, 40 km/h loaded"),
        _item("hc_2540_ppm", _PPM, 0, "碳氢 HC（40 km/h 加载）", "HC, 40 km/h loaded"),
        _item("no_2540_ppm", _PPM, 0, "一氧化氮 NO（40 km/h 加载）", "NO, 40 km/h loaded"),
        _item("co_g_km", "g/km", 2, "一氧化碳 CO", "CO"),
        _item("hc_g_km", "g/km", 2, "碳氢 HC", "HC"),
        _item("nox_g_km", "g/km", 2, "氮氧化物 NOx", "NOx"),
        _item("hc_nox_g_km", "g/km", 2, "碳氢与氮氧化物之和 HC+NOx", "HC + NOx"),
        _item("k_100_per_m", "m⁻¹", 2, "光吸收系数 k（100 % 点）", "smoke k at 100 %"),
        _item("k_80_per_m", "m⁻¹", 2, "光吸收系数 k（80 % 点）", "smoke k at 80 %"),
        _item("nox_80_ppm", _PPM, 0, "氮氧化物 NOx（80 % 点）", "NOx at 80 %"),
        _item("max_power_kw", "kW", 1, "最大轮边功率", "max wheel power"),
        _item("power_ratio", "", 2, "轮边功率与额定功率之比", "wheel power to rated power"),
        _item("k_mean_per_m", "m⁻¹", 2, "光吸收系数 k（后三次平均）", "smoke k, mean of the last three"),
        _item("ringelmann_grade", "级", 0, "林格曼黑度", "Ringelmann grade"),
    ]
)
