"""What every call answers when all goes well: status, and the fields that are always there. ``openapi.py`` writes it out.

``name:s`` is text, ``i`` a whole number, ``n`` a number, ``b`` true or false, ``a`` a list, ``o`` an object; ``?`` may be null.
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
_APPOINTMENT = "id:i ticket:s station:s line:s method:s purpose:s starts_at:s ends_at:s walk_in:b plate:s case:s? state:s why:s"
_FILE = "name:s sha256:s size:i"
_RECEIPT = "schema:s received_at:s"
PDF, ATTACHED, EVENTS = "application/pdf", "*/*", "text/event-stream"

_OUTAGE = "outage_no:s scope:s place:s stations:a cause:s starts_at:s ends_at:s? declared_at:s"
_DRAW = "schema:s no:s period:s place:s state:s prepared_at:s prepared_by:s commitment:s published_at:s? void_reason:s departments:a"
ANSWERS: dict[str, tuple[tuple[int, ...], str]] = {
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
    "GET matters": ((200,), "matters:a"),
    "POST matters": ((201,), _MATTER),
    "GET matters/{matter_no}": ((200,), _MATTER),
    "POST matters/{matter_no}/steps": ((200,), _MATTER),
    "POST matters/{matter_no}/files": ((201,), _FILE),
    "GET matters/{matter_no}/files/{digest}": ((200,), ATTACHED),
    "GET public/conditions/{subject}": ((200,), "conditions:a"),
    "POST public/applications": ((201,), f"{_MATTER} token:s"),
    "GET public/applications/{token}": ((200,), _MATTER),
    "PUT public/applications/{token}": ((200,), _MATTER),
    "POST public/applications/{token}/steps": ((200,), _MATTER),
    "POST public/applications/{token}/files": ((201,), _FILE),
    "POST public/applications/{token}/key": ((201,), "key:s"),
    "GET public/decisions": ((200,), "decisions:a"),
}
TYPES = {
    "s": "string",
    "i": "integer",
    "n": "number",
    "b": "boolean",
    "a": "array",
    "o": "object",
}
