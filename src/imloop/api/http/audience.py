"""Who may make a call: declared at its route, checked before the call's own body is read.

Which objects a caller may see or move is said by ``steps/ground/access.py``; a kind of party that may not use a call at
all is refused here. ``docs/access.md`` is written from the routes, and a test makes every call as every kind.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from imloop.api.http.answers import refuse_larger
from imloop.api.http.auth import caller
from imloop.steps.ground.access import ASK_OF_VEHICLES, OFFICES, PUBLIC, Caller, require_kind
from imloop.store.models import PartyKind

Kinds = tuple[PartyKind, ...]
ANYONE: Kinds = ()
"""No log-in, no key."""
I_STATION, M_STATION = (PartyKind.ISTATION,), (PartyKind.MSTATION,)
ENVIRONMENT, TRANSPORT = (PartyKind.ENVIRONMENT,), (PartyKind.TRANSPORT,)
MARKET, POLICE = (PartyKind.MARKET,), (PartyKind.POLICE,)
SUPERVISOR, ADMIN = (PartyKind.SUPERVISOR,), (PartyKind.ADMIN,)
I_STATION_OR_OFFICE: Kinds = (*I_STATION, *OFFICES)
I_STATION_OR_ASKER: Kinds = (*I_STATION, *ASK_OF_VEHICLES)
"""Who asks gates about vehicles."""
M_STATION_OR_OFFICE: Kinds = (*M_STATION, *OFFICES)
DEPARTMENTS: Kinds = tuple(kind for kind in OFFICES if kind != PartyKind.ADMIN)
"""Offices that decide; the administrator runs the platform for them."""
EVERYONE: Kinds = (*I_STATION, *M_STATION, *OFFICES)


@dataclass(frozen=True, slots=True)
class Admission:
    """Finds the caller and admits those the call is for. ``largest``: bytes of a body, where the usual limit does not
    apply."""

    who: Kinds
    largest: int | None = None

    def __call__(self, request: HttpRequest) -> Caller:
        """Raises ``NotAllowed``, or ``Malformed`` for a body that says it is too large."""
        refuse_larger(request, settings.MAX_UPLOAD_BYTES if self.largest is None else self.largest)
        if not self.who:
            return PUBLIC
        found = caller(request)
        require_kind(found, *self.who)
        return found


def nobody(_: HttpRequest) -> None:
    """For a route that was not made by ``Router``: the framework refuses every caller."""
