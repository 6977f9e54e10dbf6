"""What is punished: each violation, whom it can be imposed on, and where the law forbids it.

Amounts, articles and who decides are dated law (``penalty.<code>.…``); here stand only the words and what the amounts
are counted from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from imloop.facts.text import Text


class Payer(StrEnum):
    STATION = "station"
    REPAIRER = "repairer"
    OWNER = "owner"
    DRIVER = "driver"
    USER = "user"
    SELLER = "seller"
    MAKER = "maker"
    CHECKED = "checked"
    PERSON = "person"


PAYERS: Mapping[Payer, Text] = MappingProxyType(
    {
        Payer.STATION: Text("检验机构", "the inspection station"),
        Payer.REPAIRER: Text("维修单位", "the repairer"),
        Payer.OWNER: Text("机动车所有人", "the owner of the vehicle"),
        Payer.DRIVER: Text("驾驶人", "the driver"),
        Payer.USER: Text("非道路移动机械使用单位", "the user of the machine"),
        Payer.SELLER: Text("销售单位", "the seller"),
        Payer.MAKER: Text("制造、销售单位", "the maker or seller"),
        Payer.CHECKED: Text("被检查单位", "the party that was checked"),
        Payer.PERSON: Text("直接负责的主管人员和其他直接责任人员", "the persons responsible"),
    }
)


ALSO: Mapping[str, Text] = MappingProxyType(
    {
        "gains": Text("没收违法所得", "illegal gains are taken"),
        "goods": Text("没收货物", "goods are taken"),
        "destruction": Text("销毁", "destruction"),
        "permits": Text("吊销许可证件", "permits are revoked"),
        "qualification": Text("取消检验资格", "loss of the qualification"),
        "ban": Text("禁止从业", "ban from the trade"),
        "closure": Text("责令停业、关闭", "closure"),
        "suspension": Text("责令停业整顿", "suspension"),
    }
)
"""What may be imposed besides a fine."""
DECIDERS: Mapping[str, Text] = MappingProxyType(
    {
        "environment": Text("生态环境部门", "the environment department"),
        "transport": Text("交通运输部门", "the transport department"),
        "market": Text("市场监管部门", "the market regulator"),
        "police": Text("公安交管部门", "the traffic police"),
        "customs": Text("海关", "customs"),
        "checking": Text("实施检查的部门", "the department that checks"),
    }
)
"""Who decides, as the law's data names it."""


class Base(StrEnum):
    """What a multiple is counted from."""

    GAINS = "gains"
    GOODS = "goods"
    CHARGE = "charge"


BASES: Mapping[Base, Text] = MappingProxyType(
    {
        Base.GAINS: Text("违法所得", "the illegal gains"),
        Base.GOODS: Text("货值金额", "the value of the goods"),
        Base.CHARGE: Text("违法收费", "the unlawful charge"),
    }
)


@dataclass(frozen=True, slots=True)
class Violation:
    """``payers``: the first is fined by the range of the act itself. ``forbidden``: keys of the duty that is broken;
    empty where the punishing clause is the only one. ``variants``: on them the amounts depend."""

    code: str
    name: Text
    payers: tuple[Payer, ...]
    forbidden: tuple[str, ...] = ()
    base: Base | None = None
    variants: tuple[str, ...] = ()


_ROWS = (
    Violation(
        "forged_report",
        Text("检验机构出具虚假检验结果或者报告", "a station gives a false result or report"),
        (Payer.STATION, Payer.PERSON),
        ("station.answers_for_data",),
    ),
    Violation(
        "station_equipment",
        Text(
            "设备不符合要求或者不按规范检验，致使数据失真",
            "wrong equipment or ignored norms distort the data",
        ),
        (Payer.STATION,),
        ("station.conditions",),
    ),
    Violation(
        "station_repairs",
        Text("检验机构从事维修业务", "a station repairs vehicles"),
        (Payer.STATION,),
        ("station.may_not_repair",),
    ),
    Violation(
        "double_charge",
        Text("对营运机动车重复检测收费", "a commercial vehicle is charged twice"),
        (Payer.STATION,),
        ("commercial.no_double_charge",),
        Base.CHARGE,
    ),
    Violation(
        "device_swap",
        Text("更换、篡改、屏蔽排放控制装置或者弄虚作假", "devices are swapped, tampered with or masked"),
        (Payer.OWNER, Payer.REPAIRER),
        ("repair.no_device_swap",),
    ),
    Violation(
        "device_removed",
        Text("擅自拆除、闲置排放控制装置", "devices are removed or left idle"),
        (Payer.OWNER, Payer.REPAIRER),
        ("repair.no_device_swap", "devices.must_work"),
    ),
    Violation(
        "terminal_missing",
        Text("未按规定安装远程排放管理车载终端", "the remote terminal is missing"),
        (Payer.OWNER,),
    ),
    Violation(
        "device_not_fitted",
        Text("未按规定加装、更换污染控制装置", "a device that must be fitted is not"),
        (Payer.OWNER,),
        ("devices.retrofit_required",),
    ),
    Violation(
        "failed_vehicle_driven",
        Text("驾驶排放检验不合格的机动车上道路行驶", "a vehicle that failed is driven"),
        (Payer.DRIVER,),
        ("driving.pass_required",),
    ),
    Violation(
        "overdue_driven",
        Text("抽测不合格逾期未复检合格而上道路行驶", "driven on after a failed spot check, overdue"),
        (Payer.OWNER,),
        variants=("diesel", "other"),
    ),
    Violation(
        "machine_failed",
        Text("使用排放不合格的非道路移动机械", "a machine that fails is used"),
        (Payer.OWNER,),
        ("machinery.pass_required",),
    ),
    Violation(
        "machine_ban_zone",
        Text("在禁止区域使用高排放非道路移动机械", "a high-emission machine in a ban zone"),
        (Payer.OWNER,),
        ("machinery.ban_zones",),
    ),
    Violation(
        "bad_fuel",
        Text("销售不符合标准的燃料、还原剂、添加剂、润滑油", "bad fuel, urea, additives or oil is sold"),
        (Payer.SELLER,),
        ("fuel.standard_required",),
        Base.GOODS,
    ),
    Violation(
        "cheating_device",
        Text(
            "制造、销售作弊装置或者被操纵的检验设备", "cheating devices or rigged equipment are made or sold"
        ),
        (Payer.MAKER,),
        ("devices.cheating_forbidden",),
        Base.GOODS,
    ),
    Violation(
        "obstruction",
        Text("拒绝、阻挠监督检查或者在检查中弄虚作假", "a check is refused or obstructed, or lied to"),
        (Payer.CHECKED, Payer.PERSON),
    ),
    Violation(
        "odour",
        Text("机动车维修未设置异味和废气处理装置", "a repair shop without odour treatment"),
        (Payer.REPAIRER,),
    ),
    Violation(
        "false_certificate",
        Text("签发虚假机动车维修合格证", "a false repair certificate"),
        (Payer.REPAIRER,),
        base=Base.GAINS,
    ),
    Violation(
        "fake_parts",
        Text(
            "使用假冒伪劣配件、擅自改装、承修报废车辆",
            "fake parts, illegal changes, scrapped vehicles repaired",
        ),
        (Payer.REPAIRER,),
        base=Base.GAINS,
    ),
    Violation(
        "repairer_unfiled",
        Text("从事机动车维修经营未按规定备案", "a repairer that is not filed"),
        (Payer.REPAIRER,),
    ),
)
VIOLATIONS: Mapping[str, Violation] = MappingProxyType({row.code: row for row in _ROWS})
