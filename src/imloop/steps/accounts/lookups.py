"""What the account pages show: a person's own log-ins, colleagues and lent rights; the invitations and parties
one manages."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import QuerySet

from imloop.facts.days import day_of
from imloop.steps.accounts.staffing import may_manage
from imloop.steps.accounts.texts import ABOUT_PEOPLE
from imloop.steps.ground.access import Caller, place_prefix
from imloop.store.models import Delegation, Invitation, JournalEntry, LogInTry, Party, PartyKind, User


def person(number: int) -> User:
    """The account of somebody whose password was right a moment ago."""
    return User.objects.get(pk=number)


def changes_of(user: User) -> list[JournalEntry]:
    """What others lately did to one's own account and its keys, newest first."""
    rows = JournalEntry.objects.filter(subject=user.username, kind__in=ABOUT_PEOPLE)
    rows = rows.exclude(actor__endswith=f"/{user.username}")
    return list(rows.order_by("-number")[:10])


def own_tries(user: User) -> QuerySet[LogInTry]:
    """The latest tries to log in under one's own name, right and wrong, newest first."""
    return LogInTry.objects.filter(username=user.username.lower()).order_by("-at")[:10]


def colleagues(user: User) -> QuerySet[User]:
    """The other people of one's own party who still work there."""
    return User.objects.filter(party=user.party, is_active=True).exclude(pk=user.pk)


def lent_by(user: User, day: date) -> QuerySet[Delegation]:
    """To whom one has lent the right to manage people, as far as it still holds."""
    return _running(day).filter(giver=user).select_related("taker")


def lent_to(user: User, day: date) -> QuerySet[Delegation]:
    """Who has lent one the right to manage people, as far as it still holds."""
    return _running(day).filter(taker=user).select_related("giver")


def _running(day: date) -> QuerySet[Delegation]:
    return Delegation.objects.filter(ended_at__isnull=True, until__gt=day)


def invitations(caller: Caller, party: str, now: datetime) -> QuerySet[Invitation]:
    """Those of a party that may still be used, for whoever manages its people; for others none."""
    if not may_manage(caller, party, day_of(now)):
        return Invitation.objects.none()
    waiting = Invitation.objects.filter(used_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=now)
    return waiting.filter(party__code=party).order_by("expires_at")


def parties(caller: Caller) -> QuerySet[Party]:
    """Whose people and keys an administrator may choose from: everybody in their place. Anybody else manages one
    party, and chooses from none."""
    rows = Party.objects.filter(place__startswith=place_prefix(caller.place)).order_by("code")
    return rows if caller.kind == PartyKind.ADMIN else rows.none()
