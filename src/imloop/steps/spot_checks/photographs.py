"""Photographs of a spot check: plate, probe, screen; added by an officer who was there."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.pictures import media_type
from imloop.facts.refusal import NotAllowed
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller
from imloop.steps.ground.files import keep
from imloop.steps.ground.ledger import writing
from imloop.steps.spot_checks.lookups import check_of
from imloop.store.models import Attachment


def add_photograph(caller: Caller, number: str, name: str, body: bytes, now: datetime) -> Attachment:
    """Kept as received; the same one once."""
    media_type(body)
    with writing(now, caller) as ledger:
        row = check_of(caller, number)
        if caller.user not in row.data["officers"]:
            words = Text("由在场的执法人员补充照片。", "An officer who was there adds photographs.")
            raise NotAllowed("sender-not-there", words)
        known = Attachment.objects.filter(spot_check=row)
        return keep(ledger, Attachment(spot_check=row), known, f"spot-check/{number}", name, body)
