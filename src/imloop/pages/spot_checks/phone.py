"""Spot checks on a phone: one page that works without network, keeps what it recorded, and sends it later."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token

from imloop.exchange.http.http_status import status_of
from imloop.exchange.uploads.take_spot_check import take_spot_check
from imloop.facts.codes import METHOD_NAMES
from imloop.facts.items import ITEMS
from imloop.facts.records.spot_check import INSTRUMENTS, ITEMS_OF, MEASURED_BY
from imloop.facts.refusal import Malformed, Refusal
from imloop.facts.text import Text
from imloop.pages.guard import desk, page, words
from imloop.pages.spot_checks.said import result_of, state_of
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.lookups import after
from imloop.steps.spot_checks.phone_kit import kit
from imloop.steps.spot_checks.receive_check import Received
from imloop.store.models import PartyKind

_WORKER = Path(__file__).parent.parent / "assets" / "imloop" / "spotworker.js"


@desk(PartyKind.ENVIRONMENT)
def phone(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The form; what it needs to know comes with it, for when there is no network."""
    if request.method == "POST":
        told = Text(
            "此页要在浏览器里运行脚本才能保存、发送记录。",
            "This page needs scripts to keep and send records.",
        )
        raise Malformed("needs-script", told, at="plate")
    now = clock.now()
    context = {
        "kit": after(lambda: kit(caller, now), lambda found: found),
        "methods": [
            (
                method.value,
                words(METHOD_NAMES[method]),
                [(name, words(ITEMS[name].label), ITEMS[name].unit) for name in ITEMS_OF[method]],
            )
            for method in MEASURED_BY
        ],
        "kinds": {kind: words(name) for kind, name in INSTRUMENTS.items()},
    }
    return page(request, caller, "spot_checks/phone.html", context)


@desk(PartyKind.ENVIRONMENT)
def state(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The same anew, with the token for what is sent: asked before the queue is sent, as the page may be days old."""
    now = clock.now()
    found = after(lambda: kit(caller, now), lambda known: known)
    return JsonResponse({"csrf": get_token(request), "kit": found})


@desk(PartyKind.ENVIRONMENT)
def send(request: HttpRequest, caller: Caller) -> HttpResponse:
    """One record of the queue; a refusal is said in a form that the page can show."""
    if request.method != "POST":
        raise Malformed("wrong-value", Text("请用 POST 发送。", "Send it by POST."))
    try:
        said = take_spot_check(request.body, caller, clock.now(), _shown)
    except Refusal as refusal:
        told = {
            "code": refusal.code,
            "text": words(refusal.text),
            "reasons": [words(each.text) for each in refusal.reasons],
        }
        return JsonResponse(told, status=status_of(refusal, "POST"))
    return JsonResponse(said)


def _shown(found: Received) -> dict[str, object]:
    row = found.row
    result, state = result_of(row), state_of(row)
    return {
        "number": row.number,
        "result": row.result,
        "result_words": result[0],
        "state_words": state[0],
        "order": row.order_no,
        "deadline": row.deadline.isoformat() if row.deadline else "",
    }


@desk(PartyKind.ENVIRONMENT)
def worker(request: HttpRequest, caller: Caller) -> HttpResponse:
    """From this address, as a worker only serves pages that lie beside it."""
    return HttpResponse(_WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")
