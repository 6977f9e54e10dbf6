"""Failed spot checks among the runs of a vehicle: they have no station, so that the retest is at whichever the owner
chooses."""

from __future__ import annotations

from datetime import datetime

from imloop import loop
from imloop.loop.events import TestFailed
from imloop.loop.history import Run
from imloop.store.models import Case, SpotCheck, Vehicle

FAIL = "fail"


def spot_run(check: SpotCheck) -> Run:
    """Its key is below zero, as those of tests are above. Where a department has looked, its own hour holds."""
    looked_at = check.settled_at is not None
    odometer = check.data["vehicle"].get("odometer_km")
    event = TestFailed(
        at=check.at,
        station=None,
        test_no=check.number,
        items=tuple(check.verdict["failed"]),
        origin=loop.Origin.SPOT_CHECK,
        odometer_km=odometer,
        known_at=None if looked_at else check.received_at,
    )
    return Run(
        key=-check.pk, place=check.place, event=event, arrived_at=None if looked_at else check.received_at
    )


def spot_fails(vehicle: Vehicle, since: datetime | None) -> list[Run]:
    """Those that count, in order."""
    found = vehicle.spot_checks.filter(result=FAIL, state=SpotCheck.State.COUNTS)
    if since is not None:
        found = found.filter(at__gt=since)
    return [spot_run(check) for check in found.order_by("at", "id")]


def annul_spot_check(case: Case) -> None:
    """The one that the case's round answers to does not stand; where it is none, nothing happens."""
    failed = SpotCheck.objects.filter(number=case.snapshot["failed_test"], vehicle=case.vehicle_id)
    failed.update(state=SpotCheck.State.ANNULLED)
