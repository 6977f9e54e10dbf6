"""Customers of the demo city's best known repairers: taxis and delivery cars that wear out sooner and always go to the
same shop. So a few shops have enough repairs for the figures that owners compare, and the others show how too few look.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from imloop.facts.codes import Method
from imloop.facts.days import CHINA
from imloop.sim.cars.fleet import make_for
from imloop.sim.city.registered_fleet import enter_fleet
from imloop.sim.traffic.course import Course, failing_car
from imloop.sim.world.diary import arrivals, at, open_days
from imloop.sim.world.places import SHOPS

DAYS_TO_MEND = 12
"""Who comes later may not be back yet."""
NEWLY_FAILED = 2


_KNOWN = [shop for shop in SHOPS if shop.known > 1]


def customers_of(vehicles: int) -> int:
    """How many there are beside a fleet of that size."""
    return round(vehicles * 0.04) * len(_KNOWN)


def enter_customers(course: Course, days: int, *, first: int, count: int) -> None:
    """``count`` failing vehicles, evenly of every known shop, are due over the ``days`` before now. ``first``:
    ordinal."""
    today = course.now.astimezone(CHINA).date()
    doors = open_days(today - timedelta(days=days - 1), today - timedelta(days=DAYS_TO_MEND))
    rng = np.random.default_rng([course.seed, 7010, first])
    cars = []
    for ordinal, moment in enumerate(arrivals(rng, doors, count, course.now), first):
        vehicle = make_for(Method.ASM, course.seed, ordinal, moment.date() + timedelta(days=10))
        car = failing_car(course.seed, vehicle, course.lines, 7011)
        car.shop = _KNOWN[ordinal % len(_KNOWN)].code
        cars.append((car, moment))
    enter_fleet((car.vehicle for car, _ in cars), at(doors[0], 0))
    for car, moment in cars:
        course.expect(car, moment)


def enter_newly_failed(course: Course, *, first: int) -> None:
    """Two that failed on the last day that the stations were open: their owners may still object, and one of them is
    left to whoever tries the demo. ``first``: ordinal."""
    today = course.now.astimezone(CHINA).date()
    day = open_days(today - timedelta(days=14), today - timedelta(days=1))[-1]
    for ordinal in range(first, first + NEWLY_FAILED):
        vehicle = make_for(Method.ASM, course.seed, ordinal, day + timedelta(days=10))
        enter_fleet([vehicle], at(day, 0))
        course.expect(
            failing_car(course.seed, vehicle, course.lines, 7012), at(day, 15 + (ordinal - first) / 2)
        )
