"""What the journal records of inspections."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "test-received": Text("收到检验数据", "test received"),
    "test-refused": Text("退回检验数据", "test refused"),
    "what-if": Text("推演", "what-if"),
}
