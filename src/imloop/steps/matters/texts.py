"""What the journal records of matters, and the messages about them."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "matter-step": Text("事项进展", "matter step"),
}
TOPICS = ("matter-step", "standing-published", "scrappage")
"""What a department is told of it."""
