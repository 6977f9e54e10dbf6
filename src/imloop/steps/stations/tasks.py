"""Stations that wait for a department: a certificate ends, or who tests also repairs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller
from imloop.steps.ground.task import Source, Task, named
from imloop.steps.stations.certificates import expiring
from imloop.steps.stations.conflicts import conflict_list
from imloop.store.models import PartyKind


def certificates(caller: Caller, now: datetime) -> Iterator[Task]:
    wanted = PartyKind.MSTATION if caller.kind == PartyKind.TRANSPORT else None
    for certificate, party, left in expiring(caller, now):
        if wanted is not None and party.kind != wanted:
            continue
        words = (
            Text(f"证书 {certificate.number} 已失效", f"certificate {certificate.number} has lapsed")
            if left <= 0
            else Text(
                f"证书 {certificate.number} 还有 {left} 天失效",
                f"certificate {certificate.number} ends in {left} days",
            )
        )
        since = min(day_of(now), certificate.until - timedelta(days=60))
        yield Task(
            "certificate",
            since,
            certificate.until,
            words,
            named(party.name),
            f"/parties/{party.code}",
            late=left <= 0,
        )


def conflicts(caller: Caller, now: datetime) -> Iterator[Task]:
    """Proven ones, and those to be looked into: something is shared that an operator need not be."""
    for station, answer in conflict_list(caller, day_of(now)):
        words = (
            Text("与维修站有相同信息，待核实", "shares something with an M-station: to be looked into")
            if answer.allowed
            else Text("与维修站为同一经营者", "the same operator as an M-station")
        )
        yield Task("conflict", day_of(now), None, words, named(station.name), "/conflicts")


SOURCES = (
    Source(
        "certificate",
        Text("证书", "certificates"),
        (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.MARKET),
        certificates,
    ),
    Source(
        "conflict",
        Text("检修分离", "separation of test and repair"),
        (PartyKind.MARKET, PartyKind.SUPERVISOR),
        conflicts,
    ),
)
