"""What each outcome of a finding is called."""

from __future__ import annotations

from imloop.facts.text import Text
from imloop.store.models import Finding

OUTCOMES: dict[str, Text] = {
    Finding.Outcome.TRUE: Text("属实", "True"),
    Finding.Outcome.NOT_TRUE: Text("不属实", "Not true"),
    Finding.Outcome.HANDED_OVER: Text("已移送", "Handed over"),
    Finding.Outcome.PROCEEDING: Text("已立案", "Proceeding opened"),
    Finding.Outcome.GONE: Text("原因已消除", "Ground gone"),
}
"""``gone`` is said by the platform: what was missing came, what was doubted was approved or explained."""
ENDS = (Finding.Outcome.TRUE, Finding.Outcome.NOT_TRUE, Finding.Outcome.PROCEEDING, Finding.Outcome.GONE)
"""Those with which a finding is resolved."""
EARLIER = Text("以前办结", "Resolved earlier")
OPEN = Text("待核", "To be checked")
STATE_NAMES = {
    "open": OPEN,
    Finding.Outcome.HANDED_OVER.value: OUTCOMES[Finding.Outcome.HANDED_OVER],
    "resolved": Text("已办结", "Resolved"),
    **{each.value: OUTCOMES[each] for each in ENDS},
    "earlier": EARLIER,
    "all": Text("全部", "All"),
}
"""By what the list can be asked for."""


def outcome_of(row: Finding) -> Text:
    """What it turned out to be, or that it waits."""
    return OUTCOMES.get(row.outcome, OPEN if row.resolved_at is None else EARLIER)
