"""A party's people: heads, invitations, closing and reopening accounts, the head's right delegated to a colleague."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unknown, require_reason
from imloop.facts.text import Text
from imloop.steps.accounts import sessions
from imloop.steps.ground.access import PUBLIC, Caller, caller_for, covers
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.ground.registers import any_party
from imloop.store.models import Delegation, Invitation, Party, PartyKind, User

VALID = timedelta(days=7)
LONGEST = timedelta(days=92)


def may_manage(caller: Caller, party: str, day: date) -> bool:
    """An administrator in every party of their place; in a party its heads and those they delegated the right to."""
    if caller.kind in (PartyKind.ADMIN, "system"):
        return any(covers(caller.place, found.place) for found in Party.objects.filter(code=party))
    if caller.party_code != party or not caller.user:
        return False
    return (
        User.objects.filter(username=caller.user, is_head=True, is_active=True).exists()
        or _borrowed(caller, day) is not None
    )


def _borrowed(caller: Caller, day: date) -> Delegation | None:
    """A running delegation of somebody who is still head."""
    running = Delegation.objects.filter(taker__username=caller.user, until__gt=day, ended_at__isnull=True)
    return running.filter(giver__is_head=True, giver__is_active=True).select_related("giver").first()


@contextmanager
def managing(caller: Caller, now: datetime) -> Iterator[Ledger]:
    """``writing`` for who manages a party's people and keys, named in the journal by the right that is theirs then."""
    with writing(now, caller) as ledger:
        ledger.caller = _acting(caller, day_of(now))
        yield ledger


def _acting(caller: Caller, day: date) -> Caller:
    """The caller as the journal names them: somebody with a delegated right as "a for b"."""
    lent = None if caller.kind == PartyKind.ADMIN else _borrowed(caller, day)
    if lent is None or User.objects.filter(username=caller.user, is_head=True).exists():
        return caller
    return Caller(
        caller.party_code, caller.kind, caller.name, caller.place, f"{caller.user} for {lent.giver.username}"
    )


def people(party: str) -> list[User]:
    return list(User.objects.filter(party__code=party).order_by("-is_active", "username"))


def invite(caller: Caller, party: str, *, name: str, as_head: bool, now: datetime) -> str:
    """Create an invitation; returns the link's token, shown once, valid for one account within seven days."""
    if not 0 < len(name.strip()) <= 60:
        raise Malformed("wrong-value", Text("请写明邀请谁。", "Say who is invited."), at="name")
    token = secrets.token_urlsafe(24)
    with managing(caller, now) as ledger:
        _require(caller, party, now)
        row = Invitation.objects.create(
            party=any_party(party),
            token_sha256=_sha(token),
            name=name.strip(),
            as_head=as_head,
            created_at=now,
            created_by=ledger.caller.actor,
            expires_at=now + VALID,
        )
        ledger.note("invited", party, {"invitation": row.pk, "name": row.name, "head": as_head})
    return token


def invitation(token: str, now: datetime) -> Invitation:
    """An invitation that is still valid; the same refusal if it never existed, was used, withdrawn or expired."""
    found = Invitation.objects.select_related("party").filter(token_sha256=_sha(token)).first()
    if found is None or found.used_at or found.withdrawn_at or found.expires_at <= now:
        raise Unknown(
            "unknown-invitation",
            Text(
                "邀请无效、已用过或已过期，请向发出邀请的人再要一个。",
                "The invitation is invalid, used or expired: ask for a new one.",
            ),
        )
    return found


def accept(token: str, *, username: str, password: str, now: datetime) -> User:
    """The invited person's account; the link is used up."""
    username = username.strip()
    if not re.fullmatch(r"[\w.@+-]{1,60}", username):
        raise Malformed(
            "wrong-value",
            Text(
                "用户名用文字、数字和 . @ + - _，60 字以内。",
                "A user name may have letters, digits and . @ + - _, up to 60 characters.",
            ),
            at="username",
        )
    hashed = make_password(password)  # takes a while: not while others wait to write
    with writing(now, PUBLIC) as ledger:
        found = invitation(token, now)
        ledger.caller = caller_for(found.party, username)
        if User.objects.filter(username__iexact=username).exists():
            raise Conflict(
                "username-taken", Text(f"用户名 {username} 已存在。", f"User {username} exists already.")
            )
        user = User.objects.create(
            username=User.normalize_username(username),
            password=hashed,
            party=found.party,
            first_name=found.name,
            is_head=found.as_head,
        )
        Invitation.objects.filter(pk=found.pk).update(used_at=now, user=user)
        ledger.note("user-created", username, {"party": found.party.code, "invitation": found.pk})
    return user


def withdraw(caller: Caller, number: int, now: datetime) -> None:
    with managing(caller, now) as ledger:
        row = Invitation.objects.select_related("party").filter(pk=number, used_at__isnull=True).first()
        if row is None:
            raise Unknown("unknown-invitation", Text("没有这个邀请。", "There is no such invitation."))
        _require(caller, row.party.code, now)
        row.withdrawn_at = now
        row.save(update_fields=["withdrawn_at"])
        ledger.note("invitation-withdrawn", row.party.code, {"invitation": row.pk})


def person(caller: Caller, username: str, now: datetime) -> User:
    """One of the people the caller manages."""
    found = User.objects.select_related("party").filter(username=username).first()
    if found is None or found.party is None or not may_manage(caller, found.party.code, day_of(now)):
        raise Unknown(
            "unknown-person",
            Text(f"没有人员 {username}，或不归您管理。", f"No person {username}, or not yours to manage."),
        )
    return found


def set_active(caller: Caller, username: str, *, active: bool, reason: str, now: datetime) -> None:
    """Leaving ends every session at once; the account stays, as the journal names it."""
    require_reason(reason)
    with managing(caller, now) as ledger:
        found = person(caller, username, now)
        if found.username == caller.user:
            raise Conflict("yourself", Text("不能停用自己的账号。", "You cannot close your own account."))
        if not active:
            _require_another_head(found)
        found.is_active = active
        found.save(update_fields=["is_active"])
        ledger.note("user-back" if active else "user-left", username, {"reason": reason})
    if not active:
        sessions.end_all(caller, found, now)


def set_head(caller: Caller, username: str, *, head: bool, now: datetime) -> None:
    """A party must keep at least one head."""
    with managing(caller, now) as ledger:
        found = person(caller, username, now)
        if not head:
            _require_another_head(found)
        found.is_head = head
        found.save(update_fields=["is_head"])
        ledger.note("head-set" if head else "head-unset", username, {})


def _require_another_head(found: User) -> None:
    others = User.objects.filter(party=found.party, is_head=True, is_active=True).exclude(pk=found.pk)
    if found.is_head and not others.exists():
        raise Conflict(
            "last-head", Text("每个单位至少保留一名负责人账号。", "A party must keep at least one head.")
        )


def delegate(caller: Caller, taker: str, *, until: date, reason: str, now: datetime) -> Delegation:
    """A head delegates to a colleague the right to manage people, until a day (exclusive)."""
    today = day_of(now)
    if not today < until <= today + LONGEST:
        words = Text(
            f"委托截止日应在明天至 {LONGEST.days} 天内。",
            f"It must end tomorrow or later, within {LONGEST.days} days.",
        )
        raise Malformed("wrong-value", words)
    require_reason(reason)
    with writing(now, caller) as ledger:
        giver, colleague = _both(caller, taker)
        row = Delegation.objects.create(
            giver=giver, taker=colleague, until=until, reason=reason.strip()[:200], created_at=now
        )
        ledger.note("delegated", taker, {"until": until.isoformat(), "reason": reason})
    return row


def _both(caller: Caller, taker: str) -> tuple[User, User]:
    """The head who delegates, and the colleague."""
    giver = User.objects.filter(username=caller.user, is_head=True, is_active=True).first()
    if giver is None:
        raise NotAllowed("heads-only", Text("由单位负责人委托。", "Only the head of the party may delegate."))
    colleagues = User.objects.filter(username=taker, party=giver.party, is_active=True)
    colleague = colleagues.exclude(pk=giver.pk).first()
    if colleague is None:
        raise Unknown("unknown-person", Text(f"本单位没有人员 {taker}。", f"No colleague {taker}."))
    return giver, colleague


def end_delegation(caller: Caller, number: int, now: datetime) -> None:
    with writing(now, caller) as ledger:
        running = Delegation.objects.filter(pk=number, giver__username=caller.user, ended_at__isnull=True)
        row = running.first()
        if row is None:
            raise Unknown("unknown-delegation", Text("没有这项委托。", "There is no such delegation."))
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        ledger.note("delegation-ended", row.taker.username, {})


def _require(caller: Caller, party: str, now: datetime) -> None:
    if not may_manage(caller, party, day_of(now)):
        raise NotAllowed(
            "heads-only", Text("由单位负责人管理人员。", "Only the head of the party may manage its people.")
        )


def _sha(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
