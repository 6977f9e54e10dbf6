"""Who calls: a machine with a bearer key, or a person with a session."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest

from imloop.facts.refusal import NotAllowed
from imloop.facts.text import Text
from imloop.steps import sessions
from imloop.steps.access import Caller, caller_of
from imloop.steps.keys import is_live, recognise
from imloop.store.models import User

_LOOPBACK = ("127.0.0.1", "::1")


def machine(request: HttpRequest) -> Caller | None:
    """The caller behind a bearer key; None when none was sent."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    if not (request.is_secure() or settings.PLAIN_KEYS or request.META.get("REMOTE_ADDR") in _LOOPBACK):
        raise NotAllowed(
            "key-over-plain-http",
            Text("密钥只能通过 TLS 或本机传输。", "A bearer key may only travel over TLS or loopback."),
        )
    return recognise(token.strip())


def caller(request: HttpRequest) -> Caller:
    """The caller, or ``NotAllowed``. A session may only read: what writes needs a key (or a page with CSRF)."""
    known = getattr(request, "auth", None)
    if isinstance(known, Caller):
        return known  # found when the call was admitted
    found = machine(request)
    if found is not None:
        return found
    if request.method == "GET" and isinstance(request.user, User) and request.user.is_authenticated:
        return caller_of(request.user)
    raise NotAllowed("no-key", Text("请提供密钥。", "Send a key: Authorization: Bearer …"))


def key_id_of(request: HttpRequest) -> str:
    """The id of the key that a machine showed; empty for a person."""
    _, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip().removeprefix("imk_").partition("_")[0]


def still_admitted(request: HttpRequest, now: datetime) -> bool:
    """Whether who was let in with this request still would be: the key not revoked, the log-in not ended."""
    if key_id := key_id_of(request):
        return is_live(key_id)
    return sessions.is_live(request.session.session_key or "", now)
