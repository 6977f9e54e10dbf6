"""Clients that do at any moment whatever may be done about a vehicle: stations, repairers, owners, the department."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx

from imloop.facts.days import CHINA
from torture.histories.answers import heard
from torture.histories.search import Call
from torture.histories.street import EARLY, FIRST_FAIL, Parties, Street, Upload, Vehicle

WEIGHTS = {
    "run": 10,
    "repair": 8,
    "permit": 12,
    "case": 12,
    "book": 6,
    "cancel": 5,
    "appointment": 3,
    "again": 5,
    "same number": 2,
    "exit": 1,
    "release": 6,
    "object": 3,
    "reject": 3,
}
DEPARTMENTS = ("exit", "release", "object", "reject")
"""Not where runs come in any order: the model does not follow which case is which then."""
PATIENCE = 60.0


class Caller(threading.Thread):
    """One client. ``stopping``: no further call is begun."""

    def __init__(self, number: int, base_url: str, street: Street, parties: Parties, seed: int) -> None:
        super().__init__(name=f"client {number}", daemon=True)
        self.street, self.parties = street, parties
        self.random = random.Random(seed * 1000 + number)
        self.stopping = threading.Event()
        self.counts: Counter[str] = Counter()
        self._http = httpx.Client(base_url=f"{base_url}/api/v1", timeout=PATIENCE)

    def run(self) -> None:
        while not self.stopping.is_set():
            met = self.street.meet()
            if met is None:
                time.sleep(0.02)
                continue
            vehicle, new = met
            if new:
                with vehicle.on_line(alone=True):
                    self._bring(vehicle, vehicle.run(FIRST_FAIL, self.parties.home, failed=True))
                self.street.enter(vehicle)
                continue
            kinds = [kind for kind in WEIGHTS if not (vehicle.racing and kind in DEPARTMENTS)]
            kind = self.random.choices(kinds, [WEIGHTS[kind] for kind in kinds])[0]
            getattr(self, f"_{kind.replace(' ', '_')}")(vehicle)
        self._http.close()

    def _call(
        self,
        vehicle: Vehicle,
        kind: str,
        given: dict[str, Any],
        ask: Callable[[], httpx.Response],
    ) -> dict[str, Any]:
        """Ask, and write down when it was asked and answered, and what. What is no answer spoils the history."""
        called = time.monotonic()
        try:
            answer = ask()
            returned = time.monotonic()
            if answer.status_code >= 500 or answer.status_code in (401, 429):
                raise ValueError(f"{answer.status_code} {answer.text[:300]}")
            said = heard(kind, answer)
        except (httpx.HTTPError, ValueError, KeyError) as error:
            vehicle.spoilt.append(f"{kind} {given}: {type(error).__name__} {error}")
            return {"status": 0}
        vehicle.calls.append(Call(kind, given, said, called, returned, self.name))
        self.counts[f"{kind} {said['status']}"] += 1
        return said

    def _sent_by(self, party: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.parties.keys[party]}", "Content-Type": "application/json"}

    def _post(self, address: str, body: dict[str, object], party: str = "") -> httpx.Response:
        headers = self._sent_by(party) if party else {"Content-Type": "application/json"}
        return self._http.post(address, content=json.dumps(body), headers=headers)

    def _bring(self, vehicle: Vehicle, upload: Upload) -> None:
        said = self._call(
            vehicle,
            upload.kind,
            dict(upload.given),
            lambda: self._http.post(
                f"/{'tests' if upload.kind == 'run' else 'repairs'}",
                content=upload.body,
                headers=self._sent_by(upload.by),
            ),
        )
        if said["status"] not in (200, 201):
            return
        name = upload.given["upload"]
        if vehicle.taken.setdefault(name, said["receipt"]) != said["receipt"]:
            vehicle.spoilt.append(f"{upload.kind} {dict(upload.given)}: another receipt than before")
        if said.get("key"):
            vehicle.keys[said["case"]] = said["key"]
        if upload.given.get("held") and said["status"] == 201:
            vehicle.held.append((said["case"], upload.by, upload.given["number"]))

    def _run(self, vehicle: Vehicle) -> None:
        """One that is on one line at a time is now and then on another station's."""
        elsewhere = not vehicle.racing and self.random.random() < 0.15
        with vehicle.on_line(alone=not vehicle.racing) as free:
            if free and not vehicle.over:
                station = self.parties.away if elsewhere else self.parties.home
                failed = self.random.random() < 0.5
                self._bring(vehicle, vehicle.run(vehicle.next_time(), station, failed=failed))

    def _repair(self, vehicle: Vehicle) -> None:
        early = not vehicle.racing and self.random.random() < 0.35 and vehicle.early < len(EARLY)
        self._bring(vehicle, vehicle.repair(self.random.choice(self.parties.shops), early=early))

    def _known(self, vehicle: Vehicle) -> list[Upload]:
        """What may be sent again: where runs come one after the other, only what was taken."""
        return [each for each in vehicle.sent if vehicle.racing or each.given["upload"] in vehicle.taken]

    def _again(self, vehicle: Vehicle) -> None:
        if known := self._known(vehicle):
            self._bring(vehicle, self.random.choice(known[-4:]))

    def _same_number(self, vehicle: Vehicle) -> None:
        """Another run under a number that was used."""
        runs = [each for each in self._known(vehicle) if each.kind == "run" and each.by == self.parties.home]
        if runs:
            first = self.random.choice(runs[-4:]).given
            failed, number = not first["failed"], first["number"]
            self._bring(vehicle, vehicle.run(first["at"], self.parties.home, failed=failed, number=number))

    def _permit(self, vehicle: Vehicle) -> None:
        station = self.parties.away if self.random.random() < 0.2 else self.parties.home
        self._call(
            vehicle,
            "permit",
            {"station": station},
            lambda: self._http.get(
                "/retest-permit", params={"vin": vehicle.vin}, headers=self._sent_by(station)
            ),
        )

    def _some_case(self, vehicle: Vehicle) -> str:
        """Mostly the latest."""
        cases = list(vehicle.keys)
        return cases[-1] if self.random.random() < 0.8 else self.random.choice(cases)

    def _case(self, vehicle: Vehicle) -> None:
        case = self._some_case(vehicle)
        ask = lambda: self._http.get(f"/cases/{case}", headers=self._sent_by(self.parties.office))  # noqa: E731
        self._call(vehicle, "case", {"case": case}, ask)

    def _exit(self, vehicle: Vehicle) -> None:
        case = self._some_case(vehicle)
        body: dict[str, object] = {
            "kind": "line-broken",
            "to_station": self.parties.away,
            "reason": f"检测线故障，第 {self.random.randrange(10**6)} 号申请",
            "evidence": "柳环函〔2026〕12号",
            "expires_on": (datetime.now(CHINA) + timedelta(days=30)).date().isoformat(),
        }
        given = {"case": case, "station": self.parties.away}
        self._call(vehicle, "exit", given, lambda: self._let_go(case, body))

    def _let_go(self, case: str, body: dict[str, object]) -> httpx.Response:
        """Proposed by one department, and at once confirmed by another, from which moment on it holds."""
        proposed = self._post(f"/cases/{case}/exit", body, self.parties.office)
        if proposed.status_code != 202:
            return proposed
        said: dict[str, object] = {"step": "confirm", "said": "已核对检测线状态"}
        transport = self.parties.office.replace("environment", "transport")
        return self._post(f"/proposals/{proposed.json()['id']}", said, transport)

    def _release(self, vehicle: Vehicle) -> None:
        if vehicle.held:
            case, shop, number = self.random.choice(vehicle.held[-2:])
            address = f"/cases/{case}/repairs/{shop}/{number}/release"
            given = {"case": case, "number": number}
            self._call(
                vehicle,
                "release",
                given,
                lambda: self._post(address, {"reason": "属实", "fail_hour_holds": True}, self.parties.office),
            )

    def _object(self, vehicle: Vehicle) -> None:
        case = self._some_case(vehicle)
        body: dict[str, object] = {"ground": "instrument", "words": "检测前刚换过氧传感器，怀疑读数偏高。"}
        address = f"/public/cases/{vehicle.keys[case]}/objection"
        self._call(vehicle, "object", {"case": case}, lambda: self._post(address, body))

    def _reject(self, vehicle: Vehicle) -> None:
        case = self._some_case(vehicle)
        body: dict[str, object] = {"reason": "仪器在检定期内。", "evidence": "检定证书 2026-118"}
        address = f"/cases/{case}/objection/reject"
        self._call(vehicle, "reject", {"case": case}, lambda: self._post(address, body, self.parties.office))

    def _book(self, vehicle: Vehicle) -> None:
        case, starts_at = self._some_case(vehicle), self.street.slot()
        if starts_at is None:
            return
        station = (
            self.parties.away if self.random.random() < 0.2 and not vehicle.racing else self.parties.home
        )
        body: dict[str, object] = {
            "station": station,
            "starts_at": starts_at.isoformat(),
            "phone": f"139{self.random.randrange(10**8):08d}",
            "method": "ASM",
            "case_token": vehicle.keys[case],
        }
        given = {"case": case, "station": station}
        said = self._call(vehicle, "book", given, lambda: self._post("/public/appointments", body))
        if said["status"] == 201:
            vehicle.bookings.append(said["token"])

    def _cancel(self, vehicle: Vehicle) -> None:
        if vehicle.bookings:
            token = self.random.choice(vehicle.bookings[-2:])
            ask = lambda: self._http.delete(f"/public/appointments/{token}")  # noqa: E731
            self._call(vehicle, "cancel", {"token": token}, ask)

    def _appointment(self, vehicle: Vehicle) -> None:
        if vehicle.bookings:
            token = self.random.choice(vehicle.bookings[-2:])
            ask = lambda: self._http.get(f"/public/appointments/{token}")  # noqa: E731
            self._call(vehicle, "appointment", {"token": token}, ask)
