"""Count log-in attempts in the database: too many wrong ones lock the user name for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from imloop.facts.refusal import Malformed, NotAllowed
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import writing
from imloop.store.models import LogInTry, PartyKind, User

KEPT = timedelta(days=90)


def is_locked(username: str, now: datetime) -> bool:
    """True after ``LOCKOUT_TRIES`` wrong answers within ``LOCKOUT_MINUTES``. The same for a name that nobody has."""
    since = now - timedelta(minutes=settings.LOCKOUT_MINUTES)
    tries = LogInTry.objects.filter(username=_key(username), at__gt=since, unlocked=False)
    last_pass = tries.filter(passed=True, factor="password").order_by("-at").first()
    wrong = tries.filter(passed=False)
    if last_pass is not None:
        # Wrong codes after a right password still count: the password alone must not reset the count.
        wrong = wrong.filter(at__gt=last_pass.at) | wrong.filter(factor="code")
    return wrong.count() >= settings.LOCKOUT_TRIES


def note_try(username: str, address: str, now: datetime, *, passed: bool, factor: str = "password") -> None:
    """Keep an attempt; delete those older than a quarter of a year."""
    LogInTry.objects.create(username=_key(username), at=now, address=address, factor=factor, passed=passed)
    LogInTry.objects.filter(at__lt=now - KEPT).delete()


def failed_since_last(user: User, now: datetime) -> list[LogInTry]:
    """Wrong attempts under this name since it was last logged in, for its owner to see."""
    rows = LogInTry.objects.filter(username=_key(user.username), passed=False, at__lte=now)
    if user.last_login is not None:
        rows = rows.filter(at__gt=user.last_login)
    return list(rows.order_by("-at")[:20])


def unlock(caller: Caller, username: str, *, reason: str, now: datetime) -> None:
    """An administrator lets a locked name try again at once."""
    if caller.kind != PartyKind.ADMIN:
        raise NotAllowed(
            "administrators-only", Text("由系统管理员解锁。", "Only an administrator can unlock it.")
        )
    if not reason.strip():
        raise Malformed("reason-missing", Text("请写明理由。", "Give a reason."))
    with writing(now, caller) as ledger:
        LogInTry.objects.filter(username=_key(username), unlocked=False).update(unlocked=True)
        ledger.note("user-unlocked", username, {"reason": reason})


def _key(username: str) -> str:
    return username.strip().lower()[:150]
