"""Lists that renew themselves when the caller's feed says something new; the other half is ``fresh.js``."""

from __future__ import annotations

from collections.abc import Iterable

from imloop.steps.couriers.feed import newest_of
from imloop.steps.ground.access import Caller


def fresh(caller: Caller, topics: Iterable[str]) -> dict[str, object]:
    """For ``pages/fresh.html``. To be asked before the rows are: what is committed in between is then heard of once more
    than needed, and never missed."""
    return {"fresh": {"after": newest_of(caller.party_code), "topics": " ".join(topics)}}
