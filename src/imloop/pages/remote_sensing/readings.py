"""Readings of the road: the list with its queues, and one with its values, its weight and what becomes of it."""

from __future__ import annotations

from datetime import timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.pages.choices import day_asked
from imloop.pages.guard import desk, page, words
from imloop.pages.remote_sensing import shown
from imloop.pages.searches import asks
from imloop.pages.tables import Columns, as_file, query_of
from imloop.steps.accounts.saved_filters import saved_filters
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.remote_sensing import lookups
from imloop.steps.remote_sensing.hand_over import hand_over
from imloop.steps.remote_sensing.owner_door import page_of
from imloop.steps.remote_sensing.tell_owner import READ, WAYS, note_told
from imloop.steps.remote_sensing.texts import STATES
from imloop.steps.remote_sensing.weigh import weighed
from imloop.store.models import PartyKind, RemoteReading

PER_PAGE = 50
MOST = 50_000
"""Rows of one file."""
_WEEK = timedelta(days=7)


@desk(PartyKind.ENVIRONMENT)
@asks("plate")
def readings(request: HttpRequest, caller: Caller, asked: QueryDict) -> HttpResponse:
    """What waits for a review, unless another queue is asked for; of all there is, the last week."""
    state = asked.get("state", "to_review")
    since, until = day_asked(asked, "since"), day_asked(asked, "until")
    narrow = since or until or asked.get("plate") or asked.get("result")
    if state == "realtime" and not narrow:
        since = day_of(clock.now()) - _WEEK
    rows = lookups.searched(
        caller,
        state=state,
        site=asked.get("site", ""),
        plate=asked.get("plate", ""),
        result=asked.get("result", ""),
        since=since,
        until=until,
    )
    if file := as_file(request, caller, "readings", _columns(), rows[:MOST]):
        return file
    leaf = Paginator(rows, PER_PAGE).get_page(asked.get("page"))
    context = {
        "shown": leaf,
        "rows": [(row, shown.over_words(row), shown.device_says(row), words(STATES[row.state])) for row in
                 lookups.shown(caller, leaf.object_list, asked.get("plate", ""))],
        "asked": asked,
        "state": state,
        "since": since.isoformat() if since else "",
        "until": until.isoformat() if until else "",
        "states": _states(),
        "results": _results(),
        "sites": [(site.code, site.name) for site in lookups.sites(caller)],
        "waiting": lookups.to_review(caller).count(),
        "query": query_of(request),
        "filters": saved_filters(caller, request.path),
        "files": lookups.files_taken(caller),
        "refused": lookups.messages_refused(caller),
        "party_code": caller.party_code,
    }  # fmt: skip
    return page(request, caller, "remote_sensing/readings.html", context)


def _states() -> list[tuple[str, str]]:
    queues = [
        ("to_review", _("待审核")),
        ("realtime", _("实时（全部）")),
        ("reviewed", _("已审核")),
        ("handed_over", _("已转线索")),
    ]
    return [*queues, *((name, words(text)) for name, text in STATES.items() if name != "handed")]


def _results() -> list[tuple[str, str]]:
    return [
        ("over", _("超过限值")),
        ("within", _("未超限值")),
        ("opacity_pct", _("不透光度超限")),
        ("ringelmann_grade", _("林格曼黑度超限")),
        ("no_ppm", _("一氧化氮超限")),
        ("to_tell", _("待告知车主")),
        ("told", _("已告知车主")),
    ]


def _columns() -> Columns[RemoteReading]:
    return {
        _("通过时间"): lambda row: row.at,
        _("点位"): lambda row: row.site_code,
        _("记录编号"): lambda row: row.record_no,
        _("号牌"): lambda row: row.plate or row.plate_read,
        _("号牌颜色"): lambda row: row.plate_colour,
        _("识别可信度"): lambda row: row.confidence,
        _("不透光度 %"): lambda row: row.data["values"].get("opacity_pct"),
        _("林格曼黑度"): lambda row: row.data["values"].get("ringelmann_grade"),
        "NO 10⁻⁶": lambda row: row.data["values"].get("no_ppm"),
        _("超过限值"): shown.over_words,
        _("设备结论"): shown.device_says,
        _("状态"): lambda row: words(STATES[row.state]),
        _("告知车主"): lambda row: row.told_at,
    }


@desk(PartyKind.ENVIRONMENT)
def one_reading(request: HttpRequest, caller: Caller, number: int) -> HttpResponse:
    """POST by the office that measured: make it a lead, or note that the owner was told."""
    if request.method == "POST":
        return redirect(_take(request, caller, number))
    found = weighed(caller, number)
    row = found.reading
    site = lookups.site_of(row)
    own = row.sender.code == caller.party_code
    context = {
        "reading": row,
        "site": site,
        "state": words(STATES[row.state]),
        "device_says": shown.device_says(row),
        "values": shown.values(found),
        "others": shown.other_values(row),
        "doubts": row.data.get("doubts", []),
        "screening_reasons": [each.to_json() for each in found.screening.reasons],
        "is_evidence": found.evidence.allowed,
        "points": shown.points(found, site.pk if site else None),
        "photos": list(shown.photos(row)),
        "vehicle": lookups.vehicle_of(row),
        "reviews": row.reviews.order_by("pk"),
        "may_review": own and lookups.to_review(caller).filter(pk=row.pk).exists(),
        "may_hand_over": own and row.state == RemoteReading.State.CONFIRMED,
        "may_tell": own and row.open_at is not None and row.told_at is None,
        "ways": [(name, words(text)) for name, text in WAYS.items() if name != READ],
        "told_how": words(WAYS[row.told_how]) if row.told_how else "",
        "owner_page": page_of(row) if row.open_at else "",
    }
    return page(request, caller, "remote_sensing/reading.html", context)


def _take(request: HttpRequest, caller: Caller, number: int) -> str:
    """Where it leads."""
    match request.POST.get("do"):
        case "lead":
            return f"/findings/{hand_over(caller, number, clock.now()).pk}"
        case "told":
            note_told(caller, number, request.POST.get("how", ""), clock.now())
            return f"/remote-sensing/{number}"
    raise Malformed("malformed", Text("没有这项操作。", "There is no such action."))


@desk(PartyKind.ENVIRONMENT)
def photo(request: HttpRequest, caller: Caller, number: int, which: int) -> HttpResponse:
    return shown.photo_response(lookups.reading(caller, number), which)
