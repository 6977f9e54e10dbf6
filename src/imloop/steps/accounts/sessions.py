"""Log-in sessions of people: list them, end them oneself or as an administrator."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from imloop.facts.refusal import NotAllowed, Unknown
from imloop.facts.text import Text
from imloop.steps.accounts.admitted import admitted_or_none
from imloop.steps.ground.access import Caller, caller_of
from imloop.steps.ground.ledger import Ledger, writing
from imloop.store.models import PartyKind, User, UserSession

_EVERY = timedelta(minutes=5)


def opened(user: User, key: str, address: str, browser: str, now: datetime) -> None:
    UserSession.objects.update_or_create(
        session_key=key,
        defaults={"user": user, "since": now, "seen_at": now, "address": address, "browser": browser[:200]},
    )


def seen(key: str, now: datetime) -> None:
    """Remember when it was last used, to five minutes."""
    UserSession.objects.filter(session_key=key, seen_at__lt=now - _EVERY).update(seen_at=now)


def sessions(user: User) -> list[UserSession]:
    """Valid sessions, the last used first; rows of ended ones are dropped."""
    live = set(
        Session.objects.filter(session_key__in=user.sessions.values("session_key")).values_list(
            "pk", flat=True
        )
    )
    user.sessions.exclude(session_key__in=live).delete()
    return list(user.sessions.order_by("-seen_at"))


def end_session(user: User, number: int, now: datetime) -> None:
    if not _end(caller_of(user), user, user.sessions.filter(pk=number), now):
        raise Unknown("unknown-session", Text("没有这个登录。", "There is no such session."))


def end_others(user: User, key: str, now: datetime) -> int:
    """All but the one with ``key``; returns how many."""
    return _end(caller_of(user), user, user.sessions.exclude(session_key=key), now)


def end_all(caller: Caller, user: User, now: datetime) -> int:
    """By an administrator or the head of the party."""
    if caller.kind != PartyKind.ADMIN and (user.party is None or caller.party_code != user.party.code):
        raise NotAllowed(
            "not-your-people", Text("不是本单位人员。", "This person does not belong to your party.")
        )
    return _end(caller, user, user.sessions.all(), now)


def _end(caller: Caller, user: User, those: QuerySet[UserSession], now: datetime) -> int:
    """Which they are is asked in the lock: a log-in of that very moment ends with the others."""
    with writing(now, caller) as ledger:
        rows = list(those)
        end_those(ledger, user, rows)
    return len(rows)


def end_those(ledger: Ledger, user: User, rows: list[UserSession]) -> None:
    """As part of a larger step."""
    if rows:
        Session.objects.filter(pk__in=[row.session_key for row in rows]).delete()
        UserSession.objects.filter(pk__in=[row.pk for row in rows]).delete()
        ledger.note("sessions-ended", user.username, {"count": len(rows)})


def is_live(key: str, now: datetime) -> bool:
    """Whether a session is still valid and its person would still be admitted."""
    row = Session.objects.filter(pk=key, expire_date__gt=now).first()
    person = int(row.get_decoded().get(SESSION_KEY, 0)) if row else 0
    found = User.objects.filter(pk=person, is_active=True).select_related("party").first()
    return admitted_or_none(found) is not None
