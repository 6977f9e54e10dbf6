"""Is this a demo? The journal says so from the moment the demo city is loaded, and nothing can take that back."""

from __future__ import annotations

from datetime import datetime

from imloop.steps.ground.access import SYSTEM
from imloop.steps.ground.ledger import writing
from imloop.store.models import JournalEntry


def is_demo() -> bool:
    return JournalEntry.objects.filter(subject="demo", kind="demo-loaded").exists()


def mark_demo(now: datetime) -> None:
    """Once; the made-up city is about to be loaded, or was by a version that made no mark."""
    with writing(now, SYSTEM) as ledger:
        if not is_demo():
            ledger.note("demo-loaded", "demo", {})
