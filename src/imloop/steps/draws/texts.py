"""What the journal records of draws, and the message about them."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "draw-committed": Text("锁定抽取名单", "draw fixed"),
    "draw-drawn": Text("抽取", "drawn"),
    "draw-joined": Text("参加抽取", "took part in a draw"),
    "draw-number-confirmed": Text("核对公开随机数", "public number confirmed"),
    "draw-number-entered": Text("录入公开随机数", "public number entered"),
    "draw-officer-stepped-back": Text(
        "抽查人员退出，由下一名接替", "officer of a drawn visit replaced by the next"
    ),
    "draw-officers-asked": Text("再次请抽查人员确认到场", "officers of a drawn visit asked again"),
    "draw-prepared": Text("编制抽取名单", "draw prepared"),
    "draw-published": Text("公布抽取", "draw published"),
    "draw-revealed": Text("公开秘密数", "secret revealed"),
    "draw-visit-begun": Text("开始抽查", "visit begun"),
    "draw-visit-recorded": Text("记录抽查结果", "visit recorded"),
    "draw-voided": Text("作废抽取", "draw voided"),
}
TOPICS = ("draw", "draw-officers")
"""What a department is told of it."""
