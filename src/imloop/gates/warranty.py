"""C5: inside its warranty a repair is done again by the same M-station, free of charge (provincial article 21)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from imloop.facts.text import Reason, Text
from imloop.law import Law


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
            "与原故障无关的项目应另开维修单；否则退还。", "Other work wants its own order; otherwise refund."
        ),
    )


def warranty_unused(shop: str, until: date, law: Law) -> Reason:
    """Another repairer did the work although the first one's warranty still ran: the owner may choose, and should know."""
    return Reason(
        "warranty-unused",
        Text(
            f"{shop} 的质保期到 {until}，本可由其免费返修。",
            f"The warranty of {shop} runs until {until}: it would have done the rework for nothing.",
        ),
        law.cite("warranty.rework_free"),
        warning=True,
    )
