"""The supervisor's desk: accounts with what they did, who looked at whose data, the duty record."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from imloop.facts.days import read_day
from imloop.pages.guard import desk, page, words
from imloop.pages.tables import Columns, as_file, query_of
from imloop.steps.accounts.log_in import is_locked
from imloop.steps.accounts.saved_filters import saved_filters
from imloop.steps.accounts.second_factor import confirmed
from imloop.steps.desk.texts import ENTRIES
from imloop.steps.duty import duty_record
from imloop.steps.duty.duty_record import DAYS, LOOKS, SUPERVISORS, Asked, PersonDays, in_detail, moment_of
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.store.models import JournalEntry

PER_PAGE = 50


@desk(*SUPERVISORS)
def people(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Every account: whose, head or not, second factor, and figures of the last days with links to their rows."""
    now = clock.now()
    found = duty_record.people(caller, now)
    if file := as_file(request, caller, "people", _people_columns(), found):
        return file
    rows = [
        {"each": each, "factor": confirmed(each.user), "locked": is_locked(each.user.username, now)}
        for each in found
    ]
    context = {"rows": rows, "days": DAYS, "query": query_of(request)}
    return page(request, caller, "duty/supervision.html", context)


def _people_columns() -> Columns[PersonDays]:
    return {
        _("用户名"): lambda row: row.user.username,
        _("姓名"): lambda row: row.user.first_name,
        _("单位"): lambda row: row.user.party.name if row.user.party else "",
        _("负责人"): lambda row: _("是") if row.user.is_head else "",
        _("在用"): lambda row: _("是") if row.user.is_active else _("否"),
        _("最近登录"): lambda row: row.user.last_login,
        _("操作"): lambda row: row.acts,
        _("查看"): lambda row: row.looks,
        _("单日最多查看"): lambda row: row.most,
    }


@desk(*SUPERVISORS)
def looks(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Who looked at whose data: by person, day, or the vehicle looked at."""
    return _entries(request, caller, duty_record.looks(caller, _read(request), clock.now()), LOOKS)


@desk(*SUPERVISORS)
def acts(request: HttpRequest, caller: Caller) -> HttpResponse:
    """What people did, look-ups included."""
    return _entries(request, caller, duty_record.acts(caller, _read(request)), tuple(ENTRIES))


def _read(request: HttpRequest) -> Asked:
    asked = request.GET
    return Asked(
        kind=asked.get("kind", ""),
        person=asked.get("person", "").strip(),
        party=asked.get("party", "").strip(),
        about=asked.get("about", "").strip(),
        since=read_day(asked["since"]) if asked.get("since") else None,
        until=read_day(asked["until"]) if asked.get("until") else None,
    )


def _entries(
    request: HttpRequest, caller: Caller, rows: QuerySet[JournalEntry], kinds: tuple[str, ...]
) -> HttpResponse:
    if file := as_file(request, caller, request.path.rpartition("/")[2], _columns(), rows):
        return file
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "shown": shown,
        "rows": [_row(entry) for entry in shown],
        "asked": request.GET,
        "kinds": [(kind, words(ENTRIES[kind])) for kind in kinds],
        "query": query_of(request),
        "filters": saved_filters(caller, request.path),
        "looks": kinds is LOOKS,
    }
    return page(request, caller, "duty/duty_record.html", context)


def _row(entry: JournalEntry) -> dict[str, object]:
    party, _slash, person = entry.actor.partition("/")
    return {
        "entry": entry,
        "at": moment_of(entry),
        "party": party,
        "person": person,
        "what": words(ENTRIES[entry.kind]) if entry.kind in ENTRIES else entry.kind,
        "of": _of(entry),
    }


def _of(entry: JournalEntry) -> str:
    """What was looked up, or how many rows an export held; else nothing."""
    detail = in_detail(entry)
    if entry.kind == "export":
        return _("%(n)s 行") % {"n": detail.get("rows", "")}
    return _LOOKED.get(str(detail.get("kind", "")), lambda: "")() if entry.kind in LOOKS else ""


_LOOKED = {
    "case": lambda: _("案件"),
    "test": lambda: _("检验"),
    "vehicle": lambda: _("车辆"),
    "vehicle-search": lambda: _("查询车辆"),
    "looks": lambda: _("查看记录"),
    "owner": lambda: _("所有人"),
}


def _columns() -> Columns[JournalEntry]:
    return {
        _("序号"): lambda row: row.number,
        _("时间"): moment_of,
        _("单位"): lambda row: row.actor.partition("/")[0],
        _("人员"): lambda row: row.actor.partition("/")[2],
        _("事项"): lambda row: words(ENTRIES[row.kind]) if row.kind in ENTRIES else row.kind,
        _("对象"): lambda row: row.subject,
        _("说明"): _of,
    }
