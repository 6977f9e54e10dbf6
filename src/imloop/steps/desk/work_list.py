"""What needs a department today, oldest first: one list out of what waits in every subject.

A new subject that has something waiting adds its line to the imports and to ``SUBJECTS``.
"""

from __future__ import annotations

from datetime import datetime

from imloop.facts.text import Text
from imloop.steps.cases import tasks as cases
from imloop.steps.couriers import tasks as couriers
from imloop.steps.draws import tasks as draws
from imloop.steps.findings import tasks as findings
from imloop.steps.ground.access import Caller
from imloop.steps.ground.task import Source, Task
from imloop.steps.inspections import tasks as inspections
from imloop.steps.lines import tasks as lines
from imloop.steps.matters import tasks as matters
from imloop.steps.outages import tasks as outages
from imloop.steps.prices import tasks as prices
from imloop.steps.roads import tasks as roads
from imloop.steps.stations import tasks as stations
from imloop.steps.vehicles import tasks as vehicles

SUBJECTS = (
    *(cases, inspections, outages, findings, matters, lines, stations),
    *(prices, roads, couriers, draws, vehicles),
)
"""In the order in which the kinds of tasks are offered to choose from."""
SOURCES: tuple[Source, ...] = tuple(source for subject in SUBJECTS for source in subject.SOURCES)
KIND_NAMES: dict[str, Text] = {source.kind: source.name for source in SOURCES}


def tasks(caller: Caller, now: datetime) -> list[Task]:
    """Everything that waits for the caller: what is late first, then by the day it began to wait."""
    asked = (source for source in SOURCES if caller.kind in source.desks)
    found = [task for source in asked for task in source.find(caller, now)]
    return sorted(found, key=lambda task: (not task.late, task.since, task.kind, task.about))
