"""The last word of an authority on when a vehicle's inspection ends, and after which passes it was said."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from imloop.steps.vehicles.register.hold_change import CORRECTED
from imloop.store.models import Test, Vehicle


@dataclass(frozen=True, slots=True)
class DueWord:
    """``day``: the end that was said ``at`` a moment. ``marked``: numbers of the passes that got a mark since: the mark
    is the police's later word, as long as its pass stands."""

    day: date
    at: datetime
    marked: Collection[str]

    def follows(self, test: Test | None) -> bool:
        """Was the run known when it was said?"""
        return test is not None and test.received_at < self.at

    def stands_after(self, test: Test | None) -> bool:
        """Is it the end that holds once the pass is told? None: a run that is not stored yet."""
        return test is not None and self.follows(test) and test.test_no not in self.marked


def due_word(vehicle: Vehicle) -> DueWord | None:
    said = vehicle.changes.filter(kind=CORRECTED).order_by("-recorded_at", "-id")
    for at, data in said.values_list("recorded_at", "data"):
        if "due_on" in data.get("fields", {}):
            marked = vehicle.marks.filter(issued_at__gt=at).values_list("test_no", flat=True)
            return DueWord(date.fromisoformat(data["fields"]["due_on"][1]), at, frozenset(marked))
    return None
