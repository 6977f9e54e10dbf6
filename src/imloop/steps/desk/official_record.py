"""What each official did, by when it was due and by whose right, out of the journal and out of what each subject says
was done (D6). Nothing is typed in: who is not there did nothing that was kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet

from imloop.facts.days import midnight
from imloop.steps.desk.inaction import waiting_for
from imloop.steps.desk.work_list import SOURCES
from imloop.steps.duty.doer_figures import MESSAGES
from imloop.steps.duty.duty_record import LOOKS, parties_of, since_day
from imloop.steps.duty.looks import Traces, body_of
from imloop.steps.ground.access import OFFICES, Caller, own, require_person
from imloop.steps.ground.actor import Actor
from imloop.steps.ground.lookups import nothing_there
from imloop.steps.ground.task import Done, Task
from imloop.store.models import CaseEvent, JournalEntry, Look, Party, User

DAYS = 90
"""What a record is of where nobody asks for other days."""
EXIT = "ExitGranted"


@dataclass(slots=True)
class Record:
    """``acts`` without looks; ``lent``: how many of them by the right of whom, or by whom with this person's right;
    ``vouchers``: sheets issued; ``waiting``: what waits for this person by name."""

    user: User
    party: Party
    acts: int = 0
    looks: int = 0
    lent: Counter[str] = field(default_factory=Counter)
    done: list[Done] = field(default_factory=list)
    exits: int = 0
    vouchers: int = 0
    waiting: list[Task] = field(default_factory=list)

    @property
    def timed(self) -> int:
        """Of what was done, how much had a day."""
        return sum(each.due is not None for each in self.done)

    @property
    def late(self) -> int:
        return sum(each.late for each in self.done)

    @property
    def in_time(self) -> int:
        return self.timed - self.late


def records(caller: Caller, since: date, until: date, now: datetime) -> list[Record]:
    """Every account of the departments that a supervisor looks after, in the order of offices and names; both days
    included."""
    offices = parties_of(caller).filter(kind__in=OFFICES).order_by("code")
    return _records(caller, offices, User.objects.all(), since, until, now)


def own_record(caller: Caller, since: date, until: date, now: datetime) -> Record:
    """The person's own, as the supervisor reads it."""
    require_person(caller)
    office = Party.objects.filter(code=caller.party_code)
    (found,) = _records(caller, office, User.objects.filter(username=caller.user), since, until, now)
    return found


def record_of(caller: Caller, username: str, since: date, until: date, now: datetime) -> Record:
    """One person's, for the supervisor."""
    offices = parties_of(caller).filter(kind__in=OFFICES)
    found = _records(caller, offices, User.objects.filter(username=username), since, until, now)
    if not found:
        raise nothing_there("user", username)
    return found[0]


def own_acts(caller: Caller, since: date, until: date) -> Traces:
    """Entries of what the person did in these days, and of what others did with their right."""
    require_person(caller)
    return Traces(_acted([(caller.party_code, caller.user)], since, until), Look.objects.none())


def _by(party: str, username: str) -> Q:
    line = f"{party}/{username}"
    lent = Q(actor__startswith=f"{party}/", actor__endswith=f" for {username}")
    return Q(actor=line) | Q(actor__startswith=f"{line} for ") | lent


def _records(
    caller: Caller,
    offices: QuerySet[Party],
    people: QuerySet[User],
    since: date,
    until: date,
    now: datetime,
) -> list[Record]:
    users = people.filter(party__in=offices).select_related("party").order_by("party__code", "username")
    found = {(user.party.code, user.username): Record(user, user.party) for user in users if user.party}
    acted = _acted(found, since, until)
    _count_acts(found, acted)
    _count_looks(found, since, until)
    _count_vouchers(found, acted)
    first, last = midnight(since), midnight(until + timedelta(days=1))
    for event in _exits(caller, first, last):
        for row in _of(found, Actor.read(str(event.data["exit"]["approver"]))):
            row.exits += 1
    for done in sorted(_done(caller, first, last), key=lambda each: each.at):
        for row in _of(found, Actor.read(done.who)):
            row.done.append(done)
    for office in offices:
        for task in waiting_for(office, now):
            if row_of := found.get((office.code, task.waits_for)):
                row_of.waiting.append(task)
    return list(found.values())


def _acted(found: Iterable[tuple[str, str]], since: date, until: date) -> QuerySet[JournalEntry]:
    """Of these people alone where they are few."""
    rows = since_day(JournalEntry.objects.all(), since).filter(at__lt=(until + timedelta(days=1)).isoformat())
    people = list(found)
    return rows.filter(_by(*people[0])) if len(people) == 1 else rows.filter(actor__contains="/")


def _count_acts(found: dict[tuple[str, str], Record], acted: QuerySet[JournalEntry]) -> None:
    for line, kind, count in acted.values_list("actor", "kind").annotate(n=Count("pk")).order_by():
        who = Actor.read(line)
        for row in _of(found, who):
            if kind in LOOKS:
                row.looks += count
                continue
            row.acts += count
            if who.behalf:
                row.lent[who.person if row.user.username == who.behalf else who.behalf] += count


def _count_vouchers(found: dict[tuple[str, str], Record], acted: QuerySet[JournalEntry]) -> None:
    for entry in acted.filter(kind="vouchers-issued"):
        numbers = body_of(entry.body).get("vouchers")
        for row in _of(found, Actor.read(entry.actor)):
            row.vouchers += len(numbers) if isinstance(numbers, list) else 0


def _count_looks(found: dict[tuple[str, str], Record], since: date, until: date) -> None:
    rows = Look.objects.filter(at__gte=since.isoformat(), at__lt=(until + timedelta(days=1)).isoformat())
    rows = rows.filter(actor__contains="/").exclude(door__in=MESSAGES)
    for line, count in rows.values_list("actor").annotate(n=Count("pk")).order_by():
        for row in _of(found, Actor.read(line)):
            row.looks += count


def _exits(caller: Caller, first: datetime, last: datetime) -> QuerySet[CaseEvent]:
    rows = CaseEvent.objects.filter(kind=EXIT, recorded_at__gte=first, recorded_at__lt=last)
    return rows.filter(own(caller, "case__place", "case__station__code", None))


def _done(caller: Caller, first: datetime, last: datetime) -> Iterator[Done]:
    for source in SOURCES:
        if source.done is not None:
            yield from source.done(caller, first, last)


def _of(found: dict[tuple[str, str], Record], who: Actor) -> list[Record]:
    """Whose act it is: who did it and whose right it was."""
    return [row for name in who.people if (row := found.get((who.party, name)))]
