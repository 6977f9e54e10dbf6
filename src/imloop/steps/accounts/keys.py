"""Keys of stations' and departments' machines: issue, rotate, revoke, recognise.

Three ways to show a key: send it (bearer), or sign with it (Ed25519, HMAC; ``exchange/http/station_signing.py``).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.conf import settings
from django.db import connection
from django.db.models import F, Q

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unknown
from imloop.facts.text import Text
from imloop.steps.accounts.key_secrets import seal, unseal
from imloop.steps.ground.access import SYSTEM, Caller
from imloop.steps.ground.ledger import Ledger, writing
from imloop.store.models import ApiKey, Party, UsedNonce, User
from imloop.store.statements import fetch_one

Kind = ApiKey.Kind
OVERLAP = timedelta(days=7)
"""How long a rotated key goes on working, unless another day is said."""
LONGEST_NOTE = 60
_KEY = (
    "SELECT k.kind, k.secret_sha256, k.material, k.used_on = %s, p.code, p.kind, p.name, p.place,"
    " COALESCE(u.username, '')"
    " FROM store_apikey k JOIN store_party p ON p.id = k.party_id LEFT JOIN store_user u ON u.id = k.user_id"
    " WHERE k.key_id = %s AND k.revoked_at IS NULL AND (k.until IS NULL OR k.until > %s)"
    " AND (k.user_id IS NULL OR (u.is_active AND u.party_id = k.party_id))"
)
"""Run with every call of a machine, so the SQL is written by hand; ``is_live`` asks the same."""
_NONCE = "INSERT INTO store_usednonce (digest, expires_at) VALUES (%s, %s) ON CONFLICT DO NOTHING"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """What a signature is checked with, and who is behind it."""

    key_id: str
    algorithm: str
    key: Ed25519PublicKey | bytes
    caller: Caller
    used_today: bool


def issue_key(
    party: Party,
    now: datetime,
    by: Caller = SYSTEM,
    *,
    kind: str = Kind.BEARER,
    public_key: bytes = b"",
    note: str = "",
    until: date | None = None,
    person: str = "",
) -> str:
    """A new key, shown once: ``imk_<id>_<secret>``, or ``imh_…`` for an HMAC; for Ed25519 (``public_key``: PEM) only
    the id, as the private half never leaves the station."""
    with writing(now, by) as ledger:
        return new_key(ledger, party, kind=kind, public_key=public_key, note=note, until=until, person=person)


def new_key(
    ledger: Ledger,
    party: Party,
    *,
    kind: str = Kind.BEARER,
    public_key: bytes = b"",
    note: str = "",
    until: date | None = None,
    person: str = "",
) -> str:
    """The same as part of a larger step. ``person``: the user name of whose personal key it is; it acts in that name,
    and ends with the account."""
    if kind not in Kind.values:
        raise Malformed("wrong-value", Text(f"没有密钥种类 {kind}。", f"There is no kind of key {kind}."))
    if public_key.strip() and kind != Kind.ED25519:
        raise Malformed(
            "public-key-needs-ed25519",
            Text(
                f"公钥只用于 ed25519 密钥，此处种类为 {kind}：请选择 ed25519（--kind ed25519），或不给公钥。",
                f"A public key is for a key of kind ed25519, this one is {kind}: choose ed25519 (--kind ed25519), or "
                "give no public key.",
            ),
        )
    if until is not None and until <= day_of(ledger.now):
        raise Malformed("wrong-value", Text("失效日期应晚于今天。", "It must end after today."))
    secret = "" if kind == Kind.ED25519 else secrets.token_urlsafe(32)
    row = ApiKey(
        party=party, kind=kind, key_id=secrets.token_hex(6), until=until, user=_holder(party, person)
    )
    row.note, row.created_at, row.created_by = (
        note.strip()[:LONGEST_NOTE],
        ledger.now,
        ledger.caller.actor[:80],
    )
    if kind == Kind.ED25519:
        row.key_id, row.material = _public(public_key)
    elif kind == Kind.BEARER:
        row.secret_sha256 = _sha(secret)
    else:
        row.material = seal(row.key_id, secret.encode())
    row.save(force_insert=True)
    body = {"key_id": row.key_id, "kind": kind, "note": row.note, "until": until}
    ledger.note("key-issued", party.code, {**body, "person": person} if person else body)
    if kind == Kind.ED25519:
        return row.key_id
    return f"{'imk' if kind == Kind.BEARER else 'imh'}_{row.key_id}_{secret}"


def rotate_key(
    key_id: str,
    now: datetime,
    by: Caller = SYSTEM,
    *,
    public_key: bytes = b"",
    until: date | None = None,
) -> str:
    """A successor of the same kind; the old one goes on until a day (exclusive), so that machines can change over."""
    with writing(now, by) as ledger:
        return rotate(ledger, live(key_id, day_of(now)), public_key=public_key, until=until)


def rotate(ledger: Ledger, old: ApiKey, *, public_key: bytes = b"", until: date | None = None) -> str:
    """The same as part of a larger step."""
    holder = old.user.username if old.user else ""
    made = new_key(ledger, old.party, kind=old.kind, public_key=public_key, note=old.note, person=holder)
    last = until or day_of(ledger.now) + OVERLAP
    old.until = min(last, old.until) if old.until else last
    old.save(update_fields=["until"])
    ledger.note("key-rotated", old.party.code, {"key_id": old.key_id, "until": old.until})
    return made


def revoke_key(key_id: str, now: datetime, by: Caller = SYSTEM, *, reason: str = "") -> None:
    """End a key: it stops working from this moment on."""
    with writing(now, by) as ledger:
        revoke(ledger, live(key_id, day_of(now)), reason)


def revoke(ledger: Ledger, key: ApiKey, reason: str) -> None:
    """The same as part of a larger step."""
    key.revoked_at, key.revoked_reason = ledger.now, reason.strip()[:200]
    key.save(update_fields=["revoked_at", "revoked_reason"])
    ledger.note("key-revoked", key.party.code, {"key_id": key.key_id, "reason": key.revoked_reason})


def live(key_id: str, day: date) -> ApiKey:
    """Whether a key still works."""
    key = (
        ApiKey.objects.select_related("party", "user").filter(key_id=key_id, revoked_at__isnull=True).first()
    )
    if key is None or (key.until is not None and key.until <= day):
        raise _unknown(key_id)
    return key


def is_live(key_id: str, day: date) -> bool:
    """Whether a key still works: asked again and again while a stream opened with it runs."""
    return ApiKey.objects.filter(
        Q(until__isnull=True) | Q(until__gt=day),
        Q(user__isnull=True) | Q(user__is_active=True, user__party=F("party")),
        key_id=key_id,
        revoked_at__isnull=True,
    ).exists()


def recognise(token: str, day: date) -> Caller:
    """The caller behind a bearer key. Same answer and time for an unknown, wrong, ended or revoked key."""
    key_id, _, secret = token.removeprefix("imk_").partition("_")
    kind, kept, _, used, *party = _row(key_id, day) or ("", "0" * 64, "", True)
    if not hmac.compare_digest(kept, _sha(secret)) or kind != Kind.BEARER:
        raise _wrong()
    caller = Caller(*[*party, key_id])
    if caller.kind in settings.MUST_SIGN or caller.party_code in settings.MUST_SIGN:
        raise NotAllowed(
            "signature-required",
            Text(
                "本单位的报文必须签名，不接受持有即可的密钥。",
                "Messages of this party must be signed; bearer keys are not accepted.",
            ),
        )
    if not used:
        _used(key_id, day)
    return caller


def signing_key(key_id: str, day: date) -> SigningKey:
    """What a signature under this key id is checked with."""
    row = _row(key_id, day)
    if row is None or row[0] == Kind.BEARER:
        raise _wrong()
    kind, _, material, used, *party = row
    key = (
        Ed25519PublicKey.from_public_bytes(b64decode(material))
        if kind == Kind.ED25519
        else unseal(key_id, material)
    )
    if key is None:
        raise _wrong()
    return SigningKey(key_id, kind, key, Caller(*[*party, key_id]), bool(used))


def spend(key: SigningKey, nonce: str, expires: datetime, day: date) -> None:
    """Take a signed message once: a second one with the same key and nonce is refused, whichever process it reaches.
    ``expires``: when a message with this nonce would be too old anyway."""
    digest = _sha(f"{key.key_id} {nonce}")[:32]
    with connection.cursor() as cursor:
        cursor.execute(_NONCE, [digest, int(expires.timestamp()) + 1])
        fresh = cursor.rowcount == 1
    if not fresh:
        raise NotAllowed(
            "nonce-used",
            Text(
                "此签名报文已收到过，请换新的 nonce 重新签名。",
                "This signed message was already received: sign again with a new nonce.",
            ),
        )
    if not key.used_today:
        _used(key.key_id, day)


def forget_nonces(now: datetime) -> int:
    """Those of messages that are too old by now; called by the timed work."""
    return UsedNonce.objects.filter(expires_at__lt=int(now.timestamp())).delete()[0]


def _holder(party: Party, person: str) -> User | None:
    if not person:
        return None
    found = User.objects.filter(username=person, party=party, is_active=True).first()
    if found is None:
        raise Malformed(
            "no-such-colleague",
            Text(
                f"{party.code} 没有在用的账号 {person}：本人密钥只发给本单位的人。",
                f"{party.code} has no open account {person}: a personal key is for one of the party's own people.",
            ),
            at="person",
        )
    return found


def _row(key_id: str, day: date) -> tuple[Any, ...] | None:
    today = day.isoformat()
    return fetch_one(_KEY, [today, key_id, today]) if "\0" not in key_id else None


def _used(key_id: str, day: date) -> None:
    """To the day: one write a day and key."""
    ApiKey.objects.filter(key_id=key_id).exclude(used_on=day).update(used_on=day)


def _public(pem: bytes) -> tuple[str, str]:
    """Key id and raw base64 of a public key in PEM. The id follows from the key, so the station can compute it."""
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise Malformed(
            "wrong-public-key",
            Text("不是 Ed25519 公钥（PEM）。", "That is not an Ed25519 public key in PEM."),
        )
    raw = key.public_bytes_raw()
    key_id = hashlib.sha256(raw).hexdigest()[:16]
    if ApiKey.objects.filter(key_id=key_id).exists():
        raise Conflict(
            "key-known",
            Text("此公钥已登记过，请生成新的。", "This public key is known already: make a new one."),
        )
    return key_id, b64encode(raw).decode()


def _unknown(key_id: str) -> Unknown:
    return Unknown("unknown-key", Text(f"没有有效的密钥 {key_id}。", f"There is no key {key_id} in force."))


def _wrong() -> NotAllowed:
    return NotAllowed(
        "wrong-key", Text("密钥无效、已到期或已吊销。", "The key is unknown, wrong, expired or revoked.")
    )


def _sha(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
