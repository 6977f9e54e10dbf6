"""A station's report that it used a voucher, possibly days later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """``number`` may be empty where the ``code`` was typed from paper; ``signed``: the whole voucher, its signature
    already verified, where the station sent it; ``used_at``: when the paper was accepted; ``clock``: the station's
    own time when it sent this."""

    number: str
    code: str
    signed: Mapping[str, str] | None
    vin: str
    plate: str
    shop: str
    settlement_no: str
    certificate_no: str
    used_at: datetime
    clock: datetime | None
    notes: tuple[str, ...] = ()
