"""Find out who calls: a machine that sends a key or signs with one, or a person with a session."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest

from imloop.api.http.answers import refuse_larger
from imloop.exchange.http.rate_limit import ADMITTED, count_call
from imloop.exchange.http.station_signing import key_id_of, verify
from imloop.facts.days import day_of
from imloop.facts.refusal import NotAllowed
from imloop.facts.text import Text
from imloop.steps.accounts import sessions
from imloop.steps.accounts.admitted import admitted, admitted_by_key
from imloop.steps.accounts.keys import is_live, recognise, signing_key, spend
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.store.models import User

_LOOPBACK = ("127.0.0.1", "::1")
_OWN_HEADER_AT = ("/api/v1/remote-sensing", "/api/v1/remote-sensing/soap")
"""Where records of the road are handed in."""


def machine(request: HttpRequest) -> Caller | None:
    """The caller behind a signature or a bearer key; None when neither was sent.
    Counted; too many a minute are refused."""
    now = clock.now()
    if "HTTP_SIGNATURE_INPUT" in request.META:
        found = _signer(request)
    else:
        scheme, _, token = _authorization(request).partition(" ")
        if scheme.lower() != "bearer" or not token:
            return None
        if not (request.is_secure() or settings.PLAIN_KEYS or request.META.get("REMOTE_ADDR") in _LOOPBACK):
            raise NotAllowed(
                "key-over-plain-http",
                Text("密钥只能通过 TLS 或本机传输。", "A bearer key may only be sent over TLS or loopback."),
            )
        found = recognise(token.strip(), day_of(now))
    count_call(found.party_code, now)
    request.META[ADMITTED] = True
    return admitted_by_key(found)


def _authorization(request: HttpRequest) -> str:
    """Senders of remote sensing know only a header of their own for the same key; it opens their two doors alone."""
    sent = str(request.META.get("HTTP_AUTHORIZATION", ""))
    own = request.META.get("HTTP_X_AUTH_TOKEN", "")
    if sent or not own or request.path_info not in _OWN_HEADER_AT:
        return sent
    return f"Bearer {own}"


def _signer(request: HttpRequest) -> Caller:
    """The key is looked up before the body is read: so that a stranger cannot make us read much."""
    now = clock.now()
    window = timedelta(seconds=settings.SIGNATURE_WINDOW_SECONDS)
    refuse_larger(request, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    held = signing_key(key_id_of(request.headers), day_of(now))
    signed = verify(
        request.method or "",
        _address(request),
        request.headers,
        request.body,
        algorithm=held.algorithm,
        key=held.key,
        now=now,
        window=window,
    )
    spend(held, signed.nonce, signed.created + window, day_of(now))
    return held.caller


def _address(request: HttpRequest) -> str:
    """As the caller wrote it, but for the scheme, which is not signed; a server hands the path on unescaped."""
    meta = request.META
    path = quote(meta.get("SCRIPT_NAME", "") + meta["PATH_INFO"], safe="/")
    query = meta.get("QUERY_STRING", "")
    return f"{request.scheme}://{request.get_host()}{path}" + (f"?{query}" if query else "")


def caller(request: HttpRequest) -> Caller:
    """The caller, or ``NotAllowed``. A session may only read: what writes needs a key (or a page with CSRF)."""
    known = getattr(request, "auth", None)
    if isinstance(known, Caller):
        return known  # found when the call was admitted
    found = machine(request)
    if found is not None:
        return found
    if request.method == "GET" and isinstance(request.user, User):
        return admitted(request.user)
    raise NotAllowed(
        "no-key", Text("请提供密钥。", "Send a key: Authorization: Bearer …, or sign the message.")
    )


def shown_key(request: HttpRequest) -> str:
    """The id of the key that a machine showed or signed with; empty for a person."""
    if "HTTP_SIGNATURE_INPUT" in request.META:
        return key_id_of(request.headers)
    token = str(request.META.get("HTTP_AUTHORIZATION", "")).partition(" ")[2]
    return token.strip().removeprefix("imk_").partition("_")[0]


def still_admitted(request: HttpRequest, now: datetime) -> bool:
    """Whether who was let in with this request still would be: the key not revoked, the log-in not ended."""
    if key_id := shown_key(request):
        return is_live(key_id, day_of(now))
    return sessions.is_live(request.session.session_key or "", now)
