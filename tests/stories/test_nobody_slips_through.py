"""Through real sockets, with the keys of two stations and a shop: permit, repair, retest, a fail from the spool and a
pass elsewhere are in flight at one moment, for car after car. In no order is one of them free."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import msgspec

from support.city import FAR, LISTED, NEAR, at
from support.messages.uploads import repair_message, test_message
from support.servers.processes import run_python
from support.servers.steered_site import set_clock

CARS = 6
WAIT = httpx.Timeout(120.0)
_KEYS = """
import json, django; django.setup()
from imloop.steps.accounts.keys import issue_key
from imloop.store.models import Party
from support.city import at
print(json.dumps({each.code: issue_key(each, at("2026-01-01 08:00")) for each in Party.objects.all()}))
"""
_KEPT = """
import json, django; django.setup()
from imloop.store.models import Case, Test
passed = Test.objects.filter(result="pass").exclude(counts="nothing")
print(json.dumps({
    "states": sorted(Case.objects.values_list("state", flat=True)),
    "free": sorted(passed.values_list("vehicle__vin", flat=True)),
}))
"""


def car(number: int) -> dict[str, Any]:
    named = {"vin": f"LSVAU2180N2000{number:03d}", "plate": f"桂B00{number:03d}"}
    return {**named, "fuel": "gasoline", "produced_on": "2010-03-01"}


def _test(number: int, station: str, when: str, **change: object) -> tuple[str, str, bytes]:
    said = test_message(at(when), station=station, vehicle=car(number), **change)
    return station, "tests", msgspec.json.encode(said)


def _at_once(number: int) -> Iterator[tuple[str, str, bytes]]:
    """The record comes half an hour after the retest began; the fail of the spool lies between repair and retest."""
    vehicle = {name: car(number)[name] for name in ("vin", "plate")}
    done = repair_message(at("2026-03-03 08:00"), shop=LISTED, **vehicle)
    yield LISTED, "repairs", msgspec.json.encode(done)
    yield _test(number, NEAR, "2026-03-03 09:30", purpose="retest")
    yield _test(number, NEAR, "2026-03-03 09:00", co=0.9)
    yield _test(number, FAR, "2026-03-03 09:20")
    yield NEAR, f"retest-permit?vin={vehicle['vin']}", b""


def test_nobody_slips_through_between_two_answers(servers: Any) -> None:
    server = servers.start("slip", ["support.servers.steered_site"], PYTHONPATH="tests")
    keys = msgspec.json.decode(
        run_python(["-c", _KEYS], {**server.environment, "PYTHONPATH": "tests"}).stdout
    )

    with httpx.Client(base_url=f"{server.base_url}/api/v1/", timeout=WAIT) as http:

        def call(what: tuple[str, str, bytes]) -> int:
            by, path, body = what
            headers = {"Authorization": f"Bearer {keys[by]}"}
            answer = (
                http.post(path, content=body, headers=headers) if body else http.get(path, headers=headers)
            )
            return answer.status_code

        set_clock(server.data, "2026-03-02 10:00")
        for number in range(CARS):
            assert call(_test(number, NEAR, "2026-03-02 09:00", co=0.9)) == 201
        set_clock(server.data, "2026-03-03 10:00")
        with ThreadPoolExecutor(8) as callers:
            codes = list(callers.map(call, [each for number in range(CARS) for each in _at_once(number)]))
        assert set(codes) <= {200, 201, 403}, codes

        def kept() -> dict[str, list[str]]:
            found: dict[str, list[str]] = msgspec.json.decode(
                run_python(["-c", _KEPT], server.environment).stdout
            )
            return found

        assert kept()["free"] == [] and len(kept()["states"]) == CARS
        assert not {"closed", "annulled"} & set(kept()["states"])
        set_clock(server.data, "2026-03-03 11:00")
        honest = [_test(number, NEAR, "2026-03-03 10:50", purpose="retest") for number in range(CARS)]
        assert [call(each) for each in honest] == [201] * CARS
        assert kept() == {
            "states": ["closed"] * CARS,
            "free": sorted(str(car(number)["vin"]) for number in range(CARS)),
        }
