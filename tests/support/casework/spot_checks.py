"""Spot checks in the small city: three officers with keys of their own, a smoke meter, a task in a goods yard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from imloop.exchange.decode_spot_checks import SCHEMA
from imloop.steps.accounts.create_user import create_user
from imloop.steps.accounts.keys import issue_key
from imloop.store.models import Case, Party, SpotCheck
from support.city import PLACE, at
from support.doors import Doors
from support.messages.uploads import PLATE, VIN

OFFICE, POLICE = f"{PLACE}-environment", f"{PLACE}-police"
LI, WANG, CHEN = "spot-li", "spot-wang", "spot-chen"
INSTRUMENTS = {
    "opacimeter": "OP-0017",
    "analyser": "GA-0031",
    "ringelmann_chart": "RC-0002",
    "obd_reader": "OB-0004",
    "refractometer": "RF-0009",
}
CLEAN = {"co_idle_pct": 0.2, "hc_idle_ppm": 40, "co_high_pct": 0.1, "hc_high_ppm": 30, "lambda_high": 1.0}
DIRTY = {**CLEAN, "co_idle_pct": 4.2}


class SpotStory:
    """``day``: of the task; before December 2026 no officer has to say by their own log-in that they were there."""

    def __init__(self, doors: Doors, day: str = "2026-03-05") -> None:
        self.doors, self.day = doors, day
        self.count = 0
        party = Party.objects.get(code=OFFICE)
        for name in (LI, WANG, CHEN):
            create_user(name, "a-long-password", party, at("2026-01-02 09:00"), name=name[5:].title())
            doors.use_key(name, issue_key(party, at("2026-01-02 09:00"), person=name))
        self.now(f"{day} 08:00")
        for kind, serial in INSTRUMENTS.items():
            doors.post("spot-checks/instruments", self.instrument(kind, serial), by=LI, expect=201)
        self.task = self.make_task()["number"]

    def now(self, when: str) -> None:
        self.doors.at(when)

    def instrument(self, kind: str, serial: str, **change: str) -> dict[str, str]:
        return {
            "kind": kind,
            "model": "NHT-6",
            "serial": serial,
            "certificate": "柳检字 2026-31",
            "verified_from": "2026-01-10",
            "verified_until": "2026-12-31",
            **change,
        }

    def make_task(self, expect: int = 201, **change: object) -> dict[str, Any]:
        wanted = {
            "where": "parking",
            "place_name": "柳东物流园",
            "planned_on": self.day,
            "officers": [LI, WANG],
        }
        return self.doors.post("spot-checks/tasks", {**wanted, **change}, by=CHEN, expect=expect)

    def record(self, when: str, **change: object) -> dict[str, Any]:
        """The car of the stations' tests, and clean, unless it is changed."""
        self.count += 1
        record = {
            "schema": SCHEMA,
            "client_id": f"phone-{self.count}",
            "task": self.task,
            "at": at(when).isoformat(),
            "officers": [LI, WANG],
            "vehicle": {"plate": PLATE, "vin": VIN, "fuel": "gasoline"},
            "method": "TSI",
            "instrument": INSTRUMENTS["analyser"],
            "values": CLEAN,
            "signed": "yes",
        }
        return {**record, **change}

    def send(
        self, record: dict[str, Any], later: int = 1, *, by: str = LI, expect: int | None = None
    ) -> dict[str, Any]:
        """So many minutes after it was measured."""
        self.doors.at(
            (at(record["at"][:16].replace("T", " ")) + timedelta(minutes=later)).strftime("%Y-%m-%d %H:%M")
        )
        return self.doors.post("spot-checks", record, by=by, expect=expect)

    def fail(
        self, when: str, later: int = 1, *, expect: int = 201, by: str = LI, **change: object
    ) -> dict[str, Any]:
        return self.send(self.record(when, **{"values": DIRTY, **change}), later, by=by, expect=expect)

    def step(self, name: str, *, by: str, expect: int = 200) -> dict[str, Any]:
        return self.doors.post(f"spot-checks/tasks/{self.task}", {"step": name}, by=by, expect=expect)

    def check(self, number: str, by: str = LI) -> dict[str, Any]:
        return self.doors.get(f"spot-checks/{number}", by=by)


def the_case() -> Case:
    return Case.objects.get(closed_at__isnull=True)


def the_row() -> SpotCheck:
    return SpotCheck.objects.get()
