"""B5 and B8: what may be charged for a test — the approved price, and nothing for a commercial vehicle that still has a
valid pass (R19, R20)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from imloop.facts.codes import Method
from imloop.facts.text import Reason, Text
from imloop.gates.answer import Answer
from imloop.law import Law

DEVIATIONS = ("fee-above-price", "charged-twice", "fee-below-price")
"""Findings about a charge, the worst first."""


@dataclass(frozen=True, slots=True)
class Price:
    """An approved price in yuan. ``station`` empty: of the whole place.
    ``until``: first day on which it no longer holds."""

    place: str
    station: str
    method: Method
    yuan: Decimal
    since: date
    until: date | None = None
    cite: str = ""

    def holds(self, station: str, method: Method, day: date) -> bool:
        in_time = self.since <= day and (self.until is None or day < self.until)
        return in_time and self.method == method and self.station in ("", station)


def price_of(prices: Iterable[Price], station: str, method: Method, day: date) -> Price | None:
    """The price that holds: the station's own before the place's, the most local place before the others,
    the latest."""
    known = [price for price in prices if price.holds(station, method, day)]
    return max(
        known,
        key=lambda price: (bool(price.station), len(price.place.rstrip("0")), price.since),
        default=None,
    )


@dataclass(frozen=True, slots=True)
class PassBefore:
    """The vehicle's last passed periodic test, and the last day of the inspection period it stands for."""

    test_no: str
    on: date
    valid_until: date


def charge(
    *,
    station: str,
    method: Method,
    usage: str,
    day: date,
    last_pass: PassBefore | None,
    price: Price | None,
    law: Law,
    charged: Decimal | None = None,
) -> Answer:
    """What may be charged on ``day``; with ``charged``, whether that was right."""
    again = _again(usage, day, last_pass, law)
    due = Decimal(0) if again else None if price is None else price.yuan
    reasons = [
        *([_no_price(station, method, law)] if price is None and not again else []),
        *([again] if again else []),
        *(
            [_deviates(charged, due, price, law)]
            if charged is not None and due is not None and charged != due
            else []
        ),
    ]
    facts: dict[str, object] = {"due_yuan": None if due is None else f"{due:.2f}"}
    if charged is not None:
        facts["charged_yuan"] = f"{charged:.2f}"
    return Answer.of("charge", reasons, facts)


def _again(usage: str, day: date, last_pass: PassBefore | None, law: Law) -> Reason | None:
    if last_pass is None or not law.flag("commercial.no_double_charge"):
        return None
    if usage not in law.words("commercial.usages") or not last_pass.on <= day <= last_pass.valid_until:
        return None
    return Reason(
        "charged-twice",
        Text(
            f"营运车辆 {last_pass.on} 已检验合格（{last_pass.test_no}），有效至 {last_pass.valid_until}，"
            "期限内不得重复收费检测。",
            f"Commercial vehicle passed on {last_pass.on} ({last_pass.test_no}), valid until {last_pass.valid_until}: "
            "it may not be charged again within that period.",
        ),
        law.cite("commercial.no_double_charge"),
        Text("不得收费；已收取的应当退还。", "Charge nothing; refund what was charged."),
        item=last_pass.test_no,
    )


def _no_price(station: str, method: Method, law: Law) -> Reason:
    return Reason(
        "no-approved-price",
        Text(f"没有 {method} 的核定收费标准。", f"No approved price for {method}."),
        law.cite("station.fee_approved"),
        Text("请价格主管部门公布收费标准。", "The price department must publish one."),
        warning=True,
    )


def _deviates(charged: Decimal, due: Decimal, price: Price | None, law: Law) -> Reason | None:
    """More than approved is refused; less is only a warning."""
    cite = price.cite if price is not None and price.cite else law.cite("station.fee_approved")
    return Reason(
        "fee-above-price" if charged > due else "fee-below-price",
        Text(f"收费 {charged:.2f} 元，应收 {due:.2f} 元。", f"{charged:.2f} yuan charged, {due:.2f} due."),
        cite,
        Text("按核定标准收费，多收的退还。", "Charge the approved price and refund the excess.")
        if charged > due
        else None,
        warning=charged < due,
    )
