"""``imloop.voucher/1``: a single-use permission to retest on paper, signed by the platform before the outage.

A station keeps a few for each of the next days on its own disk and on paper. Whoever holds the platform's public key
can tell a genuine one from a forged one without network; this file needs neither the platform's store nor its settings.
That a voucher is used only once is checked where used ones are recorded: the station's own list, later the platform.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from stdnum import luhn

from imloop.exchange.http.station_signing import thumbprint
from imloop.exchange.reading import Reader
from imloop.facts.days import day_of, read_day
from imloop.facts.identifiers import signs
from imloop.facts.refusal import Malformed, Unlawful
from imloop.facts.text import Text

SCHEMA = "imloop.voucher/1"
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Of the codes: nothing that reads like another character when written by hand (no 0 O 1 I)."""
CODE_LENGTH = 8
"""Characters, the last one a check character (Luhn over ``ALPHABET``); written in two groups of four: ``7K3Q-9MTX``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """``day``: the only calendar day (China) on which it may be used. ``keyid``: of the platform's key, as served at
    ``/public/signing-key``. ``signature``: base64url without padding, over the canonical JSON of all other fields."""

    number: str
    station: str
    day: date
    code: str
    issued_at: datetime
    keyid: str
    signature: str

    def to_json(self) -> dict[str, str]:
        return {**_signed(self), "signature": self.signature}


def issue(
    number: str, station: str, day: date, *, key: Ed25519PrivateKey, issued_at: datetime, code: str = ""
) -> Voucher:
    """A new voucher. ``code``: made at random when empty."""
    unsigned = Voucher(
        number=number,
        station=station,
        day=day,
        code=code or new_code(),
        issued_at=issued_at,
        keyid=thumbprint(key.public_key()),
        signature="",
    )
    return replace(unsigned, signature=_text(key.sign(canonical(unsigned))))


def verify(voucher: Voucher, public_key_pem: str, *, station: str, at: datetime) -> None:
    """Returns when the voucher is genuine and meant for this ``station`` at the moment ``at``.

    Raises ``Unlawful``: ``voucher-other-key``, ``voucher-forged``, ``voucher-other-station``, ``voucher-other-day``;
    ``Malformed`` ``malformed-key`` when the key is none.
    """
    key = read_key(public_key_pem)
    if voucher.keyid != thumbprint(key):
        raise Unlawful(
            "voucher-other-key",
            Text(
                f"离线凭单由另一把密钥（{voucher.keyid}）签名，不是平台当前的密钥。",
                f"The voucher is signed with another key ({voucher.keyid}), not with the platform's current one.",
            ),
        )
    try:
        key.verify(_bytes(voucher.signature), canonical(voucher))
    except InvalidSignature:
        raise Unlawful(
            "voucher-forged",
            Text(
                "离线凭单的签名与内容不符：凭单是伪造的，或者被改动过。",
                "The signature does not match the voucher: it is forged or has been altered.",
            ),
        ) from None
    if voucher.station != station:
        raise Unlawful(
            "voucher-other-station",
            Text(
                f"离线凭单发给了 {voucher.station}，不是本站。",
                f"The voucher was issued to {voucher.station}.",
            ),
        )
    if voucher.day != day_of(at):
        raise Unlawful(
            "voucher-other-day",
            Text(f"离线凭单只在 {voucher.day} 当天有效。", f"The voucher is valid on {voucher.day} only."),
        )


def read(data: Mapping[str, object]) -> Voucher:
    """A voucher from its JSON object, its signature not yet checked; ``Malformed`` names every faulty field."""
    reader = Reader(data)
    if reader.data.get("schema") != SCHEMA:
        reader.fault("schema", "wrong-value", f"应为 {SCHEMA}", f"must be {SCHEMA}")
    words = {
        key: reader.text(key, required=True, longest=120)
        for key in ("number", "station", "day", "code", "keyid", "signature")
    }
    issued_at = reader.moment("issued_at")
    if words["day"] and not re.fullmatch(r"\d{4}-\d\d-\d\d", words["day"]):
        reader.fault("day", "wrong-value", "应为日期，如 2026-03-05", "must be a date such as 2026-03-05")
    reader.finish()
    assert issued_at  # finish() has raised otherwise
    return Voucher(
        number=words["number"],
        station=words["station"],
        day=read_day(words["day"]),
        code=read_code(words["code"]),
        issued_at=issued_at,
        keyid=words["keyid"],
        signature=words["signature"],
    )


def new_code() -> str:
    """A random code of 35 bits with its check character: one of a station's few cannot be guessed."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH - 1))
    return written_code(drawn + luhn.calc_check_digit(drawn, ALPHABET))


def read_code(text: str) -> str:
    """A code as a person types it (any case, with or without the hyphen) → ``7K3Q-9MTX``. ``Malformed`` when no code
    has this check character."""
    bare = signs(text)
    if len(bare) != CODE_LENGTH or not set(bare) <= set(ALPHABET) or not luhn.is_valid(bare, ALPHABET):
        raise Malformed(
            "mistyped-code",
            Text(
                f"{text} 不是凭单校验码：应为 8 位字母和数字，请对照纸面再输一次。",
                f"{text} is not a voucher code (8 letters and digits); check it against the paper.",
            ),
        )
    return written_code(bare)


def written_code(bare: str) -> str:
    """As it is printed: two groups of four."""
    return f"{bare[:4]}-{bare[4:]}"


def canonical(voucher: Voucher) -> bytes:
    """What is signed: the fields but the signature as JSON, keys sorted, no blanks, UTF-8 (RFC 8785)."""
    return msgspec.json.encode(_signed(voucher), order="sorted")


def read_key(pem: str) -> Ed25519PublicKey:
    """The platform's public key from PEM; ``Malformed`` when it is none or of another kind."""
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise Malformed(
            "malformed-key",
            Text("不是 PEM 格式的 Ed25519 公钥。", "This is not an Ed25519 public key in PEM."),
        )
    return key


def _signed(voucher: Voucher) -> dict[str, str]:
    return {
        "schema": SCHEMA,
        "number": voucher.number,
        "station": voucher.station,
        "day": voucher.day.isoformat(),
        "code": voucher.code,
        "issued_at": voucher.issued_at.isoformat(),
        "keyid": voucher.keyid,
    }


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """What is not base64url cannot be a signature, so it counts as an empty one."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""
