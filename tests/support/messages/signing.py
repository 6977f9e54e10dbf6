"""A station that signs: the headers of ``station_signing.sign`` on Django's test client."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.http import HttpResponse
from django.test import Client

from imloop.exchange.http.station_signing import hmac_key, sign
from imloop.steps.accounts.keys import Kind, issue_key
from imloop.steps.ground import clock
from imloop.store.models import Party
from support.city import at

HOST = "http://testserver"
_NUMBERS = count()


@dataclass
class Signer:
    """Signs with a key that the platform knows; ``late`` moves its clock."""

    key_id: str
    secret: Ed25519PrivateKey | bytes
    algorithm: str = ""
    late: timedelta = timedelta()
    client: Client = field(default_factory=Client)

    @classmethod
    def of(cls, party: str, kind: str, person: str = "") -> Signer:
        """``person``: whose personal key it is."""
        owner, since = Party.objects.get(code=party), at("2026-01-01 08:00")
        if kind == Kind.ED25519:
            private = Ed25519PrivateKey.generate()
            return cls(issue_key(owner, since, kind=kind, public_key=pem_of(private), person=person), private)
        key_id, secret = hmac_key(issue_key(owner, since, kind=kind, person=person))
        return cls(key_id, secret, kind)

    def headers(self, method: str, path: str, body: bytes = b"", nonce: str = "") -> dict[str, str]:
        """Signature for ``path`` below ``/api/v1/``."""
        return sign(
            method,
            f"{HOST}/api/v1/{path}",
            body,
            key_id=self.key_id,
            secret=self.secret,
            now=clock.now() - self.late,
            nonce=nonce or f"nonce-{next(_NUMBERS):08}",
            algorithm=self.algorithm,
        )

    def send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        nonce: str = "",
        changed: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Sign and send; ``changed`` replaces what is sent after it was signed: method, path, body, headers."""
        change = changed or {}
        headers = {**self.headers(method, path, body, nonce), **change.get("headers", {})}
        return self.client.generic(
            change.get("method", method),
            f"/api/v1/{change.get('path', path)}",
            change.get("body", body),
            content_type=headers.pop("Content-Type", "application/octet-stream"),
            headers=headers,
        )


def pem_of(private: Ed25519PrivateKey) -> bytes:
    """The public half as a station hands it in."""
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
