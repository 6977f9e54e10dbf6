"""The I-station in an outage: which kind it is, the paper sheets, used vouchers, phone numbers, its own fault."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from imloop.exchange.signing import sign_voucher
from imloop.exchange.uploads.decode_redemption import decode_redemption
from imloop.exchange.uploads.intake import take_redemption
from imloop.facts.days import CHINA, day_of
from imloop.gates.outages.outage import Scope
from imloop.law.sentences import environment_hotline, outage_papers
from imloop.pages.forms import require_sure, sent_moment
from imloop.pages.guard import desk, page
from imloop.pages.lines.istation_live import live_card
from imloop.pages.outages.outages import outage_row, unlock_row
from imloop.pages.outages.paper_photographs import sent_photographs
from imloop.papers.outage_form import outage_form
from imloop.steps.ground import clock, registers
from imloop.steps.ground.access import Caller, city_of
from imloop.steps.ground.registers import department
from imloop.steps.outages import known_outages
from imloop.steps.outages.declare_outage import Declaration, declare, end
from imloop.steps.outages.paper_files import attach_photographs, check_photographs
from imloop.steps.outages.redeem_voucher import gate_of
from imloop.steps.outages.unlock_texts import unlocks
from imloop.steps.outages.voucher_stock import stock, unused_vouchers
from imloop.steps.stations import lookups as station_lookups
from imloop.steps.stations.declared_outages import as_fact
from imloop.store.models import PartyKind

PAGE = "/desk/istation/outage"
SHOWN = 50


@desk(PartyKind.ISTATION)
def outage(request: HttpRequest, caller: Caller) -> HttpResponse:
    """What the law of the day allows, and the forms for it; POST: a voucher was used, or the station's own fault."""
    now = clock.now()
    context: dict[str, object] = {}
    if request.method == "POST":
        return _act(request, caller, now)
    return page(request, caller, "outages/outage.html", {**context, **_context(request, caller, now)})


def _context(request: HttpRequest, caller: Caller, now: datetime) -> dict[str, object]:
    station = registers.party(caller.party_code, PartyKind.ISTATION)
    law = registers.law_at(day_of(now), station.place)
    facts = [row for row in known_outages.running() if as_fact(row).reaches(station.code, station.place)]
    own = known_outages.visible(caller).filter(scope=Scope.OWN_FAULT, ends_at__isnull=True)
    mine = list(unlocks(caller)[:SHOWN])
    ready = unused_vouchers(caller, day_of(now))
    return {
        "accepted": law.flag("outage.paper_accepted"),
        "papers": outage_papers(law),
        "hotline": environment_hotline(law),
        "cite": law.cite("outage.paper_accepted"),
        "hours": law.integer("outage.unlock_hours"),
        "catch_up": law.integer("outage.catch_up_days"),
        "office": department(PartyKind.ENVIRONMENT, station.place),
        "live": live_card(caller, now)["live"],
        "running": [outage_row(row) for row in facts],
        "own_faults": [outage_row(row) for row in own],
        "ready": ready.count(),
        "today": ready.filter(day=day_of(now)).count(),
        "unlocks": [unlock_row(row, now) for row in mine],
        "told": next(
            (
                unlock_row(row, now) | {"gate": gate_of(caller, row, now)}
                for row in mine
                if row.unlock_no == request.GET.get("told")
            ),
            None,
        ),
        "shops": station_lookups.parties(PartyKind.MSTATION, city_of(station.place)),
        "now_text": f"{now.astimezone(CHINA):%Y-%m-%dT%H:%M}",
    }


def _act(request: HttpRequest, caller: Caller, now: datetime) -> HttpResponse:
    form = request.POST
    what = form.get("what", "")
    if what == "own-fault":
        require_sure(form)
        said = Declaration(
            scope=Scope.OWN_FAULT,
            cause=form.get("cause", ""),
            starts_at=sent_moment(form, "starts_at"),
            late_reason=form.get("late_reason", ""),
        )
        declare(caller, said, now)
        return redirect(PAGE)
    if what == "own-fault-over":
        end(caller, form.get("outage_no", ""), at=None, now=now)
        return redirect(PAGE)
    photographs = sent_photographs(request)
    check_photographs(photographs)
    body = msgspec.json.encode(_redemption(form, now))
    decode_redemption(body)  # what cannot be read goes back to the form, and is no upload
    receipt = take_redemption(body, caller, now)
    number = str(receipt.body["unlock"])
    attach_photographs(caller, number, photographs, now)
    return redirect(f"{PAGE}?told={number}#told")


def _redemption(form: QueryDict, now: datetime) -> dict[str, object]:
    """``imloop.redemption/1`` as the paper sheet was filled in."""
    return {
        "schema": "imloop.redemption/1",
        "voucher": {"code": form.get("code", "")},
        "vehicle": {"vin": form.get("vin", ""), "plate": form.get("plate", "")},
        "shop": form.get("shop", ""),
        "documents": {
            "settlement_no": form.get("settlement_no", ""),
            "certificate_no": form.get("certificate_no", ""),
        },
        "used_at": sent_moment(form, "used_at").isoformat(),
    }


@desk(PartyKind.ISTATION)
def paper_form(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The sheets with the station's vouchers, to be printed before they are needed."""
    now = clock.now()
    document = outage_form(caller, stock(caller, now, sign_voucher), now)
    return HttpResponse(document, content_type="application/pdf")
