"""Clocks of departments that are over and do not stand still for a reason: computed, never typed in (D6). A clock that
was paused in time, with its reason, is not late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from imloop.facts.days import day_of
from imloop.steps.desk.work_list import SOURCES
from imloop.steps.duty.duty_record import parties_of
from imloop.steps.ground.access import OFFICES, Caller, caller_for, place_prefix
from imloop.steps.ground.task import Task
from imloop.store.models import Party, User


@dataclass(frozen=True, slots=True)
class Overdue:
    """``days``: since the last one on which it had to be done; ``user``: who has it by name, None: the office."""

    task: Task
    office: Party
    user: User | None
    days: int


def overdue_clocks(caller: Caller, now: datetime) -> list[Overdue]:
    """Of every department that a supervisor looks after, the longest overdue first. What waits for several offices
    stands at the most local one."""
    today = day_of(now)
    found: dict[tuple[str, str, str], Overdue] = {}
    offices = parties_of(caller).filter(kind__in=OFFICES)
    for office in sorted(offices, key=lambda each: (-len(place_prefix(each.place)), each.code)):
        people = {user.username: user for user in office.people.all()}
        for task in waiting_for(office, now):
            if not task.late or task.due is None:
                continue
            late = Overdue(task, office, people.get(task.waits_for), (today - task.due).days)
            found.setdefault((task.kind, task.link, office.kind), late)
    return sorted(found.values(), key=lambda each: (-each.days, each.office.code, each.task.link))


def waiting_for(office: Party, now: datetime) -> Iterator[Task]:
    """What an official of the office is asked about, as its own work list has it."""
    for source in SOURCES:
        if source.done is not None and office.kind in source.desks:
            yield from source.find(caller_for(office), now)
