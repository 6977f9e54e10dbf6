"""What waits of a vehicle, decided by programs that know it as a held change."""

from __future__ import annotations

from datetime import datetime

from imloop.steps.ground.access import Caller
from imloop.steps.second_person.decide import confirm, proposal, reject, unknown_proposal, withdraw
from imloop.steps.second_person.who_may import may_confirm
from imloop.store.models import Proposal


def decide_held(caller: Caller, number: int, *, agree: bool, said: str, now: datetime) -> Proposal:
    """Confirm it; else it is rejected by who may confirm it, or withdrawn by the party that proposed it."""
    row = proposal(caller, number)
    if row.vehicle is None:
        raise unknown_proposal()
    step = confirm if agree else reject if may_confirm(caller, row) else withdraw
    return step(caller, number, said=said, now=now)
