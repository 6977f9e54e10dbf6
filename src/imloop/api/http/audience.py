"""Who may make which call: one table, asked before a call's own body is read.

Which objects a caller may see or move is said by ``steps/ground/access.py``; a kind of party that may not use a call at
all is refused here. ``docs/access.md`` is written from this table, and a test makes every call as every kind.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from imloop.api.http.answers import refuse_larger
from imloop.api.http.auth import caller
from imloop.facts.pictures import LARGEST
from imloop.steps.draws.prepare_draw import DRAWERS
from imloop.steps.ground.access import OFFICES, PUBLIC, Caller, require_kind
from imloop.steps.outages.paper_files import GIVERS
from imloop.store.models import PartyKind

I_STATION, M_STATION = (PartyKind.ISTATION,), (PartyKind.MSTATION,)
ENVIRONMENT, TRANSPORT = (PartyKind.ENVIRONMENT,), (PartyKind.TRANSPORT,)
MARKET, POLICE = (PartyKind.MARKET,), (PartyKind.POLICE,)
EVERYONE = (*I_STATION, *M_STATION, *OFFICES)
ANYONE: tuple[PartyKind, ...] = ()
"""No log-in, no key."""
_LINE_SEERS = (*I_STATION, *ENVIRONMENT, *MARKET, PartyKind.SUPERVISOR, PartyKind.ADMIN)

AUDIENCE: dict[str, tuple[PartyKind, ...]] = {
    "POST tests": I_STATION,
    "GET tests/{test_no}": (*I_STATION, *OFFICES),
    "GET tests/{test_no}/report.pdf": (*I_STATION, *OFFICES),
    "GET tests/{test_no}/replay": (*I_STATION, *OFFICES),
    "POST repairs": M_STATION,
    "POST repairs/files": M_STATION,
    "GET rework": (*M_STATION, *OFFICES),
    "GET retest-permit": (*I_STATION, *OFFICES),
    "GET feed": EVERYONE,
    "GET feed/stream": EVERYONE,
    "GET cases/{case_no}": EVERYONE,
    "POST cases/{case_no}/exit": ENVIRONMENT,
    "POST cases/{case_no}/objection/reject": ENVIRONMENT,
    "GET notices/{notice_no}.pdf": EVERYONE,
    "GET gates/conflict": (*I_STATION, *OFFICES),
    "GET gates/reception": (*I_STATION, *OFFICES),
    "GET gates/inspection-mark": (*I_STATION, *OFFICES),
    "GET gates/inspection-cycle": (*I_STATION, *OFFICES),
    "GET gates/registration": (*ENVIRONMENT, *POLICE, PartyKind.SUPERVISOR, PartyKind.ADMIN),
    "GET gates/road": OFFICES,
    "POST prices": MARKET,
    "POST marks": POLICE,
    "POST vehicles/changes": POLICE,
    "GET vehicles/{vehicle_id}": OFFICES,
    "POST enrolments": (*ENVIRONMENT, *POLICE),
    "POST zones": ENVIRONMENT,
    "POST zones/{zone_id}/end": ENVIRONMENT,
    "POST alerts": ENVIRONMENT,
    "POST alerts/{alert_id}/lift": ENVIRONMENT,
    "GET clean-fleet": OFFICES,
    "GET matters": EVERYONE,
    "POST matters": EVERYONE,
    "GET matters/{matter_no}": EVERYONE,
    "POST matters/{matter_no}/steps": EVERYONE,
    "POST matters/{matter_no}/files": EVERYONE,
    "GET matters/{matter_no}/files/{digest}": EVERYONE,
    "GET certificates": EVERYONE,
    "GET parties/{code}/certificates": EVERYONE,
    "POST parties/{code}/certificates": (*ENVIRONMENT, *TRANSPORT, *MARKET),
    "GET parties/{code}/staff": EVERYONE,
    "POST parties/{code}/staff": (*I_STATION, *M_STATION, *ENVIRONMENT, *TRANSPORT),
    "POST parties/{code}/staff/{staff_id}/leave": (*I_STATION, *M_STATION, *ENVIRONMENT, *TRANSPORT),
    "PUT parties/{code}/lines/{line}": ENVIRONMENT,
    "POST parties/{code}/lines/{line}/end": ENVIRONMENT,
    "POST parties/{code}/lines/{line}/instruments": ENVIRONMENT,
    "POST parties/{code}/instruments/{serial}/end": ENVIRONMENT,
    "POST equipment-checks": I_STATION,
    "POST heartbeats": I_STATION,
    "GET lines": _LINE_SEERS,
    "POST lines/{station}/{line}/orders": ENVIRONMENT,
    "GET software": _LINE_SEERS,
    "POST software": ENVIRONMENT,
    "POST software/{software_id}/withdraw": ENVIRONMENT,
    "GET appointments": (*I_STATION, *OFFICES),
    "POST appointments/{number}/arrived": I_STATION,
    "POST appointments/{number}/no-show": I_STATION,
    "POST opening-hours": I_STATION,
    "POST closed-days": I_STATION,
    "DELETE closed-days/{day}": I_STATION,
    "POST outages": (*I_STATION, *ENVIRONMENT, PartyKind.ADMIN),
    "POST outages/{outage_no}/end": (*I_STATION, *ENVIRONMENT, PartyKind.ADMIN),
    "POST fallback-unlocks": (*ENVIRONMENT, PartyKind.ADMIN),
    "GET fallback-unlocks/{unlock_no}": EVERYONE,
    "POST fallback-unlocks/{unlock_no}/files": GIVERS,
    "GET fallback-unlocks/{unlock_no}/files/{sha256}": EVERYONE,
    "GET offline-vouchers": I_STATION,
    "GET offline-vouchers/form.pdf": I_STATION,
    "POST offline-vouchers/redeem": I_STATION,
    "GET draws": (*DRAWERS, PartyKind.ADMIN),
    "POST draws": DRAWERS,
    "GET draws/{no}": (*DRAWERS, PartyKind.ADMIN),
    "GET draws/{no}/own": (*I_STATION, *M_STATION),
    "POST draws/{no}/join": DRAWERS,
    "POST draws/{no}/commit": DRAWERS,
    "POST draws/{no}/numbers": DRAWERS,
    "POST draws/{no}/reveal": DRAWERS,
    "POST draws/{no}/void": DRAWERS,
    "POST draws/{no}/visits/{unit}/begin": DRAWERS,
    "POST draws/{no}/visits/{unit}/result": DRAWERS,
    "POST draws/{no}/publish": DRAWERS,
}
"""``METHOD path`` → kinds. What is below ``public/`` is for anyone."""


def audience_of(method: str, path: str) -> tuple[PartyKind, ...]:
    """Raises ``KeyError`` for a call that the table forgot: so that nothing is open by oversight."""
    return ANYONE if path.startswith("public/") else AUDIENCE[f"{method} {path}"]


def admitted(request: HttpRequest) -> Caller:
    """The caller, if the call is for its kind. Raises ``NotAllowed``."""
    route = request.resolver_match.route if request.resolver_match else ""
    path = route.partition("v1/")[2].replace("<", "{").replace(">", "}")
    refuse_larger(request, LARGEST if path.endswith("/files") else settings.MAX_UPLOAD_BYTES)
    kinds = audience_of(request.method or "", _plain(path))
    if not kinds:
        return PUBLIC
    found = caller(request)
    require_kind(found, *kinds)
    return found


def _plain(path: str) -> str:
    """Converters of the route are left out: ``{int:number}`` is ``{number}``."""
    return "/".join(
        "{" + part[1:].rpartition(":")[2] if part.startswith("{") else part for part in path.split("/")
    )
