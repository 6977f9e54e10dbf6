"""A party's people: heads, invitations, closing and reopening accounts, the head's right delegated to a colleague."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unknown, require_reason
from imloop.facts.text import Text
from imloop.steps.accounts import second_factor, sessions
from imloop.steps.accounts.create_user import natural_person, require_one_side
from imloop.steps.accounts.leaving import leave
from imloop.steps.accounts.name_and_password import require_new_name
from imloop.steps.ground import registers
from imloop.steps.ground.access import OFFICES, PUBLIC, Caller, caller_for, covers
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.ground.registers import any_party
from imloop.steps.second_person.kinds import Act, Body, register
from imloop.steps.second_person.propose import do_or_propose
from imloop.steps.second_person.rules import rules_of
from imloop.store.models import Delegation, Invitation, Party, PartyKind, Proposal, User

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
    """The caller as the journal names them: somebody with a delegated right, and who lent it."""
    lent = None if caller.kind == PartyKind.ADMIN else _borrowed(caller, day)
    if lent is None or User.objects.filter(username=caller.user, is_head=True).exists():
        return caller
    return replace(caller, behalf=lent.giver.username)


def people(party: str) -> list[User]:
    return list(User.objects.filter(party__code=party).order_by("-is_active", "username"))


def invite(caller: Caller, party: str, *, name: str, as_head: bool, now: datetime) -> str:
    """Create an invitation; returns the link's token, shown once, valid for one account within seven days."""
    if not 0 < len(name.strip()) <= 60:
        raise Malformed("wrong-value", Text("请写明邀请谁。", "Say who is invited."), at="name")
    token = secrets.token_urlsafe(24)
    with managing(caller, now) as ledger:
        _require(caller, party, now)
        if as_head:
            require_own_right(caller)
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
        ledger.tell(party, "invited", row.name, {"head": as_head})
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


def accept(token: str, *, username: str, password: str, identity: str = "", now: datetime) -> User:
    """The invited person's account; the link is used up. ``identity``: number of the identity card, which a department
    asks for, since its people decide."""
    username = username.strip()
    bearer = natural_person(identity) if identity.strip() else ""
    hashed = make_password(password)  # takes a while: not while others wait to write
    with writing(now, PUBLIC) as ledger:
        found = invitation(token, now)
        _require_named(found.party, bearer)
        ledger.caller = caller_for(found.party, username)
        require_new_name(username)
        user = User.objects.create(
            username=username,
            password=hashed,
            party=found.party,
            first_name=found.name,
            is_head=found.as_head,
            natural_person=bearer,
        )
        Invitation.objects.filter(pk=found.pk).update(used_at=now, user=user)
        ledger.note("user-created", username, {"party": found.party.code, "invitation": found.pk})
    return user


def _require_named(party: Party, bearer: str) -> None:
    if party.kind in OFFICES and not bearer:
        raise Malformed(
            "identity-missing",
            Text(
                "部门人员请填写身份证号。", "People of a department give the number of their identity card."
            ),
            at="identity",
        )
    require_one_side(bearer)


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
    """Leaving ends every session and personal key at once; the account stays, as the journal names it."""
    require_reason(reason)
    with managing(caller, now) as ledger:
        found = person(caller, username, now)
        if found.username == caller.user:
            raise Conflict("yourself", Text("不能停用自己的账号。", "You cannot close your own account."))
        if found.is_head:
            require_own_right(caller)
        if not active:
            _require_another_head(found)
        found.is_active = active
        found.save(update_fields=["is_active"])
        if active:
            require_one_side(found.natural_person, but=found.username)
            ledger.note("user-back", username, {"reason": reason})
        else:
            leave(ledger, found, reason)
            sessions.end_those(ledger, found, list(found.sessions.all()))
        _tell(ledger, found, "user-back" if active else "user-left", {"reason": reason})


def clear_identity(caller: Caller, username: str, *, reason: str, now: datetime) -> None:
    """A mistyped identity card: whoever bears the account enters it again. For administrators."""
    require_reason(reason)
    with managing(caller, now) as ledger:
        found = person(caller, username, now)
        if caller.kind != PartyKind.ADMIN:
            raise NotAllowed("wrong-kind-of-party", Text("由管理员办理。", "An administrator does that."))
        found.natural_person = ""
        found.save(update_fields=["natural_person"])
        ledger.note("person-cleared", username, {"reason": reason})
        _tell(ledger, found, "person-cleared", {"reason": reason})


def set_head(caller: Caller, username: str, *, head: bool, now: datetime) -> None:
    """A party must keep at least one head. Nobody makes themselves head, and who acts by a lent right makes none."""
    with managing(caller, now) as ledger:
        found = person(caller, username, now)
        require_own_right(caller)
        if head and found.username == caller.user:
            raise Conflict("yourself", Text("不能把自己设为负责人。", "You cannot make yourself head."))
        if not head:
            _require_another_head(found)
        found.is_head = head
        found.save(update_fields=["is_head"])
        noted = ledger.note("head-set" if head else "head-unset", username, {})
        _tell(ledger, found, noted.kind, {})


def set_payer(caller: Caller, username: str, *, pays: bool, now: datetime) -> None:
    """Who pays rewards sees no complaint any more; nobody marks themselves."""
    with managing(caller, now) as ledger:
        found = person(caller, username, now)
        require_own_right(caller)
        if found.username == caller.user:
            raise Conflict("yourself", Text("不能指定自己。", "You cannot mark yourself."))
        found.pays_rewards = pays
        found.save(update_fields=["pays_rewards"])
        noted = ledger.note("payer-set" if pays else "payer-unset", username, {})
        _tell(ledger, found, noted.kind, {})


def reset_second_factor(caller: Caller, username: str, *, reason: str, now: datetime) -> User | Proposal:
    """By an administrator, for somebody who lost phone and recovery codes; of a department's person another one of that
    department confirms that it is they who ask. Every session of theirs ends, and the party is told; the person reads
    it on the own page."""
    if caller.kind != PartyKind.ADMIN:
        raise NotAllowed(
            "administrators-only", Text("由系统管理员重置。", "Only an administrator can reset it.")
        )
    require_reason(reason)
    with managing(caller, now) as ledger:
        found = person(caller, username, now)
        assert found.party is not None
        if found.party.kind not in OFFICES:
            return _reset(ledger, caller, username, {"reason": reason})
        law = registers.law_at(day_of(now), found.party.place)
        if rules := rules_of(RESET.kind, law):
            rules.require_words(reason=reason)
        made: User | Proposal = do_or_propose(
            ledger, RESET, username, {"reason": reason}, law, reason=reason, owner=found.party.code
        )
    return made


def _reset(ledger: Ledger, by: Caller, username: str, body: Body) -> User:
    found = person(by, username, ledger.now)
    second_factor.forget(found)
    ledger.note("second-factor-reset", username, {"reason": body["reason"]})
    _tell(ledger, found, "second-factor-reset", {"reason": body["reason"]})
    sessions.end_those(ledger, found, list(found.sessions.all()))
    return found


def _close(ledger: Ledger, row: Proposal) -> None:
    """Nobody said it was they who asked: the account is closed until its party opens it again."""
    found = User.objects.select_related("party").get(username=row.subject)
    found.is_active = False
    found.save(update_fields=["is_active"])
    second_factor.forget(found)
    leave(ledger, found, "动态口令重置未经确认")
    sessions.end_those(ledger, found, list(found.sessions.all()))
    _tell(ledger, found, "user-left", {"reason": "动态口令重置未经确认"})


def _tell(ledger: Ledger, found: User, kind: str, body: dict[str, object]) -> None:
    if found.party is not None:
        ledger.tell(found.party.code, kind, found.username, body)


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


def require_own_right(caller: Caller) -> None:
    """Who heads a party is not decided by a right that its head has lent."""
    own = caller.kind in (PartyKind.ADMIN, "system")
    if not own and not User.objects.filter(username=caller.user, is_head=True, is_active=True).exists():
        raise NotAllowed(
            "heads-only",
            Text(
                "负责人的任免由负责人本人或管理员办理，受托人不能办理。",
                "Who is head is decided by a head or an administrator, not by somebody to whom the right was lent.",
            ),
        )


def _require(caller: Caller, party: str, now: datetime) -> None:
    if not may_manage(caller, party, day_of(now)):
        raise NotAllowed(
            "heads-only", Text("由单位负责人管理人员。", "Only the head of the party may manage its people.")
        )


def _sha(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


RESET = register(
    Act(
        kind="second-factor",
        name=Text("重置动态口令", "reset a second factor"),
        carry_out=_reset,
        link=lambda row: f"/people/{row.subject}",
        before=lambda row: [f"{row.asked.code if row.asked else ''}/{row.subject}"],
        undo=_close,
    )
)
