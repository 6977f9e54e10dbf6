"""What the journal records of test lines, and the messages about them."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "check-received": Text("收到设备自检", "self-check received"),
    "check-refused": Text("退回设备自检", "self-check refused"),
    "instrument-added": Text("登记设备", "instrument added"),
    "instrument-retired": Text("停用设备", "instrument retired"),
    "line-ended": Text("停用检测线", "line ended"),
    "line-order-ended": Text("提前终止检测线命令", "line order ended early"),
    "line-ordered": Text("锁定或解锁检测线", "line locked or unlocked"),
    "line-set": Text("登记检测线", "line set"),
    "link-lost": Text("联网中断", "link lost"),
    "link-restored": Text("联网恢复", "link restored"),
    "software-approved": Text("备案软件", "software approved"),
    "software-withdrawn": Text("撤销软件备案", "software withdrawn"),
}
TOPICS = ("link-lost", "link-restored", "line-locked", "line-unlocked")
"""What a department is told of it."""
