"""What the journal records of inspections."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "test-received": Text("收到检验数据", "test received"),
    "test-refused": Text("退回检验数据", "test refused"),
    "run-settled": Text("核实待定检验", "a held run settled"),
    "what-if": Text("推演", "what-if"),
}
TOPICS = ("run-settled",)
"""What a department is told of them."""
