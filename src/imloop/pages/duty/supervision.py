"""The supervisor's desk: accounts with what they did, who looked at whose data, the duty record."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from imloop.facts.days import read_day
from imloop.facts.text import Text
from imloop.pages.guard import desk, page, words
from imloop.pages.tables import Columns, as_file, query_of
from imloop.steps.accounts.log_in import is_locked
from imloop.steps.accounts.saved_filters import saved_filters
from imloop.steps.accounts.second_factor import confirmed
from imloop.steps.desk.texts import ENTRIES
from imloop.steps.duty import duty_record
from imloop.steps.duty.duty_record import DAYS, LOOKS, SUPERVISORS, Asked, PersonDays
from imloop.steps.duty.looks import Trace, Traces
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.texts import DOORS

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
    return _entries(request, caller, duty_record.looks(caller, _read(request), clock.now()), (*LOOKS, *DOORS))


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


def _entries(request: HttpRequest, caller: Caller, rows: Traces, kinds: tuple[str, ...]) -> HttpResponse:
    if file := as_file(request, caller, request.path.rpartition("/")[2], _columns(), rows):
        return file
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "shown": shown,
        "rows": [_row(trace) for trace in shown],
        "asked": request.GET,
        "kinds": [(kind, words(_WORDS[kind])) for kind in kinds],
        "query": query_of(request),
        "filters": saved_filters(caller, request.path),
        "looks": kinds[0] in LOOKS,
    }
    return page(request, caller, "duty/duty_record.html", context)


_WORDS: dict[str, Text] = {**ENTRIES, **DOORS}


def _row(trace: Trace) -> dict[str, object]:
    party, _slash, person = trace.actor.partition("/")
    what = words(_WORDS[trace.kind]) if trace.kind in _WORDS else trace.kind
    return {"trace": trace, "party": party, "person": person, "what": what, "of": _of(trace)}


def _of(trace: Trace) -> str:
    """What was looked up, how many rows an export held, how many vehicles or messages were told of; else nothing."""
    detail = trace.detail
    if trace.kind == "export" and trace.number is not None:
        return _("%(n)s 行") % {"n": detail.get("rows", "")}
    if trace.number is None:
        return _beside(detail)
    return _LOOKED.get(str(detail.get("kind", "")), lambda: "")() if trace.kind in LOOKS else ""


def _beside(detail: Mapping[str, object]) -> str:
    """How much a look beside the journal was; a single vehicle stands under its name already."""
    seen = detail["vehicles"]
    assert isinstance(seen, list)
    said = [_("%(n)s 辆") % {"n": len(seen)}] if len(seen) > 1 else []
    if "messages" in detail:
        said.append(_("%(n)s 条") % {"n": detail["messages"]})
    said += [str(detail[name]) for name in ("list", "kind", "receiver", "notice", "day") if name in detail]
    return " · ".join(said)


_LOOKED = {
    "case": lambda: _("案件"),
    "test": lambda: _("检验"),
    "vehicle": lambda: _("车辆"),
    "vehicle-search": lambda: _("查询车辆"),
    "looks": lambda: _("查看记录"),
    "owner": lambda: _("所有人"),
}


def _columns() -> Columns[Trace]:
    return {
        _("序号"): lambda row: row.number,
        _("时间"): lambda row: row.at,
        _("单位"): lambda row: row.actor.partition("/")[0],
        _("人员"): lambda row: row.actor.partition("/")[2],
        _("密钥"): lambda row: row.key,
        _("事项"): lambda row: words(_WORDS[row.kind]) if row.kind in _WORDS else row.kind,
        _("对象"): lambda row: row.subject,
        _("说明"): _of,
        _("用途"): lambda row: row.purpose,
    }
