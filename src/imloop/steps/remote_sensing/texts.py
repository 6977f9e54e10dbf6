"""What the journal records of readings of the road."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "owner-told-of-reading": Text("告知车主遥感、抓拍记录", "owner told of a reading"),
    "reading-handed-over": Text("遥感、抓拍记录转为线索", "reading became a lead"),
    "reading-opened": Text("车主可查询遥感、抓拍记录", "the owner can look a reading up"),
    "reading-review-taken-back": Text("撤回审核", "review taken back"),
    "reading-reviewed": Text("审核遥感、抓拍记录", "reading reviewed"),
    "readings-kept": Text("接收遥感、抓拍记录", "readings of the road kept"),
    "readings-refused": Text("拒收遥感、抓拍报文", "message of readings refused"),
    "remote-instrument-entered": Text("登记遥感设备和检定", "instrument beside the road entered"),
    "remote-site-entered": Text("登记遥感点位", "site beside the road entered"),
}

TOPICS = ("reading-confirmed",)

SITE_KINDS: dict[str, Text] = {
    "horizontal": Text("水平式遥感", "horizontal beam"),
    "vertical": Text("垂直式遥感", "vertical beam"),
    "mobile": Text("移动式遥感", "mobile unit"),
    "camera": Text("黑烟抓拍", "smoke camera"),
}
INSTRUMENT_KINDS: dict[str, Text] = {
    "speed": Text("测速仪", "speed meter"),
    "gas": Text("气体分析仪", "gas analyser"),
    "smoke": Text("烟度计", "opacity meter"),
    "camera": Text("摄像系统", "camera"),
    "slope": Text("坡度计", "slope meter"),
    "weather": Text("气象站", "weather station"),
}
STATES: dict[str, Text] = {
    "kept": Text("未超限", "within limits"),
    "first": Text("待初审", "waits for its first review"),
    "second": Text("待复审", "waits for its second review"),
    "confirmed": Text("审核属实", "confirmed"),
    "dismissed": Text("审核不属实", "dismissed"),
    "handed": Text("已转线索", "became a lead"),
}
