"""What the journal records of repairs."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "repair-received": Text("收到维修记录", "repair received"),
    "repair-refused": Text("退回维修记录", "repair refused"),
    "rework-ordered": Text("要求返修", "rework ordered"),
}
