"""What the journal records of every subject alike: looks, files, doubts, imports."""

from __future__ import annotations

from imloop.facts.text import Text
from imloop.steps.ground.seen import Door

JOURNAL: dict[str, Text] = {
    "attached": Text("附加文件", "file attached"),
    "findings": Text("线索", "findings"),
    "import": Text("导入", "imported"),
    "looked-up": Text("查看", "looked up"),
}
DOORS: dict[str, Text] = {
    Door.MARK: Text("核发标志条件", "gate: inspection mark"),
    Door.CYCLE: Text("检验周期", "gate: inspection cycle"),
    Door.REGISTRATION: Text("注册登记条件", "gate: registration"),
    Door.ROAD: Text("上路通行", "gate: road"),
    Door.PERMIT: Text("复检放行", "gate: retest permit"),
    Door.RECEPTION: Text("受理条件", "gate: reception"),
    Door.NOTICE: Text("告知书", "notice"),
    Door.FEED: Text("消息", "feed"),
    Door.STREAM: Text("实时消息", "live feed"),
    Door.APPOINTMENTS: Text("某日预约", "appointments"),
    Door.EXPORT: Text("导出（开始）", "export begun"),
    Door.BACKUP: Text("备份", "backup"),
    Door.JOURNAL: Text("导出日志", "journal exported"),
    Door.REPLAY: Text("外送重送", "courier replay"),
    Door.LIST: Text("列表", "list"),
    Door.OWNER: Text("车主查询", "owner's search"),
    Door.RECORD: Text("打开履职记录", "duty record opened"),
}
"""Where a look beside the journal was taken, in words."""
