"""The review: one reading on the screen, a key or a button for each answer, and the next one comes."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.pages.guard import desk, page, words
from imloop.pages.remote_sensing import shown
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.remote_sensing import lookups
from imloop.steps.remote_sensing.review import cannot_tell, own_reading, review, take_back
from imloop.steps.remote_sensing.weigh import weighed
from imloop.store.models import PartyKind, RemoteReading

LAST, COUNT = "reading-reviewed", "readings-reviewed"
"""In the session: the reading that was looked at last, and how many were."""
_LONGEST = 150
WHY: Mapping[str, Text] = {
    "steam": Text("是水汽、雾或阴影，不是烟", "steam, mist or a shadow, no smoke"),
    "other_vehicle": Text("烟来自别的车辆", "the smoke is another vehicle's"),
    "plate": Text("号牌与照片不符", "the plate is not the one in the picture"),
    "value": Text("测量值不可信", "the value cannot be right"),
}


@desk(PartyKind.ENVIRONMENT)
def review_next(request: HttpRequest, caller: Caller) -> HttpResponse:
    """On to the oldest that waits for this person; of one site, where it is asked for."""
    site = request.GET.get("site", "")
    row = lookups.to_review(caller, site).first()
    if row is not None:
        return redirect(_with_site(f"/remote-sensing/review/{row.pk}", site))
    return page(request, caller, "remote_sensing/review.html", _around(request, caller, site))


@desk(PartyKind.ENVIRONMENT)
def review_one(request: HttpRequest, caller: Caller, number: int) -> HttpResponse:
    """What waits no more for this person leads on to the next."""
    site = request.GET.get("site", "")
    if request.method == "POST":
        return redirect(_with_site(_take(request, caller, number), site))
    own_reading(caller, number)
    if not lookups.to_review(caller).filter(pk=number).exists():
        return redirect(_with_site("/remote-sensing/review", site))
    found = weighed(caller, number)
    row = found.reading
    context = {
        "reading": row,
        "second": row.state == RemoteReading.State.SECOND,
        "values": shown.values(found),
        "others": shown.other_values(row),
        "doubts": row.data.get("doubts", []),
        "device_says": shown.device_says(row),
        "photos": list(shown.photos(row)),
        "site_name": getattr(lookups.site_of(row), "name", row.site_code),
        "why": [(code, words(text)) for code, text in WHY.items()],
        **_around(request, caller, site),
    }
    return page(request, caller, "remote_sensing/review.html", context)


def _with_site(address: str, site: str) -> str:
    return f"{address}?{urlencode({'site': site})}" if site else address


def _around(request: HttpRequest, caller: Caller, site: str) -> dict[str, object]:
    return {
        "sites": [(each.code, each.name) for each in lookups.sites(caller)],
        "site": site,
        "waiting": lookups.to_review(caller, site).count(),
        "done": request.session.get(COUNT, 0),
        "last": request.session.get(LAST),
    }


def _take(request: HttpRequest, caller: Caller, number: int) -> str:
    """Where it leads."""
    form, now, session = request.POST, clock.now(), request.session
    match form.get("do"):
        case "undo":
            take_back(caller, number, now)
            session[LAST], session[COUNT] = None, max(0, session.get(COUNT, 1) - 1)
            return f"/remote-sensing/review/{number}"
        case "agree":
            review(caller, number, holds=True, plate_ok=True, now=now)
        case "reject":
            _reject(caller, number, form)
        case "unsure":
            cannot_tell(caller, number, now)
        case _:
            raise Malformed("malformed", Text("没有这项操作。", "There is no such action."))
    session[LAST], session[COUNT] = number, session.get(COUNT, 0) + 1
    return "/remote-sensing/review"


def _reject(caller: Caller, number: int, form: QueryDict) -> None:
    """By one of the usual reasons, or in own words."""
    why, said = form.get("why", ""), form.get("words", "").strip()
    if why not in WHY and not said:
        raise Malformed(
            "reason-missing", Text("请选择或写明理由。", "Choose a reason, or give one."), at="why"
        )
    if len(said) > _LONGEST:
        raise Malformed(
            "too-long", Text(f"至多 {_LONGEST} 字。", f"At most {_LONGEST} characters."), at="words"
        )
    told = "；".join(each for each in (WHY[why].zh if why in WHY else "", said) if each)
    review(caller, number, holds=why == "plate", plate_ok=why != "plate", words=told, now=clock.now())
