"""Through real sockets: more callers at once than the server works on, uploads and questions mixed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import httpx
import msgspec

from support.city import NEAR, at
from support.messages.uploads import test_message
from support.servers.processes import run_python
from support.servers.steered_site import KEY, set_clock

CALLERS, EACH = 8, 3
WAIT = httpx.Timeout(120.0)
_KEPT = """
import json, django; django.setup()
from imloop.store.models import Case, RawUpload, Test
print(json.dumps({
    "tests": {test.test_no: test.receipt for test in Test.objects.all()},
    "uploads": RawUpload.objects.filter(refused="").count(),
    "refused": sorted(RawUpload.objects.exclude(refused="").values_list("refused", flat=True)),
    "cases": Case.objects.count(),
}))
"""


def vehicle_of(who: int, number: int) -> dict[str, str]:
    return {
        "vin": f"LSVAU2180N2{who:03d}{number:03d}",
        "plate": f"桂B{who:02d}{number:03d}",
        "fuel": "gasoline",
    }


def one_caller(base_url: str, key: str, who: int) -> list[dict[str, Any]]:
    """Fails vehicle after vehicle, says each twice and once changed, and asks for the permit of each: the receipts."""
    receipts = []
    with httpx.Client(
        base_url=f"{base_url}/api/v1/", headers={"Authorization": f"Bearer {key}"}, timeout=WAIT
    ) as http:
        for number in range(EACH):
            vehicle = vehicle_of(who, number)
            message = test_message(at("2026-03-02 09:00"), station=NEAR, co=0.9, vehicle=vehicle)
            body = msgspec.json.encode({**message, "test_no": f"T-{who}-{number}"})
            first = http.post("tests", content=body)
            assert first.status_code == 201, first.text
            again = http.post("tests", content=body)
            assert (again.status_code, again.json()) == (200, first.json())
            other = http.post("tests", content=body.replace(b'"test_no":', b'"test_no": '))
            assert (other.status_code, other.json()["code"]) == (409, "test-no-taken")
            asked = http.get("retest-permit", params={"vin": vehicle["vin"], "station": NEAR})
            assert asked.status_code == 200 and not asked.json()["allowed"]
            assert [each["code"] for each in asked.json()["reasons"]] == ["no-repair-record"]
            receipts.append(first.json())
    return receipts


def test_each_gets_his_own_answer_and_everything_is_kept(servers: Any) -> None:
    server = servers.start("at-once", ["support.servers.steered_site"], PYTHONPATH="tests")
    set_clock(server.data, "2026-03-02 10:00")
    key = (server.data / KEY).read_text(encoding="ascii")
    with ThreadPoolExecutor(CALLERS) as callers:
        answered = list(callers.map(partial(one_caller, server.base_url, key), range(CALLERS)))
    receipts = {receipt["test_no"]: receipt for own in answered for receipt in own}
    assert len(receipts) == CALLERS * EACH
    assert len({receipt["report"] for receipt in receipts.values()}) == len(receipts)
    kept = msgspec.json.decode(run_python(["-c", _KEPT], server.environment).stdout)
    assert kept["tests"] == receipts
    assert kept["uploads"] == kept["cases"] == len(receipts)
    assert kept["refused"] == ["test-no-taken"] * len(receipts)
    log = (server.data.parent / f"{server.data.name}.log").read_text(errors="replace")
    assert "Unexpected exit" not in log, "a worker process ended"
