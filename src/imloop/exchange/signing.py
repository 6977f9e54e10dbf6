"""The platform's own signature under what it sends: RFC 9421, Ed25519; the public key is published."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms

from imloop.exchange.http.station_signing import thumbprint
from imloop.exchange.vouchers import issue

COVERED = ("@method", "@target-uri", "content-type", "idempotency-key")
"""What is signed beside the digest of the content, which the signer adds."""


@lru_cache(maxsize=1)
def own_key() -> Ed25519PrivateKey:
    """From ``signing-key.pem`` in the data directory; made there once, readable by its owner only."""
    file = Path(settings.DATA_DIR) / "signing-key.pem"
    if not file.exists():
        made = Ed25519PrivateKey.generate()
        pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(pem)
    found = load_pem_private_key(file.read_bytes(), None)
    assert isinstance(found, Ed25519PrivateKey)
    return found


def public_key() -> dict[str, str]:
    """Key id (first 16 hex digits of the raw key's SHA-256), algorithm and PEM."""
    public = own_key().public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return {"keyid": thumbprint(public), "alg": "ed25519", "pem": pem}


def sign_voucher(number: str, station: str, day: date, issued_at: datetime) -> dict[str, str]:
    """A new offline voucher, signed with the platform's key (``exchange/vouchers.py``)."""
    return issue(number, station, day, key=own_key(), issued_at=issued_at).to_json()


class _Own(HTTPSignatureKeyResolver):
    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:
        return own_key()


@dataclass
class _Request:
    """What the signer reads of a request."""

    method: str
    url: str
    headers: httpx.Headers


def signed_headers(url: str, body: bytes, idempotency_key: str, now: datetime) -> httpx.Headers:
    """Headers of a POST with digest and signature over method, address, content and idempotency key."""
    headers = httpx.Headers({"Content-Type": "application/json", "Idempotency-Key": f'"{idempotency_key}"'})
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=_Own())
    signer.sign(
        _Request("POST", url, headers),
        key_id=thumbprint(own_key().public_key()),
        created=now,
        label="imloop",
        covered_component_ids=COVERED,
        body=body,
    )
    return headers
