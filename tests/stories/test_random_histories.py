"""Histories at random: two stations that send what they like about one car, late, doubtful and twice, a repairer that
tells the truth, and departments that decide as it is. Whoever has the mark in the end was repaired after its last fail,
or measured by another station where a department granted that.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from imloop.facts.refusal import Refusal
from imloop.steps.cases.grant_exit import annul_case, grant_exit
from imloop.steps.cases.objections import raise_objection
from imloop.store.models import Case, HeldRun, Test, Vehicle
from stories.inspections.test_sixth_try import by_two, run, second_run
from support.city import FAR, NEAR, City, at
from support.messages.uploads import VIN
from support.stories.one_car import BROKEN, ENV, LEFT_OUT, OTHER_PLATE, WHOLE, WRONG, car, mark
from support.stories.settled import Settlement, settle_run

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
NEXT_DUE = "2027-05-31"
LATE = (6, 6, 6, 30, 60, 120, 240, 500, 1000)
"""Minutes between the start of a run, as it is said, and its upload."""


def text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


@dataclass
class History:
    """``repaired``: when the car was repaired in truth; ``granted``: when a second opinion was; ``due_on``: when its
    inspection ended before all this, where the register knows it."""

    city: City
    random: Random
    now: datetime = field(default_factory=lambda: at("2026-03-02 09:00"))
    repaired: list[datetime] = field(default_factory=list)
    granted: list[datetime] = field(default_factory=list)
    due_on: str = ""

    def live(self) -> None:
        if self.random.random() < 0.5:
            self.city.enter()
        steps = [self.fails, self.fails, self.passes, self.passes, self.is_compared, self.is_repaired]
        for _ in range(self.random.randint(5, 13)):
            self.now += timedelta(minutes=self.random.choice([20, 45, 90, 180, 600]))
            self.random.choice([*steps, *steps, self.is_settled, self.is_entered])()
        self.ends()

    def ends(self) -> None:
        """Departments settle what waits, and both stations pass it."""
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


class WiderHistory(History):
    """And runs that their sender makes count for nothing, annulments, second opinions, ways out, objections. Its
    inspection has ended long ago, where it is in the register."""

    def live(self) -> None:
        if self.random.random() < 0.5:
            self.due_on = "2025-05-31"
            more = self.random.choice([{}, {}, {"fuel": ""}, {"vehicle_type": "K33"}])
            self.city.enter(due_on=self.due_on, **more)
        steps = [self.fails, self.fails, self.passes, self.passes, self.is_compared, self.is_repaired]
        steps += [self.is_repaired, self.counts_for_nothing, self.is_annulled, self.is_measured_again]
        for _ in range(self.random.randint(5, 14)):
            self.now += timedelta(minutes=self.random.choice([20, 45, 90, 180, 600]))
            self.random.choice([*steps, self.is_objected, self.is_let_go, self.is_settled, self.is_entered])()
        self.ends()

    def counts_for_nothing(self) -> None:
        said: list[dict[str, Any]] = [
            {"vehicle": car(fuel=None)},
            {"vehicle": car(vehicle_type="M21")},
            {"vehicle": car(fuel="electric")},
            {"vehicle": car(fuel="diesel")},
            {"ambient": {"temperature_c": 25.0, "humidity_pct": 54.0, "pressure_kpa": 1013.0}},
            {"outcome": "aborted"},
            {"second": second_run(0.9)},
        ]
        how = self.random.choice(said)
        self.runs(co=self.random.choice([0.1, 0.9]), purpose=self._purpose(), **how)

    def is_annulled(self) -> None:
        case = self._case()
        if case is not None and self.random.random() < 0.5:
            with suppress(Refusal):
                annul_case(
                    self.city.callers[ENV], case.case_no, reason="仪器故障", evidence="记录", now=self.now
                )

    def is_objected(self) -> None:
        case = self._case()
        if case is not None:
            with suppress(Refusal):
                words = "仪器读数前后不一，请复核这次检验。"
                raise_objection(case.owner_token, ground="instrument", words=words, now=self.now)

    def is_measured_again(self) -> None:
        to = self.random.choice(["", NEAR, FAR])
        if self.random.random() < 0.5 and self._way_out("objection", to):
            self.granted.append(self.now)

    def is_let_go(self) -> None:
        self._way_out("line-broken", "")

    def _way_out(self, kind: str, to: str) -> bool:
        case = self._case()
        if case is None:
            return False
        way = {"kind": kind, "to_station": to, "reason": "x", "evidence": "x"}
        try:
            grant_exit(
                self.city.callers[ENV], case.case_no, expires_on=date(2026, 4, 20), now=self.now, **way
            )
        except Refusal:
            return False
        return True

    def _case(self) -> Case | None:
        return Case.objects.filter(closed_at=None).order_by("id").last()


def require_repaired(history: History) -> None:
    """If it has the mark; without a pass that counts, its inspection ended when it did before."""
    city, vehicle = history.city, Vehicle.objects.filter(vin=VIN).first()
    counted = Test.objects.filter(result="pass", counts__in=["case", "cycle"], vehicle__vin=VIN)
    passed = counted.order_by("started_at").last()
    if history.due_on:
        assert vehicle is not None and str(vehicle.due_on) == (NEXT_DUE if passed else history.due_on)
    if not mark(city, text(history.now + timedelta(minutes=1))):
        return
    assert passed is not None
    stand = Test.objects.filter(result="fail").exclude(purpose="comparison")
    for fail in stand.exclude(counts_why__in=["rejected", "annulled"]):
        assert fail.vehicle is not None and fail.vehicle.vin == VIN, fail
        answers = (*history.repaired, *history.granted)
        assert any(fail.started_at < answer <= passed.started_at for answer in answers), fail


@pytest.mark.parametrize("seed", HISTORIES)
def test_who_has_the_mark_was_repaired_after_its_last_fail(city: City, seed: int) -> None:
    history = History(city, Random(seed))
    history.live()
    require_repaired(history)


@pytest.mark.parametrize("seed", range(40))
def test_so_it_was_where_departments_annul_and_let_go_and_runs_count_for_nothing(
    city: City, seed: int
) -> None:
    history = WiderHistory(city, Random(seed))
    history.live()
    require_repaired(history)


def test_some_of_them_get_the_mark(city: City) -> None:
    """A promise that nothing reaches would hold for any program."""
    city.enter()
    history = History(city, Random(0))
    history.runs(NEAR, at_once=True, vehicle=car(), co=0.9)
    history.now = at("2026-03-03 09:00")
    city.repair("2026-03-03 08:00")
    history.runs(NEAR, at_once=True, vehicle=car(), co=0.1)
    assert mark(city, "2026-03-03 10:00")
