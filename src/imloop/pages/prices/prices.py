"""Money and conflicts of interest: approved prices, charges that differ, operators shared with a repairer."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from imloop.facts.codes import METHOD_NAMES, Method
from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.gates.prices.charge import DEVIATIONS
from imloop.pages.choices import named
from imloop.pages.forms import onward, sent_day, sent_day_or_none
from imloop.pages.guard import desk, page, words
from imloop.pages.tables import Columns, as_file, query_of
from imloop.pages.templatetags.imloop_tags import spoken
from imloop.steps.findings import lookups as finding_lookups
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.prices.publish_price import NewPrice, price_list, set_price
from imloop.steps.stations import lookups as station_lookups
from imloop.steps.stations.conflicts import conflict_list
from imloop.store.models import Fee, Finding, PartyKind, Proposal

_DEPARTMENTS = (PartyKind.MARKET, PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.SUPERVISOR)
_SET = (PartyKind.MARKET, PartyKind.ADMIN)


@desk(*_DEPARTMENTS, PartyKind.ADMIN)
def prices(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The prices in force, a form for who may set them, and what was charged otherwise."""
    context: dict[str, object] = {"may_set": caller.kind in _SET}
    if request.method == "POST":
        return onward(_set(caller, request.POST), "/prices")
    stations = station_lookups.parties(PartyKind.ISTATION, caller.place)
    names = {station.code: station.name for station in stations}
    deviating = finding_lookups.findings(caller).filter(code__in=DEVIATIONS, resolved_at__isnull=True)
    if file := as_file(request, caller, "fee-deviations", _charged(names), deviating.order_by("-created_at")):
        return file
    context |= {
        "query": query_of(request),
        "prices": [
            {
                **row,
                "name": names.get(str(row["station"]), ""),
                "label": words(METHOD_NAMES[Method(str(row["method"]))]),
            }
            for row in price_list(caller.place, day_of(clock.now()))
        ],
        "stations": named(stations),
        "methods": [(method, words(name)) for method, name in METHOD_NAMES.items()],
        "deviating": deviating.order_by("-created_at")[:50],
        "names": names,
        "place": caller.place,
        "today": day_of(clock.now()).isoformat(),
    }
    return page(request, caller, "prices/prices.html", context)


def _charged(names: dict[str, str]) -> Columns[Finding]:
    return {
        _("时间"): lambda row: row.created_at,
        _("检验机构"): lambda row: names.get(row.station_code, row.station_code),
        _("检验"): lambda row: row.subject,
        _("说明"): lambda row: spoken(row.data, "text"),
    }


def _set(caller: Caller, form: QueryDict) -> Fee | Proposal:
    try:
        yuan = Decimal(form.get("yuan", "").strip())
    except InvalidOperation:
        typed = form.get("yuan", "")
        raise Malformed(
            "wrong-value", Text(f"{typed} 不是金额。", f"{typed} is not an amount."), at="yuan"
        ) from None
    price = NewPrice(
        place=caller.place,
        station=form.get("station", ""),
        method=form.get("method", ""),
        yuan=yuan,
        since=sent_day(form, "since"),
        until=sent_day_or_none(form, "until"),
        cite=form.get("cite", ""),
    )
    return set_price(caller, price, clock.now())


@desk(*_DEPARTMENTS)
def conflicts(request: HttpRequest, caller: Caller) -> HttpResponse:
    """I-stations that share traits with M-stations, proven ones first."""
    found = conflict_list(caller, day_of(clock.now()))
    rows: list[dict[str, Any]] = [
        {
            "station": station,
            "proven": not answer.allowed,
            "reasons": [reason.to_json() for reason in answer.reasons],
        }
        for station, answer in found
    ]
    columns: Columns[dict[str, Any]] = {
        _("检验机构"): lambda row: row["station"].name,
        _("结论"): lambda row: _("同一经营者") if row["proven"] else _("待核实"),
        _("理由"): lambda row: _("；").join(str(spoken(reason, "text")) for reason in row["reasons"]),
    }
    if file := as_file(request, caller, "conflicts", columns, rows):
        return file
    return page(request, caller, "stations/conflicts.html", {"rows": rows, "query": query_of(request)})
