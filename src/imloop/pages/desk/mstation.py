"""The M-station's desk: its cases and figures."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from imloop.facts.days import day_of
from imloop.pages.guard import desk, page
from imloop.pages.outages.outages import unlock_row
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.ground import clock, registers
from imloop.steps.ground.access import Caller
from imloop.steps.ground.registers import law_at
from imloop.steps.outages.unlock_texts import awaited
from imloop.steps.repairs.rework import owed_cases
from imloop.steps.repairs.rework_rate import rework_rate
from imloop.steps.repairs.shop_figures import compared
from imloop.store.models import Party, PartyKind

RECORDS = "/desk/mstation/repairs"


@desk(PartyKind.MSTATION)
def cases(request: HttpRequest, caller: Caller) -> HttpResponse:
    mine = case_lookups.cases(caller).order_by("closed_at", "deadline")[:100]
    shop = registers.party(caller.party_code, PartyKind.MSTATION)
    now = clock.now()
    context = {
        "cases": mine,
        "owed": owed_cases(shop),
        "tiles": _figures(shop),
        "awaited": [unlock_row(row, now) for row in awaited(shop)],
    }
    return page(request, caller, "desk/mstation.html", context)


def _figures(shop: Party) -> list[dict[str, object]]:
    """Own figures beside the median of the place; too few repairs make none."""
    now = clock.now()
    found, rate = compared(shop, day_of(now)), rework_rate(shop, now)
    own, minimum = found.own, law_at(day_of(now), shop.place).integer("figures.minimum_sample")
    few = _("数据不足")
    of = _("本地 %(n)s 家的中位数 %(value)s")
    fee = f"{own.median_yuan:.0f}" if own and own.enough_prices and own.median_yuan is not None else few
    first = (
        f"{100 * (own.success.value or 0):.0f} %"
        if own is not None and own.enough_retests and own.success.value is not None
        else few
    )
    return [
        {
            "label": _("一次修好率（近 12 个月）"),
            "n": first,
            "note": _note(own.success.whole if own else 0)
            + (
                _("；") + of % {"n": found.success_of, "value": f"{100 * found.success:.0f} %"}
                if found.success is not None
                else ""
            ),
        },
        {
            "label": _("费用中位数（元）"),
            "n": fee,
            "note": _note(own.priced if own else 0)
            + (
                _("；") + of % {"n": found.price_of, "value": f"{found.price:.0f}"}
                if found.price is not None
                else ""
            ),
        },
        {
            "label": _("返修率（近 12 个月）"),
            "n": few if rate.share is None or rate.repairs < minimum else f"{100 * rate.share:.1f} %",
            "note": _("%(all)s 次维修中返修 %(n)s 次") % {"all": rate.repairs, "n": rate.reworks},
            "url": RECORDS,
        },
    ]


def _note(count: int) -> str:
    return _("依据 %(n)s 次") % {"n": count}
