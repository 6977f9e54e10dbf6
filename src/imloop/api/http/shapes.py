"""The answer of every call on success: status, and the fields that are always there; read by ``openapi.py``.

``name:s`` is text, ``i`` a whole number, ``n`` a number, ``b`` true or false, ``a`` a list, ``o`` an object;
``?`` may be null.
"""

from __future__ import annotations

_CASE = (
    "case_no:s state:s origin:s cycle:i round:i vehicle:o station:s opened_at:s deadline:s? overdue:b closed_at:s?"
    " failed_items:a notices:a repairs:a exits:a objections:a events:a"
)
_MATTER = (
    "matter_no:s kind:s kind_name:s title:s party:s state:s state_name:s opened_at:s closed_at:s? due_on:s? late:b"
    " facts:o form:o? events:a attachments:a steps:a"
)
_GATE = "gate:s allowed:b reasons:a"
_CERTIFICATE = "kind:s number:s issuer:s since:s until:s days_left:i serial:s"
_PERSON = "id:i name:s role:s licence_no:s qualified_until:s? since:s until:s?"
_SOFTWARE = "id:i sha256:s name:s version:s place:s since:s until:s? in_force:b cite:s"
_APPOINTMENT = (
    "id:i ticket:s station:s line:s method:s purpose:s starts_at:s ends_at:s walk_in:b plate:s case:s? "
    "state:s why:s"
)
_FILE = "name:s sha256:s size:i"
_RECEIPT = "schema:s received_at:s"
PDF, ATTACHED, EVENTS = "application/pdf", "*/*", "text/event-stream"

_OUTAGE = "outage_no:s scope:s place:s stations:a cause:s starts_at:s ends_at:s? declared_at:s"
_DRAW = (
    "schema:s no:s period:s place:s state:s prepared_at:s prepared_by:s commitment:s published_at:s? "
    "void_reason:s departments:a"
)
ANSWERS: dict[str, tuple[tuple[int, ...], str]] = {
    "POST tests": ((201, 200), f"{_RECEIPT} test_no:s"),
    "GET tests/{test_no}": (
        (200,),
        "test_no:s station:s line:s method:s purpose:s outcome:s started_at:s ended_at:s received_at:s vehicle:o "
        "case:s? sha256:s verdict:o receipt:o trace:o",
    ),
    "GET tests/{test_no}/report.pdf": ((200,), PDF),
    "GET tests/{test_no}/replay": ((200,), "test_no:s same:b differs:a verdict:o"),
    "POST repairs": ((201, 200), f"{_RECEIPT} repair_no:s case:s case_state:s"),
    "POST repairs/files": ((201,), _FILE),
    "GET rework": ((200,), "rates:a"),
    "GET retest-permit": ((200,), "allowed:b reasons:a case:s? station:s at:s"),
    "GET feed/stream": ((200,), EVENTS),
    "POST outages": ((201,), _OUTAGE),
    "POST outages/{outage_no}/end": ((200,), _OUTAGE),
    "GET public/outages": ((200,), "outages:a"),
    "POST fallback-unlocks": ((201,), "unlock:s state:s unlocked:b station:s shop:s"),
    "GET fallback-unlocks/{unlock_no}": (
        (200,),
        "unlock:s state:s unlocked:b station:s shop:s photographs:o",
    ),
    "POST fallback-unlocks/{unlock_no}/files": ((201,), _FILE),
    "GET fallback-unlocks/{unlock_no}/files/{sha256}": ((200,), ATTACHED),
    "GET offline-vouchers": ((200,), "key:o vouchers:a"),
    "GET offline-vouchers/form.pdf": ((200,), PDF),
    "POST offline-vouchers/redeem": ((201, 200), _RECEIPT),
    "GET public/draws": ((200,), "draws:a"),
    "GET public/draws/{no}": ((200,), _DRAW),
    "GET draws": ((200,), "draws:a"),
    "POST draws": ((201,), "no:s state:s"),
    "GET draws/{no}": ((200,), "no:s state:s"),
    "GET draws/{no}/own": ((200,), "schema:s"),
    "POST draws/{no}/join": ((201,), "no:s nonce_sha256:s inspectors:i"),
    "POST draws/{no}/commit": ((201,), _DRAW),
    "POST draws/{no}/numbers": ((201,), "source:s value:s confirmed:b"),
    "POST draws/{no}/reveal": ((201,), "no:s state:s"),
    "POST draws/{no}/void": ((201,), _DRAW),
    "POST draws/{no}/visits/{unit}/begin": ((201,), "unit:s looked_at:a"),
    "POST draws/{no}/visits/{unit}/result": ((201,), "unit:s outcome:s"),
    "POST draws/{no}/publish": ((201,), _DRAW),
    "GET feed": ((200,), "entries:a next:i more:b"),
    "GET cases/{case_no}": ((200,), _CASE),
    "POST cases/{case_no}/exit": ((201,), _CASE),
    "POST cases/{case_no}/objection/reject": ((200,), _CASE),
    "GET notices/{notice_no}.pdf": ((200,), PDF),
    "GET gates/conflict": ((200,), f"{_GATE} party:s"),
    "GET gates/reception": ((200,), f"{_GATE} station:s line:s method:s due_yuan:s? case:s? at:s"),
    "GET gates/inspection-mark": ((200,), _GATE),
    "GET gates/inspection-cycle": ((200,), _GATE),
    "GET gates/registration": ((200,), f"{_GATE} application:s stage:s? stage_required:s?"),
    "GET gates/road": ((200,), _GATE),
    "GET public/roads": ((200,), _GATE),
    "POST prices": ((201,), "place:s method:s yuan:s"),
    "POST marks": ((201,), "id:i vin:s plate:s valid_until:s test_no:s? cite:s"),
    "POST vehicles/changes": ((201,), "id:i vehicle:i kind:s on:s status:s plate:s"),
    "GET vehicles/{vehicle_id}": (
        (200,),
        "id:i vin:s plate:s plate_colour:s fuel:s status:s facts:o cycle:o plates:a changes:a",
    ),
    "POST enrolments": ((201,), "id:i vehicle:i ground:s cite:s since:s until:s?"),
    "POST zones": ((201,), "id:i code:s place:s"),
    "POST zones/{zone_id}/end": ((201,), "id:i code:s until:s"),
    "POST alerts": ((201,), "id:i level:s place:s"),
    "POST alerts/{alert_id}/lift": ((201,), "id:i until:s?"),
    "GET clean-fleet": ((200,), "places:a enterprises:a"),
    "GET matters": ((200,), "matters:a"),
    "POST matters": ((201,), _MATTER),
    "GET matters/{matter_no}": ((200,), _MATTER),
    "POST matters/{matter_no}/steps": ((200,), _MATTER),
    "POST matters/{matter_no}/files": ((201,), _FILE),
    "GET matters/{matter_no}/files/{digest}": ((200,), ATTACHED),
    "GET certificates": ((200,), "certificates:a"),
    "GET parties/{code}/certificates": ((200,), "certificates:a"),
    "POST parties/{code}/certificates": ((201,), _CERTIFICATE),
    "GET parties/{code}/staff": ((200,), "staff:a"),
    "POST parties/{code}/staff": ((201,), _PERSON),
    "POST parties/{code}/staff/{staff_id}/leave": ((200,), _PERSON),
    "PUT parties/{code}/lines/{line}": ((200,), "line:s methods:a since:s"),
    "POST parties/{code}/lines/{line}/end": ((200,), "line:s until:s"),
    "POST parties/{code}/lines/{line}/instruments": ((201,), "serial:s kind:s since:s"),
    "POST parties/{code}/instruments/{serial}/end": ((200,), "serial:s until:s"),
    "POST equipment-checks": ((201, 200), f"{_RECEIPT} check_no:s"),
    "POST heartbeats": ((200,), "station:s received_at:s lines:a"),
    "GET lines": ((200,), "at:s lines:a"),
    "POST lines/{station}/{line}/orders": ((201,), "kind:s methods:a until:s"),
    "GET software": ((200,), "approved:a running:a"),
    "POST software": ((201,), _SOFTWARE),
    "POST software/{software_id}/withdraw": ((201,), _SOFTWARE),
    "GET appointments": ((200,), "day:s appointments:a"),
    "POST appointments/{number}/arrived": ((200,), _APPOINTMENT),
    "POST appointments/{number}/no-show": ((200,), _APPOINTMENT),
    "POST opening-hours": ((201,), "station:s since:s spans:i"),
    "POST closed-days": ((201,), "day:s cancelled:i"),
    "DELETE closed-days/{day}": ((200,), "day:s"),
    "GET public/stations": ((200,), "on:s stations:a"),
    "GET public/prices": ((200,), "place:s on:s prices:a"),
    "GET public/journal/root": ((200,), "algorithm:s number:i hash:s days:a"),
    "GET public/journal/{number}": ((200,), "schema:s algorithm:s number:i hash:s sealed:b"),
    "GET public/conditions/{subject}": ((200,), "conditions:a"),
    "POST public/applications": ((201,), f"{_MATTER} token:s"),
    "GET public/applications/{token}": ((200,), _MATTER),
    "PUT public/applications/{token}": ((200,), _MATTER),
    "POST public/applications/{token}/steps": ((200,), _MATTER),
    "POST public/applications/{token}/files": ((201,), _FILE),
    "POST public/applications/{token}/key": ((201,), "key:s"),
    "GET public/decisions": ((200,), "decisions:a"),
    "GET public/repairers": ((200,), "order:s repairers:a"),
    "POST public/cases/{token}/objection": ((201,), "case:s answer_by:s"),
    "GET public/stations/{code}/slots": ((200,), "station:s method:s day:s slots:a reasons:a"),
    "POST public/appointments": ((201,), f"{_APPOINTMENT} token:s"),
    "GET public/appointments/{token}": ((200,), f"{_APPOINTMENT} token:s"),
    "DELETE public/appointments/{token}": ((200,), f"{_APPOINTMENT} token:s"),
    "GET public/stations/{code}/queue": ((200,), "station:s queue:a"),
}
TYPES = {
    "s": "string",
    "i": "integer",
    "n": "number",
    "b": "boolean",
    "a": "array",
    "o": "object",
}
