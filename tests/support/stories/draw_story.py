"""A draw through the API, step by step, by two departments of the small city."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from imloop.steps.ground import clock
from imloop.steps.journal.seals import seal
from support.city import LISTED, NEAR, PLACE
from support.doors import Doors

ENVIRONMENT, MARKET = f"{PLACE}-environment", f"{PLACE}-market"
SECRETS = {ENVIRONMENT: "1f" * 32, MARKET: "2e" * 32}
NUMBERS = {"ssq": "03 07 12 19 25 31 + 08", "dlt": "01 09 13 22 35 | 04 11"}


def plan(**change: object) -> dict[str, Any]:
    """One of two I-stations, one of two M-stations; lotteries of 8 and 9 January, visits from the 12th."""
    sources = [
        {
            "code": code,
            "name": f"{name} 第 2026004 期",
            "on": f"2026-01-{day:02d}",
            "fallback": {"name": f"{name} 第 2026005 期", "on": f"2026-01-{day + 3:02d}"},
        }
        for code, name, day in (("ssq", "双色球", 8), ("dlt", "大乐透", 9))
    ]
    base = {
        "period": "2026Q1",
        "visits": {"I": 1, "M": 1},
        "first": "2026-01-12",
        "last": "2026-01-23",
        "sources": sources,
    }
    return {**base, **change}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class DrawStory:
    """Each step sets the clock to its day and returns the answer."""

    def __init__(self, doors: Doors) -> None:
        self.doors = doors
        self.no = ""

    def prepare(self, **change: object) -> dict[str, Any]:
        self.doors.at("2026-01-05 09:00")
        answer = self.doors.post("draws", plan(**change), by=ENVIRONMENT, expect=201)
        self.no = answer["no"]
        return answer

    def step(self, name: str, body: object = None, *, by: str, expect: int | None = None) -> dict[str, Any]:
        said = self.doors.post(f"draws/{self.no}/{name}", body or {}, by=by, expect=expect)
        if name == "commit" and "commitment" in said:
            # As the platform does every hour: nobody could know the numbers yet.
            seal(clock.now() + timedelta(minutes=65))
        return said

    def join(self, by: str, expect: int | None = None, **change: object) -> dict[str, Any]:
        body = {
            "nonce_sha256": sha256(SECRETS[by]),
            "inspectors": ["韦晓东", "莫丽"],
            "conflicts": [{"inspector": "莫丽", "unit": NEAR, "reason": "配偶在该站工作"}],
            **change,
        }
        return self.step("join", body, by=by, expect=expect)

    def committed(self) -> dict[str, Any]:
        """Prepared by the environment department, joined by both, fixed by the market department."""
        self.prepare()
        self.join(ENVIRONMENT)
        self.join(MARKET, conflicts=[])
        return self.step("commit", by=MARKET, expect=201)

    def numbers(self) -> None:
        self.doors.at("2026-01-09 22:00")
        for source, value in NUMBERS.items():
            for by in (ENVIRONMENT, MARKET):
                self.step("numbers", {"source": source, "value": value}, by=by, expect=201)

    def drawn(self) -> dict[str, Any]:
        self.committed()
        self.numbers()
        self.step("reveal", {"nonce": SECRETS[MARKET]}, by=MARKET, expect=201)
        return self.step("reveal", {"nonce": SECRETS[ENVIRONMENT]}, by=ENVIRONMENT, expect=201)

    def visited(self) -> list[dict[str, Any]]:
        """Everyone drawn is visited on the 14th; the first has faults."""
        self.drawn()
        self.doors.at("2026-01-14 10:00")
        visits: list[dict[str, Any]] = self.doors.get(f"draws/{self.no}", by=MARKET)["plan"]
        for number, visit in enumerate(visits):
            self.step(f"visits/{visit['id']}/begin", by=MARKET, expect=201)
            said = {"outcome": "sound" if number else "faults", "result": "取样管漏气，已责令整改"}
            self.step(f"visits/{visit['id']}/result", said, by=MARKET, expect=201)
        return visits

    def published(self, whole: bool = True) -> dict[str, Any]:
        self.visited()
        self.doors.at("2026-01-20 09:00")
        return self.step("publish", {"whole": whole}, by=ENVIRONMENT, expect=201)


STATIONS = (NEAR, LISTED)
