"""``imloop.application/1`` → ``facts.Application``. All is checked; a partly correct one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from imloop.exchange.reading import Reader
from imloop.facts.codes import Fuel, Method
from imloop.facts.codes import Instrument as InstrumentKind
from imloop.facts.identifiers import parse_uscc, plain
from imloop.facts.places import is_place
from imloop.facts.records.application import Application, ConditionAnswer, Instrument, Paper, Person, TestLine
from imloop.facts.records.repair import REPAIR_ITEMS
from imloop.facts.refusal import Refusal

SCHEMA = "imloop.application/1"


_LONGEST = {
    "name": 120,
    "legal_person": 60,
    "address": 200,
    "phone": 40,
    "complaint_phone": 40,
    "opening_hours": 120,
    "account": 40,
}


class Subject(StrEnum):
    ISTATION = "istation"
    MSTATION = "mstation"


class Role(StrEnum):
    """As in the register of staff."""

    INSPECTOR = "inspector"
    DRIVER = "driver"
    REVIEWER = "reviewer"
    TECHNICAL_LEAD = "technical_lead"
    QUALITY_LEAD = "quality_lead"
    TECHNICIAN = "technician"


class PaperKind(StrEnum):
    CMA = "cma"
    FILING = "filing"
    OTHER = "other"


def decode_application(message: Mapping[str, object]) -> Application:
    """The application, or ``Malformed`` with every faulty path."""
    reader = Reader(message, typed=True)
    if reader.data.get("schema", SCHEMA) != SCHEMA:
        reader.fault("schema", "wrong-value", f"应为 {SCHEMA}", f"must be {SCHEMA}")
    subject = reader.choice("subject", Subject, required=True)
    place, uscc = reader.text("place", required=True), reader.text("uscc", required=True)
    _check_head(reader, place, uscc)
    lines = tuple(_line(each) for each in reader.children("lines"))
    if subject is Subject.ISTATION and not lines:
        reader.fault("lines", "missing", "至少一条检测线", "at least one line")
    _once(reader, "lines", [line.code for line in lines])
    words = {
        name: reader.text(name, required=name != "account", longest=longest)
        for name, longest in _LONGEST.items()
    }
    application = Application(
        subject=subject or "",
        place=place,
        uscc=plain(uscc),
        longitude=_between(reader, "longitude", 180),
        latitude=_between(reader, "latitude", 90),
        lines=lines,
        staff=tuple(_person(each) for each in reader.children("staff")),
        certificates=tuple(_paper(each) for each in reader.children("certificates")),
        capability=_capability(reader),
        brands=_brands(reader),
        conditions=_conditions(reader),
        **words,
    )
    reader.finish()
    return application


def _check_head(reader: Reader, place: str, uscc: str) -> None:
    if place and not is_place(place):
        reader.fault("place", "wrong-value", "应为六位行政区划代码", "must be a six-digit division code")
    if uscc:
        try:
            parse_uscc(uscc)
        except Refusal as refusal:
            reader.fault("uscc", refusal.code, refusal.text.zh, refusal.text.en)


def _line(r: Reader) -> TestLine:
    methods = r.texts("methods")
    for method in methods:
        if method not in list(Method):
            r.fault("methods", "wrong-value", f"未知的方法 {method}", f"unknown method {method}")
    if not methods:
        r.fault("methods", "missing", "至少一种方法", "at least one method")
    equipment = tuple(_instrument(each) for each in r.children("equipment"))
    return TestLine(r.own_number("code", longest=8), methods, equipment)


def _instrument(r: Reader) -> Instrument:
    since, until = _span(r, "verified_since", "verified_until")
    return Instrument(
        kind=r.choice("kind", InstrumentKind, required=True) or "",
        model=r.text("model", required=True, longest=60),
        serial=r.text("serial", required=True, longest=40),
        certificate_no=r.text("certificate_no", required=True, longest=60),
        verified_since=since,
        verified_until=until,
        maker=r.text("maker", longest=60),
    )


def _person(r: Reader) -> Person:
    return Person(
        name=r.text("name", required=True, longest=40),
        role=r.choice("role", Role, required=True) or "",
        licence_no=r.text("licence_no", longest=60),
        qualified_until=r.day("qualified_until"),
    )


def _paper(r: Reader) -> Paper:
    since, until = _span(r, "since", "until")
    return Paper(
        kind=r.choice("kind", PaperKind, required=True) or "",
        number=r.text("number", required=True, longest=60),
        issuer=r.text("issuer", longest=120),
        since=since,
        until=until,
    )


def _span(r: Reader, first: str, last: str) -> tuple[date, date]:
    since, until = r.day(first), r.day(last)
    for key, day in ((first, since), (last, until)):
        if day is None:
            r.fault(key, "missing", "请填写日期", "a date is required")
    if since is not None and until is not None and until <= since:
        r.fault(last, "ends-before-it-starts", f"应晚于 {since}", f"must be later than {since}")
    return since or date.min, until or date.max


def _capability(reader: Reader) -> tuple[str, ...]:
    found = reader.texts("capability")
    for code in found:
        if code not in list(Fuel) and code not in REPAIR_ITEMS:
            reader.fault("capability", "wrong-value", f"未知的代码 {code}", f"unknown code {code}")
    return found


def _brands(reader: Reader) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(text.strip() for text in reader.texts("brands") if text.strip()))
    if len(found) > 40 or any(len(text) > 30 for text in found):
        reader.fault(
            "brands", "too-long", "最多 40 个，每个 30 字以内", "at most 40, each at most 30 characters"
        )
    return found


def _conditions(reader: Reader) -> dict[str, ConditionAnswer]:
    answers = reader.child("conditions")
    return {
        code: ConditionAnswer(each.flag("holds") is True, each.text("evidence", longest=400))
        for code in answers.data
        for each in (answers.child(code),)
    }


def _between(reader: Reader, key: str, limit: float) -> float | None:
    value = reader.number(key)
    if value is not None and abs(value) > limit:
        reader.fault(key, "wrong-value", f"应在 ±{limit} 之间", f"must be within ±{limit}")
    return value


def _once(reader: Reader, key: str, codes: list[str]) -> None:
    twice = sorted({code for code in codes if code and codes.count(code) > 1})
    if twice:
        reader.fault(key, "wrong-value", f"{twice[0]} 出现两次", f"{twice[0]} appears twice")
