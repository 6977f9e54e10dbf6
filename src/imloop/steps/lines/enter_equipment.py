"""Lines and instruments of an I-station: entered and taken out of service by the environment department (B1, B2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from imloop.facts.codes import Instrument, Method
from imloop.facts.identifiers import is_number
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unknown
from imloop.facts.text import Text
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, covers
from imloop.steps.ground.ledger import writing
from imloop.store.models import Equipment, Line, Party, PartyKind


def set_line(
    caller: Caller, station_code: str, code: str, *, methods: list[str], since: date, now: datetime
) -> Line:
    """A new line, or other methods for one that serves.
    What a line was licensed for on a past day is in the journal."""
    station = _station(caller, station_code)
    unknown = [method for method in methods if method not in list(Method)]
    code = code.strip()
    if unknown or not methods or not is_number(code) or len(code) > 8:
        raise Malformed(
            "wrong-value",
            Text(
                "请填写线号（8 字以内，只用字母、数字、汉字和 -_.:）和已知的检测方法。",
                "Give the line (at most 8 letters, digits, Chinese characters or -_.:) and known methods.",
            ),
            at="line",
        )
    with writing(now, caller) as ledger:
        line = station.lines.filter(code=code).first()
        before = line.methods if line is not None else []
        if line is None:
            line = Line(station=station, code=code, since=since)
        elif line.until is not None:
            line.since, line.until = _later(since, line.until), None
        line.methods = list(dict.fromkeys(methods))
        line.save()
        ledger.note(
            "line-set",
            f"{station.code}/{line.code}",
            {"before": before, "methods": line.methods, "since": line.since},
        )
    return line


def end_line(caller: Caller, station_code: str, code: str, *, until: date, now: datetime) -> Line:
    """``until``: the first day on which the line is out of service, its instruments with it."""
    station = _station(caller, station_code)
    with writing(now, caller) as ledger:
        line = station.lines.filter(code=code, until__isnull=True).first()
        if line is None:
            raise Unknown("unknown-line", Text(f"没有检测线 {code}。", f"There is no line {code}."))
        line.until = _later(until, line.since)
        line.save(update_fields=["until"])
        for one in line.equipment.filter(until__isnull=True, since__lt=until):
            one.until = until
            one.save(update_fields=["until"])
        ledger.note("line-ended", f"{station.code}/{line.code}", {"until": until})
    return line


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInstrument:
    """What begins to serve on a line, and on which day."""

    kind: str
    model: str
    serial: str
    since: date
    maker: str = ""


def add_instrument(
    caller: Caller, station_code: str, line_code: str, instrument: NewInstrument, now: datetime
) -> Equipment:
    """An instrument begins to serve on a line. Its verification is entered as a certificate."""
    station = _station(caller, station_code)
    kind, since = instrument.kind, instrument.since
    model, serial, maker = (text.strip() for text in (instrument.model, instrument.serial, instrument.maker))
    if kind not in list(Instrument) or not model or not serial:
        raise Malformed(
            "wrong-value",
            Text("请填写设备种类、型号和编号。", "Give the kind, model and serial number."),
            at="serial",
        )
    if max(len(model), len(maker)) > 60 or len(serial) > 40:
        raise Malformed(
            "too-long", Text("型号或编号过长。", "Model or serial number is too long."), at="serial"
        )
    with writing(now, caller) as ledger:
        line = station.lines.filter(code=line_code, until__isnull=True).first()
        if line is None:
            raise Unknown("unknown-line", Text(f"没有检测线 {line_code}。", f"There is no line {line_code}."))
        running = Equipment.objects.filter(
            Q(until__isnull=True) | Q(until__gt=since), kind=kind, serial=serial
        )
        if running.exists():
            raise Conflict(
                "equipment-elsewhere",
                Text(f"编号 {serial} 的设备已登记在用。", f"The instrument {serial} is in use already."),
            )
        kept = Equipment.objects.create(
            line=line, kind=kind, maker=maker, model=model, serial=serial, since=since
        )
        body = {"kind": kind, "model": model, "serial": serial, "since": since}
        ledger.note("instrument-added", f"{station.code}/{line.code}", body)
    return kept


def retire_instrument(
    caller: Caller, station_code: str, serial: str, *, until: date, now: datetime
) -> Equipment:
    """``until``: the first day on which it no longer serves."""
    station = _station(caller, station_code)
    with writing(now, caller) as ledger:
        one = Equipment.objects.filter(line__station=station, serial=serial, until__isnull=True).first()
        if one is None:
            raise Unknown(
                "unknown-instrument",
                Text(f"没有编号 {serial} 的在用设备。", f"There is no instrument {serial} in use."),
            )
        one.until = _later(until, one.since)
        one.save(update_fields=["until"])
        ledger.note(
            "instrument-retired", f"{station.code}/{one.line.code}", {"serial": serial, "until": until}
        )
    return one


def _later(day: date, than: date) -> date:
    if day <= than:
        raise Malformed(
            "ends-before-it-starts", Text(f"{day} 应晚于 {than}。", f"{day} must be later than {than}.")
        )
    return day


def _station(caller: Caller, code: str) -> Party:
    station = registers.party(code, PartyKind.ISTATION)
    if caller.kind != PartyKind.ENVIRONMENT or not covers(caller.place, station.place):
        raise NotAllowed(
            "not-your-place",
            Text(
                "由所在地生态环境部门登记检测线和设备。",
                "Only the environment department of the area may enter these.",
            ),
        )
    return station
