"""Every call with an object that belongs to another party of the same kind, or to another city: refused,
or nothing is told.

A new call without a decision here fails the first test.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from imloop.api.app import CALLS
from imloop.steps.ground import clock
from imloop.store.models import PartyKind, RawUpload, Test
from support.city import LISTED, NEAR, PLACE, at
from support.messages.uploads import PLATE, VIN, repair_message, test_message
from support.stories.two_cities import PNG, TwoCities

OFFICE, POLICE, MARKET = f"{PLACE}-environment", f"{PLACE}-police", f"{PLACE}-market"


@dataclass(frozen=True)
class Object:
    """A call that names somebody's object: as its ``owner`` makes it. ``beyond``: kinds of party for which it is theirs
    wherever they are, with the reason."""

    owner: str
    query: str = ""
    body: object = None
    beyond: tuple[str, ...] = ()
    why: str = ""


ANY_DEPARTMENT = tuple(k for k in PartyKind if k not in (PartyKind.ISTATION, PartyKind.MSTATION))
DAY = {"until": "2026-04-01"}
CERTIFICATE = {"kind": "cma", "number": "C", "since": "2026-01-01", "until": "2027-01-01"}
ORDER = {
    "kind": "lock",
    "methods": [],
    "reason": "甲",
    "evidence": "乙",
    "until": "2026-04-01T00:00:00+08:00",
}
DECISION = {"reason": "甲", "evidence": "乙"}
EXIT = {**DECISION, "kind": "other", "expires_on": "2026-05-01"}
INSTRUMENT = {"kind": "obd_reader", "model": "M", "serial": "S-9", "since": "2026-03-05"}
SIGN = {"line": "01", "status": "idle", "clock": "2026-03-05T09:30:00+08:00"}
ON_PAPER = {"station": NEAR, "shop": LISTED, "plate": PLATE, "reason": "甲", "settlement_no": "J-1"}
PRICE = {"place": PLACE, "method": "ASM", "yuan": "90", "since": "2026-03-05", "cite": "函"}

OBJECTS: dict[str, Object] = {
    "GET tests/{test_no}": Object(NEAR),
    "GET tests/{test_no}/report.pdf": Object(NEAR),
    "GET tests/{test_no}/replay": Object(NEAR),
    "GET cases/{case_no}": Object(NEAR),
    "POST cases/{case_no}/exit": Object(OFFICE, body=EXIT),
    "POST cases/{case_no}/objection/reject": Object(OFFICE, body=DECISION),
    "POST cases/{case_no}/repairs/{shop}/{repair_no}/release": Object(OFFICE, body={"reason": "甲"}),
    "GET notices/{notice_no}.pdf": Object(NEAR),
    "GET vehicles/{vehicle_id}": Object(
        POLICE, beyond=ANY_DEPARTMENT, why="the register of vehicles is one; every look is journalled"
    ),
    "POST vehicles/held-changes/{held_id}": Object(POLICE, body={"confirm": False, "said": "甲"}),
    "POST zones/{zone_id}/end": Object(OFFICE, body={"on": "2026-04-01"}),
    "POST alerts/{alert_id}/lift": Object(OFFICE, body={}),
    "GET matters/{matter_no}": Object(OFFICE),
    "POST matters/{matter_no}/steps": Object(OFFICE, body={"step": "inform", "fields": {}}),
    "POST matters/{matter_no}/files": Object(OFFICE, query="name=x.png", body=PNG + b"2"),
    "GET matters/{matter_no}/files/{digest}": Object(OFFICE),
    "GET parties/{code}/certificates": Object(NEAR),
    "POST parties/{code}/certificates": Object(MARKET, body=CERTIFICATE),
    "GET parties/{code}/staff": Object(NEAR),
    "POST parties/{code}/staff": Object(NEAR, body={"name": "乙", "role": "driver", "since": "2026-03-05"}),
    "POST parties/{code}/staff/{staff_id}/leave": Object(NEAR, body=DAY),
    "PUT parties/{code}/lines/{line}": Object(OFFICE, body={"methods": ["ASM"], "since": "2026-03-05"}),
    "POST parties/{code}/lines/{line}/end": Object(OFFICE, body=DAY),
    "POST parties/{code}/lines/{line}/instruments": Object(OFFICE, body=INSTRUMENT),
    "POST parties/{code}/instruments/{serial}/end": Object(OFFICE, body=DAY),
    "POST lines/{station}/{line}/orders": Object(OFFICE, body=ORDER),
    "POST software/{software_id}/withdraw": Object(OFFICE, body={"on": "2026-04-01", "reason": "甲"}),
    "POST appointments/{number}/arrived": Object(NEAR, body={}),
    "POST appointments/{number}/no-show": Object(NEAR, body={}),
    "POST tests": Object(NEAR, body=test_message(at("2026-03-05 09:00"), station=NEAR)),
    "POST repairs": Object(LISTED, body=repair_message(at("2026-03-05 09:00"), shop=LISTED)),
    "POST heartbeats": Object(NEAR, body={"station": NEAR, "lines": [SIGN]}),
    "GET retest-permit": Object(NEAR, query=f"vin={VIN}&station={NEAR}"),
    "GET gates/reception": Object(NEAR, query=f"vin={VIN}&station={NEAR}&line=01&method=ASM"),
    "POST prices": Object(MARKET, body=PRICE),
    "POST matters": Object(
        NEAR,
        body={"kind": "withdrawal", "party": NEAR, "fields": {"reasons": "甲", "last_day": "2026-05-01"}},
    ),
}
OBJECTS |= {
    "POST held-runs/{station}/{held_no}/settle": Object(
        OFFICE, body={"settled": "rejected", "because": "甲"}
    ),
    "POST outages/{outage_no}/end": Object(OFFICE, body={}),
    "POST fallback-unlocks": Object(OFFICE, body=ON_PAPER),
    "GET fallback-unlocks/{unlock_no}": Object(NEAR),
    "POST fallback-unlocks/{unlock_no}/files": Object(NEAR, query="paper=notice&name=x.png", body=PNG + b"4"),
    "GET fallback-unlocks/{unlock_no}/files/{sha256}": Object(NEAR),
    "GET draws/{no}": Object(OFFICE),
    "POST draws/{no}/join": Object(OFFICE, body={"nonce_sha256": "a" * 64}),
    "POST draws/{no}/commit": Object(OFFICE, body={}),
    "POST draws/{no}/numbers": Object(OFFICE, body={"source": "ssq", "value": "1"}),
    "POST draws/{no}/reveal": Object(OFFICE, body={"nonce": "1f" * 32}),
    "POST draws/{no}/void": Object(OFFICE, body={"reason": "甲"}),
    "POST draws/{no}/publish": Object(OFFICE, body={}),
    "POST draws/{no}/visits/{unit}/begin": Object(OFFICE, body={}),
    "POST draws/{no}/visits/{unit}/result": Object(OFFICE, body={"outcome": "sound", "result": "甲"}),
}
LISTS = {
    "GET draws": "",
    "GET held-runs": "",
    "GET feed/stream": "after=0",
    "GET rework": "shop=" + LISTED,
    "GET feed": "",
    "GET gates/conflict": "party=" + NEAR,
    "GET matters": "",
    "GET certificates": "",
    "GET lines": "station=" + NEAR,
    "GET software": "",
    "GET appointments": "station=" + NEAR,
    "GET clean-fleet": "",
    "GET vehicles/held-changes": "",
}
"""Calls that list what is the caller's, with a filter for what is another's: refused, or nothing of it is told."""
OWN_ONLY = {
    "POST draws": "always of the caller's place",
    "GET draws/{no}/own": "always the caller's own unit, of a published draw",
    "POST outages": "always of the caller's place; a station only of itself",
    "GET offline-vouchers": "always the caller's own",
    "GET offline-vouchers/form.pdf": "always the caller's own",
    "POST offline-vouchers/redeem": (
        "the station signed into the voucher must be the caller (tests/stories/outages/test_vouchers.py)"
    ),
    "POST repairs/files": "always the caller's own (tests/stories/repairs/test_repair_files.py)",
    "POST equipment-checks": "the station of the message must be the caller's, as with tests (intake)",
    "POST opening-hours": "always the caller's own",
    "POST closed-days": "always the caller's own",
    "DELETE closed-days/{day}": "always the caller's own",
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
}


def test_every_call_is_decided() -> None:
    decided = [*OBJECTS, *LISTS, *OWN_ONLY]
    assert sorted(decided) == sorted(call.name for call in CALLS.values() if call.who)


@pytest.fixture
def world(db: None, two_cities: TwoCities, monkeypatch: pytest.MonkeyPatch) -> TwoCities:
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-05 09:30"))
    return two_cities


def ask(client: Client, name: str, world: TwoCities, query: str, body: object) -> HttpResponse:
    method, path = name.split(" ", 1)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    address = f"/api/v1/{path.format(**world.names)}" + (f"?{query}" if query else "")
    return client.generic(method, address, raw, content_type="application/json")


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
