"""API keys of stations and departments: issue, revoke, recognise."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

from imloop.facts.refusal import NotAllowed
from imloop.facts.text import Text
from imloop.steps.access import SYSTEM, Caller
from imloop.steps.ledger import Ledger, writing
from imloop.store.models import ApiKey, Party
from imloop.store.prepared import fetch_one

_KEY = (
    "SELECT k.secret_sha256, p.code, p.kind, p.name, p.place FROM store_apikey k JOIN store_party p ON p.id = k.party_id"
    " WHERE k.key_id = %s AND k.revoked_at IS NULL"
)
"""Asked with every call of a machine, so written out."""


def issue_key(party: Party, now: datetime, by: Caller = SYSTEM) -> str:
    """A new key ``imk_<id>_<secret>``. Shown once; only the hash of the secret is kept."""
    with writing(now, by) as ledger:
        return new_key(ledger, party)


def new_key(ledger: Ledger, party: Party) -> str:
    """The same as part of a larger step."""
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    ApiKey.objects.create(party=party, key_id=key_id, secret_sha256=_sha(secret), created_at=ledger.now)
    ledger.note("key-issued", party.code, {"key_id": key_id})
    return f"imk_{key_id}_{secret}"


def revoke_key(key_id: str, now: datetime, by: Caller = SYSTEM) -> None:
    with writing(now, by) as ledger:
        key = ApiKey.objects.select_related("party").get(key_id=key_id)
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
        ledger.note("key-revoked", key.party.code, {"key_id": key_id})


def recognise(token: str) -> Caller:
    """The caller behind a bearer key. Same answer and time for an unknown, wrong or revoked key."""
    key_id, _, secret = token.removeprefix("imk_").partition("_")
    row = fetch_one(_KEY, [key_id])
    kept, *party = row or ("0" * 64,)
    if row is None or not hmac.compare_digest(kept, _sha(secret)):
        raise NotAllowed("wrong-key", Text("密钥无效或已吊销。", "The key is unknown, wrong or revoked."))
    return Caller(*party)


def _sha(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def is_live(key_id: str) -> bool:
    """Whether a key still opens anything: asked again and again while a stream that it opened runs."""
    return ApiKey.objects.filter(key_id=key_id, revoked_at__isnull=True).exists()
