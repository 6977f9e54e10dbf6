"""Duty records: people side by side for the supervisor, one person's, and one's own with what one says about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from imloop.facts.days import day_of
from imloop.facts.digits import whole
from imloop.pages.choices import day_asked
from imloop.pages.duty.supervision import PER_PAGE, kind_words
from imloop.pages.guard import desk, page, words
from imloop.pages.tables import Columns, as_file, query_of
from imloop.steps.desk.inaction import Overdue, overdue_clocks
from imloop.steps.desk.official_record import DAYS, Record, own_acts, own_record, record_of, records
from imloop.steps.desk.steered import Sender, SteeringFigures, steering_figures
from imloop.steps.desk.work_list import KIND_NAMES
from imloop.steps.duty.comments import comment, comments_of, comments_on
from imloop.steps.duty.duty_record import SUPERVISORS
from imloop.steps.ground import clock, registers
from imloop.steps.ground.access import OFFICES, Caller
from imloop.steps.ground.registers import names_of
from imloop.steps.ground.task import Done

BAR = 160
"""Width of the longest bar."""
SHOWN = 100
"""Rows of a list on a page; the file has all."""
Days = tuple[date, date]


@desk(*SUPERVISORS)
def officials(request: HttpRequest, caller: Caller) -> HttpResponse:
    """People with what they did and by when it was due; clocks that are over; whose vehicles go to one place. Each of
    the three lists as a file, by ``list``."""
    now, (since, until) = clock.now(), _days(request)
    wanted = request.GET.get("list", "")
    rows, late = records(caller, since, until, now), overdue_clocks(caller, now)
    law = registers.law_at(day_of(now), caller.place)
    steered = steering_figures(caller, since, until, law)
    file = (
        as_file(request, caller, "inaction", _late_columns(), late)
        if wanted == "inaction"
        else as_file(request, caller, "steering", _steered_columns(), _all(steered))
        if wanted == "steering"
        else as_file(request, caller, "officials", _columns(), rows)
    )
    if file:
        return file
    context = {
        "since": since.isoformat(),
        "until": until.isoformat(),
        "rows": _pictured(rows),
        "late": [(each, words(KIND_NAMES[each.task.kind]), words(each.task.what)) for each in late[:SHOWN]],
        "all_late": len(late),
        "steered": [(name, kind, _bars(found)) for name, kind, found in _lists(steered)],
        "limits": steered.limits,
        "query": query_of(request),
    }
    return page(request, caller, "duty/officials.html", context)


@desk(*SUPERVISORS)
def one_official(request: HttpRequest, caller: Caller, username: str) -> HttpResponse:
    """One person's record, with what they say about it."""
    now, (since, until) = clock.now(), _days(request)
    row = record_of(caller, username, since, until, now)
    if file := as_file(request, caller, "official", _done_columns(), row.done):
        return file
    return page(request, caller, "duty/official.html", _of_one(request, row, (since, until)))


@desk(*OFFICES)
def my_record(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The own record, before anybody else asks; POST: say something about it or about one entry."""
    now, (since, until) = clock.now(), _days(request)
    if request.method == "POST":
        entry = request.POST.get("entry", "")
        comment(caller, whole(entry) if entry else None, request.POST.get("reason", ""), now)
        return redirect(request.get_full_path())
    row = own_record(caller, since, until, now)
    if file := as_file(request, caller, "my-record", _done_columns(), row.done):
        return file
    shown = Paginator(own_acts(caller, since, until), PER_PAGE).get_page(request.GET.get("page"))
    said = comments_on(trace.number for trace in shown)
    acts = [(trace, kind_words(trace.kind), said.get(trace.number, [])) for trace in shown]
    context = _of_one(request, row, (since, until)) | {"own": True, "acts": acts, "shown": shown}
    return page(request, caller, "duty/official.html", context)


def _days(request: HttpRequest) -> Days:
    today = day_of(clock.now())
    since, until = day_asked(request.GET, "since"), day_asked(request.GET, "until")
    return since or (until or today) - timedelta(days=DAYS - 1), until or today


def _of_one(request: HttpRequest, row: Record, days: Days) -> dict[str, object]:
    return {
        "row": row,
        "since": days[0].isoformat(),
        "until": days[1].isoformat(),
        "lent": _named(row.lent),
        "done": [(each, words(KIND_NAMES[each.kind])) for each in row.done[: -SHOWN - 1 : -1]],
        "waiting": [(task, words(KIND_NAMES[task.kind]), words(task.what)) for task in row.waiting],
        "comments": comments_of(row.user),
        "query": query_of(request),
    }


def _named(lent: Mapping[str, int]) -> list[tuple[str, int]]:
    names = names_of(lent)
    return [(names.get(username) or username, count) for username, count in sorted(lent.items())]


@dataclass(frozen=True, slots=True)
class Pictured:
    """A record with its bar: in time, late and without a day, in the picture's own units."""

    row: Record
    in_time: float
    late: float
    rest: float
    lent: list[tuple[str, int]]

    @property
    def said(self) -> str:
        return _("按期 %(in_time)s，超期 %(late)s，没有期限 %(rest)s") % {
            "in_time": self.row.in_time,
            "late": self.row.late,
            "rest": len(self.row.done) - self.row.timed,
        }

    @property
    def late_from(self) -> float:
        return self.in_time

    @property
    def rest_from(self) -> float:
        return self.in_time + self.late


def _pictured(rows: Iterable[Record]) -> list[Pictured]:
    found = list(rows)
    unit = BAR / max([1, *(len(row.done) for row in found)])
    return [
        Pictured(
            row,
            round(unit * row.in_time, 1),
            round(unit * row.late, 1),
            round(unit * (len(row.done) - row.timed), 1),
            _named(row.lent),
        )
        for row in found
    ]


def _bars(found: Iterable[Sender]) -> list[tuple[Sender, str, float, float]]:
    """Each with the person's name, and the share that was sent and the expected one as parts of the bar."""
    rows = list(found)
    names = names_of(each.person for each in rows)
    return [
        (
            each,
            names.get(each.person) or each.person,
            round(BAR * each.row.sent / each.row.whole, 1),
            round(BAR * each.row.expected / each.row.whole, 1),
        )
        for each in rows
    ]


def _lists(steered: SteeringFigures) -> list[tuple[str, str, list[Sender]]]:
    return [
        (_("检验机构：首检不合格的车去了哪里维修"), "stations", steered.stations),
        (_("经办人：经其决定的案件，车辆随后去了哪里维修"), "officials", steered.officials),
        (_("经办人：批准异地复检时指定的检验机构"), "exits", steered.exits),
    ]


def _all(steered: SteeringFigures) -> list[tuple[str, Sender]]:
    return [(name, each) for name, _kind, found in _lists(steered) for each in found]


def _columns() -> Columns[Record]:
    return {
        _("单位"): lambda row: row.party.name,
        _("用户名"): lambda row: row.user.username,
        _("姓名"): lambda row: row.user.first_name,
        _("操作（次）"): lambda row: row.acts,
        _("其中受托或委托"): lambda row: "；".join(f"{name} {count}" for name, count in _named(row.lent)),
        _("查看（次）"): lambda row: row.looks,
        _("办结"): lambda row: len(row.done),
        _("有期限的"): lambda row: row.timed,
        _("按期"): lambda row: row.in_time,
        _("超期"): lambda row: row.late,
        _("待本人办理"): lambda row: len(row.waiting),
        _("批准异地复检"): lambda row: row.exits,
        _("发放备用凭单"): lambda row: row.vouchers,
    }


def _done_columns() -> Columns[Done]:
    return {
        _("事项"): lambda row: words(KIND_NAMES[row.kind]),
        _("对象"): lambda row: words(row.about),
        _("期限"): lambda row: row.due,
        _("办结"): lambda row: row.at,
        _("超期"): lambda row: _("是") if row.late else "",
        _("经办人"): lambda row: row.who,
    }


def _late_columns() -> Columns[Overdue]:
    return {
        _("单位"): lambda row: row.office.name,
        _("用户名"): lambda row: row.user.username if row.user else "",
        _("事项"): lambda row: words(KIND_NAMES[row.task.kind]),
        _("对象"): lambda row: words(row.task.about),
        _("期限"): lambda row: row.task.due,
        _("超期天数"): lambda row: row.days,
    }


def _steered_columns() -> Columns[tuple[str, Sender]]:
    return {
        _("比较"): lambda pair: pair[0],
        _("单位"): lambda pair: pair[1].party.name,
        _("用户名"): lambda pair: pair[1].person,
        _("去向"): lambda pair: pair[1].receiver.name,
        _("辆"): lambda pair: pair[1].row.sent,
        _("全部（辆）"): lambda pair: pair[1].row.whole,
        _("预期（辆）"): lambda pair: round(pair[1].row.expected, 1),
        _("偶然如此的可能"): lambda pair: f"{pair[1].row.chance:.2g}",
        _("集中度"): lambda pair: round(pair[1].row.concentration, 3),
        _("预期集中度"): lambda pair: round(pair[1].row.expected_concentration, 3),
        _("样本少"): lambda pair: _("是") if pair[1].row.few else "",
        _("请询问"): lambda pair: _("是") if pair[1].row.flagged else "",
    }
