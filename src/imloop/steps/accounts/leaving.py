"""What ends when somebody leaves a party, beside the account: their personal keys, rights lent by them or to them,
invitations they sent.

The machines' keys they made go on, for machines would stop; the party is told which, to change them."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.contrib.auth.hashers import make_password
from django.db.models import Q, QuerySet

from imloop.steps.accounts.keys import revoke
from imloop.steps.ground.access import SYSTEM
from imloop.steps.ground.ledger import Ledger, writing
from imloop.store.models import ApiKey, Delegation, Invitation, User

Row = TypeVar("Row", Invitation, ApiKey)


def leave(ledger: Ledger, found: User, reason: str) -> None:
    """A right that was lent, or a personal key, does not live again when its bearer comes back."""
    for own in found.keys.filter(revoked_at__isnull=True):
        revoke(ledger, own, reason)
    lent = Delegation.objects.filter(Q(giver=found) | Q(taker=found), ended_at__isnull=True)
    withdrawn = _made_by(found, Invitation.objects.filter(used_at__isnull=True, withdrawn_at__isnull=True))
    keys = list(keys_made_by(found).values_list("key_id", flat=True))
    body = {
        "reason": reason,
        "delegations_ended": lent.update(ended_at=ledger.now),
        "invitations_withdrawn": withdrawn.update(withdrawn_at=ledger.now),
        "keys": keys,
    }
    ledger.note("user-left", found.username, body)
    if found.party is not None and keys:
        ledger.send(
            found.party.code, "keys-of-leaver", found.username, {"person": found.username, "keys": keys}
        )


def close_account(found: User, reason: str, now: datetime) -> None:
    """By the platform, when the account's time is over: no session of it is admitted any more."""
    with writing(now, SYSTEM) as ledger:
        found.is_active = False
        found.save(update_fields=["is_active"])
        leave(ledger, found, reason)


def reopen_account(found: User, password: str, reason: str, now: datetime) -> None:
    """By the platform, for whoever is given the password next: no natural person's any more."""
    hashed = make_password(password)
    with writing(now, SYSTEM) as ledger:
        found.is_active, found.password, found.natural_person = True, hashed, ""
        found.save(update_fields=["is_active", "password", "natural_person"])
        ledger.note("user-back", found.username, {"reason": reason})


def keys_made_by(found: User) -> QuerySet[ApiKey]:
    """Those in force of the person's party: whoever made them may have kept a copy."""
    return _made_by(found, ApiKey.objects.filter(revoked_at__isnull=True)).order_by("key_id")


def keys_of_leavers(party: str) -> frozenset[str]:
    """Ids of a party's keys in force that somebody made who is no longer there."""
    left = User.objects.filter(party__code=party, is_active=False).select_related("party")
    return frozenset(key.key_id for found in left for key in keys_made_by(found))


def _made_by(found: User, rows: QuerySet[Row]) -> QuerySet[Row]:
    """By themselves, or by a right that was lent to them ("li for wei")."""
    party = found.party.code if found.party is not None else ""
    actor = f"{party}/{found.username}"
    return rows.filter(Q(created_by=actor) | Q(created_by__startswith=f"{actor} for "), party=found.party)
