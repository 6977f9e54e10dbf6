"""The demo city inside Liuzhou (450200): who takes part. Names are made up; districts and streets set the scene."""

from __future__ import annotations

from dataclasses import dataclass

from imloop.facts.codes import Method

CITY = "450200"
DISTRICTS = {
    "450202": ("城中区", 109.424, 24.316),
    "450203": ("鱼峰区", 109.452, 24.319),
    "450204": ("柳南区", 109.385, 24.336),
    "450205": ("柳北区", 109.402, 24.363),
    "450206": ("柳江区", 109.326, 24.256),
}
_GAS = (Method.ASM, Method.TSI)
_DIESEL = (Method.LUGDOWN, Method.FREEACC)
_ALL = (*_GAS, *_DIESEL)


@dataclass(frozen=True, slots=True)
class Station:
    """An I-station: its lines with their licensed methods; ``weight`` of its share of the traffic."""

    code: str
    name: str
    address: str
    phone: str
    lines: tuple[tuple[str, tuple[Method, ...]], ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Shop:
    """An M-station. ``takes``: fuels and repair item codes. ``listed_days``: days on the list before today;
    None: applied, not yet listed. ``suspended``: off the list for the last weeks. ``lends``: reports one and the same
    catalyst for every vehicle. ``known``: how many times as often it is chosen as others, and has customers of its own;
    ``skill``: share of its first repairs that cure the fault."""

    code: str
    name: str
    address: str
    phone: str
    takes: tuple[str, ...]
    staff: tuple[str, str]
    listed_days: int | None = 420
    suspended: bool = False
    lends: bool = False
    known: int = 1
    skill: float = 0.86


_PETROL = (
    "gasoline",
    "hybrid_gasoline",
    "TWC",
    "O2S",
    "PLUG",
    "COIL",
    "INJ",
    "MAF",
    "THR",
    "PCV",
    "EGR",
    "EXH",
    "ECU",
    "CLEAN",
)
_GASEOUS = (*_PETROL, "cng", "lpg")
_TRUCKS = (
    "diesel",
    "INJ",
    "FUELP",
    "TURBO",
    "EGR",
    "DPF",
    "DOC",
    "SCR",
    "UREA",
    "NOXS",
    "EXH",
    "ECU",
    "CLEAN",
)
_BOTH = tuple(dict.fromkeys((*_GASEOUS, *_TRUCKS)))

STATIONS = (
    Station("450203001", "柳州市青禾机动车检测有限公司", "鱼峰区洛维工业园北三路6号", "0772-5550101",
            (("01", _GAS), ("02", _GAS), ("03", _ALL)), 1.5),
    Station("450202001", "柳州市静江机动车检测有限公司", "城中区桂中大道南端12号", "0772-5550102",
            (("01", _GAS), ("02", _GAS)), 1.0),
    Station("450204001", "柳州市西鹅山机动车安全技术检验有限公司", "柳南区西环路29号", "0772-5550103",
            (("01", _GAS), ("02", _GAS), ("03", _DIESEL)), 1.3),
    Station("450205001", "柳州市白露机动车检测有限公司", "柳北区白露大道8号", "0772-5550104",
            (("01", _GAS), ("02", _DIESEL), ("03", _DIESEL)), 1.1),
    Station("450206001", "柳州市柳江拉堡机动车检测服务有限公司", "柳江区拉堡镇柳堡路55号", "0772-5550105",
            (("01", _GAS), ("02", _ALL)), 0.8),
    Station("450203002", "柳州市莲花山机动车检测有限公司", "鱼峰区柳石路319号", "0772-5550106",
            (("01", _GAS), ("02", _GAS)), 0.9),
)  # fmt: skip
FORGER = Station(
    "450205002", "柳州市沙塘机动车检测有限公司", "柳北区沙塘镇杨柳路9号", "0772-5550107", (("01", _GAS),), 0.0
)
"""Made up reports and was struck off; only cars of its own come to it, while it stands."""
EVERYWHERE = (*STATIONS, FORGER)

SHOPS = (
    Shop("450202M01", "柳州市锦绣汽车维修有限公司", "城中区东环大道171号", "0772-5550201",
         _PETROL, ("何志强", "陈永福"), known=6, skill=0.95),
    Shop("450202M02", "柳州市河东诚匠汽车服务部", "城中区高新一路9号", "0772-5550202",
         _GASEOUS, ("唐伟", "周俊"), 300),
    Shop("450203M01", "柳州市云岭汽车维修有限公司", "鱼峰区屏山大道86号", "0772-5550203",
         _BOTH, ("黄振华", "李国庆"), known=6),
    Shop("450203M02", "柳州市阳和通达汽车维修厂", "鱼峰区阳和工业新区和祥路3号", "0772-5550204",
         _PETROL, ("罗建国", "廖斌")),
    Shop("450203M03", "柳州市顺心汽车快修店", "鱼峰区荣军路42号", "0772-5550205",
         _PETROL, ("谢家明", "邓涛"), None),
    Shop("450204M01", "柳州市河西宏远汽车修理厂", "柳南区航生路17号", "0772-5550206",
         _BOTH, ("莫建华", "韦立"), known=6, skill=0.7),
    Shop("450204M02", "柳州市鹅岗汽车电喷维修中心", "柳南区飞鹅路203号", "0772-5550207",
         _GASEOUS, ("蓝志文", "农强"), lends=True),
    Shop("450204M03", "柳州市乐群重型车维修有限公司", "柳南区磨滩路5号", "0772-5550208",
         _TRUCKS, ("陆海", "蒙志远"), 210),
    Shop("450205M01", "柳州市雀儿山汽车维修有限公司", "柳北区北雀路76号", "0772-5550209",
         _PETROL, ("潘文杰", "覃亮")),
    Shop("450205M02", "柳州市沙塘柴油机维修中心", "柳北区沙塘镇沙塘大道21号", "0772-5550210",
         _TRUCKS, ("梁永", "刘子轩")),
    Shop("450205M03", "柳州市跃进汽车维修服务有限公司", "柳北区跃进路110号", "0772-5550211",
         _PETROL, ("黄思源", "何涛"), suspended=True),
    Shop("450206M01", "柳州市柳江新兴汽车维修有限公司", "柳江区新兴工业园兴福路2号", "0772-5550212",
         _BOTH, ("韦振华", "陈德")),
)  # fmt: skip

DEPARTMENTS = (
    ("environment", "柳州市生态环境局（演示）"),
    ("transport", "柳州市交通运输局（演示）"),
    ("market", "柳州市市场监督管理局（演示）"),
    ("police", "柳州市公安局交通警察支队（演示）"),
    ("supervisor", "柳州市监督检查室（演示）"),
    ("admin", "平台管理（演示）"),
)

# Two stations outside the city whose recorded uploads serve as examples; they take no part in the traffic.
GUESTS = (("shihezi", "石河子示例检测站", "659001"), ("taiyuan", "太原示例检测站", "140100"))

INSTRUMENTS = {
    "analyser": "FGA-5G",
    "dynamometer": "DCG-10D",
    "opacimeter": "YDJ-1",
    "nox_analyser": "NOX-300",
    "tachometer": "RPM-20",
    "obd_reader": "OBD-S7",
    "weather_station": "WS-3",
    "flow_meter": "LLJ-2",
}
_NEEDED = {
    Method.ASM: ("analyser", "dynamometer", "tachometer", "obd_reader", "weather_station"),
    Method.TSI: ("analyser", "tachometer", "obd_reader", "weather_station"),
    Method.LUGDOWN: (
        "opacimeter",
        "nox_analyser",
        "dynamometer",
        "tachometer",
        "obd_reader",
        "weather_station",
    ),
    Method.FREEACC: ("opacimeter", "tachometer", "obd_reader", "weather_station"),
    Method.VMAS: ("analyser", "flow_meter", "dynamometer", "tachometer", "obd_reader", "weather_station"),
    Method.IM195: ("analyser", "flow_meter", "dynamometer", "tachometer", "obd_reader", "weather_station"),
    Method.RINGELMANN: ("tachometer",),
}


def district_of(code: str) -> str:
    """GB/T 2260 code of the district an I-station's or shop's code belongs to."""
    return code[:6]


def instruments(methods: tuple[Method, ...]) -> tuple[str, ...]:
    """Kinds of equipment a line needs for its methods."""
    return tuple(kind for kind in INSTRUMENTS if any(kind in _NEEDED[method] for method in methods))


def serial(station: str, line: str, kind: str) -> str:
    return f"{INSTRUMENTS[kind]}-{station[-6:]}{line}"


_CREW = (
    "覃志明 韦晓东 黄海燕 莫丽 梁国栋 廖文斌 蓝玉梅 陈思 陆建军 农永康 周桂兰 唐毅 蒙家和 罗振宇 "
    "谢春燕 何平 邓柏林 潘立新 李彩云 刘勇 韦家宝 覃德胜 黄美玲 梁栋 吴少华 杨柳 石磊 龙涛 "
    "苏敏 冯刚 朱婷 龚伟 甘露 宁海 骆斌 白雪 向阳 侯杰 欧健 江帆 卢俊 谭丽 史强 苗青 单勇 贺岚 滕飞 钟磊 沈洁"
)


def crew(station: str, line: str) -> tuple[str, str, str]:
    """Inspector, driver and reviewer: one pair of people per line, one reviewer per station."""
    base = 7 * next((n for n, known in enumerate(EVERYWHERE) if known.code == station), 0)
    pair = base + 2 * ((int(line) - 1) % 3)
    names = _CREW.split()
    return names[pair], names[pair + 1], names[base + 6]
