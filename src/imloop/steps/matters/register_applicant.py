"""A granted application becomes a party: its standing, lines, instruments, papers and people, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from imloop.facts.records.application import Application, TestLine
from imloop.facts.refusal import Conflict
from imloop.facts.text import Text
from imloop.law import Law
from imloop.matters.matter import Value
from imloop.steps.ground.ledger import Ledger
from imloop.steps.stations import standing
from imloop.store.models import Certificate, Equipment, Line, Matter, Party, PartyKind, Staff, Standing

_OPENS_AS = {PartyKind.ISTATION: Standing.State.NETWORKED, PartyKind.MSTATION: Standing.State.LISTED}
_LETTER = {PartyKind.ISTATION: "", PartyKind.MSTATION: "M"}


def register_applicant(ledger: Ledger, row: Matter, values: Mapping[str, Value], law: Law) -> Party:
    """The party of a granted application. One that had its standing before keeps its code and history."""
    application = msgspec.convert(row.data["form"], Application)
    since = values["since"]
    assert isinstance(since, date)
    party = _party(ledger, application, since, law)
    Standing.objects.create(
        party=party,
        state=_OPENS_AS[PartyKind(party.kind)],
        since=since,
        cite=law.cite(
            "station.networked_required" if party.kind == PartyKind.ISTATION else "mstation.copied_to"
        )[:200],
        decision_no=str(values["decision_no"])[:60],
        published_on=law.on,
        matter=row,
    )
    for line in application.lines:
        _line(party, line, since)
    for paper in application.certificates:
        Certificate.objects.get_or_create(
            party=party,
            kind=paper.kind,
            number=paper.number,
            defaults={"issuer": paper.issuer, "since": paper.since, "until": paper.until},
        )
    Staff.objects.bulk_create(
        Staff(
            party=party,
            name=person.name,
            role=person.role,
            licence_no=person.licence_no,
            qualified_until=person.qualified_until,
            since=since,
        )
        for person in application.staff
    )
    return party


def _party(ledger: Ledger, application: Application, since: date, law: Law) -> Party:
    kind = PartyKind(application.subject)
    found = Party.objects.filter(kind=kind, uscc=application.uscc, place=application.place).first()
    if found is not None:
        _readmit(found, since)
    party = found or Party(
        kind=kind, place=application.place, code=_next_code(ledger, application.place, kind)
    )
    for name in ("name", "uscc", "legal_person", "address", "phone", "complaint_phone", "opening_hours"):
        setattr(party, name, getattr(application, name))
    party.account = application.account[:40]
    party.longitude, party.latitude = application.longitude, application.latitude
    party.capability = [*application.capability, *(f"brand:{brand}" for brand in application.brands)]
    if kind is PartyKind.MSTATION and not party.sign_no:
        party.sign_no = f"M站 {application.place} 第 {ledger.number('sign', application.place, 0):04d} 号"
    party.save()
    return party


def _readmit(party: Party, since: date) -> None:
    """A former station returns: the measure that closed it ends, its earlier standing has ended with that measure."""
    if standing.is_active(party, since):
        raise Conflict(
            "station-active-already",
            Text(f"{party.name}已在名录内。", f"{party.name} is already on the list."),
        )
    for span in party.standings.exclude(until__lte=since):
        if span.since >= since:
            raise Conflict(
                "standing-overlaps",
                Text(
                    f"与 {span.since} 起的“{span.get_state_display()}”重叠。",
                    f"It overlaps “{span.state}” from {span.since}.",
                ),
            )
        span.until = since
        span.save(update_fields=["until"])
    party.staff.filter(until__isnull=True, since__lt=since).update(until=since)
    party.lines.filter(until__isnull=True, since__lt=since).update(until=since)


def _next_code(ledger: Ledger, place: str, kind: PartyKind) -> str:
    """The next free code of the county: 450203001, 450203M01."""
    letter, digits = _LETTER[kind], 2 if _LETTER[kind] else 3
    while True:
        number = ledger.number(kind, place, 0)
        code = f"{place}{letter}{number:0{digits}d}"
        if not Party.objects.filter(code=code).exists():
            return code


def _line(party: Party, line: TestLine, since: date) -> None:
    kept, _ = Line.objects.update_or_create(
        station=party,
        code=line.code,
        defaults={"methods": list(line.methods), "since": since, "until": None},
    )
    for instrument in line.equipment:
        if Equipment.objects.filter(
            kind=instrument.kind, serial=instrument.serial, until__isnull=True
        ).exists():
            raise Conflict(
                "equipment-elsewhere",
                Text(
                    f"编号 {instrument.serial} 的设备已登记在用。",
                    f"The instrument {instrument.serial} is registered and in use already.",
                ),
            )
        row = Equipment.objects.create(
            line=kept,
            kind=instrument.kind,
            maker=instrument.maker,
            model=instrument.model,
            serial=instrument.serial,
            since=since,
        )
        Certificate.objects.create(
            equipment=row,
            kind=Certificate.Kind.VERIFICATION,
            number=instrument.certificate_no,
            since=instrument.verified_since,
            until=instrument.verified_until,
        )
