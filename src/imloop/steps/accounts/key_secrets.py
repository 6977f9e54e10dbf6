"""HMAC secrets at rest: encrypted under a key that follows from the installation's secret key, bound to their key id.

A stolen database alone reveals none; a stolen database with the secret key does. An Ed25519 key has no such risk.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_PURPOSE = b"imloop station hmac 1"
_NONCE = 12


def seal(key_id: str, secret: bytes) -> str:
    """Base64 of nonce and ciphertext."""
    nonce = os.urandom(_NONCE)
    return b64encode(nonce + _box(settings.SECRET_KEY).encrypt(nonce, secret, key_id.encode())).decode()


def unseal(key_id: str, sealed: str) -> bytes | None:
    """The secret; None when it was sealed under another secret key or for another key id."""
    raw = b64decode(sealed)
    for known in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _box(known).decrypt(raw[:_NONCE], raw[_NONCE:], key_id.encode())
        except InvalidTag:
            continue
    return None


@lru_cache(maxsize=4)
def _box(secret_key: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, None, _PURPOSE).derive(secret_key.encode()))
