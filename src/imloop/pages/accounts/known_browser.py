"""Browsers from which somebody has logged in before: a signed cookie for each name, which says nothing but that."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from imloop.exchange.http.rate_limit import address_of
from imloop.steps.accounts.log_in import Where

_KEPT = 365 * 24 * 3600
"""Seconds since the last log-in."""
_SALT = "imloop.known-browser"


def where(request: HttpRequest, username: str) -> Where:
    """Where an attempt to log in under this name comes from."""
    return Where(address_of(request), _known(request, username))


def remember(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """Somebody is in: this browser is known for that name from now on."""
    number = _known(request, username) or secrets.token_hex(16)
    said = signing.dumps([_name(username), number], salt=_SALT)
    response.set_cookie(
        _cookie(username), said, max_age=_KEPT, path="/", secure=settings.HTTPS, httponly=True, samesite="Lax"
    )


def _known(request: HttpRequest, username: str) -> str:
    given = request.COOKIES.get(_cookie(username), "")
    try:
        name, number = signing.loads(given, salt=_SALT, max_age=_KEPT)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(number) if name == _name(username) else ""


def _cookie(username: str) -> str:
    return f"known-{_name(username)[:12]}"


def _name(username: str) -> str:
    return hashlib.sha256(username.strip().lower().encode("utf-8", "replace")).hexdigest()
