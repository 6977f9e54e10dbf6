"""What needs a department today, by what is due: one list out of what waits in every subject.

A new subject that has something waiting adds its line to the imports and to ``SUBJECTS``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from imloop.facts.days import day_of
from imloop.facts.mask import masked_in
from imloop.facts.text import Text
from imloop.steps.cases import tasks as cases
from imloop.steps.couriers import tasks as couriers
from imloop.steps.draws import tasks as draws
from imloop.steps.duty import tasks as duty
from imloop.steps.findings import tasks as findings
from imloop.steps.ground.access import Caller
from imloop.steps.ground.task import Source, Task
from imloop.steps.inspections import tasks as inspections
from imloop.steps.lines import tasks as lines
from imloop.steps.matters import tasks as matters
from imloop.steps.outages import tasks as outages
from imloop.steps.prices import tasks as prices
from imloop.steps.remote_sensing import tasks as remote_sensing
from imloop.steps.roads import tasks as roads
from imloop.steps.second_person import tasks as second_person
from imloop.steps.spot_checks import tasks as spot_checks
from imloop.steps.stations import tasks as stations

SUBJECTS = (
    *(second_person, cases, inspections, outages, findings, matters, lines, stations),
    *(remote_sensing, spot_checks, prices, roads, couriers, draws, duty),
)
"""In the order in which the kinds of tasks are offered to choose from."""
SOURCES: tuple[Source, ...] = tuple(source for subject in SUBJECTS for source in subject.SOURCES)
KIND_NAMES: dict[str, Text] = {source.kind: source.name for source in SOURCES}


SOON = timedelta(days=14)
"""What is due later comes after what has no day at all."""


def tasks(caller: Caller, now: datetime) -> list[Task]:
    """Everything that waits for the caller, by what is due: late ones first, then those of the next two weeks, then
    what nobody has set a day for, oldest first. Vehicles in its words are masked."""
    asked = (source for source in SOURCES if caller.kind in source.desks)
    found = _once([_masked(task) for source in asked for task in source.find(caller, now)])
    soon = day_of(now) + SOON
    return sorted(found, key=lambda task: (*_urgency(task, soon), task.since, task.kind, task.about.zh))


def _masked(task: Task) -> Task:
    return replace(task, what=Text(masked_in(task.what.zh), masked_in(task.what.en)))


def _once(found: Sequence[Task]) -> list[Task]:
    """What happened once is there once: the first kind tells it, and a finding only where no other kind does."""
    first: dict[str, Task] = {}
    for task in sorted(found, key=lambda task: task.kind == "finding"):
        first.setdefault(task.event, task)
    return [task for task in found if not task.event or first[task.event].kind == task.kind]


def _urgency(task: Task, soon: date) -> tuple[int, date]:
    if task.late:
        return 0, task.due or task.since
    if task.due is None:
        return 2, task.since
    return (1 if task.due <= soon else 3), task.due
