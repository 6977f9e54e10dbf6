"""Every call that names somebody's object, as its owner makes it in the two cities."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.http import HttpResponse
from django.test import Client

from imloop.store.models import PartyKind
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
VIDEO = {"kind": "video", "reference": "https://v.cn/1", "sha256": "a" * 64}
PRICE = {"place": PLACE, "method": "ASM", "yuan": "90", "since": "2026-03-05", "cite": "函"}

OBJECTS: dict[str, Object] = {
    "GET tests/{test_no}": Object(NEAR),
    "GET tests/{test_no}/report.pdf": Object(NEAR),
    "GET tests/{test_no}/replay": Object(NEAR),
    "GET cases/{case_no}": Object(NEAR),
    "POST cases/{case_no}/exit": Object(OFFICE, body=EXIT),
    "POST cases/{case_no}/objection/reject": Object(OFFICE, body=DECISION),
    "POST cases/{case_no}/repairs/{shop}/{repair_no}/release": Object(OFFICE, body={"reason": "甲"}),
    "POST findings/{finding}/resolve": Object(OFFICE, body={"outcome": "true", "reason": "甲"}),
    "POST findings/{finding}/evidence": Object(
        OFFICE, body={"kind": "video", "reference": "https://v.cn/1", "sha256": "a" * 64}
    ),
    "GET proposals/{proposal_id}": Object(OFFICE),
    "POST proposals/{proposal_id}": Object(OFFICE, body={"step": "withdraw", "said": "填错"}),
    "GET notices/{notice_no}.pdf": Object(NEAR),
    "GET vehicles/{vehicle_id}": Object(
        POLICE, beyond=ANY_DEPARTMENT, why="the register of vehicles is one; every look is journalled"
    ),
    "POST vehicles/held-changes/{held_id}": Object(POLICE, body={"confirm": False, "said": "甲"}),
    "GET remote-sensing/{reading_id}": Object(OFFICE),
    "POST remote-sensing/{reading_id}/reviews": Object(OFFICE, body={"holds": True, "plate_ok": True}),
    "POST remote-sensing/{reading_id}/told": Object(OFFICE, body={"how": "sms"}),
    "POST remote-sensing/{reading_id}/lead": Object(OFFICE, body={}),
    "POST spot-checks/tasks/{task_no}": Object(OFFICE, body={"step": "close"}),
    "GET spot-checks/{check_no}": Object(OFFICE),
    "POST spot-checks/{check_no}/settle": Object(OFFICE, body={"accepted": True, "because": "与记录仪一致"}),
    "POST spot-checks/{check_no}/hand-over": Object(OFFICE, body={"reason": "逾期未复检"}),
    "POST zones/{zone_id}/end": Object(OFFICE, body={"on": "2026-04-01"}),
    "POST alerts/{alert_id}/lift": Object(OFFICE, body={}),
    "GET matters/{matter_no}": Object(OFFICE),
    "POST matters/{matter_no}/steps": Object(OFFICE, body={"step": "inform", "fields": {}}),
    "POST matters/{matter_no}/files": Object(OFFICE, query="name=x.png", body=PNG + b"2"),
    "GET matters/{matter_no}/files/{digest}": Object(OFFICE),
    "POST matters/{matter_no}/evidence": Object(
        OFFICE, body={"kind": "video", "reference": "https://video.invalid/1", "sha256": "0" * 64}
    ),
    "GET complaints/{complaint_no}": Object(OFFICE),
    "GET copies/{copy_no}": Object(MARKET),
    "GET copies/{copy_no}/files/{copy_file}": Object(OFFICE),
    "POST copies/{copy_no}/receipt": Object(MARKET, body={}),
    "POST copies/{copy_no}/answer": Object(MARKET, body={"answer": "证书有效，未见异常"}),
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
    "POST draws/{no}/visits/{unit}/confirm": Object(OFFICE, body={}),
    "POST draws/{no}/visits/{unit}/ask": Object(OFFICE, body={}),
    "POST draws/{no}/visits/{unit}/step-back": Object(
        OFFICE, body={"officer": "moli", "ground": "absent", "reason": "外出培训"}
    ),
    "POST draws/{no}/visits/{unit}/result": Object(OFFICE, body={"outcome": "sound", "result": "甲"}),
}


def ask(client: Client, name: str, world: TwoCities, query: str, body: object) -> HttpResponse:
    method, path = name.split(" ", 1)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    address = f"/api/v1/{path.format(**world.names)}" + (f"?{query}" if query else "")
    return client.generic(method, address, raw, content_type="application/json")
