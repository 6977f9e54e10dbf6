"""What the journal records of repairs."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "repair-received": Text("收到维修记录", "repair received"),
    "repair-refused": Text("退回维修记录", "repair refused"),
    "papers-confirmed": Text("确认代为登记的维修凭证", "papers of a repair confirmed"),
    "papers-refused": Text("退回代为登记的维修凭证", "papers of a repair refused"),
    "repairer-named": Text("登记凭证上的维修企业", "repairer of the papers entered"),
    "rework-ordered": Text("要求返修", "rework ordered"),
}
