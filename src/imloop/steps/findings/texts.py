"""What the journal records of findings looked into."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "finding-handed-over": Text("移送线索", "finding handed over"),
    "finding-reopened": Text("重开线索", "finding reopened"),
    "finding-resolved": Text("办结线索", "finding resolved"),
}
