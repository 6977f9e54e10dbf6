"""The keys of a party, managed by its head or an administrator: list, issue, rotate, revoke. Each is journalled, and a
party is told when somebody else changed its keys.

A personal key speaks in one person's name: only that person asks for it, or the operator for them, so that nobody can
decide as somebody else."""

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
from imloop.steps.ground.registers import any_party
from imloop.store.models import ApiKey

KINDS = ("ed25519", "hmac", "bearer")
"""What may be asked for, the safest first; the hash of an HMAC is the installation's."""


def kind_of(word: str) -> str:
    """The kind of key behind ``hmac``; every other word is one already."""
    return settings.HMAC if word == "hmac" else word


def every_key(party: str = "") -> list[ApiKey]:
    """Those in force first, the newest first. For the command line; people come through ``keys_of``."""
    rows = ApiKey.objects.select_related("party", "user").order_by(
        "party__code", F("revoked_at").desc(nulls_first=True), "-created_at"
    )
    return list(rows.filter(party=any_party(party)) if party else rows)


def keys_of(caller: Caller, party: str, now: datetime) -> list[ApiKey]:
    """All of the party; of a department also one's own, for who does not manage the others."""
    if may_have_own(caller, party) and not may_manage(caller, party, day_of(now)):
        return [row for row in every_key(party) if _is_own(caller, row)]
    _require(caller, party, now)
    return every_key(party)


def may_have_own(caller: Caller, party: str) -> bool:
    """Whether the caller is somebody of that department."""
    return caller.is_department and bool(caller.user) and caller.party_code == party


def issue(
    caller: Caller,
    party: str,
    *,
    kind: str,
    public_key: str = "",
    note: str = "",
    until: date | None = None,
    person: str = "",
    now: datetime,
) -> str:
    """What ``keys.issue_key`` returns, shown once. ``person``: the user name, for a personal key."""
    if kind not in KINDS:
        raise Malformed(
            "wrong-value", Text(f"没有密钥种类 {kind}。", f"There is no kind of key {kind}."), at="kind"
        )
    person = person.strip()
    with managing(caller, now) as ledger:
        owner = any_party(party)
        if person:
            _require_own(caller, party, person)
        else:
            _require(caller, party, now)
        made = keys.new_key(
            ledger,
            owner,
            kind=kind_of(kind),
            public_key=public_key.encode(),
            note=note,
            until=until,
            person=person,
        )
        body = {"kind": kind, "note": note, "person": person}
        ledger.tell(owner.code, "key-issued", owner.code, body)
    return made


def rotate(
    caller: Caller, key_id: str, *, public_key: str = "", until: date | None = None, now: datetime
) -> str:
    """The successor, shown once; the old key goes on until a day (exclusive), else for ``keys.OVERLAP``."""
    with managing(caller, now) as ledger:
        old = _theirs(caller, key_id, now)
        if old.user is not None:
            _require_own(caller, old.party.code, old.user.username)
        made = keys.rotate(ledger, old, public_key=public_key.encode(), until=until)
        ledger.tell(old.party.code, "key-rotated", old.party.code, {"key_id": key_id})
    return made


def revoke(caller: Caller, key_id: str, *, reason: str, now: datetime) -> None:
    """It opens nothing from this moment on."""
    require_reason(reason)
    with managing(caller, now) as ledger:
        key = _theirs(caller, key_id, now)
        keys.revoke(ledger, key, reason)
        body = {"key_id": key_id, "reason": reason}
        ledger.tell(key.party.code, "key-revoked", key.party.code, body)


def _theirs(caller: Caller, key_id: str, now: datetime) -> ApiKey:
    """A key in force that the caller may manage."""
    found = keys.live(key_id, day_of(now))
    if not _is_own(caller, found):
        _require(caller, found.party.code, now)
    return found


def _is_own(caller: Caller, row: ApiKey) -> bool:
    return row.user is not None and row.user.username == caller.user


def key_json(row: ApiKey, now: datetime) -> dict[str, object]:
    return {
        "party": row.party.code,
        "key_id": row.key_id,
        "kind": row.kind,
        "person": row.user.username if row.user else "",
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
    over = row.until is not None and row.until <= day
    left = row.user is not None and not (row.user.is_active and row.user.party_id == row.party_id)
    return "over" if over or left else "live"


def _require_own(caller: Caller, party: str, person: str) -> None:
    if caller.kind != "system" and not (may_have_own(caller, party) and caller.user == person):
        raise NotAllowed(
            "own-key-only",
            Text(
                "本人密钥以其本人名义行事，只能由部门人员为自己申请。",
                "A personal key acts in one person's name: people of departments ask for their own only.",
            ),
        )


def _require(caller: Caller, party: str, now: datetime) -> None:
    if not may_manage(caller, party, day_of(now)):
        raise NotAllowed(
            "heads-only", Text("由单位负责人管理密钥。", "Only the head of the party may manage its keys.")
        )
