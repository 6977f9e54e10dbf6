"""Vouchers and the paper form for a long network failure, fetched while the network works.

A voucher is used once. Its use is the redemption that waits in the spool: one row, on the disk before the answer.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from imloop.agent.sending.platform import NoNetwork, Platform
from imloop.agent.spool import Item, Kind, Spool
from imloop.exchange import vouchers
from imloop.exchange.vouchers import Voucher
from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Unknown
from imloop.facts.text import Text


@dataclass(frozen=True, slots=True)
class Held:
    """A voucher on this disk: ``used`` says which item of the spool redeems it."""

    voucher: Voucher
    used: int | None

    def to_json(self) -> dict[str, object]:
        return {
            "number": self.voucher.number,
            "day": self.voucher.day.isoformat(),
            "code": self.voucher.code,
            "used": self.used is not None,
            "item": self.used,
        }


class Paper:
    """``folder``: below the spool; holds ``vouchers.json``, ``signing-key.json`` and ``form.pdf``."""

    def __init__(self, spool: Spool, station: str) -> None:
        self.spool, self.station = spool, station
        self.folder = spool.folder / "vouchers"

    def refresh(self, platform: Platform, now: datetime) -> bool:
        """Fetch what there is; what is held and not yet over stays.
        False: the platform was not reached, or has none."""
        try:
            answer = platform.get("offline-vouchers", now)
            key = platform.get("/public/signing-key", now)
            form = platform.get("offline-vouchers/form.pdf", now)
        except NoNetwork:
            return False
        fetched = (answer.json or {}).get("vouchers") if answer.status == 200 else None
        if not isinstance(fetched, list) or key.status != 200 or key.json is None:
            return False
        self.folder.mkdir(parents=True, exist_ok=True)
        _keep(self.folder / "signing-key.json", key.body)
        kept = {
            each.voucher.number: each.voucher.to_json()
            for each in self.held()
            if each.voucher.day >= day_of(now)
        }
        kept |= {str(each["number"]): each for each in fetched if isinstance(each, dict) and "number" in each}
        _keep(self.folder / "vouchers.json", msgspec.json.encode({"vouchers": list(kept.values())}))
        if form.status == 200 and form.body.startswith(b"%PDF"):
            _keep(self.folder / "form.pdf", form.body)
        self.spool.note("vouchers_at", now.isoformat(timespec="seconds"))
        return True

    def held(self) -> list[Held]:
        """Every voucher on the disk, by day and number."""
        found = []
        for data in self._read("vouchers.json").get("vouchers", []):
            voucher = vouchers.read(data)
            item = self.spool.by_reference(Kind.REDEEM, voucher.number)
            found.append(Held(voucher, item.id if item else None))
        return sorted(found, key=lambda each: (each.voucher.day, each.voucher.number))

    def usable(self, now: datetime) -> list[Held]:
        """Unused ones of the day."""
        return [each for each in self.held() if each.used is None and each.voucher.day == day_of(now)]

    def use(self, number: str, case: Mapping[str, str], now: datetime) -> Item:
        """Use a voucher for a vehicle: checked with the platform's key on this disk, marked by its redemption.

        ``case``: ``plate``, ``vin``, ``shop``, ``settlement_no``, ``certificate_no`` as on the papers shown. Raises
        ``Unknown`` ``unknown-voucher``, ``Conflict`` ``voucher-used``, and what ``vouchers.verify`` raises.
        """
        held = next((each for each in self.held() if each.voucher.number == number), None)
        if held is None:
            raise Unknown(
                "unknown-voucher",
                Text(f"本机没有凭单 {number}。", f"There is no voucher {number} on this computer."),
            )
        vouchers.verify(
            held.voucher, str(self._read("signing-key.json").get("pem", "")), station=self.station, at=now
        )
        if held.used is not None:
            raise _used(number)
        body = {
            "schema": "imloop.redemption/1",
            "voucher": held.voucher.to_json(),
            "vehicle": {name: case.get(name, "") for name in ("plate", "vin")},
            "shop": case.get("shop", ""),
            "documents": {name: case.get(name, "") for name in ("settlement_no", "certificate_no")},
            "used_at": now.isoformat(),
        }
        item, fresh = self.spool.put(Kind.REDEEM, msgspec.json.encode(body), now, reference=number)
        if not fresh:
            raise _used(number)  # somebody else on this computer was quicker
        return item

    def _read(self, name: str) -> dict[str, Any]:
        file = self.folder / name
        found: dict[str, Any] = msgspec.json.decode(file.read_bytes()) if file.exists() else {}
        return found


def _used(number: str) -> Conflict:
    return Conflict(
        "voucher-used", Text(f"凭单 {number} 已经用过。", f"Voucher {number} has already been used.")
    )


def _keep(file: Path, content: bytes) -> None:
    """Write a file completely or not at all, and flush it to disk."""
    beside = file.with_name(f"{file.name}.tmp")
    with beside.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(file)
