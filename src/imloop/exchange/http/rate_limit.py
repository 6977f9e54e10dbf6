"""Limit how often an address may use the public queries, and a party's machines the API, in a minute."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from imloop.facts.refusal import NotAllowed
from imloop.facts.text import Text
from imloop.steps.accounts.admitted import admitted_or_none
from imloop.steps.ground.access import PUBLIC, Caller

_MINUTE, _HOUR = 60, 3600
_NETWORK_BITS = 64
"""An IPv6 subscriber has a network of this length, not one address."""

ADMITTED = "imloop.admitted"
"""Key of a request's environment: who asked showed a valid key, or is logged in."""


def count_question(request: HttpRequest, now: datetime) -> Caller:
    """Refuse (429) who asks more than ``PUBLIC_ASKS_PER_MINUTE`` times in a minute; people who are logged in, with all
    that it takes, are not counted, nor is a form that is shown again. Each worker process counts for itself. Returns
    who asks: that person, or the public."""
    person = admitted_or_none(request.user)
    if person is not None or getattr(request, "shown_again", False):
        return person or PUBLIC
    key = f"asks:{address_of(request)}:{int(now.timestamp()) // _MINUTE}"
    cache.add(key, 0, timeout=2 * _MINUTE)
    allowed = settings.PUBLIC_ASKS_PER_MINUTE
    if cache.incr(key) > allowed:
        raise NotAllowed(
            "too-many-questions",
            Text(
                f"查询过于频繁：每分钟最多 {allowed} 次，请一分钟后再查。",
                f"Too many queries: at most {allowed} a minute. Try again in a minute.",
            ),
        )
    return PUBLIC


def count_files(request: HttpRequest, size: int, now: datetime) -> None:
    """Refuse (429) an address that hands in more than ``PUBLIC_FILE_MB_PER_HOUR`` without a log-in: it shall not take
    the room of all others. Each worker process counts for itself."""
    if admitted_or_none(request.user) is not None:
        return
    key = f"files:{address_of(request)}:{int(now.timestamp()) // _HOUR}"
    cache.add(key, 0, timeout=2 * _HOUR)
    allowed = settings.PUBLIC_FILE_MB_PER_HOUR
    if cache.incr(key, size) > allowed * 1_000_000:
        words = Text(
            f"上传过多：每小时最多 {allowed} MB，请压缩照片或稍后再传。",
            f"Too much: at most {allowed} MB an hour. Make the photographs smaller, or go on later.",
        )
        raise NotAllowed("too-many-questions", words)


class _Minute:
    """Calls of each party in the minute that runs; a plain dictionary, as the fast calls pass here."""

    def __init__(self) -> None:
        self.minute = 0
        self.calls: dict[str, int] = {}

    def count(self, party: str, minute: int) -> int:
        if minute != self.minute:
            self.minute, self.calls = minute, {}
        made = self.calls[party] = self.calls.get(party, 0) + 1
        return made


_made = _Minute()


def count_call(party: str, now: datetime) -> None:
    """Refuse (429) a party whose machines call more than ``CALLS_PER_MINUTE`` times a minute; 0: no limit. Each worker
    process counts for itself."""
    allowed = settings.CALLS_PER_MINUTE
    if allowed and _made.count(party, int(now.timestamp()) // _MINUTE) > allowed:
        raise NotAllowed(
            "too-many-calls",
            Text(
                f"调用过于频繁：每单位每分钟最多 {allowed} 次。",
                f"Too many calls: at most {allowed} a minute for each party.",
            ),
        )


def address_of(request: HttpRequest) -> str:
    """The client's address: behind a proxy, the one that the proxy itself has seen."""
    return address_in(request.META)


def address_in(environ: Mapping[str, Any]) -> str:
    """The same, of a request that the framework has not seen yet."""
    seen = str(environ.get("REMOTE_ADDR", ""))
    if settings.BEHIND_PROXY:
        seen = str(environ.get("HTTP_X_FORWARDED_FOR", seen)).rpartition(",")[2].strip()
    try:
        address = ip_address(seen)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _NETWORK_BITS), strict=False).network_address)
    return str(address)
