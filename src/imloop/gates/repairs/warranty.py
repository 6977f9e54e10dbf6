"""C5: inside its warranty a repair is done again by the same M-station, free of charge (R21)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from imloop.facts.days import day_of
from imloop.facts.text import Reason, Text
from imloop.law import Law


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneBefore:
    """A repair of the vehicle in an earlier case. ``failed_items``: the measured items whose failure it answered."""

    shop: str
    repair_no: str
    finished_at: datetime
    warranty_until: date
    warranty_km: float | None
    failed_items: tuple[str, ...]


_ONE_CAUSE = {"no": "nox", "ringelmann": "k", "max": "power"}


def pollutants(items: Iterable[str]) -> frozenset[str]:
    """What was measured, whatever the method and load: ``co_5025_pct`` and ``co_g_km`` are both CO; ``hc_nox_g_km``
    is both HC and NOx; smoke is the same whichever way it is measured."""
    words = (item.split("_") for item in items)
    first = (word for each in words for word in (each[:2] if each[1:2] == ["nox"] else each[:1]))
    return frozenset(_ONE_CAUSE.get(word, word) for word in first)


def owed_by(
    earlier: Iterable[DoneBefore],
    failed_items: Iterable[str],
    at: datetime,
    odometer_km: float | None,
    law: Law,
) -> DoneBefore | None:
    """The repair of an earlier case whose shop has to do it again: its warranty ran when the vehicle failed at ``at``
    on what had failed then. The latest, if several; an unknown odometer cannot end a warranty."""
    if not law.flag("warranty.rework_free"):
        return None
    again = pollutants(failed_items)
    owing = [
        repair
        for repair in earlier
        if repair.finished_at <= at
        and day_of(at) <= repair.warranty_until
        and (repair.warranty_km is None or odometer_km is None or odometer_km <= repair.warranty_km)
        and pollutants(repair.failed_items) & again
    ]
    return max(owing, key=lambda repair: repair.finished_at, default=None)


def rework_charged(rework_of: str, cost_yuan: Decimal | None, law: Law) -> Reason | None:
    """A rework that was paid for. ``rework_of`` empty: the repair is no rework."""
    if not rework_of or not cost_yuan:
        return None
    return Reason(
        "rework-charged",
        Text(
            f"维修单 {rework_of} 在质保期内返修，不应收费，本次收取 {cost_yuan:.2f} 元。",
            f"Rework of {rework_of} under warranty is free of charge; {cost_yuan:.2f} yuan were charged.",
        ),
        law.cite("warranty.rework_free"),
        Text(
            "与原故障无关的项目应另开维修单；否则退还。",
            "Unrelated work needs a repair order of its own; otherwise refund.",
        ),
    )


def warranty_unused(shop: str, until: date, law: Law) -> Reason:
    """Another repairer did the work although the first one's warranty still ran:
    the owner may choose, and should know."""
    return Reason(
        "warranty-unused",
        Text(
            f"{shop} 的质保期到 {until}，本可由其免费返修。",
            f"The warranty of {shop} runs until {until}: it would have done the rework free of charge.",
        ),
        law.cite("warranty.rework_free"),
        warning=True,
    )
