"""What the journal records of what steps do for whoever reported."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "reward-granted": Text("给予奖励", "reward granted"),
}
