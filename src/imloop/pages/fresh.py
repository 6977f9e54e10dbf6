"""Lists that refresh themselves when the caller's feed has a new message; the other half is ``fresh.js``."""

from __future__ import annotations

from collections.abc import Iterable

from imloop.steps.couriers.feed import newest_of
from imloop.steps.ground.access import Caller


def fresh(caller: Caller, topics: Iterable[str]) -> dict[str, object]:
    """For ``layout/fresh.html``. Call it before reading the rows: what is committed in between then refreshes the list
    once more than needed, and is never missed."""
    return {"fresh": {"after": newest_of(caller.party_code), "topics": " ".join(topics)}}
