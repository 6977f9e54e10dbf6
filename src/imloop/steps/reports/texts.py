"""What the journal records of lists taken out."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "export": Text("导出", "exported"),
}
