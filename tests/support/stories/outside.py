"""A system outside, to which a department's messages are delivered."""

from __future__ import annotations

from imloop.steps.couriers.receivers import add_receiver
from imloop.steps.ground.access import SYSTEM
from imloop.store.models import Receiver
from support.city import at

BEFORE = at("2026-11-02 09:00")
"""One person could set it up then, of which no message tells."""


def receiver_outside(code: str, address: str, *, party: str, name: str = "") -> Receiver:
    """As it was set up on the server. Its way is what the address implies."""
    way = "http" if "://" in address else "folder"
    name = name or code
    made = add_receiver(
        SYSTEM, code=code, name=name, party=party, way=way, address=address, topics=[], now=BEFORE
    )
    assert isinstance(made, Receiver)
    return made
