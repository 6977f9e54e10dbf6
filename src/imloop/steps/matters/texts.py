"""What the journal records of matters, and the messages about them."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "matter-step": Text("事项进展", "matter step"),
    "evidence-added": Text("添加证据", "evidence added"),
    "copy-received": Text("签收抄告", "copy received"),
    "copy-answered": Text("答复抄告", "copy answered"),
}
TOPICS = ("matter-step", "matter-copied", "copy-answered", "standing-published", "scrappage")
"""What a department is told of it."""
