"""A department settles a run that waits, as the doors let it: by the bytes that came."""

from __future__ import annotations

from datetime import datetime

from imloop.exchange.uploads.decode_inspection import decode_kept_test
from imloop.steps.ground.access import Caller
from imloop.steps.inspections import settle_run as step
from imloop.steps.inspections.settle_run import ANOTHER, NAMED, Settlement
from imloop.store.models import HeldRun

__all__ = ["ANOTHER", "NAMED", "Settlement", "settle_run"]


def settle_run(caller: Caller, station: str, test_no: str, said: Settlement, now: datetime) -> HeldRun:
    return step.settle_run(caller, station, test_no, said, now, decode_kept_test)
