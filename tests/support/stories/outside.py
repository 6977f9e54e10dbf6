"""A system outside, to which a department's messages are delivered."""

from __future__ import annotations

from datetime import datetime

from imloop.steps.couriers.receivers import add_receiver
from imloop.steps.ground.access import SYSTEM
from imloop.store.models import OutboxEntry, Proposal, Receiver
from support.stories.second_person import confirmed


def receiver_outside(code: str, address: str, *, party: str, now: datetime, name: str = "") -> Receiver:
    """As it is set up on the server, and confirmed by the department's head where the law of the day says so. Its way
    is what the address implies."""
    way = "http" if "://" in address else "folder"
    name = name or code
    made = add_receiver(
        SYSTEM, code=code, name=name, party=party, way=way, address=address, topics=[], now=now
    )
    if isinstance(made, Proposal):
        confirmed(made, now)
        begun = OutboxEntry.objects.latest(
            "pk"
        ).pk  # what was told of the confirmation is not among its messages
        Receiver.objects.filter(code=code).update(cursor=begun)
        return Receiver.objects.get(code=code)
    return made
