"""The supervisor's desk: accounts with what they did, who looked at whose data, the duty record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from imloop.facts.days import read_day
from imloop.facts.text import Text
from imloop.pages.guard import desk, page, words
from imloop.pages.searches import asks
from imloop.pages.tables import Columns, as_file, query_of
from imloop.steps.accounts.log_in import is_locked
from imloop.steps.accounts.saved_filters import saved_filters
from imloop.steps.accounts.second_factor import confirmed
from imloop.steps.desk.texts import ENTRIES
from imloop.steps.duty import duty_record
from imloop.steps.duty.comments import comments_on
from imloop.steps.duty.doer_figures import DoerDays, doers
from imloop.steps.duty.duty_record import DAYS, LOOKS, SUPERVISORS, Asked
from imloop.steps.duty.looks import Trace, Traces
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.registers import names_of
from imloop.steps.ground.texts import DOORS

PER_PAGE = 50


@desk(*SUPERVISORS)
def people(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Every account and every key of a department's machine: whose, second factor, and figures of the last days with
    links to their rows."""
    now = clock.now()
    found = doers(caller, now)
    if file := as_file(request, caller, "people", _people_columns(), found):
        return file
    rows = [
        {
            "each": each,
            "factor": each.user and confirmed(each.user),
            "locked": each.user and is_locked(each.user.username, now),
        }
        for each in found
    ]
    context = {"rows": rows, "days": DAYS, "query": query_of(request)}
    return page(request, caller, "duty/supervision.html", context)


def _people_columns() -> Columns[DoerDays]:
    return {
        _("用户名"): lambda row: row.user.username if row.user else "",
        _("姓名"): lambda row: row.user.first_name if row.user else row.note,
        _("密钥"): lambda row: row.key,
        _("单位"): lambda row: row.party.name if row.party else "",
        _("负责人"): lambda row: _("是") if row.user and row.user.is_head else "",
        _("在用"): lambda row: "" if row.user is None else _("是") if row.user.is_active else _("否"),
        _("最近登录"): lambda row: row.user.last_login if row.user else None,
        _("操作（次）"): lambda row: row.acts,
        _("查看（次）"): lambda row: row.looks,
        _("单日最多查看（次）"): lambda row: row.most,
        _("特别多：一天看过的车辆"): lambda row: row.unusual.vehicles if row.unusual else None,
    }


@desk(*SUPERVISORS)
@asks("about")
def looks(request: HttpRequest, caller: Caller, asked: QueryDict) -> HttpResponse:
    """Who looked at whose data: by person, day, or the vehicle looked at."""
    rows = duty_record.looks(caller, _read(asked), clock.now())
    return _entries(request, caller, asked, rows, (*LOOKS, *DOORS))


@desk(*SUPERVISORS)
@asks("about")
def acts(request: HttpRequest, caller: Caller, asked: QueryDict) -> HttpResponse:
    """What people, departments' machines and the operator did, look-ups included."""
    return _entries(request, caller, asked, duty_record.acts(caller, _read(asked)), tuple(ENTRIES))


@desk(*SUPERVISORS)
def one_look(request: HttpRequest, caller: Caller, number: int) -> HttpResponse:
    """A look beside the journal, in full; opening it is a look itself."""
    return _opened(request, caller, number, beside=True)


@desk(*SUPERVISORS)
def one_act(request: HttpRequest, caller: Caller, number: int) -> HttpResponse:
    """An entry of the journal, in full; opening it is a look itself."""
    return _opened(request, caller, number, beside=False)


def _opened(request: HttpRequest, caller: Caller, number: int, *, beside: bool) -> HttpResponse:
    trace, vehicles = duty_record.opened(caller, number, beside=beside)
    row = _row(trace, names_of(trace.who.people))
    said = [] if beside else comments_on([number]).get(number, [])
    return page(request, caller, "duty/duty_entry.html", {**row, "vehicles": vehicles, "comments": said})


def _read(asked: QueryDict) -> Asked:
    return Asked(
        kind=asked.get("kind", ""),
        person=asked.get("person", "").strip(),
        party=asked.get("party", "").strip(),
        key=asked.get("key", "").strip(),
        about=asked.get("about", "").strip(),
        since=read_day(asked.get("since", "")) if asked.get("since") else None,
        until=read_day(asked.get("until", "")) if asked.get("until") else None,
    )


def _entries(
    request: HttpRequest, caller: Caller, asked: QueryDict, rows: Traces, kinds: tuple[str, ...]
) -> HttpResponse:
    if file := as_file(request, caller, request.path.rpartition("/")[2], _columns(), rows):
        return file
    shown = Paginator(rows, PER_PAGE).get_page(asked.get("page"))
    names = names_of(name for trace in shown for name in trace.who.people)
    said = comments_on(trace.number for trace in shown if not trace.beside)
    context = {
        "shown": shown,
        "rows": [
            {**_row(trace, names), "comments": [] if trace.beside else said.get(trace.number, [])}
            for trace in shown
        ],
        "asked": asked,
        "kinds": [(kind, words(_kind(kind, beside=False))) for kind in dict.fromkeys(map(str, kinds))],
        "query": query_of(request),
        "filters": saved_filters(caller, request.path),
        "looks": kinds[0] in LOOKS,
    }
    return page(request, caller, "duty/duty_record.html", context)


def _kind(kind: str, *, beside: bool) -> Text:
    """An export that began is a door, the one that was done an entry: both are of the kind ``export``."""
    known = {**ENTRIES, **DOORS} if beside else {**DOORS, **ENTRIES}
    return known.get(kind, Text(kind, kind))


def kind_words(kind: str) -> str:
    """What an entry of the journal is called."""
    return words(_kind(kind, beside=False))


def _row(trace: Trace, names: Mapping[str, str]) -> dict[str, object]:
    """``names``: of people, by user name."""
    who = trace.who
    return {
        "trace": trace,
        "what": words(_kind(trace.kind, beside=trace.beside)),
        "of": _of(trace),
        "opens": f"/supervision/{'looks' if trace.beside else 'acts'}/{trace.number}",
        "person": names.get(who.person, ""),
        "behalf": names.get(who.behalf, ""),
    }


def _of(trace: Trace) -> str:
    """What was looked up, how many rows an export held, how many vehicles or messages were told of; else nothing."""
    detail = trace.detail
    if trace.kind == "export" and not trace.beside:
        return _("%(n)s 行") % {"n": detail.get("rows", "")}
    if trace.kind == "cli-run":
        said = (str(detail[name]) for name in ("os_user", "person", "purpose") if detail.get(name))
        return " · ".join(dict.fromkeys(said))
    if trace.beside:
        return _beside(detail)
    return _LOOKED.get(str(detail.get("kind", "")), lambda: "")() if trace.kind in LOOKS else ""


def _beside(detail: Mapping[str, object]) -> str:
    """How much a look beside the journal was; a single vehicle stands under its name already."""
    seen = detail["vehicles"]
    assert isinstance(seen, list)
    said = [_("%(n)s 辆") % {"n": len(seen)}] if len(seen) > 1 else []
    if "messages" in detail:
        said.append(_("%(n)s 条") % {"n": detail["messages"]})
    said += [list_name(str(detail["list"]))] if "list" in detail else []
    said += [str(detail[name]) for name in ("kind", "receiver", "notice", "day") if name in detail]
    return " · ".join(said)


def list_name(path: str) -> str:
    """A list as its desk's menu calls it, and what of it was open: 系统故障 O450200-2026-0001."""
    first, _sign, rest = path.partition("/")
    name, rest = (_LISTS[path], "") if path in _LISTS else (_LISTS.get(first), rest)
    return f"{name()} {rest}".strip() if name else path


_LISTS: dict[str, Callable[[], str]] = {
    "cases": lambda: pgettext("many", "案件"),
    "desk/police": lambda: _("标志与通行"),
    "enrolments": lambda: _("外地车辆"),
    "held-runs": lambda: pgettext("menu", "待核实"),
    "outages": lambda: pgettext("many", "系统故障"),
    "repairs": lambda: pgettext("many", "维修"),
    "tests": lambda: pgettext("many", "检验"),
    "proposals": lambda: _("待确认事项"),
    "vehicles/held": lambda: _("登记复核"),
    "work": lambda: _("待办"),
}
_LOOKED = {
    "case": lambda: _("案件"),
    "test": lambda: _("检验"),
    "vehicle": lambda: _("车辆"),
    "vehicle-search": lambda: _("查询车辆"),
    "looks": lambda: _("查看记录"),
    "owner": lambda: _("所有人"),
    "trace-back": lambda: _("追溯倒查"),
}


def _columns() -> Columns[Trace]:
    called = cache(lambda username: names_of([username]).get(username, ""))
    return {
        _("序号"): lambda row: None if row.beside else row.number,
        _("时间"): lambda row: row.at,
        _("单位"): lambda row: row.who.party,
        _("用户名"): lambda row: row.who.person,
        _("姓名"): lambda row: called(row.who.person),
        _("受托于"): lambda row: row.who.behalf,
        _("委托人姓名"): lambda row: called(row.who.behalf),
        _("密钥"): lambda row: row.who.key,
        _("事项"): lambda row: words(_kind(row.kind, beside=row.beside)),
        _("对象"): lambda row: row.subject,
        _("说明"): _of,
        _("用途"): lambda row: row.purpose,
    }
