"""What the journal records of spot checks, and the messages about them."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "spot-check-handed-over": Text("抽测逾期移送公安交管", "overdue spot check handed to the police"),
    "spot-check-kept": Text("接收监督抽测记录", "spot check kept"),
    "spotcheck-refused": Text("拒收监督抽测记录", "spot check refused"),
    "spot-check-settled": Text("核实监督抽测记录", "spot check settled"),
    "spot-check-takes-effect": Text("监督抽测记录生效", "spot check takes effect"),
    "spot-instrument-entered": Text("登记抽测仪器和检定", "instrument of spot checks entered"),
    "spot-officers-asked": Text("请抽测人员确认到场", "officers of a spot check asked"),
    "spot-order-issued": Text("责令限期维修复检", "repair ordered after a spot check"),
    "spot-task-begun": Text("开始抽测", "spot checks begun"),
    "spot-task-closed": Text("结束抽测任务", "task of spot checks closed"),
    "spot-task-made": Text("派出抽测任务", "task of spot checks made"),
}
TOPICS = ("spot-check-handed-over",)
"""What the police are told."""
