"""The station's key: read from a file that only its owner can read, and used to sign every request."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from imloop.exchange.http.station_signing import HMAC_TOKEN, hmac_key, sign, thumbprint
from imloop.facts.refusal import Malformed, NotAllowed
from imloop.facts.text import Text

_HMACS = ("hmac-sha256", "hmac-sm3")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")

Headers = Callable[[str, str, bytes, datetime], dict[str, str]]
"""(method, absolute URL, body, moment) → headers that authenticate the caller."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """``name``: how the station shows itself: ``bearer``, ``hmac-sha256`` or ``ed25519``."""

    name: str
    headers: Headers


def read_key(file: Path | None) -> str:
    """The key out of its file. Raises ``NotAllowed`` when others can read it, ``Malformed`` when none is named."""
    if file is None:
        raise Malformed(
            "no-key-file",
            Text(
                "请给出密钥文件（--key-file 或 IMLOOP_AGENT_KEY）。",
                "Name a key file (--key-file or IMLOOP_AGENT_KEY).",
            ),
        )
    if os.name == "posix" and file.stat().st_mode & 0o077:
        raise NotAllowed(
            "key-file-open",
            Text(
                f"他人可读取密钥文件 {file}：请先 chmod 600。",
                f"Others can read the key file {file}: chmod 600 it first.",
            ),
        )
    return file.read_text(encoding="utf-8").strip()


def credentials(key: str, url: str, algorithm: str = "") -> Credentials:
    """How to use a key: a PEM signs with Ed25519, ``imh_…`` with HMAC, anything else is sent as it is, which needs TLS
    or loopback. ``algorithm``: of an HMAC key, SHA-256 unless ``hmac-sm3``. Raises ``Malformed`` or ``NotAllowed``."""
    if key.startswith("-----BEGIN"):
        return Credentials("ed25519", _with_ed25519(key))
    if key.startswith(f"{HMAC_TOKEN}_"):
        name = algorithm or "hmac-sha256"
        return Credentials(name, _with_hmac(key, name))
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise NotAllowed(
            "key-over-plain-http",
            Text("密钥只能通过 TLS 或本机传输。", "A bearer key may only be sent over TLS or loopback."),
        )
    return Credentials("bearer", lambda *_: {"Authorization": f"Bearer {key}"})


def _with_hmac(key: str, algorithm: str) -> Headers:
    if algorithm not in _HMACS:
        raise Malformed(
            "bad-agent-setting",
            Text(
                f"采集端设置 algorithm：应为 {'、'.join(_HMACS)}。",
                f"Agent setting algorithm: one of {', '.join(_HMACS)}.",
            ),
        )
    try:
        key_id, secret = hmac_key(key)
    except ValueError as error:
        raise _malformed() from error

    def headers(method: str, url: str, body: bytes, now: datetime) -> dict[str, str]:
        nonce = secrets.token_hex(12)
        return sign(
            method, url, body, key_id=key_id, secret=secret, now=now, nonce=nonce, algorithm=algorithm
        )

    return headers


def _with_ed25519(pem: str) -> Headers:
    try:
        secret = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError) as error:
        raise _malformed() from error
    if not isinstance(secret, Ed25519PrivateKey):
        raise _malformed()
    key_id = thumbprint(secret.public_key())

    def headers(method: str, url: str, body: bytes, now: datetime) -> dict[str, str]:
        return sign(method, url, body, key_id=key_id, secret=secret, now=now, nonce=secrets.token_hex(12))

    return headers


def _malformed() -> Malformed:
    return Malformed(
        "malformed-key",
        Text(
            "密钥既不是 PEM 格式的 Ed25519 私钥，也不是 imh_…。",
            "The key is neither an Ed25519 PEM nor imh_….",
        ),
    )
