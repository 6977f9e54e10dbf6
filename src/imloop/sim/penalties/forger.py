"""The station of the demo city that made up reports: heard, fined, struck off. Its open cases go elsewhere.

Every office day is a working day, so that the law's days between notice, hearing and decision come out in any week.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple

import numpy as np

from imloop.facts.codes import Method, Purpose
from imloop.facts.days import CHINA, day_of
from imloop.sim.cars.car import Car
from imloop.sim.cars.fleet import make_for
from imloop.sim.cars.workshop import repair
from imloop.sim.city.checks import MORNING, checks_of
from imloop.sim.city.registered_fleet import enter_fleet
from imloop.sim.penalties.happen import enter_story
from imloop.sim.penalties.stories import ALL_OPEN, ON, PARTY, Done, Story, filed, imposed, reported, told
from imloop.sim.traces.condition import healthy
from imloop.sim.traffic.course import Course, failing_car
from imloop.sim.two_people import office
from imloop.sim.world.diary import arrivals, at, is_open, open_days
from imloop.sim.world.places import FORGER
from imloop.steps.lines.enter_equipment import end_line
from imloop.steps.stations.standing import is_active
from imloop.store.models import Line

_PASSED, _STRANDED, _SHOWN = 12, 3, 10
FORGED = _PASSED + _STRANDED
_OFFICE = "environment"
_BEFORE = 3
"""Open days on which the cars came whose reports were made up."""
_SHORTEST, _LONGEST = 36, 90
_FALSE = "十辆车的检验报告出自同一条过程数据曲线，与各车实际不符（演示）"
_ELSEWHERE = "450205001"
"""Where the owners go whose cases were let go."""


class _Days(NamedTuple):
    """The working days of the case, the opening first, and the day of the late payment."""

    work: list[date]
    paid: date

    @property
    def filed(self) -> date:
        return self.work[0]

    @property
    def struck_off(self) -> date:
        return self.work[20]

    def after(self, work: int, hour: float = 0.0) -> float:
        """Days from the opening to so many hours after nine on a working day."""
        return (at(self.work[work], 9 + hour) - at(self.filed, 9)) / timedelta(days=1)


def enter_forger(course: Course, days: int, *, first: int) -> None:
    """Nothing where the traffic is too short for the whole of it. ``first``: ordinal of its first vehicle."""
    today = course.now.astimezone(CHINA).date()
    plan = _plan(course.now, today)
    before = open_days(plan.filed - timedelta(days=12), plan.filed - timedelta(days=1))[-_BEFORE:]
    if before[0] <= today - timedelta(days=days):
        return
    mornings = [datetime.combine(day, MORNING, CHINA) for day in open_days(before[0], plan.struck_off)]
    checks_of(FORGER.code, mornings, course.now)
    _cars(course, before, _PASSED, first, _healthy_car)
    late = open_days(plan.work[16], plan.work[18])
    for number, car in enumerate(_cars(course, late, _STRANDED, first + _PASSED, _failing_car)):
        car.errand = partial(_errand, course, plan, number)
    enter_story(course, _story(course.now, plan))
    course.later(at(plan.work[21], 10), _end_line)


def _plan(now: datetime, today: date) -> _Days:
    """As late as it can be, and still be over by now."""
    for back in range(_SHORTEST, _LONGEST):
        first = today - timedelta(days=back)
        work = open_days(first, first + timedelta(days=_SHORTEST))
        due = work[15] + timedelta(days=17)
        paid = next(day for day in (due + timedelta(days=n) for n in range(12)) if is_open(day))
        if is_open(first) and at(paid, 18) < now:
            return _Days(work, paid)
    raise AssertionError("the case takes less time than that")


def _cars(
    course: Course, doors: list[date], count: int, first: int, made: Callable[[Course, int, date], Car]
) -> list[Car]:
    moments = arrivals(np.random.default_rng([course.seed, 7013, first]), doors, count, course.now)
    cars = [made(course, first + number, moment.date()) for number, moment in enumerate(moments)]
    enter_fleet((car.vehicle for car in cars), at(doors[0], 0))
    for car, moment in zip(cars, moments, strict=True):
        car.station = FORGER.code
        course.expect(car, moment)
    return cars


def _healthy_car(course: Course, ordinal: int, day: date) -> Car:
    vehicle = make_for(Method.ASM, course.seed, ordinal, day + timedelta(days=10))
    rng = np.random.default_rng([course.seed, 7014, ordinal])
    return Car(vehicle, rng, FORGER.code, healthy(rng, vehicle.fuel, vehicle.age_years))


def _failing_car(course: Course, ordinal: int, day: date) -> Car:
    vehicle = make_for(Method.ASM, course.seed, ordinal, day + timedelta(days=10))
    return failing_car(course.seed, vehicle, course.lines, 7015)


def _errand(course: Course, plan: _Days, number: int, car: Car, when: datetime) -> None:
    """Told that the station is closed and they may go elsewhere, all but the last have it mended and do."""
    if number < _STRANDED - 1:
        course.later(at(plan.work[22], 9 + number), partial(_goes_elsewhere, course, car))


def _end_line(when: datetime) -> None:
    """The office takes the line out of service; not while the station stands, nor twice."""
    line = Line.objects.get(station__code=FORGER.code)
    if line.until is None and not is_active(line.station, day_of(when)):
        end_line(office(_OFFICE), FORGER.code, line.code, until=day_of(when), now=when)


def _goes_elsewhere(course: Course, car: Car, when: datetime) -> None:
    shop = course.choose_shop(car, when)
    job, body, genuine = repair(car, shop, when)
    car.station = _ELSEWHERE

    def mended(now: datetime) -> None:
        course.upload_repair(car, job, body, genuine, now)
        course.come_again(car, now + timedelta(hours=20), Purpose.RETEST)

    course.later(job.finished_at + timedelta(minutes=15), mended)


def _story(now: datetime, plan: _Days) -> Story:
    opened_at = at(plan.filed, 9)
    return Story(
        (now - opened_at) / timedelta(days=1),
        _OFFICE,
        "forged_report",
        "station",
        _FALSE,
        about=FORGER.code,
        shown=_SHOWN,
        steps=(*_until_heard(plan), *_until_paid(plan), *_strike_off(plan)),
    )


def _until_heard(plan: _Days) -> tuple[Done, ...]:
    numbers = "、".join(str(number) for number in range(1, _SHOWN + 1))
    serious = {"vehicles": str(_SHOWN), "serious": "yes", "serious_ground": "vehicles"}
    levels = {
        "level_harm": "middle",
        "level_fault": "high",
        "level_manner": "high",
        "levels_why": "十份报告同一曲线，设备没有故障记录，事后改写（演示）",
    }
    announced = {
        "announced_on": ON,
        "hearing_on": plan.work[12].isoformat(),
        "hearing_at": "上午九时，市生态环境局三楼会议室（演示）",
        "chair": f"{_OFFICE}4",
    }
    heard = {
        "announced_on": plan.work[5].isoformat(),
        "held_on": ON,
        "chair": f"{_OFFICE}4",
        "record": "调查人员出示十份过程数据，逐点比对一致；当事人称系设备故障，未能提供维修记录（演示）",
    }
    return (
        *filed(plan.after(1)),
        *reported(plan.after(2), f"{_FALSE}〔{numbers}〕", _OFFICE, **serious, **levels),
        told(plan.after(3), "all"),
        Done(plan.after(4), PARTY, "state", {"statement": "系设备故障所致，没有造假的故意（演示）"}),
        Done(plan.after(4, 1), PARTY, "ask_hearing", {"request": "对事实和数额均有异议（演示）"}),
        Done(plan.after(5), "2", "announce_hearing", announced),
        Done(plan.after(12, 2), "2", "hold_hearing", heard),
        Done(plan.after(12, 5), "2", "weigh", {"weighed": "不采纳：没有故障和维修记录（演示）"}),
    )


def _until_paid(plan: _Days) -> tuple[Done, ...]:
    """The legal review is by the head's deputy, who did not investigate; payment comes late."""
    late = (at(plan.paid, 10) - at(plan.filed, 9)) / timedelta(days=1)
    passed = {"passed_review": "yes", "opinion": "事实清楚，程序合法，听证意见已复核（演示）"}
    voters = {"voter_1": _OFFICE, "voter_2": f"{_OFFICE}4"}
    return (
        Done(plan.after(13), "4", "review_legally", passed),
        Done(
            plan.after(14), "2", "discuss", {"discussed_on": ON, **voters, "conclusion": "同意处罚（演示）"}
        ),
        *imposed(plan.after(14, 5), 4),
        Done(plan.after(17), "2", "publish", {}),
        Done(late, "2", "pay", {"paid_on": ON, "amount": ALL_OPEN, "receipt_no": "缴 4（演示）"}),
        Done(late + 0.1, "3", "archive", {"volume_no": "正卷 4、副卷 4（演示）"}),
    )


def _strike_off(plan: _Days) -> tuple[Done, ...]:
    """What the decision opened: told, not contested further, decided by two people."""
    decided = {
        "decision_no": "演示注销〔1〕号",
        "since": plan.work[21].isoformat(),
        "reasons": "十份虚假检验报告，情节严重，已作出处罚决定（演示）",
    }
    return (
        Done(
            plan.after(16), "1", "notify", {"served_on": ON, "intended": "注销联网（演示）"}, strike_off=True
        ),
        Done(plan.after(18), PARTY, "waive_hearing", {}, strike_off=True),
        Done(plan.after(20), "1", "decide", decided, strike_off=True, second="4"),
    )
