"""More days of traffic for a city that is already there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from imloop.facts.days import CHINA
from imloop.facts.refusal import Unknown
from imloop.facts.text import Text
from imloop.sim.cars.fleet import make_vehicle
from imloop.sim.city.checks import past_checks
from imloop.sim.city.city import is_loaded
from imloop.sim.city.registered_fleet import enter_fleet
from imloop.sim.progress import bar
from imloop.sim.traffic.course import Course, new_car
from imloop.sim.world.diary import arrivals, at, open_days
from imloop.sim.world.lines import Lines
from imloop.sim.world.places import STATIONS
from imloop.store.models import Vehicle

LABELS = "sim-labels.ndjson"
PER_DAY = 7


def run(
    data_dir: Path,
    now: datetime,
    *,
    days: int,
    seed: int = 1,
    stations: Sequence[str] = (),
    per_day: int = PER_DAY,
    progress: bool = True,
) -> int:
    """More honest traffic in a city that is loaded: new vehicles on the ``days`` days up to ``now``.

    ``stations``: codes of the I-stations that take part, all if empty. Raises ``Unknown`` without a city or for a
    code that is not one of its stations. Returns the number of completed tests.
    """
    if not is_loaded():
        raise Unknown(
            "no-city", Text("尚未装入演示城市。", "The demo city is not loaded; start with serve --demo.")
        )
    codes = [station.code for station in STATIONS]
    for code in stations:
        if code not in codes:
            raise Unknown(
                "unknown-station",
                Text(f"演示城市没有检验机构 {code}。", f"The city has no I-station {code}."),
            )
    lines = Lines(list(stations) or codes)
    past_checks(now, days + 1)
    lines.remember(now - timedelta(days=days + 1))
    first, count = _next_ordinal(), per_day * days
    with (
        (data_dir / LABELS).open("a", encoding="utf-8") as labels,
        bar("模拟车流 traffic", count, progress) as step,
    ):
        course = Course(seed, now, lines, labels)
        fill(course, days, first=first, count=count)
        course.run(step)
    return course.counts["tests"]


def fill(course: Course, days: int, *, first: int, count: int) -> None:
    """Let ``count`` vehicles be due over the days, and every midnight tell what has become overdue."""
    last = course.now.astimezone(CHINA).date()
    start = last - timedelta(days=days - 1)
    rng = np.random.default_rng([course.seed, 7000, first])
    doors = open_days(start, last)
    if not doors:
        return
    coming = []
    for number, moment in enumerate(arrivals(rng, doors, count, course.now)):
        due = moment.date() + timedelta(days=int(rng.integers(-8, 30)))
        coming.append((make_vehicle(course.seed, first + number, due), moment))
    enter_fleet((vehicle for vehicle, _ in coming), at(start, 0))
    for vehicle, moment in coming:
        course.expect(new_car(course.seed, vehicle, course.lines), moment)
    for offset in range(1, days):
        course.midnight(at(start + timedelta(days=offset), 0.05))


def _next_ordinal() -> int:
    """The first ordinal no vehicle of the city has; it is what keeps plates and VINs unique."""
    return int(Vehicle.objects.count()) + 1000
