"""What may be complained about: each category with its own questions, who receives it, whom it is about, and whether a
reward may be due.

A question is a field like those of a step; what is not asked is not kept. The office is the one whose law it is: a
category without one goes to the environment department, which knows where to send it.
"""

from __future__ import annotations

from dataclasses import dataclass

from imloop.facts.text import Text
from imloop.matters.fields import Field, Shape

ISTATION, MSTATION, VEHICLE = "istation", "mstation", "vehicle"
SELLER, MACHINE, OFFICE, ANYONE = "seller", "machine", "office", "anyone"

ABOUT: dict[str, Text] = {
    ISTATION: Text("检验机构", "an inspection station"),
    MSTATION: Text("维修治理站", "a repair station"),
    VEHICLE: Text("一辆车", "a vehicle"),
    SELLER: Text("加油站、销售单位", "a seller of fuel or fluid"),
    MACHINE: Text("一台非道路移动机械", "a mobile machine"),
    OFFICE: Text("政府部门、工作人员", "a department or its staff"),
    ANYONE: Text("其他", "something else"),
}


@dataclass(frozen=True, slots=True)
class Category:
    """``receiver``: which office receives it, and by whose law it is answered (``complaints.clocks``); ``about``: whom
    it may be about, the usual one first; ``reward``: by which row of the reward law (``reward.<kind>_yuan``), empty
    where none is ever due; ``act``: what the law of penalties calls it if it is true; ``listed``: seen by anybody from
    the street, so that everybody may see on a list that it was reported; ``instead``: who receives it if it is about
    somebody else than usual."""

    code: str
    name: Text
    hint: Text
    receiver: str
    about: tuple[str, ...]
    questions: tuple[Field, ...] = ()
    reward: str = ""
    act: str = ""
    listed: bool = False
    instead: tuple[tuple[str, str], ...] = ()

    def receiver_about(self, about: str) -> str:
        """Who receives one about somebody: never the department it is about."""
        if about == OFFICE:
            return "supervisor"
        return dict(self.instead).get(about, self.receiver)


def _words(name: str, zh: str, en: str, *, required: bool = False) -> Field:
    return Field(name, Text(zh, en), required=required)


def _day(name: str, zh: str, en: str) -> Field:
    return Field(name, Text(zh, en), Shape.DAY, required=False)


def _one_of(name: str, zh: str, en: str, *choices: tuple[str, str, str], required: bool = True) -> Field:
    codes = tuple((code, Text(name_zh, name_en)) for code, name_zh, name_en in choices)
    return Field(name, Text(zh, en), Shape.CHOICE, required, codes)


PLATE = _words("plate", "车牌号", "plate")
PLATE_NEEDED = _words("plate", "车牌号", "plate", required=True)
_YES_NO_UNSURE = (("yes", "是", "yes"), ("no", "否", "no"), ("unsure", "不清楚", "not sure"))
_RECEIPT = _one_of("receipt", "有无收据、发票或结算清单", "is there a receipt or bill?", *_YES_NO_UNSURE)
_PAID = _words("paid_yuan", "收了多少钱（元）", "how much was charged (yuan)")

CATEGORIES: tuple[Category, ...] = (
    Category(
        "false_test",
        Text("检验造假、没检就过", "a test that was faked or never made"),
        Text("车没有真正检测就给了合格报告，或者改了数据。", "A pass without a real test, or changed data."),
        "environment",
        (ISTATION,),
        (
            _one_of(
                "how",
                "怎样造假",
                "how",
                ("no_test", "没有上线检测", "the vehicle was not tested"),
                ("data", "修改数据", "data were changed"),
                ("device", "加装装置、插管", "a device or pipe was added"),
                ("unsure", "不清楚", "not sure"),
            ),
            PLATE,
            _one_of("money", "是否另外收钱", "was money taken for it?", *_YES_NO_UNSURE),
        ),
        reward="false_test",
        act="forged_report",
    ),
    Category(
        "other_car",
        Text("用别的车代检、套用数据", "another car or copied data in place of mine"),
        Text(
            "上线的不是报告上的那辆车，或者几份报告的数据一样。",
            "The car tested is not the one on the report.",
        ),
        "environment",
        (ISTATION,),
        (PLATE, _words("other_plate", "代检车辆的车牌号", "plate of the car that was tested")),
        reward="false_test",
        act="forged_report",
    ),
    Category(
        "not_repaired",
        Text("收了钱没有维修", "charged without repairing"),
        Text(
            "维修站收费但没有修，或者没换件却写换了。", "Money was taken, but nothing or less was repaired."
        ),
        "transport",
        (MSTATION, ISTATION),
        (
            PLATE_NEEDED,
            _words("billed", "清单上写了修什么、换什么", "what the bill says was done", required=True),
            _PAID,
            _RECEIPT,
        ),
        reward="not_repaired",
        instead=((ISTATION, "environment"),),
    ),
    Category(
        "records_sold",
        Text("卖维修记录、合格证", "repair records or certificates for sale"),
        Text(
            "不修车，花钱就能买到维修记录或者合格证。",
            "A record or certificate can be bought without a repair.",
        ),
        "transport",
        (MSTATION, ANYONE),
        (_words("offer", "谁、在哪里、开价多少", "who, where, for how much", required=True), PLATE),
        reward="not_repaired",
        act="false_certificate",
    ),
    Category(
        "double_charge",
        Text("重复收费、乱收费", "charged twice or too much"),
        Text("同一检验周期又收检验费，或者超过公示价格。", "Charged again in one period, or above the list."),
        "market-complaint",
        (ISTATION, MSTATION),
        (PLATE, Field("paid_yuan", _PAID.label), _day("paid_on", "哪天交的钱", "when it was paid"), _RECEIPT),
        act="double_charge",
    ),
    Category(
        "steering",
        Text("指定维修站、拉客", "sent to one repairer"),
        Text("检验机构、工作人员或者中介要求只能到某一家修。", "Told to go to one repairer and no other."),
        "environment",
        (ISTATION, OFFICE, ANYONE),
        (
            _one_of(
                "who",
                "谁要求的",
                "who told you",
                ("station", "检验机构人员", "staff of the station"),
                ("official", "部门工作人员", "an official"),
                ("agent", "中介、黄牛", "a tout"),
            ),
            _words("sent_to", "被指到哪一家", "to whom", required=True),
        ),
    ),
    Category(
        "service",
        Text("态度差、办得慢", "rude or slow service"),
        Text("排队太久、不接待、态度恶劣。", "Long queues, turned away, rudeness."),
        "environment",
        (ISTATION, MSTATION, OFFICE),
        (_words("waited", "等了多久", "how long you waited"),),
        instead=((MSTATION, "transport"),),
    ),
    Category(
        "smoky_vehicle",
        Text("冒黑烟的车", "a smoky vehicle"),
        Text(
            "路上看到冒黑烟的车。请不要边开车边拍照。", "Seen on the road. Do not photograph while driving."
        ),
        "environment",
        (VEHICLE,),
        (
            PLATE_NEEDED,
            _one_of(
                "kind",
                "什么车",
                "what kind",
                ("truck", "货车", "a lorry"),
                ("bus", "客车、公交", "a bus"),
                ("car", "小汽车", "a car"),
                ("other", "其他", "another"),
            ),
        ),
        reward="smoky_vehicle",
        listed=True,
    ),
    Category(
        "bad_fuel",
        Text("劣质油、假尿素", "bad fuel or urea"),
        Text(
            "加油后故障，或者明显是不合格的油品、尿素。", "Fuel, urea or oil that does not meet the standard."
        ),
        "market-report",
        (SELLER,),
        (
            _one_of(
                "what",
                "什么油品",
                "what",
                ("diesel", "柴油", "diesel"),
                ("gasoline", "汽油", "petrol"),
                ("urea", "车用尿素", "urea"),
                ("other", "其他", "another"),
            ),
            _words("seller", "加油站或者卖家的名称", "name of the seller", required=True),
            _RECEIPT,
        ),
        reward="bad_fuel",
        act="bad_fuel",
        listed=True,
    ),
    Category(
        "devices_removed",
        Text("拆除净化装置", "emission devices removed"),
        Text(
            "拆三元催化、颗粒捕集器，屏蔽 OBD 或尿素系统。",
            "Catalyst or filter removed, OBD or urea disabled.",
        ),
        "environment",
        (VEHICLE, MSTATION, ANYONE),
        (PLATE, _words("done_by", "谁拆的", "who did it")),
        reward="devices_removed",
        act="device_removed",
    ),
    Category(
        "machine",
        Text("工地、厂区机械冒烟", "a smoky machine on a site"),
        Text(
            "挖掘机、装载机、叉车等冒黑烟，或者没有号码。",
            "Excavators, loaders, forklifts with smoke or no number.",
        ),
        "environment",
        (MACHINE,),
        (_words("machine_no", "机械上的环保号码", "number on the machine"),),
        reward="machine",
        act="machine_failed",
        listed=True,
    ),
    Category(
        "other",
        Text("其他", "something else"),
        Text(
            "以上都不是；由生态环境部门判断该谁办。",
            "Anything else: the environment department finds out whose it is.",
        ),
        "environment",
        (ANYONE, ISTATION, MSTATION, VEHICLE, SELLER, MACHINE, OFFICE),
    ),
)

_BY_CODE = {category.code: category for category in CATEGORIES}


def category_of(code: str) -> Category | None:
    """The category of a code; None where there is none."""
    return _BY_CODE.get(code)
