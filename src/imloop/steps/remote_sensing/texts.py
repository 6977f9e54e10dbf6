"""What the journal records of readings of the road."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "reading-handed-over": Text("遥感、抓拍记录转为线索", "reading became a lead"),
    "reading-reviewed": Text("审核遥感、抓拍记录", "reading reviewed"),
    "readings-kept": Text("接收遥感、抓拍记录", "readings of the road kept"),
    "readings-refused": Text("拒收遥感、抓拍报文", "message of readings refused"),
    "remote-instrument-entered": Text("登记遥感设备和检定", "instrument beside the road entered"),
    "remote-site-entered": Text("登记遥感点位", "site beside the road entered"),
}
