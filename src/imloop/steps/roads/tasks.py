"""Vehicles of other provinces whose enrolment ends soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller
from imloop.steps.ground.task import Source, Task, of_vehicle
from imloop.steps.vehicles.enrol_guest_vehicle import enrolments
from imloop.store.models import PartyKind

SOON = timedelta(days=30)


def guests(caller: Caller, now: datetime) -> Iterator[Task]:
    for each in enrolments(caller, now):
        if each.until is not None and each.until - SOON <= day_of(now):
            words = Text("外地车辆登记即将到期", "enrolment of a vehicle from elsewhere ends soon")
            yield Task(
                "guest",
                each.until - SOON,
                each.until,
                words,
                of_vehicle(each.vehicle),
                "/enrolments",
                vehicle=each.vehicle_id,
            )


SOURCES = (Source("guest", Text("外地车辆", "vehicles of other provinces"), (PartyKind.POLICE,), guests),)
