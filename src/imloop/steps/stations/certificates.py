"""Certificates of stations and instruments: entered, renewed, and warned about before they lapse (B1, B2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unknown
from imloop.facts.text import Text
from imloop.gates.stations.station import CertificateFact, warnings_due
from imloop.steps.ground import registers
from imloop.steps.ground.access import SYSTEM, Caller, covers, own
from imloop.steps.ground.ledger import Ledger, writing
from imloop.store.models import Certificate, Equipment, Party, PartyKind

_HORIZON = timedelta(days=120)
"""How far ahead the list of expiring certificates looks; the law's warning days are within it."""
_ENTERS = {
    PartyKind.ISTATION: (PartyKind.MARKET, PartyKind.ENVIRONMENT),
    PartyKind.MSTATION: (PartyKind.TRANSPORT, PartyKind.MARKET),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCertificate:
    """A new or renewed certificate. ``until``: the first day on which it no longer holds; ``serial``: of the instrument
    whose verification it is."""

    kind: str
    number: str
    since: date
    until: date
    issuer: str = ""
    serial: str = ""


def enter_certificate(caller: Caller, party_code: str, paper: NewCertificate, now: datetime) -> Certificate:
    """Put a certificate on file; the earlier one stays.

    The market regulator enters those of I-stations (the environment department may, too), transport those of
    M-stations: a station may not enter its own."""
    _require_sound(paper)
    kind, number, since, until = paper.kind, paper.number, paper.since, paper.until
    with writing(now, caller) as ledger:
        party = _party(caller, party_code)
        instrument = _instrument(party, paper.serial) if paper.serial else None
        of = Certificate.objects.filter(**({"equipment": instrument} if instrument else {"party": party}))
        if of.filter(kind=kind, number=number.strip()).exists():
            raise Conflict(
                "certificate-known",
                Text(f"证书 {number} 已登记。", f"Certificate {number} is on file already."),
            )
        kept = Certificate.objects.create(
            party=None if instrument else party,
            equipment=instrument,
            kind=kind,
            number=number.strip(),
            issuer=paper.issuer.strip(),
            since=since,
            until=until,
        )
        body = {"kind": kind, "number": kept.number, "since": since, "until": until, "serial": paper.serial}
        ledger.note("certificate-entered", party.code, body)
        ledger.send(party.code, "certificate-entered", party.code, _plain(body))
    return kept


def _require_sound(paper: NewCertificate) -> None:
    for name, text, longest in (("number", paper.number, 60), ("issuer", paper.issuer, 120)):
        if (name == "number" and not text.strip()) or len(text) > longest:
            raise Malformed(
                "malformed",
                Text(f"请填写 {name}（{longest} 字以内）。", f"{name}: 1 to {longest} characters."),
                at=name,
            )
    verification = paper.kind == Certificate.Kind.VERIFICATION
    if paper.kind not in Certificate.Kind.values or verification is not bool(paper.serial):
        raise Malformed(
            "wrong-value",
            Text(
                "kind 与设备不符：检定证书须写明设备编号。", "kind: a verification must name its instrument."
            ),
            at="serial",
        )
    if paper.until <= paper.since:
        raise Malformed(
            "ends-before-it-starts",
            Text(
                f"失效日 {paper.until} 应晚于生效日 {paper.since}。",
                f"It ends on {paper.until}, which is not after {paper.since}.",
            ),
            at="until",
        )


class Expiring(NamedTuple):
    certificate: Certificate
    party: Party
    days: int


def expiring(caller: Caller, now: datetime) -> list[Expiring]:
    """What ends soon or has lapsed without a successor, the most urgent first."""
    day = day_of(now)
    found = [
        Expiring(each, owner, (each.until - day).days)
        for each, owner in _running_out(day)
        if (caller.is_department and covers(caller.place, owner.place)) or caller.party_code == owner.code
    ]
    return sorted(found, key=lambda each: (each.days, each.party.code))


def certificates_of(caller: Caller, party_code: str) -> list[Certificate]:
    """Everything on file of a station and its instruments, the latest end first."""
    visible = own(caller, "place", "code", "code")
    party = Party.objects.filter(visible, code=party_code).first()
    if party is None:
        raise Unknown(
            "unknown-station", Text(f"没有站点 {party_code}。", f"There is no station {party_code}.")
        )
    return list(
        Certificate.objects.filter(Q(party=party) | Q(equipment__line__station=party))
        .select_related("equipment__line")
        .order_by("-until", "id")
    )


def warn_of_expiry(now: datetime) -> int:
    """Each of the law's warnings is given once: to the station and the department in charge. Returns how many."""
    day, count = day_of(now), 0
    due: list[tuple[Certificate, Party, int]] = []
    for each, owner in _running_out(day):
        fact = CertificateFact(each.kind, each.number, each.since, each.until)
        days = warnings_due(fact, each.warned_days, False, day, registers.law_at(day, owner.place))
        if days is not None:
            due.append((each, owner, days))
    if not due:
        return 0
    with writing(now, SYSTEM) as ledger:
        for each, owner, days in due:
            # Read before the lock was held: another worker may have warned meanwhile.
            mine = Certificate.objects.filter(pk=each.pk, warned_days=each.warned_days)
            if not mine.update(warned_days=days):
                continue
            _warn(ledger, each, owner, (each.until - day).days)
            count += 1
    return count


def _running_out(day: date) -> Iterable[tuple[Certificate, Party]]:
    """Certificates that end inside the horizon, or ended in the last year, and have no successor."""
    of_the_same = Q(party=OuterRef("party")) | Q(equipment=OuterRef("equipment"))
    later = Certificate.objects.filter(of_the_same, kind=OuterRef("kind"), until__gt=OuterRef("until"))
    found = Certificate.objects.filter(
        ~Exists(later), until__lte=day + _HORIZON, until__gt=day - timedelta(days=365)
    ).select_related("party", "equipment__line__station")
    for each in found.order_by("until", "id"):
        if each.equipment is not None and each.equipment.until is not None and each.equipment.until <= day:
            continue
        yield each, _owner(each)


def _owner(certificate: Certificate) -> Party:
    if certificate.party is not None:
        return certificate.party
    assert certificate.equipment is not None  # a constraint of the table
    return certificate.equipment.line.station


def _warn(ledger: Ledger, certificate: Certificate, owner: Party, left: int) -> None:
    body = {
        "kind": certificate.kind,
        "number": certificate.number,
        "until": certificate.until.isoformat(),
        "days": left,
        "serial": certificate.equipment.serial if certificate.equipment else "",
    }
    kind = PartyKind.TRANSPORT if owner.kind == PartyKind.MSTATION else PartyKind.MARKET
    office = registers.department(kind, owner.place)
    for receiver in (owner.code, office.code if office else ""):
        if receiver:
            ledger.send(receiver, "certificate-expiring", owner.code, body)
    ledger.note("certificate-warned", owner.code, body)


def _party(caller: Caller, code: str) -> Party:
    party = Party.objects.filter(code=code, kind__in=list(_ENTERS)).first()
    if party is None:
        raise Unknown("unknown-station", Text(f"没有站点 {code}。", f"There is no station {code}."))
    if caller.kind not in _ENTERS[PartyKind(party.kind)] or not covers(caller.place, party.place):
        raise NotAllowed(
            "not-your-place",
            Text(
                "由所在地主管部门登记证书。",
                "Only the department in charge of the area may enter certificates.",
            ),
        )
    return party


def _instrument(party: Party, serial: str) -> Equipment:
    found = Equipment.objects.filter(line__station=party, serial=serial.strip(), until__isnull=True).first()
    if found is None:
        raise Unknown(
            "unknown-instrument",
            Text(
                f"{party.name} 没有编号 {serial} 的在用设备。",
                f"{party.name} has no instrument {serial} in use.",
            ),
        )
    return found


def _plain(body: dict[str, object]) -> dict[str, object]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in body.items()}
