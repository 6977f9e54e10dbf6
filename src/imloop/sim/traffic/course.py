"""The course of events: cars come when due, fail, are repaired and come again, through the platform's own functions."""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TextIO

import numpy as np

from imloop.exchange.uploads.intake import take_repair, take_test
from imloop.facts.codes import Purpose
from imloop.law import Law, load
from imloop.sim.cars.car import Car
from imloop.sim.cars.fleet import SimVehicle, fail_rate
from imloop.sim.cars.upload import Job, Run, aborted_message, encode, run_message
from imloop.sim.cars.workshop import repair
from imloop.sim.traces.condition import Fault, draw_fault, faulty, healthy
from imloop.sim.world.diary import next_opening, weather
from imloop.sim.world.lines import Lines
from imloop.sim.world.places import CITY, SHOPS, STATIONS, Shop, crew, district_of, instruments, serial
from imloop.steps.cases.declare_overdue import declare_overdue
from imloop.steps.ground.access import caller_for
from imloop.steps.journal.seals import seal
from imloop.steps.outages.match_papers import find_unmatched
from imloop.steps.stations.certificates import warn_of_expiry
from imloop.steps.stations.standing import is_active
from imloop.store.models import Party
from imloop.verdict.arithmetic import from_nano

ABORT_SHARE, NOT_READY_SHARE, NEVER_BACK_SHARE = 0.035, 0.012, 0.06
_NEVER_BACK = frozenset({2, 8})
_POOR_REPAIR = 4
"""Ordinals of failures whose story is fixed, so that every demo shows an overdue case and a warranty rework."""


class Course:
    """A queue of events in time order; each one ends in an upload whose ``now`` is the event's own time."""

    def __init__(self, seed: int, now: datetime, lines: Lines, labels: TextIO) -> None:
        self.seed, self.now, self.lines, self.labels = seed, now, lines, labels
        self.counts: Counter[str] = Counter()
        self.failures = 0
        self._queue: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._order = 0
        self._advance: Callable[[], None] = lambda: None
        self._parties = {party.code: party for party in Party.objects.all()}

    def run(self, advance: Callable[[], None]) -> None:
        """Work the queue up to ``now``; ``advance`` is called for every vehicle that comes for the first time."""
        self._advance = advance
        while self._queue:
            moment, _, happen = heapq.heappop(self._queue)
            if moment > self.now:
                break
            happen(moment)

    def later(self, moment: datetime, happen: Callable[[datetime], None]) -> None:
        self._order += 1
        heapq.heappush(self._queue, (moment, self._order, happen))

    def expect(self, car: Car, moment: datetime) -> None:
        """A vehicle that is due comes for its periodic inspection."""
        self.later(moment, lambda when: self._first_visit(car, when))

    def midnight(self, moment: datetime) -> None:
        self.later(moment, lambda when: self._count("overdue", declare_overdue(when)))
        self.later(moment, lambda when: self._count("expiring", warn_of_expiry(when)))
        self.later(moment, lambda when: self._count("unmatched", find_unmatched(when)))
        self.later(moment, lambda when: self._count("sealed", seal(when) is not None))

    def _first_visit(self, car: Car, moment: datetime) -> None:
        self._advance()
        if car.rng.random() < ABORT_SHARE:
            self.later(self._at_the_line(car, moment), lambda when: self._abort(car, when))
        else:
            self._visit(car, moment, Purpose.PERIODIC)

    def _visit(self, car: Car, moment: datetime, purpose: Purpose) -> None:
        self.later(self._at_the_line(car, moment), lambda when: self._drive(car, when, purpose))

    def _at_the_line(self, car: Car, moment: datetime) -> datetime:
        """When it has been received. Only then does it get its turn: a line counts its runs as it drives them."""
        return moment + self._delay(car, 240, 900)

    def _drive(self, car: Car, moment: datetime, purpose: Purpose) -> None:
        run = self._book(car, moment, purpose)
        message, verdict = run_message(car.rng, run, car.vehicle, car.state, self._law(run.started_at))
        ended = datetime.fromisoformat(str(message["ended_at"]))
        self.lines.keep(run.station, run.line, run.started_at, ended)
        failed = {
            item.item: from_nano(item.rounded) for item in verdict.items if not (item.passed or item.advisory)
        }
        body = encode(message)
        self.later(ended + self._delay(car, 4, 25), lambda when: self._upload(car, run, body, failed, when))

    def _abort(self, car: Car, moment: datetime) -> None:
        run = self._book(car, moment, Purpose.PERIODIC)
        message = aborted_message(car.rng, run, car.vehicle, car.state)
        ended = datetime.fromisoformat(str(message["ended_at"]))
        self.lines.keep(run.station, run.line, run.started_at, ended)
        body = encode(message)
        self.later(ended + self._delay(car, 4, 25), lambda when: self._upload_aborted(car, run, body, when))
        self._visit(car, ended, Purpose.PERIODIC)

    def _book(self, car: Car, moment: datetime, purpose: Purpose) -> Run:
        line, start = self.lines.book(car.station, car.vehicle.method, moment)
        number = self.lines.next_sequence(car.station, line)
        inspector, driver, reviewer = crew(car.station, line)
        kinds = instruments((car.vehicle.method,))
        return Run(
            test_no=f"{car.station}-{line}-{start:%Y%m%d}-{number:05d}",
            station=car.station,
            line=line,
            sequence=number,
            started_at=start,
            purpose=purpose,
            ambient=weather(self.seed, start),
            people={"inspector": inspector, "driver": driver, "reviewer": reviewer},
            equipment={kind: serial(car.station, line, kind) for kind in kinds},
        )

    def _upload_aborted(self, car: Car, run: Run, body: bytes, when: datetime) -> None:
        take_test(body, caller_for(self._parties[run.station]), when)
        self._count("aborted")
        self._label("test", run.test_no, car, aborted=True)

    def _upload(self, car: Car, run: Run, body: bytes, failed: dict[str, float], when: datetime) -> None:
        receipt = take_test(body, caller_for(self._parties[run.station]), when).body
        verdict = str(receipt["verdict"])
        self._count("tests")
        self._count(verdict)
        self._label("test", run.test_no, car, verdict=verdict)
        if verdict == "not_ready":
            car.state = healthy(car.rng, car.vehicle.fuel, car.vehicle.age_years)
            car.drive(180)
            self.come_again(car, when + timedelta(hours=float(car.rng.uniform(30, 90))), Purpose.PERIODIC)
        elif verdict == "fail":
            if car.case_no:
                self._count("rework")
            else:
                self.failures += 1
                car.number = self.failures
            car.case_no = str(receipt["case"])
            car.failed = failed
            self._go_to_shop(car, when)

    def _go_to_shop(self, car: Car, when: datetime) -> None:
        if car.errand is not None and car.rounds == 0:
            car.errand(car, when)
            return
        if car.number in _NEVER_BACK or (car.rounds == 0 and car.rng.random() < NEVER_BACK_SHARE):
            self._label("never-back", car.case_no, car)
            return
        wait = timedelta(days=float(np.clip(car.rng.lognormal(0.2, 0.7), 0.1, 9.0)))
        came = next_opening(when + wait, car.rng)
        shop = self.choose_shop(car, came)
        job, body, genuine = repair(car, shop, came, poor=car.number == _POOR_REPAIR)
        sent = job.finished_at + self._delay(car, 180, 1500)
        self.later(sent, lambda now: self._report(car, job, body, genuine, now))

    def _report(self, car: Car, job: Job, body: bytes, genuine: bool, when: datetime) -> None:
        self.upload_repair(car, job, body, genuine, when)
        self.come_again(car, when + timedelta(hours=float(car.rng.uniform(0.8, 26))), Purpose.RETEST)

    def upload_repair(self, car: Car, job: Job, body: bytes, genuine: bool, when: datetime) -> None:
        take_repair(body, caller_for(self._parties[job.shop]), when)
        self._count("repairs")
        self._label("repair", job.repair_no, car, genuine=genuine)

    def come_again(self, car: Car, moment: datetime, purpose: Purpose) -> None:
        car.vehicle.facts["odometer_km"], car.extra_km = car.odometer_km, 0
        self.later(next_opening(moment, car.rng), lambda when: self._visit(car, when, purpose))

    def choose_shop(self, car: Car, moment: datetime) -> Shop:
        """The owner's free choice among the listed shops: the last one under warranty, else one that is near."""
        listed = [
            shop
            for shop in SHOPS
            if car.vehicle.fuel.value in shop.takes and is_active(self._parties[shop.code], moment.date())
        ]
        for shop in listed:
            if shop.code == car.shop:
                return shop
        weights = np.array(
            [
                shop.known * (2.2 if district_of(shop.code) == district_of(car.station) else 1.0)
                for shop in listed
            ]
        )
        shop = listed[int(car.rng.choice(len(listed), p=weights / weights.sum()))]
        car.shop = shop.code
        return shop

    def _law(self, moment: datetime) -> Law:
        return load().at(moment.date(), CITY)

    def _delay(self, car: Car, shortest: int, longest: int) -> timedelta:
        return timedelta(seconds=int(car.rng.integers(shortest, longest)))

    def _count(self, name: str, by: int = 1) -> None:
        self.counts[name] += by

    def _label(self, kind: str, subject: str, car: Car, **more: object) -> None:
        """The truth, for those who check detectors; the platform never reads it."""
        fault = car.state.fault.value
        row = {
            "kind": kind,
            "subject": subject,
            "vin": car.vehicle.vin,
            "fault": fault,
            "fraud": None,
            **more,
        }
        self.labels.write(json.dumps(row, ensure_ascii=False) + "\n")


def failing_car(seed: int, vehicle: SimVehicle, lines: Lines, stream: int) -> Car:
    """One that fails. ``stream``: of random numbers, another for each story."""
    rng = np.random.default_rng([seed, stream, vehicle.ordinal])
    able = lines.stations_for(vehicle.method)
    fault = draw_fault(rng, vehicle.method, vehicle.fuel, vehicle.obd_scope)
    state = faulty(rng, vehicle.fuel, vehicle.age_years, fault)
    return Car(vehicle, rng, able[vehicle.ordinal % len(able)], state)


def new_car(seed: int, vehicle: SimVehicle, lines: Lines) -> Car:
    """A vehicle with its latent condition and the station its owner goes to."""
    rng = np.random.default_rng([seed, 7003, vehicle.ordinal])
    able = lines.stations_for(vehicle.method)
    weights = np.array([next(s.weight for s in STATIONS if s.code == code) for code in able])
    station = able[int(rng.choice(len(able), p=weights / weights.sum()))]
    draw = rng.random()
    if draw < fail_rate(vehicle):
        fault = draw_fault(rng, vehicle.method, vehicle.fuel, vehicle.obd_scope)
        state = faulty(rng, vehicle.fuel, vehicle.age_years, fault)
    elif vehicle.obd_scope and draw > 1.0 - NOT_READY_SHARE:
        state = faulty(rng, vehicle.fuel, vehicle.age_years, Fault.NOT_READY)
    else:
        state = healthy(rng, vehicle.fuel, vehicle.age_years)
    return Car(vehicle, rng, station, state)
