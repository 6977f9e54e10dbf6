"""What the journal records of duty records."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {"record-commented": Text("本人说明", "comment on the own record")}
