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
