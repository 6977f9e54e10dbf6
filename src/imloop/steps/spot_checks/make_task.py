"""The environment department sends a team to a place, and enters what it carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from imloop.facts.days import day_of
from imloop.facts.identifiers import parse_plate, plain
from imloop.facts.records.spot_check import INSTRUMENTS
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unlawful
from imloop.facts.text import Text
from imloop.gates.spot_checks.admissible import OFFICERS
from imloop.law import Law
from imloop.steps.findings.lookups import finding as finding_of
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.ledger import writing
from imloop.steps.second_person.on_site import accounts_named
from imloop.steps.spot_checks.lookups import task_of
from imloop.store.models import Finding, Party, PartyKind, SpotInstrument, SpotTask, User


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """``where``: a word of the law's ``spot_check.where``; ``officers``: user names; ``plate``: the vehicle looked for,
    ``finding``: number of the lead that it follows, where there is one."""

    where: str
    place_name: str
    planned_on: date
    officers: Sequence[str]
    longitude: float | None = None
    latitude: float | None = None
    plate: str = ""
    finding: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One certificate of an instrument. ``kind``: a key of ``INSTRUMENTS``; ``verified_until``: last day."""

    kind: str
    model: str
    serial: str
    certificate: str
    verified_from: date
    verified_until: date


def make_task(caller: Caller, wanted: NewTask, now: datetime) -> SpotTask:
    """Two officers at least, who are people of the office with accounts; the place is of a kind that the law names."""
    require_kind(caller, PartyKind.ENVIRONMENT)
    law = registers.law_at(max(wanted.planned_on, day_of(now)), caller.place)
    _require_place(wanted, law, now)
    plate = parse_plate(wanted.plate).text if plain(wanted.plate) else ""
    with writing(now, caller) as ledger:
        team = _team(caller, wanted.officers, law)
        lead = finding_of(caller, wanted.finding) if wanted.finding is not None else None
        office = Party.objects.get(code=caller.party_code)
        year = day_of(now).year
        row = SpotTask.objects.create(
            number=f"SC{office.place}-{year}-{ledger.number('spot-task', office.place, year):06d}",
            office=office,
            where=wanted.where,
            place_name=wanted.place_name.strip(),
            longitude=wanted.longitude,
            latitude=wanted.latitude,
            planned_on=wanted.planned_on,
            plate=plate,
            finding=lead,
            note=wanted.note.strip(),
            made_at=now,
            made_by=caller.actor[:80],
        )
        row.officers.set(team)
        said = {
            **{name: value for name, value in asdict(wanted).items() if name not in ("plate", "officers")},
            "officers": [each.username for each in team],
        }
        ledger.note("spot-task-made", row.number, said)
    return row


def order_spot_check(caller: Caller, lead: Finding, wanted: NewTask, now: datetime) -> SpotTask:
    """A task that follows a lead: a reading of the road, a complaint. The lead stays open; what the check finds is
    decided by itself, by its own method."""
    return make_task(caller, replace(wanted, finding=lead.pk), now)


def close_task(caller: Caller, number: str, now: datetime) -> SpotTask:
    """No more checks are made in it; what a phone still holds of before is taken."""
    with writing(now, caller) as ledger:
        row = own_task(caller, number)
        if row.closed_at is not None:
            raise Conflict("task-closed", Text("任务已结束。", "The task is closed already."))
        row.closed_at = now
        row.save(update_fields=["closed_at"])
        ledger.note("spot-task-closed", number, {"checks": row.checks.count()})
    return row


def own_task(caller: Caller, number: str) -> SpotTask:
    row = task_of(caller, number)
    if row.office.code != caller.party_code:
        words = Text("由派出任务的部门办理。", "The office that made the task acts in it.")
        raise NotAllowed("not-your-task", words)
    return row


def enter_instrument(caller: Caller, wanted: Carried, now: datetime) -> SpotInstrument:
    """The same certificate again changes nothing."""
    require_kind(caller, PartyKind.ENVIRONMENT)
    for name, longest in (("model", 60), ("serial", 40), ("certificate", 80)):
        _require_words(name, getattr(wanted, name), longest)
    if wanted.kind not in INSTRUMENTS:
        known = "、".join(INSTRUMENTS)
        raise _wrong("kind", f"可选 {known}", f"choose one of {', '.join(INSTRUMENTS)}")
    if wanted.verified_until < wanted.verified_from:
        raise _wrong("verified_until", "不能早于检定日期", "must not be before verified_from")
    said = {
        name: value.strip() if isinstance(value, str) else value for name, value in asdict(wanted).items()
    }
    with writing(now, caller) as ledger:
        office = Party.objects.get(code=caller.party_code)
        key = {name: said.pop(name) for name in ("kind", "serial", "verified_from")}
        row, new = SpotInstrument.objects.get_or_create(office=office, **key, defaults=said)
        if not new and any(getattr(row, name) != value for name, value in said.items()):
            words = Text(
                "同一检定日期已另有登记。", "This certificate was entered before and says something else."
            )
            raise Conflict("certificate-differs", words, at="verified_from")
        if new:
            ledger.note("spot-instrument-entered", f"{office.code}/{row.serial}", {**key, **said})
    return row


def _team(caller: Caller, names: Sequence[str], law: Law) -> list[User]:
    cite = law.cite(OFFICERS) if law.get(OFFICERS) else ""
    team = accounts_named(caller.party_code, names, at="officers", cite=cite)
    least = law.integer(OFFICERS) if law.get(OFFICERS) else 2
    if len(team) < least:
        words = Text(
            f"现场执法人员不得少于 {least} 人，现有 {len(team)} 人。",
            f"At least {least} officers are needed, and {len(team)} named.",
        )
        raise Unlawful("second-officer-missing", words, cite=cite, at="officers")
    return team


def _require_place(wanted: NewTask, law: Law, now: datetime) -> None:
    allowed = law.words("spot_check.where")
    if wanted.where not in allowed:
        words = Text(
            f"抽测地点的种类可选 {'、'.join(allowed)}。", f"where: choose one of {', '.join(allowed)}."
        )
        raise Malformed("wrong-value", words, at="where", cite=law.cite("spot_check.where"))
    _require_words("place_name", wanted.place_name, 120)
    if len(wanted.note) > 400:
        raise _wrong("note", "至多 400 字", "at most 400 characters")
    if wanted.planned_on < day_of(now):
        raise _wrong("planned_on", "日期已过", "the day has passed")
    for name, most in (("longitude", 180), ("latitude", 90)):
        value = getattr(wanted, name)
        if value is not None and not -most <= value <= most:
            raise _wrong(name, f"应在 ±{most} 之间", f"must lie within ±{most}")


def _require_words(name: str, text: str, longest: int) -> None:
    if not 0 < len(text.strip()) <= longest:
        raise _wrong(name, f"必填，至多 {longest} 字", f"1 to {longest} characters")


def _wrong(name: str, zh: str, en: str) -> Malformed:
    return Malformed("wrong-value", Text(f"{name}：{zh}。", f"{name}: {en}."), at=name)
