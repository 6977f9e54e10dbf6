"""How often an M-station has to do its own work again (C3, C5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from imloop.facts.days import CHINA
from imloop.facts.refusal import NotAllowed
from imloop.facts.text import Text
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, own
from imloop.store.models import Party, PartyKind, Repair

MONTHS = 12
"""How far back the figure looks."""


@dataclass(frozen=True, slots=True)
class ReworkRate:
    """``repairs`` finished since ``since``, of which ``reworks`` were done again under warranty."""

    shop: str
    name: str
    since: datetime
    repairs: int
    reworks: int

    @property
    def share(self) -> float | None:
        """Reworks per repair, 0 to 1; None without a repair."""
        return self.reworks / self.repairs if self.repairs else None

    def to_json(self) -> dict[str, object]:
        share = self.share
        return {
            "shop": self.shop,
            "name": self.name,
            "since": self.since.date().isoformat(),
            "repairs": self.repairs,
            "reworks": self.reworks,
            "share": None if share is None else round(share, 4),
        }


def rework_rate(shop: Party, now: datetime) -> ReworkRate:
    """Of the twelve months up to ``now``, by the day the repair was finished."""
    return _rates([shop], now)[0]


def rework_rates(caller: Caller, now: datetime, shop: str = "") -> list[ReworkRate]:
    """An M-station: its own; a department: every M-station of its place, or the one named."""
    if caller.kind == PartyKind.MSTATION:
        if shop not in ("", caller.party_code):
            raise NotAllowed("not-your-shop", Text("只能为本站查询。", "A station may only ask for itself."))
        return [rework_rate(registers.party(caller.party_code, PartyKind.MSTATION), now)]
    if not caller.is_department:
        raise NotAllowed(
            "wrong-kind-of-party",
            Text("仅维修企业和主管部门可查询。", "Only M-stations and departments may ask."),
        )
    shops = Party.objects.filter(own(caller, "place", "code", None), kind=PartyKind.MSTATION).order_by("code")
    if shop:
        registers.party(shop, PartyKind.MSTATION)
        shops = shops.filter(code=shop)
        if not shops.exists():
            raise NotAllowed("not-your-place", Text("只能查询本地的单位。", "Only within your own area."))
    return _rates(list(shops), now)


def _rates(shops: list[Party], now: datetime) -> list[ReworkRate]:
    since = _months_before(now)
    done = Repair.objects.filter(shop__in=shops, finished_at__gt=since, finished_at__lte=now)
    counted = {
        row["shop"]: row
        for row in done.values("shop").annotate(repairs=Count("pk"), reworks=Count("rework_of"))
    }
    nothing = {"repairs": 0, "reworks": 0}
    rows = [(shop, counted.get(shop.pk, nothing)) for shop in shops]
    return [ReworkRate(shop.code, shop.name, since, row["repairs"], row["reworks"]) for shop, row in rows]


def _months_before(now: datetime) -> datetime:
    """The same day a year ago, from midnight in China; 29 February becomes 28 February."""
    today = now.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    year, month = divmod(today.year * 12 + today.month - 1 - MONTHS, 12)
    day = min(today.day, 28) if month == 1 else today.day
    return today.replace(year=year, month=month + 1, day=day)
