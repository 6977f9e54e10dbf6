"""The demo city's outage of some weeks ago: repair records did not come through for a day, three cars were retested on
paper; two records came afterwards and match, one never did (A9)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

import msgspec

from imloop.exchange.signing import sign_voucher
from imloop.exchange.uploads.intake import take_redemption
from imloop.facts.codes import Method, Purpose
from imloop.facts.days import CHINA
from imloop.gates.outages.outage import Scope
from imloop.sim.cars.car import Car
from imloop.sim.cars.fleet import make_for
from imloop.sim.cars.upload import Job
from imloop.sim.cars.workshop import repair
from imloop.sim.city.registered_fleet import enter_fleet
from imloop.sim.traffic.course import Course, failing_car
from imloop.sim.two_people import second
from imloop.sim.world.diary import at, open_days
from imloop.sim.world.places import CITY, STATIONS
from imloop.steps.ground.access import Caller, caller_for
from imloop.steps.outages.declare_outage import Declaration, declare, end
from imloop.steps.outages.voucher_stock import stock
from imloop.store.models import Outage, PaperUnlock, Party

WEEKS = 3
FROM, UNTIL = 8.4, 17.6
"""Hours of the day of the outage."""
_CAUSE = "交通运输至生态环境的专线光缆被施工挖断，维修记录无法推送到检验机构"
CARS = (0, 1, 2)
LOST = 2
"""Of ``CARS``: the one whose record never comes."""


def enter_outage(course: Course, *, first: int) -> None:
    """Let it happen among the traffic. ``first``: ordinal of the first of its vehicles."""
    today = course.now.astimezone(CHINA).date()
    days = open_days(today - timedelta(weeks=WEEKS, days=10), today - timedelta(weeks=WEEKS))
    before, day = days[-2:]
    cars = [(number, _car(course, first + number, day)) for number in CARS]
    enter_fleet((car.vehicle for _, car in cars), at(before, 7))
    for number, car in cars:
        car.errand = partial(_errand, course, number, day)
        course.expect(car, at(before, 9.5 + number))
    course.later(at(before, 7.9), _fetch_vouchers)
    course.later(at(day, FROM + 0.3), partial(_begins, day))
    course.later(at(day, UNTIL), _is_over)


def _car(course: Course, ordinal: int, day: date) -> Car:
    vehicle = make_for(Method.ASM, course.seed, ordinal, day + timedelta(days=10))
    return failing_car(course.seed, vehicle, course.lines, 7009)


def _fetch_vouchers(when: datetime) -> None:
    """As the software of every station does each morning."""
    for station in STATIONS:
        stock(caller_for(Party.objects.get(code=station.code)), when, sign_voucher)


def _office() -> Caller:
    return caller_for(Party.objects.get(code=f"{CITY}-environment"), "environment")


def _begins(day: date, when: datetime) -> None:
    if not Outage.objects.exists():
        said = Declaration(
            scope=Scope.LINK, link="transport-environment", cause=_CAUSE, starts_at=at(day, FROM)
        )
        second(declare(_office(), said, when), when)


def _is_over(when: datetime) -> None:
    row = Outage.objects.get()
    if row.ends_at is None:
        end(_office(), row.outage_no, at=None, now=when)


def _errand(course: Course, number: int, day: date, car: Car, when: datetime) -> None:
    """Repaired on the morning of the outage, paper in hand to the station, the record when the line is back."""
    came = at(day, 8.5 + number / 4)
    shop = course.choose_shop(car, came)
    job, body, genuine = repair(car, shop, came, finished=at(day, 11 + number / 2))
    shown = at(day, 12.5 + number / 2)
    course.later(shown, partial(_show_paper, course, car, job, body))
    if number != LOST:
        sent = at(day, UNTIL) + timedelta(hours=15 + number)
        course.later(sent, partial(course.upload_repair, car, job, body, genuine))


def _show_paper(course: Course, car: Car, job: Job, body: bytes, when: datetime) -> None:
    """The station takes the paper, uses the day's next voucher, and retests."""
    station = caller_for(Party.objects.get(code=car.station))
    if not PaperUnlock.objects.filter(vin=car.vehicle.vin).exists():
        ready = [row for row in stock(station, when, sign_voucher) if row.day == when.date()]
        documents = msgspec.json.decode(body)["documents"]
        redemption = {
            "schema": "imloop.redemption/1",
            "voucher": ready[0].content,
            "vehicle": {"vin": car.vehicle.vin, "plate": car.vehicle.plate},
            "shop": job.shop,
            "documents": {name: documents[name] for name in ("settlement_no", "certificate_no")},
            "used_at": when.isoformat(),
        }
        take_redemption(msgspec.json.encode(redemption), station, when)
    course.come_again(car, when + timedelta(minutes=20), Purpose.RETEST)
