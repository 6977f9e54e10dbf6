"""Histories at random: two stations that send what they like about one car, late, doubtful and twice, a repairer that
tells the truth, and departments that decide as it is. Whoever has the mark in the end was repaired after its last fail.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from imloop.facts.refusal import Refusal
from imloop.steps.inspections.settle_run import Settlement, settle_run
from imloop.store.models import HeldRun, Test, Vehicle
from stories.inspections.test_sixth_try import by_two, run
from support.city import FAR, NEAR, City, at
from support.messages.uploads import VIN
from support.stories.one_car import BROKEN, ENV, LEFT_OUT, OTHER_PLATE, WHOLE, WRONG, car, mark

pytestmark = pytest.mark.every_case("each case asks the database something else")

HISTORIES = (*range(45), 95, 278, 288)
"""The last three had the mark while a repair from before a failed run without a permit still answered it."""
NAMES: list[dict[str, str]] = [
    *[{}] * 6,
    {"plate": ""},
    {"vin": ""},
    {"vin": WRONG},
    {"vin": VIN[:-3]},
    {"plate": OTHER_PLATE},
]
"""Of the car as a station states it: right, left out, mistyped, unreadable, of nobody."""
LATE = (6, 6, 6, 30, 60, 120, 240, 500, 1000)
"""Minutes between the start of a run, as it is said, and its upload."""


def text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


@dataclass
class History:
    """``repaired``: when the car was repaired in truth."""

    city: City
    random: Random
    now: datetime = field(default_factory=lambda: at("2026-03-02 09:00"))
    repaired: list[datetime] = field(default_factory=list)

    def live(self) -> None:
        if self.random.random() < 0.5:
            self.city.enter()
        steps = [self.fails, self.fails, self.passes, self.passes, self.is_compared, self.is_repaired]
        for _ in range(self.random.randint(5, 13)):
            self.now += timedelta(minutes=self.random.choice([20, 45, 90, 180, 600]))
            self.random.choice([*steps, *steps, self.is_settled, self.is_entered])()
        for _ in range(HeldRun.objects.filter(settled_at=None).count()):
            self.is_settled()
        for station in self.random.sample([NEAR, FAR], 2):
            self.now += timedelta(minutes=45)
            self.runs(station, at_once=True, vehicle=car(), co=0.1, purpose="retest", **WHOLE)
        self.is_entered()

    def runs(self, station: str = "", *, at_once: bool = False, **said: Any) -> None:
        began = self.now - timedelta(minutes=LATE[0] if at_once else self.random.choice(LATE))
        mass = self.random.choice([{}, {}, {"max_mass_kg": 2400}])
        stated = {"vehicle": car(**self.random.choice(NAMES), **mass), **said}
        run(self.city, text(began), station=station or self._station(), now=self.now, **stated)

    def fails(self) -> None:
        self.runs(co=0.9, purpose=self._purpose(), **self.random.choice([{}, {}, {}, {}, BROKEN, WHOLE]))

    def passes(self) -> None:
        parts = self.random.choice([{}, {}, {}, WHOLE, LEFT_OUT, BROKEN])
        self.runs(co=0.1, purpose=self._purpose(), **parts)

    def is_compared(self) -> None:
        self.runs(co=self.random.choice([0.1, 0.9]), purpose="comparison")

    def is_repaired(self) -> None:
        """It needs an open case; and it may be reported late."""
        ended = self.now - timedelta(minutes=self.random.choice([1, 30, 120, 600, 1500, 3000]))
        came = ended - timedelta(minutes=self.random.choice([30, 120, 240]))
        try:
            self.city.repair(text(ended), received_at=came.isoformat(), now=self.now)
        except Refusal:
            return
        self.repaired.append(at(text(ended)))

    def is_settled(self) -> None:
        """What was doubtful was of this car, or of none that anybody knows."""
        self.now += timedelta(minutes=5)
        held = HeldRun.objects.filter(settled_at=None).select_related("test__station").order_by("id").first()
        if held is None:
            return
        known = Vehicle.objects.filter(vin=VIN).exists() and held.test.vehicle is None
        its_own = Settlement("vehicle", "看过车", "named", VIN) if known else Settlement("released", "看过")
        said = self.random.choice([its_own, Settlement("rejected", "不是该车")])
        try:
            settle_run(self.city.callers[ENV], held.test.station.code, held.test.test_no, said, self.now)
        except Refusal:
            rejected = Settlement("rejected", "不是该车")
            settle_run(self.city.callers[ENV], held.test.station.code, held.test.test_no, rejected, self.now)

    def is_entered(self) -> None:
        self.city.enter(text(self.now))
        by_two(self.city, text(self.now))

    def _station(self) -> str:
        return self.random.choice([NEAR, NEAR, FAR])

    def _purpose(self) -> str:
        return self.random.choice(["periodic", "retest"])


@pytest.mark.parametrize("seed", HISTORIES)
def test_who_has_the_mark_was_repaired_after_its_last_fail(city: City, seed: int) -> None:
    history = History(city, Random(seed))
    history.live()
    if not mark(city, text(history.now + timedelta(minutes=1))):
        return
    counted = Test.objects.filter(result="pass", counts__in=["case", "cycle"], vehicle__vin=VIN)
    passed = counted.order_by("started_at").last()
    assert passed is not None
    fails = Test.objects.filter(result="fail").exclude(purpose="comparison").exclude(counts_why="rejected")
    for fail in fails:
        assert fail.vehicle is not None and fail.vehicle.vin == VIN, fail
        assert any(fail.started_at < ended <= passed.started_at for ended in history.repaired), fail


def test_some_of_them_get_the_mark(city: City) -> None:
    """A promise that nothing reaches would hold for any program."""
    city.enter()
    history = History(city, Random(0))
    history.runs(NEAR, at_once=True, vehicle=car(), co=0.9)
    history.now = at("2026-03-03 09:00")
    city.repair("2026-03-03 08:00")
    history.runs(NEAR, at_once=True, vehicle=car(), co=0.1)
    assert mark(city, "2026-03-03 10:00")
