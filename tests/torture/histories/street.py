"""The vehicles that are on their way, each with all that its callers know of it and all that was heard."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from imloop.facts.days import CHINA
from support.messages.uploads import repair_message, test_message
from torture.histories.search import Call

FIRST_FAIL, LAST = -490, 48
"""A vehicle's times in seconds from 3:50 before it came: what is reported within a minute is then neither too old nor
in the future, and everything between two messages is as clocks may differ (5 minutes)."""
EARLY = range(-130, -90)
"""A repair finished then was finished more than 5 minutes before the platform knew of any failed test: it is held."""
LIFE = 30.0
"""Seconds for which it is on its way."""


@dataclass(frozen=True, slots=True)
class Parties:
    """Codes. ``home``: the station that the vehicles come to; ``away``: the other one; ``keys``: by code."""

    home: str
    away: str
    shops: tuple[str, ...]
    office: str
    keys: Mapping[str, str]

    @classmethod
    def of(cls, known: Mapping[str, Any]) -> Parties:
        """As ``seed.py`` tells them."""
        (home, first), (away, second) = known["pairs"]
        return cls(home, away, (first, second), known["office"], known["keys"])


@dataclass(frozen=True, slots=True)
class Upload:
    """A message; ``given``: what the model is told of it; ``by``: whose."""

    kind: str
    by: str
    body: bytes
    given: Mapping[str, Any]


@dataclass(slots=True)
class Vehicle:
    """``racing``: several runs of it may be on their way at once, which come in any order; otherwise one after the
    other, and a department decides about it, too. ``keys``: number and owner's key of each case; ``held``: case, shop
    and number of repairs; ``calls``: the history. ``spoilt``: why it is not one."""

    number: int
    racing: bool
    born: float = field(default_factory=time.monotonic)
    base: datetime = field(
        default_factory=lambda: datetime.now(CHINA).replace(microsecond=0) - timedelta(minutes=3, seconds=50)
    )
    lock: threading.Lock = field(default_factory=threading.Lock)
    last: int = -1
    early: int = 0
    running: int = 0
    alone: bool = False
    keys: dict[str, str] = field(default_factory=dict)
    bookings: list[str] = field(default_factory=list)
    held: list[tuple[str, str, str]] = field(default_factory=list)
    sent: list[Upload] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    spoilt: list[str] = field(default_factory=list)

    @property
    def vin(self) -> str:
        return f"LSVAU2180N{self.number:07d}"

    @property
    def plate(self) -> str:
        return f"桂{'BCDEFGHJKL'[self.number // 10_000 % 10]}{self.number % 10_000 + 10_000:05d}"

    @property
    def over(self) -> bool:
        return time.monotonic() - self.born > LIFE or self.last >= LAST or bool(self.spoilt)

    @contextmanager
    def on_line(self, *, alone: bool) -> Iterator[bool]:
        """False where it is on a line already, and one of the two has to be the only one."""
        with self.lock:
            free = self.running == 0 or not (alone or self.alone)
            if free:
                self.running, self.alone = self.running + 1, alone
        try:
            yield free
        finally:
            if free:
                with self.lock:
                    self.running -= 1

    def next_time(self) -> int:
        with self.lock:
            self.last += 1
            return self.last

    def _moment(self, at: int) -> datetime:
        return self.base + timedelta(seconds=at)

    def run(self, at: int, station: str, *, failed: bool, number: str = "") -> Upload:
        """``number``: of a run that was sent already; empty: its own."""
        message = test_message(self._moment(at), station=station, co=0.9 if failed else 0.1)
        vehicle = message["vehicle"]
        assert isinstance(vehicle, dict)
        message["vehicle"] = {**vehicle, "vin": self.vin, "plate": self.plate}
        if number:
            message["test_no"] = number
        given = {"at": at, "station": station, "failed": failed, "number": message["test_no"]}
        return self._keep("run", station, message, given)

    def repair(self, shop: str, *, early: bool) -> Upload:
        at = EARLY[self.early] if early else self.next_time()
        self.early += early
        finished = self._moment(at)
        message = repair_message(finished, shop=shop, vin=self.vin, plate=self.plate)
        message["received_at"] = (finished - timedelta(minutes=1)).isoformat()
        given = {"at": at, "shop": shop, "held": early, "number": message["repair_no"]}
        return self._keep("repair", shop, message, given)

    def _keep(self, kind: str, by: str, message: dict[str, object], given: dict[str, object]) -> Upload:
        body = msgspec.json.encode(message)
        upload = Upload(kind, by, body, {**given, "upload": hashlib.sha256(body).hexdigest()})
        self.sent.append(upload)
        return upload


class Street:
    """``at_once``: how many vehicles are on their way; one that has come through makes room for another."""

    def __init__(self, at_once: int, seed: int) -> None:
        self.random, self.at_once = random.Random(seed), at_once
        self.lock = threading.Lock()
        self.all: list[Vehicle] = []
        self.now: list[Vehicle] = []
        self._coming = 0
        self._slots = self._times()

    def meet(self) -> tuple[Vehicle, bool] | None:
        """A vehicle, and whether it is a new one, whose first test comes before anything else. None: wait for it."""
        with self.lock:
            self.now = [vehicle for vehicle in self.now if not vehicle.over]
            if len(self.now) + self._coming < self.at_once:
                self._coming += 1
                vehicle = Vehicle(len(self.all) + 1, racing=len(self.all) % 2 == 1)
                self.all.append(vehicle)
                return vehicle, True
            return (self.random.choice(self.now), False) if self.now else None

    def enter(self, vehicle: Vehicle) -> None:
        with self.lock:
            self._coming -= 1
            self.now.append(vehicle)

    def slot(self) -> datetime | None:
        """A time that nobody else books."""
        with self.lock:
            return next(self._slots, None)

    @staticmethod
    def _times() -> Iterator[datetime]:
        today = datetime.now(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
        for day in range(2, 13):
            for number in range(70):
                yield today + timedelta(days=day, minutes=20 * number)
