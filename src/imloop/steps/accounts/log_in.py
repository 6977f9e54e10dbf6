"""Log-in: every attempt is counted in the database before anything is compared; too many wrong ones lock for a while.

They lock whoever makes them, not the name: the browser from which its owner has logged in before counts for itself, any
other browser by its address. So a stranger who guesses shuts out strangers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import authenticate

from imloop.facts.refusal import NotAllowed, require_reason
from imloop.facts.text import Text
from imloop.steps.accounts import second_factor
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import writing
from imloop.store.models import LogInTry, PartyKind, User

KEPT = timedelta(days=90)
STRANGERS = 10
"""Times ``LOCKOUT_TRIES``: wrong answers of all unknown browsers together that lock a name for all of them, and of one
address, under whatever names, that lock the address."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where an attempt comes from. ``browser``: which of those known for this name; empty: an unknown one."""

    address: str
    browser: str = ""

    def made(self, row: LogInTry) -> bool:
        if self.browser or row.browser:
            return row.browser == self.browser
        return row.address == self.address


def by_password(username: str, password: str, where: Where, now: datetime) -> User | None:
    """The person, if name and password are right. Raises ``too-many-log-ins`` for an address that guesses names."""
    found = _counted(
        username, where, now, "password", lambda: authenticate(username=username, password=password)
    )
    return found if isinstance(found, User) else None


def own_password(user: User, password: str, where: Where, now: datetime) -> bool:
    """Whether somebody who is logged in knows the password, too."""
    return bool(_counted(user.username, where, now, "password", lambda: user.check_password(password)))


def by_code(user: User, code: str, where: Where, now: datetime) -> bool:
    """Whether the code of the second factor is right."""
    return bool(_counted(user.username, where, now, "code", lambda: second_factor.check(user, code, now)))


def _counted(
    username: str, where: Where, now: datetime, factor: str, compare: Callable[[], object]
) -> object:
    """What the comparison says; nothing when locked. Of attempts that come at one time no more are compared than may be
    wrong: each is written down as a wrong one, then counted with all others."""
    name = _key(username)
    if _is_locked(name, where, now, settings.LOCKOUT_TRIES):
        return None
    row = LogInTry.objects.create(
        username=name, at=now, address=where.address, browser=where.browser, factor=factor, passed=False
    )
    try:
        # Those before it have been counted wrong or right by now, or are being compared.
        said = None if _is_locked(name, where, now, settings.LOCKOUT_TRIES + 1) else compare()
    except BaseException:
        row.delete()
        raise
    if said:
        LogInTry.objects.filter(pk=row.pk).update(passed=True)
    LogInTry.objects.filter(at__lt=now - KEPT).delete()
    return said


def _is_locked(name: str, where: Where, now: datetime, most: int) -> bool:
    rows = _tries(name, now)
    if _wrong([row for row in rows if where.made(row)]) >= most:
        return True
    if where.browser:
        return False
    strangers = (STRANGERS - 1) * settings.LOCKOUT_TRIES + most
    since = now - timedelta(minutes=settings.LOCKOUT_MINUTES)
    if (
        LogInTry.objects.filter(address=where.address, browser="", passed=False, at__gt=since).count()
        >= strangers
    ):
        raise NotAllowed(
            "too-many-log-ins",
            Text(
                "此地址登录失败次数过多，请稍后再试。",
                "Too many wrong log-ins from this address: try again later.",
            ),
        )
    return sum(not row.passed and not row.browser for row in rows) >= strangers


def _tries(name: str, now: datetime) -> list[LogInTry]:
    since = now - timedelta(minutes=settings.LOCKOUT_MINUTES)
    return list(LogInTry.objects.filter(username=name, at__gt=since, unlocked=False))


def _wrong(rows: list[LogInTry]) -> int:
    """Wrong answers since the last right password. Wrong codes before it still count: the password alone must not reset
    the count."""
    last = max((row.at for row in rows if row.passed and row.factor == "password"), default=None)
    return sum(not row.passed and (last is None or row.at > last or row.factor == "code") for row in rows)


def is_locked(username: str, now: datetime) -> bool:
    """Whether anybody who tries this name is locked out just now; the same for a name that nobody has."""
    rows = _tries(_key(username), now)
    places = {Where(row.address, row.browser) for row in rows}
    return any(_wrong([row for row in rows if where.made(row)]) >= settings.LOCKOUT_TRIES for where in places)


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
    require_reason(reason)
    with writing(now, caller) as ledger:
        LogInTry.objects.filter(username=_key(username), unlocked=False).update(unlocked=True)
        ledger.note("user-unlocked", username, {"reason": reason})


def _key(username: str) -> str:
    return username.strip().lower()[:150]
