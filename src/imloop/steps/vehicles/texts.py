"""What the journal records of vehicles, and the messages about them."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "enrolled": Text("外地车辆纳管", "enrolled"),
    "enrolment-ended": Text("结束纳管", "enrolment ended"),
    "mark-released": Text("核发检验标志", "mark issued"),
    "shown": Text("显示遮蔽信息", "masked data shown"),
    "vehicle-changed": Text("车辆变更", "vehicle changed"),
}
TOPICS = ("enrolled", "vehicle-changed", "mark-released")
"""What a department is told of it."""
