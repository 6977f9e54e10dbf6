"""How much each person and each machine of a department did and looked at in the last days."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from imloop.facts.days import day_of
from imloop.steps.duty.duty_record import DAYS, LOOKS, parties_of, since_day
from imloop.steps.duty.looks import body_of
from imloop.steps.duty.unusual import Looker, unusual
from imloop.steps.ground.access import OFFICES, Caller
from imloop.steps.ground.actor import Actor
from imloop.steps.ground.seen import Door
from imloop.store.models import ApiKey, JournalEntry, Look, Party, User

MESSAGES = (Door.FEED, Door.STREAM, Door.REPLAY)
"""What a machine fetches of what was sent to its party; a gate it asks, and a list, is a look like a person's."""


@dataclass(frozen=True, slots=True)
class DoerDays:
    """What one account or one machine's key did in the last days. ``key``: its id, empty for a person, ``?`` for what
    machines of the party did before the journal named keys; ``note``: where it is used. ``most``: looks on the busiest
    day; ``unusual``: where they, or the keys of their party together, saw more vehicles on a day than is usual, the
    same as on the work list."""

    party: Party | None
    user: User | None
    key: str
    note: str
    acts: int
    looks: int
    most: int
    unusual: Looker | None

    @property
    def asked(self) -> str:
        """The query that shows their rows."""
        if self.user:
            return urlencode({"person": self.user.username})
        return urlencode(
            {"key": self.key} if self.key != "?" else {"party": self.party.code if self.party else ""}
        )

    @property
    def name(self) -> str:
        return self.user.username if self.user else self.key


@dataclass(slots=True)
class _Done:
    acts: int = 0
    looks: Counter[str] = field(default_factory=Counter)


def doers(caller: Caller, now: datetime) -> list[DoerDays]:
    """Every account of the place and every key of its departments' machines, those who looked most first. What was
    done by a lent right counts for both people."""
    parties = {party.code: party for party in parties_of(caller)}
    done: defaultdict[tuple[str, str], _Done] = defaultdict(_Done)
    machines: defaultdict[tuple[str, str], _Done] = defaultdict(_Done)
    for who, at, acted, looked in _entries(
        now, [code for code, party in parties.items() if party.kind in OFFICES]
    ):
        theirs = [done[who.party, name] for name in who.people] or [machines[who.party, who.key or "?"]]
        for one in theirs:
            one.acts += acted
            one.looks[at[:10]] += looked
    saw_many = {(each.party, each.person): each for each in reversed(unusual(caller, now))}
    found = [
        _figures(
            user.party, user, "", "", done[user.party.code if user.party else "", user.username], saw_many
        )
        for user in User.objects.filter(party__in=parties.values()).select_related("party")
    ]
    keys = ApiKey.objects.filter(party__in=parties.values(), party__kind__in=OFFICES, user__isnull=True)
    notes = {(row.party.code, row.key_id): row for row in keys.select_related("party")}
    for code, key in machines.keys() | {name for name, row in notes.items() if row.revoked_at is None}:
        if code in parties:
            row = notes.get((code, key))
            note = row.note if row else ""
            found.append(_figures(parties[code], None, key, note, machines[code, key], saw_many))
    return sorted(found, key=lambda each: (each.unusual is None, -each.looks, each.name))


def _entries(now: datetime, offices: list[str]) -> Iterator[tuple[Actor, str, bool, bool]]:
    """Who, when, whether it is an act, whether a look: of people, and of departments' machines. Opening an object is
    both."""
    since = day_of(now) - timedelta(days=DAYS - 1)
    entries = since_day(JournalEntry.objects.all(), since)
    for line, kind, at in entries.filter(actor__contains="/").values_list("actor", "kind", "at").iterator():
        yield Actor.read(line), at, True, kind in LOOKS
    by_machines = entries.filter(actor__in=offices).values_list("actor", "kind", "at", "body")
    for line, kind, at, body in by_machines.iterator():
        yield Actor.read(line, body_of(body)), at, True, kind in LOOKS
    looks = Look.objects.filter(at__gte=since.isoformat()).exclude(door__in=MESSAGES)
    for line, key, at in looks.values_list("actor", "key", "at").iterator():
        who = Actor.read(line)
        if who.person or who.party in offices:
            yield Actor(who.party, who.person, who.behalf, key), at, False, True


def _figures(
    party: Party | None,
    user: User | None,
    key: str,
    note: str,
    done: _Done,
    saw_many: dict[tuple[str, str], Looker],
) -> DoerDays:
    most = max(done.looks.values(), default=0)
    many = saw_many.get((party.code if party else "", user.username if user else ""))
    return DoerDays(party, user, key, note, done.acts, sum(done.looks.values()), most, many)
