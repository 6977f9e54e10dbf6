"""What the journal records of zones and alerts, and the messages about them."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "alert-declared": Text("发布重污染预警", "alert declared"),
    "alert-lifted": Text("解除预警", "alert lifted"),
    "zone-ended": Text("结束限行", "zone ended"),
    "zone-entered": Text("设定限行区", "zone defined"),
}
TOPICS = ("zone-entered", "zone-ended", "alert-declared", "alert-lifted")
"""What a department is told of it."""
