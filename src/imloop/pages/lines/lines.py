"""Test lines: state, checks, certificates, link, locks; a self-check entered by hand; an order to lock or unlock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from imloop.exchange.uploads.decode_check import decode_check
from imloop.exchange.uploads.intake import take_check
from imloop.facts.digits import amount
from imloop.facts.records.check import CHECK_NAMES, CheckKind
from imloop.facts.refusal import Malformed, Unknown
from imloop.facts.text import Text
from imloop.gates.lines import FIELDS
from imloop.pages.forms import onward, require_sure, sent_moment, with_reason_alone
from imloop.pages.fresh import fresh
from imloop.pages.guard import desk, of_one_moment, page, words
from imloop.pages.lines.check_values import value_name
from imloop.pages.tables import Columns, as_file, query_of
from imloop.steps.findings import lookups as finding_lookups
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.lines.lock_line import NewOrder, order_line
from imloop.steps.lines.lookups import SEERS, LineView, last_checks, view, visible_lines
from imloop.steps.lines.texts import TOPICS
from imloop.store.models import Line, LineOrder, PartyKind, Proposal

ALARMS = ("link-lost", "clock-skew", "software-not-approved", "sequence-gap", "check-claim-differs")
SHOWN = 200


@desk(*SEERS)
def lines(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Every line the caller may see, or those of a ``station``, and what raises an alarm."""
    now, renewal = clock.now(), fresh(caller, TOPICS)
    rows = visible_lines(caller, now)
    if request.GET.get("station"):
        rows = rows.filter(station__code=request.GET["station"])
    found = [view(line, now) for line in rows[:SHOWN]]
    if file := as_file(request, caller, "lines", _columns(), found):
        return file
    alarms = (
        finding_lookups.findings(caller)
        .filter(code__in=ALARMS, resolved_at__isnull=True)
        .order_by("-created_at")
    )
    context: dict[str, object] = {
        "now": now,
        "lines": found,
        "alarms": alarms[:30],
        "query": query_of(request),
        "together": _together(found),
        **renewal,
    }
    return page(request, caller, "lines/lines.html", context)


def _together(found: Sequence[LineView]) -> str:
    """How the lines stand, in one sentence."""
    links = [view["link"] for view in found]
    return _("检测线 {n} 条 · 锁定 {locked} · 断联或未联 {silent} · 待传 {spooled}").format(
        n=len(found),
        locked=sum(1 for view in found if view["locked"]),
        silent=sum(1 for link in links if link is None or link.lost_at is not None),
        spooled=sum(link.spooled for link in links if link is not None),
    )


def _columns() -> Columns[LineView]:
    return {
        _("检验机构"): lambda row: row["line"].station.name,
        _("检测线"): lambda row: row["line"].code,
        _("锁定"): lambda row: " ".join(row["locked"]),
        _("原因"): lambda row: _("；").join(words(reason.text) for reason in row["reasons"]),
        _("最近自检"): lambda row: row["last_check"].finished_at if row["last_check"] else "",
        _("检定有效期至"): lambda row: row["certificate_until"],
        _("最近心跳"): lambda row: row["link"].seen_at if row["link"] else "",
    }


def _line(caller: Caller, station: str, code: str, now: datetime) -> Line:
    line = visible_lines(caller, now).filter(station__code=station, code=code).first()
    if line is None:
        raise Unknown("unknown-line", Text(f"没有检测线 {code}。", f"There is no line {code}."))
    return line


@desk(*SEERS)
@of_one_moment
def one_line(request: HttpRequest, caller: Caller, station: str, code: str) -> HttpResponse:
    """One line; POST by its station: a check by hand; by the environment department: an order."""
    now = clock.now()
    line = _line(caller, station, code, now)
    context: dict[str, object] = {}
    if request.method == "POST":
        require_sure(request.POST)
        if request.POST.get("what") == "order":
            made = _order(request, with_reason_alone(caller, request.POST), line, now)
            return onward(made, f"/lines/{station}/{code}")
        body = _message(request, line)
        decode_check(body)  # what cannot be read goes back to the form, and is no upload
        context["receipt"] = take_check(body, caller, now).body
    kind = _kind(request.POST.get("kind_of_check") or request.GET.get("check", ""))
    context |= {
        "now": now,
        "found": view(line, now),
        "checks": [(check, words(CHECK_NAMES[CheckKind(check.kind)])) for check in last_checks(line)],
        "kind": kind,
        "kinds": [(each.value, words(CHECK_NAMES[each])) for each in CheckKind],
        "orders": [("lock", _("锁定")), ("unlock", _("解锁"))],
        "fields": [(name, words(value_name(name))) for name in FIELDS[kind]],
        "may_check": caller.kind == PartyKind.ISTATION,
        "may_order": caller.kind == PartyKind.ENVIRONMENT,
    }
    return page(request, caller, "lines/line.html", context)


def _kind(text: str) -> CheckKind:
    return CheckKind(text) if text in CheckKind.__members__.values() else CheckKind.ANALYSER_GAS


def _message(request: HttpRequest, line: Line) -> bytes:
    """The form as ``imloop.check/1``; it is taken in the same way as a machine's."""
    form, kind = request.POST, _kind(request.POST.get("kind_of_check", ""))
    values = {name: _number(name, form[name]) for name in FIELDS[kind] if form.get(name, "").strip()}
    return msgspec.json.encode(
        {
            "schema": "imloop.check/1",
            "check_no": form.get("check_no", "").strip(),
            "station": line.station.code,
            "line": line.code,
            "kind": kind,
            "started_at": sent_moment(form, "started_at").isoformat(),
            "finished_at": sent_moment(form, "finished_at").isoformat(),
            "values": values,
            "claimed": form.get("claimed", ""),
        }
    )


def _number(name: str, text: str) -> float:
    number = amount(text)
    if number is None:
        raise Malformed("malformed", Text("应为数值", "must be a number"), at=name)
    return number


def _order(request: HttpRequest, caller: Caller, line: Line, now: datetime) -> LineOrder | Proposal:
    form = request.POST
    wanted = NewOrder(
        kind=form.get("kind", ""),
        methods=form.getlist("methods"),
        reason=form.get("reason", ""),
        evidence=form.get("evidence", ""),
        until=sent_moment(form, "until"),
    )
    return order_line(caller, line.station.code, line.code, wanted, now)
