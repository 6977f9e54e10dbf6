"""The keys of a party, managed by its head or an administrator: list, issue, rotate, revoke. Each is journalled, and a
party is told when somebody else changed its keys."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db.models import F

from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed, NotAllowed, require_reason
from imloop.facts.text import Text
from imloop.steps.accounts import keys
from imloop.steps.accounts.staffing import managing, may_manage
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import Ledger
from imloop.steps.ground.registers import any_party
from imloop.store.models import ApiKey, Party

KINDS = ("ed25519", "hmac", "bearer")
"""What may be asked for, the safest first; the hash of an HMAC is the installation's."""


def kind_of(word: str) -> str:
    """The kind of key behind ``hmac``; every other word is one already."""
    return settings.HMAC if word == "hmac" else word


def every_key(party: str = "") -> list[ApiKey]:
    """Those in force first, the newest first. For the command line; people come through ``keys_of``."""
    rows = ApiKey.objects.select_related("party").order_by(
        "party__code", F("revoked_at").desc(nulls_first=True), "-created_at"
    )
    return list(rows.filter(party=any_party(party)) if party else rows)


def keys_of(caller: Caller, party: str, now: datetime) -> list[ApiKey]:
    _require(caller, party, now)
    return every_key(party)


def issue(
    caller: Caller,
    party: str,
    *,
    kind: str,
    public_key: str = "",
    note: str = "",
    until: date | None = None,
    now: datetime,
) -> str:
    """What ``keys.issue_key`` returns, shown once."""
    if kind not in KINDS:
        raise Malformed(
            "wrong-value", Text(f"没有密钥种类 {kind}。", f"There is no kind of key {kind}."), at="kind"
        )
    with managing(caller, now) as ledger:
        _require(caller, party, now)
        owner = any_party(party)
        made = keys.new_key(
            ledger, owner, kind=kind_of(kind), public_key=public_key.encode(), note=note, until=until
        )
        _tell(ledger, owner, caller, "key-issued", {"kind": kind, "note": note})
    return made


def rotate(caller: Caller, key_id: str, *, public_key: str = "", now: datetime) -> str:
    """The successor, shown once; the old key goes on for ``keys.OVERLAP``."""
    with managing(caller, now) as ledger:
        old = _theirs(caller, key_id, now)
        made = keys.rotate(ledger, old, public_key=public_key.encode())
        _tell(ledger, old.party, caller, "key-rotated", {"key_id": key_id})
    return made


def revoke(caller: Caller, key_id: str, *, reason: str, now: datetime) -> None:
    """It opens nothing from this moment on."""
    require_reason(reason)
    with managing(caller, now) as ledger:
        key = _theirs(caller, key_id, now)
        keys.revoke(ledger, key, reason)
        _tell(ledger, key.party, caller, "key-revoked", {"key_id": key_id, "reason": reason})


def _theirs(caller: Caller, key_id: str, now: datetime) -> ApiKey:
    """A key in force that the caller may manage."""
    found = keys.live(key_id, day_of(now))
    _require(caller, found.party.code, now)
    return found


def key_json(row: ApiKey, now: datetime) -> dict[str, object]:
    return {
        "party": row.party.code,
        "key_id": row.key_id,
        "kind": row.kind,
        "state": state_of(row, day_of(now)),
        "note": row.note,
        "created_at": row.created_at.isoformat(),
        "created_by": row.created_by,
        "until": row.until.isoformat() if row.until else None,
        "used_on": row.used_on.isoformat() if row.used_on else None,
        "reason": row.revoked_reason,
    }


def state_of(row: ApiKey, day: date) -> str:
    """``live``, ``over`` or ``revoked``."""
    if row.revoked_at is not None:
        return "revoked"
    return "over" if row.until is not None and row.until <= day else "live"


def _tell(ledger: Ledger, owner: Party, caller: Caller, topic: str, body: dict[str, object]) -> None:
    if caller.party_code != owner.code:
        ledger.send(owner.code, topic, owner.code, {**body, "by": caller.actor})


def _require(caller: Caller, party: str, now: datetime) -> None:
    if not may_manage(caller, party, day_of(now)):
        raise NotAllowed(
            "heads-only", Text("由单位负责人管理密钥。", "Only the head of the party may manage its keys.")
        )
