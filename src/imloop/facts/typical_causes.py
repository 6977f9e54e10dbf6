"""Usual causes of a failed item, from repair practice. A hint beside the form, never a diagnosis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from imloop.facts.text import Text


@dataclass(frozen=True, slots=True)
class Cause:
    """``code``: the repair item (``REPAIR_ITEMS``) under which its remedy is reported."""

    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class Sign:
    """What the failed items point to. ``items``: groups of beginnings of item names; of each group one must have
    failed."""

    label: Text
    items: tuple[tuple[str, ...], ...]
    causes: tuple[Cause, ...]


def _cause(code: str, zh: str, en: str) -> Cause:
    return Cause(code, Text(zh, en))


_CO, _HC, _NO = ("co_",), ("hc_",), ("no_", "nox_g", "hc_nox")

SIGNS: tuple[Sign, ...] = (
    Sign(
        Text("CO、HC、NO 同时超标", "CO, HC and NO all high"),
        (_CO, _HC, _NO),
        (_cause("TWC", "λ 接近 1 时多为三元催化转化器失效", "with λ near 1, usually the catalyst"),),
    ),
    Sign(
        Text("CO 高：混合气过浓", "CO high: rich mixture"),
        (_CO,),
        (
            _cause("O2S", "氧传感器老化或信号偏差", "aged or biased oxygen sensor"),
            _cause("MAF", "空气流量或进气压力传感器、空气滤清器", "air-flow or pressure sensor, air filter"),
            _cause("FUELP", "燃油压力过高、回油不畅", "fuel pressure too high"),
            _cause("INJ", "喷油嘴滴漏", "dripping injector"),
            _cause("ECU", "冷却液温度传感器、标定", "coolant sensor, calibration"),
        ),
    ),
    Sign(
        Text("HC 高：失火或未燃", "HC high: misfire, unburnt fuel"),
        (_HC,),
        (
            _cause("PLUG", "火花塞烧蚀、间隙不当", "worn spark plugs"),
            _cause("COIL", "点火线圈、高压线", "ignition coil or lead"),
            _cause("INJ", "喷油嘴漏油、雾化差", "leaking or poorly spraying injector"),
            _cause("EVAP", "碳罐脱附过量", "excess purge of the canister"),
            _cause("OIL", "气缸压缩不足、烧机油", "low compression, burnt oil"),
        ),
    ),
    Sign(
        Text("NO 高：燃烧温度过高", "NO high: combustion too hot"),
        (_NO,),
        (
            _cause("EGR", "废气再循环不工作", "EGR not working"),
            _cause("CLEAN", "燃烧室积碳、散热不良", "carbon deposits, hot running"),
            _cause("TWC", "催化器还原能力下降", "catalyst no longer reduces"),
            _cause("ECU", "点火过早、混合气过稀", "timing too early, lean mixture"),
        ),
    ),
    Sign(
        Text("λ 超出范围", "λ out of range"),
        (("lambda",),),
        (
            _cause("EXH", "排气管或进气漏气、取样探头位置", "exhaust or intake leak, probe position"),
            _cause("O2S", "氧传感器、闭环控制", "oxygen sensor, closed loop"),
        ),
    ),
    Sign(
        Text("烟度高", "smoke too high"),
        (("k_", "ringelmann"),),
        (
            _cause("INJ", "喷油嘴、油泵或共轨压力", "injectors, pump or rail pressure"),
            _cause("TURBO", "增压器、中冷漏气，空气滤清器", "turbocharger or intercooler leak, air filter"),
            _cause("EGR", "EGR 阀卡滞", "EGR valve stuck"),
            _cause("DPF", "颗粒捕集器损坏或被拆", "particulate filter damaged or removed"),
        ),
    ),
    Sign(
        Text("NOx 高", "NOx too high"),
        (("nox_80",),),
        (
            _cause("UREA", "尿素质量、喷射", "urea quality or dosing"),
            _cause("NOXS", "氮氧传感器", "NOx sensor"),
            _cause("SCR", "催化器失效", "catalyst worn out"),
            _cause("EGR", "废气再循环不工作", "EGR not working"),
        ),
    ),
    Sign(
        Text("功率不足", "power too low"),
        (("max_power", "power_ratio"),),
        (
            _cause("TURBO", "增压器", "turbocharger"),
            _cause("FUELP", "燃油滤清器、供油不足", "fuel filter, fuel supply"),
            _cause("SCR", "后处理故障限扭", "derated by the after-treatment"),
            _cause("OTHER", "离合器打滑", "slipping clutch"),
        ),
    ),
    Sign(
        Text("OBD 不合格", "OBD failed"),
        (("obd",),),
        (
            _cause(
                "ECU",
                "按故障码检修；不得只清码，就绪项须走完",
                "repair by trouble code; clearing codes alone is not a repair",
            ),
            _cause("O2S", "氧传感器相关故障码", "codes of the oxygen sensors"),
            _cause("TWC", "催化器效率故障码（P0420、P0430）", "catalyst efficiency codes (P0420, P0430)"),
        ),
    ),
)


def typical_signs(failed: Iterable[str]) -> tuple[Sign, ...]:
    """The signs that the failed items (names of ``ITEMS``, or ``obd``) point to, the most telling first."""
    names = tuple(failed)
    return tuple(
        sign for sign in SIGNS if all(any(name.startswith(group) for name in names) for group in sign.items)
    )
