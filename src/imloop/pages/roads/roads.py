"""Where and when vehicles may not drive: the public question, and zones, alerts and enrolled vehicles."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imloop.exchange.http.rate_limit import count_question
from imloop.facts.codes import FUEL_NAMES
from imloop.facts.days import day_of
from imloop.facts.digits import whole
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.gates.roads.clean_fleet import FLEETS
from imloop.gates.roads.may_drive import LEVELS
from imloop.gates.roads.zone_rules import parse_rules
from imloop.gates.roads.zone_texts import rule_words
from imloop.gates.vehicles.subject import STAGES
from imloop.pages.forms import require_sure, sent_day, sent_day_or_none, sent_moment, sent_moment_or_none
from imloop.pages.guard import desk, page, public, words
from imloop.pages.roads.rule_form import rule_fields, rule_of
from imloop.pages.tables import Columns, as_file, query_of
from imloop.pages.templatetags.imloop_tags import alert_level
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.seen import listed
from imloop.steps.roads import lookups
from imloop.steps.roads.ask_road import Stated, alerts_at, ask_road_openly, zones_at
from imloop.steps.roads.clean_fleet import clean_fleet
from imloop.steps.roads.zones import NewZone, declare_alert, end_zone, enter_zone, lift_alert
from imloop.steps.vehicles.enrol_guest_vehicle import GROUNDS, NewEnrolment, end_enrolment, enrol, enrolments
from imloop.store.models import Enrolment, PartyKind, PollutionAlert, Zone


@public
def roads(request: HttpRequest) -> HttpResponse:
    """May this vehicle drive here today? Anyone may ask; the answer holds nothing about a person, the address nothing
    about a vehicle."""
    now, asked = clock.now(), request.POST
    context: dict[str, object] = {
        "asked": asked,
        "now": now,
        "zones": [(zone, _in_words(zone.rules)) for zone in zones_at(settings.PLACE, now)],
        "alerts": [(alert, _in_words(alert.rules, zone=False)) for alert in alerts_at(settings.PLACE, now)],
        "fuels": _fuels(),
        "stages": STAGES,
    }
    if request.method == "POST":
        stated = Stated(
            plate=asked.get("plate", ""),
            vin_tail=asked.get("tail", ""),
            fuel=asked.get("fuel", ""),
            emission_stage=asked.get("stage", ""),
        )
        who = count_question(request, now)
        answer = ask_road_openly(who, stated, at=now, place=settings.PLACE, zone=asked.get("zone", ""))
        context["answer"] = answer.to_json()
    return render(request, "roads/roads.html", context)


def _fuels() -> list[tuple[str, str]]:
    return [(str(fuel), name.in_(get_language() or "")) for fuel, name in FUEL_NAMES.items()]


@desk(PartyKind.ENVIRONMENT, PartyKind.POLICE)
def zones(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Zones and alerts in force; the environment desk enters and ends them."""
    now = clock.now()
    context: dict[str, object] = {"now": now}
    if request.method == "POST":
        _act(request, caller, now)
        return redirect("/zones")
    zones, alerts = list(lookups.zones(caller)), list(lookups.alerts(caller))
    both: list[Zone | PollutionAlert] = [*zones, *alerts]
    if file := as_file(request, caller, "zones", _columns(), both):
        return file
    context |= {
        "zones": [(zone, _in_words(zone.rules)) for zone in zones],
        "alerts": [
            (
                alert,
                _in_words(alert.rules, zone=False),
                alert.since <= now and (alert.until is None or alert.until > now),
            )
            for alert in alerts
        ],
        "query": query_of(request),
        "today": day_of(now),
        "fleet": _fleet(caller, now),
        "levels": LEVELS,
        **rule_fields(),
        "may_decide": caller.kind == PartyKind.ENVIRONMENT,
    }
    return page(request, caller, "roads/zones.html", context)


def _columns() -> Columns[Zone | PollutionAlert]:
    """Zones, then alerts."""
    return {
        _("种类"): lambda row: _("限行区") if isinstance(row, Zone) else _("重污染天气预警"),
        _("名称"): lambda row: row.name if isinstance(row, Zone) else alert_level(row.level),
        _("代码"): lambda row: row.code if isinstance(row, Zone) else "",
        _("规则"): lambda row: _("；").join(_in_words(row.rules, zone=isinstance(row, Zone))),
        _("自"): lambda row: row.since,
        _("至"): lambda row: row.until,
        _("依据"): lambda row: row.cite,
    }


def _fleet(caller: Caller, now: datetime) -> dict[str, object]:
    found = clean_fleet(caller, now)
    return {
        "places": [
            {**answer.to_json(), "label": words(FLEETS[str(answer.facts["fleet"])])}
            for answer in found["places"]
        ],
        "enterprises": [share.to_json() for share in found["enterprises"]],
        "known": any(answer.facts["registered"] for answer in found["places"]),
    }


def _act(request: HttpRequest, caller: Caller, now: datetime) -> None:
    form = request.POST
    require_sure(form)
    match form.get("what"):
        case "zone":
            wanted = NewZone(
                code=form.get("code", ""),
                name=form.get("name", ""),
                rules=rule_of(form),
                since=sent_day(form, "since"),
                until=sent_day_or_none(form, "until"),
                cite=form.get("cite", ""),
            )
            enter_zone(caller, wanted, now)
        case "end-zone":
            end_zone(caller, _number(form.get("id", "")), on=sent_day(form, "on"), now=now)
        case "alert":
            declare_alert(
                caller,
                level=form.get("level", ""),
                rules=rule_of(form),
                since=sent_moment(form, "since"),
                until=sent_moment_or_none(form, "until"),
                cite=form.get("cite", ""),
                now=now,
            )
        case "lift":
            lift_alert(caller, _number(form.get("id", "")), now=now)
        case _:
            raise Malformed("malformed", Text("没有这项操作。", "There is no such action."))


@desk(PartyKind.ENVIRONMENT, PartyKind.POLICE)
def guests(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Vehicles of other provinces that are tested here. The look is kept."""
    now = clock.now()
    language = get_language() or ""
    context: dict[str, object] = {"now": now}
    context["grounds"] = [(name, text.in_(language)) for name, text in GROUNDS.items()]
    if request.method == "POST":
        _enrol(request, caller, now)
        return redirect("/enrolments")
    running = enrolments(caller, now)
    columns: Columns[Enrolment] = {
        _("号牌"): lambda row: row.vehicle.plate,
        "VIN": lambda row: row.vehicle.vin,
        _("情形"): lambda row: GROUNDS[row.ground].in_(language),
        _("自"): lambda row: row.since,
        _("至（不含）"): lambda row: row.until,
    }
    if file := as_file(request, caller, "enrolments", columns, running):
        return file
    listed(caller, "enrolments", [row.vehicle_id for row in running])
    context["query"] = query_of(request)
    context["enrolments"] = [(each, GROUNDS[each.ground].in_(language)) for each in running]
    context["today"] = day_of(now)
    return page(request, caller, "roads/enrolments.html", context)


def _enrol(request: HttpRequest, caller: Caller, now: datetime) -> None:
    form = request.POST
    require_sure(form)
    if form.get("what") == "end":
        end_enrolment(caller, _number(form.get("id", "")), on=sent_day(form, "on"), now=now)
        return
    wanted = NewEnrolment(
        ground=form.get("ground", ""),
        evidence=form.get("evidence", ""),
        since=sent_day(form, "since"),
        until=sent_day_or_none(form, "until"),
        vin=form.get("vin", ""),
        plate=form.get("plate", ""),
        operating_since=sent_day_or_none(form, "operating_since"),
    )
    enrol(caller, wanted, now)


def _in_words(rules: object, *, zone: bool = True) -> list[str]:
    return [words(rule_words(rule, zone=zone)) for rule in parse_rules(rules)]


def _number(text: str) -> int:
    number = whole(text)
    if number is None:
        raise Malformed("malformed", Text("没有这条记录。", "There is no such row."))
    return number
