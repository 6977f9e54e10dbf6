"""Messages to outside systems: how far each receiver is, dead letters, the day sheets; pause, resume, replay."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from imloop.exchange.couriers.courier import bring_again
from imloop.exchange.signing import public_key
from imloop.facts.days import day_of
from imloop.facts.digits import whole
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.pages.forms import onward
from imloop.pages.guard import desk, page, public
from imloop.pages.tables import Columns, as_file
from imloop.steps.couriers.deliveries import DaySheet, lags, reconcile, waiting
from imloop.steps.couriers.lookups import senders
from imloop.steps.couriers.receivers import (
    add_receiver,
    dismiss,
    receiver,
    receivers,
    replay_from,
    set_paused,
)
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.store.models import Delivery, PartyKind, Receiver
from imloop.store.models.registers.stations import DEPARTMENTS

OFFICES = (*DEPARTMENTS, PartyKind.ADMIN)
DAYS, SHOWN = 14, 50


@desk(*OFFICES)
def couriers(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Every receiver with what waits; POST by an administrator: a new one."""
    context: dict[str, object] = {}
    if request.method == "POST":
        form = request.POST
        row = add_receiver(
            caller,
            code=form.get("code", ""),
            name=form.get("name", ""),
            party=form.get("party", ""),
            way=form.get("way", ""),
            address=form.get("address", ""),
            topics=[topic for topic in form.get("topics", "").replace("，", ",").split(",") if topic.strip()],
            now=clock.now(),
        )
        return onward(row, f"/couriers/{form.get('code', '').strip()}")
    context |= {
        "lags": lags(receivers(caller)),
        "ways": Receiver.Way.choices,
        "may_add": caller.kind == PartyKind.ADMIN,
        "offices": senders(caller),
    }
    return page(request, caller, "couriers/couriers.html", context)


@desk(*OFFICES)
def one_courier(request: HttpRequest, caller: Caller, code: str) -> HttpResponse:
    """One receiver; POST: pause, resume, replay, send a dead letter again or dismiss it."""
    now = clock.now()
    row = receiver(caller, code)
    days = [day_of(now) - timedelta(days=back) for back in range(DAYS)]
    if file := as_file(request, caller, f"deliveries-{row.code}", _columns(), reconcile(row, days)):
        return file
    context: dict[str, object] = {}
    if request.method == "POST":
        _act(request, caller, code, now)
        return redirect(f"/couriers/{code}")
    context |= {
        "lag": lags([row])[0],
        "next": waiting(row).first(),
        "sheets": reconcile(row, days),
        "dead": row.deliveries.filter(state__in=Delivery.UNSETTLED)
        .select_related("entry")
        .order_by("at")[:SHOWN],
    }
    return page(request, caller, "couriers/courier.html", context)


def _act(request: HttpRequest, caller: Caller, code: str, now: datetime) -> None:
    form = request.POST
    what, reason = form.get("what", ""), form.get("reason", "")
    seq = whole(form.get("seq", "")) or 0
    if what in ("pause", "resume"):
        set_paused(caller, code, paused=what == "pause", reason=reason, now=now)
    elif what == "replay":
        if form.get("sure") != "1":
            raise Malformed("not-confirmed", Text("请勾选确认。", "Tick the box to confirm."), at="sure")
        replay_from(caller, code, seq=seq, reason=reason, now=now)
    elif what == "again":
        bring_again(caller, code, seq, now)
    elif what == "dismiss":
        dismiss(caller, code, seq=seq, reason=reason, now=now)
    else:
        raise Malformed("wrong-value", Text("没有这项操作。", "No such action."))


def _columns() -> Columns[DaySheet]:
    return {
        _("日期"): lambda sheet: sheet.day,
        _("送出"): lambda sheet: sheet.sent,
        _("对方确认一致"): lambda sheet: sheet.acknowledged,
        _("未回执"): lambda sheet: sheet.unanswered,
        _("不一致"): lambda sheet: sheet.differing,
        _("被拒"): lambda sheet: sheet.dead,
    }


@public
def signing_key(request: HttpRequest) -> HttpResponse:
    """The key that proves what we send (RFC 9421, Ed25519)."""
    return JsonResponse(public_key())
