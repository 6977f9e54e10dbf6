"""Histories at random in a world of liars. Who has the mark was repaired, in truth, between each failed run that came
and a pass. And whoever does it rightly in the end gets the mark, whatever was told before."""

from __future__ import annotations

import os
from random import Random

import pytest

from imloop.steps.vehicles.ask_mark import ask_mark
from imloop.store.models import Test, Vehicle
from stories.test_random_histories import text
from support.casework.lying_world import WiderWorld, World
from support.city import City
from support.doors import Doors
from support.messages.uploads import VIN
from support.stories.one_car import POLICE, mark

pytestmark = pytest.mark.every_case("each case asks the database something else")

WANTED = int(os.environ.get("IMLOOP_HISTORIES", "25"))
FREED_ONCE = (30, 77, 124, 207, 247)
"""Histories in which a car that had failed once got the mark."""


def require_repaired(world: World) -> None:
    """If it has the mark: each failed run that was taken was answered, in truth, before a pass that counts."""
    if not Vehicle.objects.filter(vin=VIN).exists() or not mark(world.city, text(world.now)):
        return
    counted = Test.objects.filter(result="pass", counts__in=["case", "cycle"], vehicle__vin=VIN)
    passed = [
        world.told[each.station.code, each.test_no].made_at for each in counted.select_related("station")
    ]
    for (station, test_no), made in world.told.items():
        rejected = Test.objects.filter(station__code=station, test_no=test_no, counts_why="rejected")
        if made.failed and not rejected.exists():
            answered = any(made.made_at < done <= last for done in world.answers for last in passed)
            assert answered, f"{made}\n{world.diary()}"


@pytest.mark.parametrize("seed", sorted({*range(WANTED), *FREED_ONCE}))
def test_no_lie_frees_a_car_that_failed(city: City, seed: int) -> None:
    world = World(city, Random(seed))
    world.live()
    world.ends()
    require_repaired(world)


@pytest.mark.parametrize("seed", range(WANTED))
def test_nor_a_paper_or_an_opinion_of_before(doors: Doors, seed: int) -> None:
    world = WiderWorld(doors.city, Random(seed), doors=doors)
    world.live()
    world.ends()
    require_repaired(world)


@pytest.mark.parametrize("seed", range(WANTED))
def test_who_does_it_rightly_gets_the_mark(city: City, seed: int) -> None:
    world = World(city, Random(seed))
    world.live()
    world.does_it_rightly()
    answer = ask_mark(city.callers[POLICE], vin=VIN, at=world.now)
    assert answer.allowed, f"{answer.reasons}\n{world.diary()}"
