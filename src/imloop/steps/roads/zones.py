"""The environment department enters and ends zones and heavy-pollution alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, Unknown
from imloop.facts.text import Text
from imloop.gates.roads.may_drive import LEVELS
from imloop.gates.roads.zone_rules import parse_rules
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_kind, require_place
from imloop.steps.ground.ledger import Ledger, writing
from imloop.store.models import PartyKind, PollutionAlert, Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class NewZone:
    """A zone or a staged phase-out with its rules (form: ``imloop.gates.roads.zone_rules``) and the decision it rests
    on. ``until``: the first day on which it no longer holds; ``outline``: a GeoJSON geometry."""

    code: str
    name: str
    rules: list[object]
    since: date
    until: date | None = None
    cite: str
    outline: dict[str, object] | None = None


def enter_zone(caller: Caller, wanted: NewZone, now: datetime) -> Zone:
    """The environment department enters a zone for its own place; the police are told."""
    require_kind(caller, PartyKind.ENVIRONMENT)
    code, name, cite = wanted.code.strip(), wanted.name.strip(), wanted.cite.strip()
    since, until = wanted.since, wanted.until
    for field, text, longest in (("code", code, 20), ("name", name, 80), ("cite", cite, 200)):
        if not 0 < len(text) <= longest:
            raise Malformed(
                "malformed",
                Text(f"{field} 必填，至多 {longest} 字。", f"{field}: 1 to {longest} characters."),
                at=field,
            )
    if until is not None and until <= since:
        raise Malformed(
            "malformed", Text("结束日期应晚于开始日期。", "It must end after it begins."), at="until"
        )
    parse_rules(wanted.rules)
    if wanted.outline is not None and "type" not in wanted.outline:
        raise Malformed(
            "malformed",
            Text("范围应为 GeoJSON 几何。", "The outline must be a GeoJSON geometry."),
            at="outline",
        )
    with writing(now, caller) as ledger:
        _require_free(caller.place, code, since, until)
        zone = Zone.objects.create(
            code=code,
            place=caller.place,
            name=name,
            rules=wanted.rules,
            outline=wanted.outline,
            since=since,
            until=until,
            cite=cite,
        )
        ledger.note(
            "zone-entered",
            f"{caller.place}/{code}",
            {"rules": wanted.rules, "since": since, "until": until, "cite": cite},
        )
        _tell_police(ledger, caller, "zone-entered", f"{caller.place}/{code}", {"name": name})
    return zone


def end_zone(caller: Caller, zone_id: int, *, on: date, now: datetime) -> Zone:
    """The zone's last day is the day before ``on``."""
    require_kind(caller, PartyKind.ENVIRONMENT)
    with writing(now, caller) as ledger:
        zone = Zone.objects.filter(pk=zone_id).first()
        if zone is None:
            raise Unknown("unknown-zone", Text("没有这个限行区。", "There is no such zone."))
        require_place(caller, zone.place)
        if on <= zone.since or (zone.until is not None and on > zone.until):
            raise Malformed(
                "malformed", Text("结束日期不在有效期内。", "The day is outside its period."), at="on"
            )
        zone.until = on
        zone.save(update_fields=["until"])
        ledger.note("zone-ended", f"{zone.place}/{zone.code}", {"on": on})
        _tell_police(ledger, caller, "zone-ended", f"{zone.place}/{zone.code}", {"on": on.isoformat()})
    return zone


def declare_alert(
    caller: Caller,
    *,
    level: str,
    rules: list[object],
    since: datetime,
    until: datetime | None = None,
    cite: str = "",
    now: datetime,
) -> PollutionAlert:
    """A heavy-pollution alert with its rules for as long as it lasts."""
    require_kind(caller, PartyKind.ENVIRONMENT)
    if level not in LEVELS:
        raise Malformed(
            "wrong-value",
            Text(f"level：可选 {' '.join(LEVELS)}。", f"level: choose one of {' '.join(LEVELS)}."),
            at="level",
        )
    if until is not None and until <= since:
        raise Malformed(
            "malformed", Text("结束时间应晚于开始时间。", "It must end after it begins."), at="until"
        )
    parse_rules(rules)
    law = registers.law_at(day_of(since), caller.place)
    with writing(now, caller) as ledger:
        alert = PollutionAlert.objects.create(
            place=caller.place,
            level=level,
            rules=rules,
            since=since,
            until=until,
            declared_by=caller.actor,
            cite=cite.strip()[:200] or law.cite("road.heavy_pollution"),
        )
        ledger.note(
            "alert-declared", caller.place, {"level": level, "rules": rules, "since": since.isoformat()}
        )
        _tell_police(ledger, caller, "alert-declared", caller.place, {"level": level})
    return alert


def lift_alert(caller: Caller, alert_id: int, *, now: datetime) -> PollutionAlert:
    """The alert ends now."""
    require_kind(caller, PartyKind.ENVIRONMENT)
    with writing(now, caller) as ledger:
        alert = PollutionAlert.objects.filter(pk=alert_id).first()
        if alert is None:
            raise Unknown("unknown-alert", Text("没有这次预警。", "There is no such alert."))
        require_place(caller, alert.place)
        if now <= alert.since or (alert.until is not None and alert.until <= now):
            raise Conflict("alert-not-running", Text("预警此刻没有生效。", "The alert is not in force now."))
        alert.until = now
        alert.save(update_fields=["until"])
        ledger.note("alert-lifted", alert.place, {"level": alert.level})
        _tell_police(ledger, caller, "alert-lifted", alert.place, {"level": alert.level})
    return alert


def _require_free(place: str, code: str, since: date, until: date | None) -> None:
    for other in Zone.objects.filter(place=place, code=code):
        if (until is None or other.since < until) and (other.until is None or other.until > since):
            raise Conflict(
                "zone-overlaps",
                Text(
                    f"{code} 在此期间已有规定，请先结束它。",
                    f"{code} is already in force at that time; end it first.",
                ),
            )


def _tell_police(ledger: Ledger, caller: Caller, topic: str, subject: str, body: dict[str, object]) -> None:
    police = registers.department(PartyKind.POLICE, caller.place)
    if police is not None:
        ledger.send(police.code, topic, subject, body)
