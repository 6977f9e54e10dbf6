"""What the journal records of findings with evidence, and of proceedings opened from them."""

from __future__ import annotations

from imloop.facts.text import Text

JOURNAL: dict[str, Text] = {
    "evidence-carried": Text("证据随线索立案", "evidence carried into a proceeding"),
    "lead-evidence-added": Text("补充线索证据", "evidence added to a finding"),
}
