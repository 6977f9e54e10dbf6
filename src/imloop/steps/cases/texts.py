"""What the journal records of cases, and the messages about them."""

from __future__ import annotations

from imloop.facts.text import Text
from imloop.loop.effects import EffectKind

JOURNAL: dict[str, Text] = {
    "case-event": Text("案件变化", "case event"),
    "notice-issued": Text("发出告知书", "notice issued"),
    "test-reconsidered": Text("重新核定检验", "a run decided anew"),
    "mark-doubtful": Text("标志依据存疑", "a mark without its ground"),
}
TOPICS = (*(kind.value for kind in EffectKind), "reconsidered", "mark-doubtful")
"""What a department is told of it."""
