"""Every call with an object that belongs to another party of the same kind, or to another city: refused,
or nothing is told.

A new call without a decision here fails the first test.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse

from imloop.api.app import CALLS
from imloop.steps.ground import clock
from imloop.store.models import RawUpload, Test
from support.city import LISTED, NEAR, at
from support.stories.objects import OBJECTS, ask
from support.stories.two_cities import TwoCities

pytestmark = pytest.mark.every_case("each case asks the database something else")

LISTS = {
    "GET draws": "",
    "GET findings": "station=" + NEAR,
    "GET held-runs": "",
    "GET proposals": "",
    "GET feed/stream": "after=0",
    "GET rework": "shop=" + LISTED,
    "GET feed": "",
    "GET gates/conflict": "party=" + NEAR,
    "GET matters": "",
    "GET copies": "",
    "GET complaints": "",
    "GET complaints/figures": "",
    "GET certificates": "",
    "GET lines": "station=" + NEAR,
    "GET software": "",
    "GET appointments": "station=" + NEAR,
    "GET clean-fleet": "",
    "GET vehicles/held-changes": "",
    "GET remote-sensing": "queue=realtime",
    "GET remote-sensing/sites": "",
    "GET spot-checks": "",
    "GET spot-checks/tasks": "",
    "GET spot-checks/instruments": "",
}
"""Calls that list what is the caller's, with a filter for what is another's: refused, or nothing of it is told."""
OWN_ONLY = {
    "POST remote-sensing": "records are the caller's own, whoever else uses the same numbers",
    "POST remote-sensing/soap": "the same",
    "GET remote-sensing/soap": "the description of a door, of nobody's data",
    "POST remote-sensing/sites": "always in the caller's own register",
    "POST remote-sensing/certificates": "a site of the caller's own (tests/steps/remote_sensing)",
    "POST spot-checks": "of a task of the caller's own (tests/stories/spot_checks)",
    "POST spot-checks/tasks": "always of the caller's own office",
    "POST spot-checks/instruments": "always in the caller's own register",
    "POST draws": "always of the caller's place",
    "GET draws/{no}/own": "always the caller's own unit, of a published draw",
    "POST outages": "always of the caller's place; a station only of itself",
    "GET offline-vouchers": "always the caller's own",
    "GET offline-vouchers/form.pdf": "always the caller's own",
    "POST offline-vouchers/redeem": (
        "the station signed into the voucher must be the caller (tests/stories/outages/test_vouchers.py)"
    ),
    "POST repairs/files": "always the caller's own (tests/stories/repairs/test_repair_files.py)",
    "POST station-papers": "a case of the caller's own (tests/stories/repairs/test_station_papers.py)",
    "POST station-papers/files": "always what the caller entered (the same)",
    "POST station-papers/confirm": "always what the caller entered (the same)",
    "POST equipment-checks": "the station of the message must be the caller's, as with tests (intake)",
    "POST opening-hours": "always the caller's own",
    "POST closed-days": "always the caller's own",
    "DELETE closed-days/{day}": "always the caller's own",
    "POST complaints": "goes to the department of the place that it names, whoever writes it down",
    "POST copies": "of what the caller sees (tests/stories/copies/test_copies_of_anything.py)",
    "GET matters/{matter_no}/papers/{kind}": "a matter that the caller may see (tests/papers/test_penalty_papers.py)",
    "POST zones": "always in the caller's place",
    "POST alerts": "always in the caller's place",
    "POST software": "always in the caller's place",
    "POST enrolments": "always in the caller's place",
    "POST marks": "a vehicle of the one register, behind the gate",
    "POST vehicles/changes": "a vehicle of the one register",
    "POST vehicles/{vehicle_id}/differences": "a vehicle of the one register, by who entered the field",
    "GET gates/inspection-mark": "a vehicle of the one register",
    "GET gates/inspection-cycle": "a vehicle of the one register",
    "GET gates/registration": "a vehicle of the one register",
    "GET gates/road": "a vehicle of the one register",
    "GET trace-back": (
        "a vehicle of the one register; its tests and repairs are the place's "
        "(tests/pages/trace_back/test_trace_back.py)"
    ),
}


def test_every_call_is_decided() -> None:
    decided = [*OBJECTS, *LISTS, *OWN_ONLY]
    assert sorted(decided) == sorted(call.name for call in CALLS.values() if call.who)


@pytest.fixture
def world(db: None, two_cities: TwoCities, monkeypatch: pytest.MonkeyPatch) -> TwoCities:
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-05 09:30"))
    return two_cities


def refusal(answer: HttpResponse) -> str:
    """The code of a refusal for being somebody else's or unknown; empty for any other answer."""
    if answer.status_code not in (401, 403, 404, 422):
        return ""
    code = str(json.loads(answer.content).get("code", ""))
    own = ("wrong-value", "not-taking-part")  # its own message, or its own department's next step
    return code if code.startswith(("unknown-", "wrong-", "not-")) and code not in own else ""


@pytest.mark.parametrize("name", OBJECTS)
def test_strangers_are_refused_and_the_owner_is_not(world: TwoCities, name: str) -> None:
    given = OBJECTS[name]
    before = (Test.objects.count(), RawUpload.objects.filter(refused="").count())
    for kind in CALLS[name].who:
        for code in world.stranger(kind):
            answer = ask(world.city.client(code), name, world, given.query, given.body)
            if kind in given.beyond:
                assert answer.status_code == 200, (code, given.why)
                continue
            assert refusal(answer), (code, answer.status_code, answer.content[:300])
            shown = answer.content.decode()
            assert not [word for word in world.told if word in shown and word not in given.query + str(given.body)
                        and word not in str(world.names)], (code, shown)  # fmt: skip
    assert (Test.objects.count(), RawUpload.objects.filter(refused="").count()) == before
    own = ask(world.city.client(given.owner), name, world, given.query, given.body)
    assert not refusal(own), ("the call must be one that the owner can make", own.content[:300])


@pytest.mark.parametrize("name", LISTS)
def test_lists_hold_nothing_of_others(world: TwoCities, name: str) -> None:
    for kind in CALLS[name].who:
        for code in world.stranger(kind):
            for query in {"", LISTS[name]}:
                answer: Any = ask(world.city.client(code), name, world, query, None)
                assert answer.status_code < 500
                shown = answer.content.decode()
                assert not [word for word in world.told if word in shown], (code, query, shown[:400])
