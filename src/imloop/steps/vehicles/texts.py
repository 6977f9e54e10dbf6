"""What the journal records of vehicles, and the messages about them."""

from __future__ import annotations

from imloop.facts.text import Text
from imloop.gates.vehicles.compare_statement import COMPARED

FIELD_NAMES: dict[str, Text] = {
    **{name: each.name for name, each in COMPARED.items()},
    "vin": Text("VIN", "VIN"),
    "plate_colour": Text("号牌颜色", "colour of the plate"),
    "second_fuel": Text("第二燃料", "second fuel"),
    "due_on": Text("检验有效期止", "end of the inspection cycle"),
    "exemption_lost_on": Text("不再免检之日", "exemption lost on"),
    "status": Text("登记状态", "status"),
    "owner_name": Text("所有人", "owner"),
    "owner_phone": Text("所有人电话", "owner's telephone"),
    "valid_until": Text("标志有效期止", "mark valid until"),
}
"""Fields of the register as people read them."""
JOURNAL: dict[str, Text] = {
    "change-confirmed": Text("复核确认登记更正", "change of the register confirmed"),
    "change-proposed": Text("提出登记更正，待复核", "change of the register proposed"),
    "change-rejected": Text("退回登记更正", "change of the register rejected"),
    "difference-settled": Text("处理登记与填报不一致", "difference from the register settled"),
    "enrolled": Text("外地车辆纳管", "enrolled"),
    "enrolment-ended": Text("结束纳管", "enrolment ended"),
    "list-kept": Text("登记名单存档", "list of the register kept"),
    "mark-released": Text("核发检验标志", "mark issued"),
    "shown": Text("显示遮蔽信息", "masked data shown"),
    "vehicle-changed": Text("车辆变更", "vehicle changed"),
}
TOPICS = ("enrolled", "vehicle-changed", "mark-released")
"""What a department is told of it."""
