"""Signs of an outage that nobody declared: many lines silent at once, deliveries that fail for a long time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.gates.outages.outage import Scope
from imloop.law import Law
from imloop.steps.couriers.receivers import receivers
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, own
from imloop.steps.lines.heartbeats import AWAKE
from imloop.steps.outages.known_outages import running, visible
from imloop.store.models import Delivery, Link, Outage, Receiver

LEAST_STATIONS = 2
"""Fewest stations: one alone is a fault of its own."""


@dataclass(frozen=True, slots=True)
class Sign:
    """``since``: when it seems to have begun; ``scope``: what to declare if it is one; ``event``: as in ``Task``."""

    since: datetime
    scope: Scope
    words: Text
    event: str = ""


def signs(caller: Caller, now: datetime) -> list[Sign]:
    """What the caller may want to declare; nothing while an outage of its place is declared already."""
    if visible(caller).filter(pk__in=running().values("pk")).exists():
        return []
    law = registers.law_at(day_of(now), caller.place)
    found = [_silent_lines(caller, now, law), *_failing_couriers(caller, now, law)]
    return [sign for sign in found if sign is not None]


def _silent_lines(caller: Caller, now: datetime, law: Law) -> Sign | None:
    """Silent lines, by the law's minutes, among those that reported until recently: a line that has
    been silent for longer than an outage is looked at again is another matter."""
    lost = timedelta(minutes=law.number("link.lost_minutes"))
    recent = now - timedelta(hours=law.number("outage.review_hours"))
    links = list(
        Link.objects.filter(
            own(caller, "line__station__place", "line__station__code", None),
            status__in=AWAKE,
            seen_at__gt=recent,
        ).values_list("line__station_id", "seen_at")
    )
    silent = [(station, seen) for station, seen in links if now - seen > lost]
    stations = {station for station, _ in silent}
    if len(stations) < LEAST_STATIONS or len(silent) < law.number("outage.sign_share") * len(links):
        return None
    return Sign(
        min(seen for _, seen in silent),
        Scope.PLATFORM,
        Text(
            f"{len(links)} 条检测线中有 {len(silent)} 条、{len(stations)} 个检验机构同时失联",
            f"{len(silent)} of {len(links)} lines at {len(stations)} stations fell silent together",
        ),
    )


def _failing_couriers(caller: Caller, now: datetime, law: Law) -> list[Sign]:
    long = now - timedelta(minutes=law.number("outage.sign_minutes"))
    return [
        Sign(
            each.failing_since,
            Scope.LINK,
            Text(f"一直送不到 {each.name}", f"{each.name} has not been reachable"),
            f"courier {each.code}",
        )
        for each in receivers(caller)
        if each.failing_since is not None and each.failing_since <= long and _ever_reached(each)
    ]


def _ever_reached(each: Receiver) -> bool:
    """What has never been reached is not set up yet, and no outage."""
    return each.deliveries.filter(state=Delivery.State.DELIVERED).exists()


def overlong(caller: Caller, now: datetime) -> list[Outage]:
    """Outages that run for longer than the law's hours: are they over?"""
    law = registers.law_at(day_of(now), caller.place)
    since = now - timedelta(hours=law.number("outage.review_hours"))
    return list(visible(caller).filter(ends_at__isnull=True, starts_at__lte=since))
