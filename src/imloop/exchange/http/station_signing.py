"""A machine's signature under its request: RFC 9421, with Ed25519 or an HMAC. No Django: stations use it, too.

Covered: ``@method``, ``@authority``, ``@path``, ``@query`` and, where there is a body, its digest (RFC 9530) and
``content-type``. Not ``@target-uri`` or ``@scheme``: TLS may end at a proxy, and the platform behind it then sees
``http``. Signed parameters: ``created``, ``keyid``, ``alg``, ``nonce``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlsplit, urlunsplit

import http_sf
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    MappingKeyResolver,
    algorithms,
)

from imloop.facts.refusal import NotAllowed
from imloop.facts.text import Text

LABEL = "imloop"
HMAC_TOKEN = "imh"  # noqa: S105 - how a token begins, not a secret
ALWAYS = ("@method", "@authority", "@path", "@query")
WITH_BODY = ("content-digest", "content-type")
NONCE = range(8, 65)
"""How many characters a nonce may have."""
_PATH_SAFE = "/:@!$&'()*+,;=~-._"


class HmacSm3(algorithms.HMAC_SHA256):
    """HMAC with SM3 (GB/T 32905), for installations that must use national algorithms."""

    algorithm_id = "hmac-sm3"

    def __init__(self, public_key: Any = None, private_key: Any = None, shared_secret: Any = None) -> None:
        super().__init__(public_key, private_key, shared_secret)  # type: ignore[no-untyped-call]  # the library's
        self.hash_algorithm = hashes.SM3()  # type: ignore[assignment]  # the library thinks of its own SHA-256 alone


ALGORITHMS: dict[str, type[HTTPSignatureAlgorithm]] = {
    known.algorithm_id: known for known in (algorithms.ED25519, algorithms.HMAC_SHA256, HmacSm3)
}


@dataclass(frozen=True, slots=True)
class Signed:
    """What a good signature says beside the message: whose key, when, and the nonce that must not be used again."""

    key_id: str
    created: datetime
    nonce: str


@dataclass
class _Message:
    """What the library reads of a request."""

    method: str
    url: str
    headers: dict[str, str]


def hmac_key(token: str) -> tuple[str, bytes]:
    """Key id and secret of an HMAC key ``imh_<id>_<secret>``; the secret is used as its ASCII bytes.
    Raises ``ValueError``."""
    head, _, rest = token.strip().partition("_")
    key_id, _, secret = rest.partition("_")
    if head != HMAC_TOKEN or not (key_id and secret):
        raise ValueError("not an HMAC key: imh_<id>_<secret>")
    return key_id, secret.encode("ascii")


def thumbprint(key: Ed25519PublicKey) -> str:
    """The key id of an Ed25519 key: the first 16 hex digits of the raw public key's SHA-256."""
    return sha256(key.public_bytes_raw()).hexdigest()[:16]


def sign(
    method: str,
    url: str,
    body: bytes,
    *,
    key_id: str,
    secret: Ed25519PrivateKey | bytes,
    now: datetime,
    nonce: str,
    algorithm: str = "",
) -> dict[str, str]:
    """The headers to add to a request: ``Signature-Input``, ``Signature`` and, with a body, ``Content-Digest`` and
    ``Content-Type``.

    ``url`` is absolute, as the station calls it; ``secret`` an Ed25519 private key or the bytes of an HMAC secret (see
    ``hmac_key``); ``key_id`` of an Ed25519 key is its ``thumbprint``;
    ``nonce`` 8 to 64 characters, never used twice; ``algorithm`` only for ``hmac-sm3``. Raises ``ValueError``.
    """
    if len(nonce) not in NONCE:
        raise ValueError(f"a nonce has {NONCE[0]} to {NONCE[-1]} characters")
    name = algorithm or ("hmac-sha256" if isinstance(secret, bytes) else "ed25519")
    headers = {"Content-Type": "application/json"} if body else {}
    message = _Message(method.upper(), plain_url(url), headers)
    signer = HTTPMessageSigner(
        signature_algorithm=ALGORITHMS[name],
        key_resolver=MappingKeyResolver(public_keys={}, private_keys={key_id: secret}),
    )
    try:
        signer.sign(
            message,
            key_id=key_id,
            created=now,
            nonce=nonce,
            label=LABEL,
            covered_component_ids=(*ALWAYS, *WITH_BODY[1:]) if body else ALWAYS,
            body=body or None,
        )
    except HTTPMessageSignaturesException as error:
        raise ValueError(str(error)) from error
    return headers


def plain_url(url: str) -> str:
    """The address with its path escaped in one way only: a server sees the path unescaped."""
    scheme, host, path, query, _ = urlsplit(url)
    return urlunsplit((scheme, host, quote(unquote_to_bytes(path), safe=_PATH_SAFE), query, ""))


def key_id_of(headers: Mapping[str, str]) -> str:
    """The key a message names in ``Signature-Input``; nothing is proved by that. Raises ``NotAllowed``."""
    try:
        found: Any = http_sf.parse(headers.get("Signature-Input", "").encode("ascii"), tltype="dictionary")
        (_, parameters), *others = found.values()
        name = parameters["keyid"]
    except (ValueError, KeyError, TypeError, UnicodeError):
        raise _unreadable() from None
    if others or not isinstance(name, str):
        raise _unreadable()
    return name


def verify(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    algorithm: str,
    key: Ed25519PublicKey | bytes,
    now: datetime,
    window: timedelta,
) -> Signed:
    """The signature under a request, judged with the ``algorithm`` that belongs to the ``key`` (never the one that the
    message names). ``url`` is absolute, with the host as the caller wrote it; ``headers`` holds at least
    ``Signature-Input``, ``Signature``, ``Content-Type`` and ``Content-Digest`` as sent.

    Raises ``NotAllowed``: ``signature-unreadable``, ``signature-incomplete``, ``signature-too-old``,
    ``signature-too-early`` (more than ``window`` from ``now``), ``signature-wrong``.
    """
    verifier = _Verifier(signature_algorithm=ALGORITHMS[algorithm], key_resolver=_Only(key))
    verifier.at, verifier.window = now, window
    fields = {name: value for name, value in headers.items() if value}
    try:
        found = verifier.verify(
            _Message(method, plain_url(url), fields),
            max_age=None,
            body=body,
            require_components=(*ALWAYS, *WITH_BODY) if body else ALWAYS,
        )
    except InvalidSignature as error:
        raise _wrong(error) from None
    except (HTTPMessageSignaturesException, ValueError):
        raise _unreadable() from None
    parameters = found[0].parameters
    nonce = str(parameters.get("nonce", ""))
    if len(nonce) not in NONCE or not nonce.isprintable():
        raise _incomplete(f"nonce: {NONCE[0]}-{NONCE[-1]} characters")
    created = datetime.fromtimestamp(int(parameters["created"]), UTC)
    return Signed(str(parameters["keyid"]), created, nonce)


class _Only(HTTPSignatureKeyResolver):
    """A key resolver that knows only the key already looked up."""

    def __init__(self, key: Ed25519PublicKey | bytes) -> None:
        self.key = key

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | bytes:
        return self.key


class _Verifier(HTTPMessageVerifier):
    """The library's verifier with the time as an argument instead of the machine's clock."""

    at: datetime
    window: timedelta

    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:
        if "created" not in sig_input.params:
            raise _incomplete("created")
        created = self._moment(sig_input, "created")
        if created < self.at - self.window:
            raise _late(self.window, "signature-too-old", "太早", "is too old")
        if created > self.at + self.window:
            raise _late(self.window, "signature-too-early", "太晚", "is from the future")
        if "expires" in sig_input.params and self._moment(sig_input, "expires") < self.at:
            raise _late(self.window, "signature-too-old", "已过期", "has expired")

    def _moment(self, sig_input: Any, name: str) -> datetime:
        found: datetime = self._parse_integer_timestamp(  # type: ignore[no-untyped-call]  # the library's
            sig_input.params[name], field_name=name
        )
        return found


def _late(window: timedelta, code: str, zh: str, en: str) -> NotAllowed:
    seconds = int(window.total_seconds())
    return NotAllowed(
        code,
        Text(
            f"签名时间{zh}：与平台时间相差不得超过 {seconds} 秒，请校准时钟后重新签名。",
            f"The signature {en}: its time may differ from the platform's by at most {seconds} seconds; "
            "set the clock and sign again.",
        ),
    )


def _wrong(error: InvalidSignature) -> NotAllowed:
    """The library wraps what went wrong inside; a component that is not covered is for the sender to correct."""
    if "was not covered" in str(error) or "requires a signed" in str(error):
        return _incomplete(str(error))
    return NotAllowed(
        "signature-wrong",
        Text("签名与报文或密钥不符。", "The signature does not match the message or the key."),
    )


def _incomplete(what: str) -> NotAllowed:
    return NotAllowed(
        "signature-incomplete",
        Text(f"签名缺少必需的内容：{what}。", f"The signature lacks a required part: {what}."),
    )


def _unreadable() -> NotAllowed:
    return NotAllowed(
        "signature-unreadable",
        Text("无法读取报文签名（RFC 9421）。", "The message signature (RFC 9421) cannot be read."),
    )
