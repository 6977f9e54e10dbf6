"""What an honest shop does about a fault: diagnosis, work, parts with serials, price, measurements after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imloop.facts.codes import DIESEL_FUELS, Fuel
from imloop.facts.items import ITEMS
from imloop.sim.traces.condition import Condition, Fault
from imloop.sim.world.places import Shop

HOURLY_YUAN = 130.0


@dataclass(frozen=True, slots=True)
class Work:
    """One way to put a fault right. ``items``: (code, name, hours); ``parts``: (name, code, count, yuan each)."""

    text: str
    items: tuple[tuple[str, str, float], ...]
    parts: tuple[tuple[str, str, int, float], ...] = ()


_WORKS: dict[Fault, tuple[Work, ...]] = {
    Fault.RICH: (
        Work("前氧传感器响应迟缓，长期燃油修正偏浓，更换后复测正常。",
             (("O2S", "更换前氧传感器", 0.8), ("CLEAN", "清洗节气门与进气道", 1.0)),
             (("前氧传感器", "O2S-F", 1, 310.0),)),
        Work("喷油嘴滴漏，清洗后仍滴漏两只，整组更换并校正燃油压力。",
             (("INJ", "更换喷油嘴", 2.0), ("FUELP", "检测燃油压力、更换滤清器", 0.6)),
             (("喷油嘴", "INJ-4", 4, 165.0), ("燃油滤清器", "FF-12", 1, 68.0))),
        Work("空气流量传感器信号偏大，更换并清除自学习值。",
             (("MAF", "更换空气流量传感器", 0.7), ("ECU", "匹配自学习", 0.4)),
             (("空气流量传感器", "MAF-2", 1, 420.0),)),
    ),
    Fault.MISFIRE: (
        Work("火花塞烧蚀、间隙过大，第三缸失火，更换火花塞。",
             (("PLUG", "更换火花塞", 0.8),), (("火花塞", "SP-IR", 4, 58.0),)),
        Work("点火线圈次级击穿，更换两只线圈及全部火花塞。",
             (("COIL", "更换点火线圈", 0.9), ("PLUG", "更换火花塞", 0.7)),
             (("点火线圈", "IGC-1", 2, 185.0), ("火花塞", "SP-IR", 4, 58.0))),
    ),
    Fault.CATALYST: (
        Work("三元催化转化器老化，前后氧信号接近，转化效率不足，更换总成。",
             (("TWC", "更换三元催化转化器", 2.5), ("O2S", "更换后氧传感器", 0.6)),
             (("三元催化转化器总成", "TWC-18", 1, 1680.0), ("后氧传感器", "O2S-R", 1, 280.0))),
        Work("催化器载体部分堵塞失效，更换总成并排查失火原因。",
             (("TWC", "更换三元催化转化器", 2.5), ("PLUG", "更换火花塞", 0.7)),
             (("三元催化转化器总成", "TWC-16", 1, 1450.0), ("火花塞", "SP-IR", 4, 58.0))),
    ),
    Fault.NOX: (
        Work("EGR 阀卡滞不开，缸内温度偏高，更换 EGR 阀并清洗通道。",
             (("EGR", "更换 EGR 阀、清洗通道", 1.8),), (("EGR 阀", "EGR-3", 1, 640.0),)),
        Work("催化器还原能力下降，更换三元催化转化器。",
             (("TWC", "更换三元催化转化器", 2.5),), (("三元催化转化器总成", "TWC-18", 1, 1680.0),)),
    ),
    Fault.LEAN: (
        Work("排气歧管垫漏气导致混合气判断偏稀，更换垫片。",
             (("EXH", "更换排气歧管垫", 1.6),), (("排气歧管垫", "EXG-1", 1, 95.0),)),
        Work("曲轴箱通风软管老化开裂，更换软管与单向阀。",
             (("PCV", "更换通风软管与单向阀", 1.0),), (("曲轴箱通风阀", "PCV-2", 1, 120.0),)),
    ),
    Fault.SMOKE: (
        Work("喷油器雾化不良、开启压力偏低，更换喷油器偶件并校准。",
             (("INJ", "更换喷油器偶件", 3.0), ("FUELP", "更换柴油滤清器", 0.5)),
             (("喷油器偶件", "DIN-4", 4, 360.0), ("柴油滤清器", "DFF-2", 1, 85.0))),
        Work("中冷管路漏气、增压压力不足，更换软管并清洗中冷器。",
             (("TURBO", "更换中冷软管、清洗中冷器", 2.2),), (("中冷软管", "CAC-2", 2, 190.0),)),
        Work("颗粒捕集器背压异常，拆检再生并更换压差传感器。",
             (("DPF", "颗粒捕集器再生与清灰", 3.5),), (("压差传感器", "DPS-1", 1, 460.0),)),
    ),
    Fault.DIESEL_NOX: (
        Work("尿素喷嘴结晶堵塞，清洗尿素管路并更换喷嘴。",
             (("UREA", "更换尿素喷嘴、清洗管路", 2.0), ("SCR", "检查 SCR 箱", 1.0)),
             (("尿素喷嘴", "UDN-1", 1, 880.0),)),
        Work("下游氮氧传感器失准，更换并标定。",
             (("NOXS", "更换氮氧传感器", 1.0), ("ECU", "标定", 0.5)), (("氮氧传感器", "NOXS-D", 1, 1350.0),)),
        Work("EGR 阀积炭关闭不严，拆洗并更换。",
             (("EGR", "更换 EGR 阀", 2.0),), (("EGR 阀", "EGR-D", 1, 920.0),)),
    ),
    Fault.POWER: (
        Work("增压器叶轮磨损、增压不足，更换增压器总成。",
             (("TURBO", "更换增压器总成", 4.5), ("FUELP", "更换柴油滤清器", 0.5)),
             (("增压器总成", "TUR-2", 1, 2980.0), ("柴油滤清器", "DFF-2", 1, 85.0))),
    ),
    Fault.OBD: (
        Work("按故障码检修，更换氧传感器并清除故障码，路试后就绪状态完成。",
             (("O2S", "更换氧传感器", 0.8), ("ECU", "诊断、清码、路试", 1.2)),
             (("氧传感器", "O2S-F", 1, 310.0),)),
    ),
}  # fmt: skip
_ON_DIESEL_OBD = Work(
    "按故障码检修线束与传感器，清除故障码，路试后就绪状态完成。",
    (("NOXS", "更换传感器", 1.0), ("ECU", "诊断、清码、路试", 1.2)),
    (("氮氧传感器", "NOXS-D", 1, 1350.0),),
)


def choose_work(rng: np.random.Generator, fault: Fault, fuel: Fuel, shop: Shop) -> Work:
    """Work the shop has the capability for, if one of the known ways fits; else the first known way."""
    if fault is Fault.OBD and fuel in DIESEL_FUELS:
        return _ON_DIESEL_OBD
    ways = _WORKS[fault]
    fitting = [way for way in ways if all(code in shop.takes for code, _, _ in way.items)] or list(ways[:1])
    return fitting[int(rng.integers(len(fitting)))]


def parts_of(rng: np.random.Generator, work: Work) -> list[dict[str, object]]:
    """The parts as listed on the settlement, each with its own serial."""
    return [
        {
            "name": name,
            "code": code,
            "quantity": count,
            "serial": f"{code}-{rng.integers(10**9):09d}",
            "origin": ("原厂", "同质配件", "品牌件")[int(rng.integers(3))],
        }
        for name, code, count, _ in work.parts
    ]


def price_of(rng: np.random.Generator, work: Work) -> float:
    """Labour and parts in yuan, to the whole yuan."""
    labour = sum(hours for _, _, hours in work.items) * HOURLY_YUAN
    parts = sum(count * each for _, _, count, each in work.parts)
    return float(round(labour * rng.uniform(0.9, 1.15) + parts * rng.uniform(0.92, 1.12)))


def measured_after(rng: np.random.Generator, before: dict[str, float], state: Condition) -> dict[str, float]:
    """The shop's own measurement of the items that had failed, once the work is done."""
    true = {
        "co": state.co_load, "hc": state.hc_load, "no": state.no_load, "lambda": state.lam,
        "k": state.k, "nox": state.nox, "power": state.power_ratio,
    }  # fmt: skip
    after = {}
    for item, value in before.items():
        level = true.get(item.split("_")[0])
        if item == "max_power_kw" or level is None:
            level = value * 1.6
        noise = rng.normal(1.0, 0.01 if item.startswith(("lambda", "power", "max")) else 0.06)
        after[item] = round(float(level * noise), ITEMS[item].decimals)
    return after
