"""Staff of a station: who works there in which role, from when to when."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q

from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unknown
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller, covers
from imloop.steps.ground.ledger import writing
from imloop.store.models import Party, PartyKind, Staff


def join(
    caller: Caller,
    party_code: str,
    *,
    name: str,
    role: str,
    since: date,
    licence_no: str = "",
    qualified_until: date | None = None,
    now: datetime,
) -> Staff:
    """Enter a member of staff in a role; a person may hold several, each once at a time."""
    name = name.strip()
    if not name or len(name) > 40 or len(licence_no) > 60:
        raise Malformed(
            "malformed", Text("请填写姓名（40 字以内）。", "Give the name (at most 40)."), at="name"
        )
    if role not in Staff.Role.values:
        listed = " ".join(Staff.Role.values)
        raise Malformed(
            "wrong-value", Text(f"role：可选 {listed}。", f"role: choose one of {listed}."), at="role"
        )
    if qualified_until is not None and qualified_until <= since:
        raise Malformed(
            "ends-before-it-starts",
            Text("资格失效日应晚于入职日。", "The qualification must end after the first day."),
            at="qualified_until",
        )
    with writing(now, caller) as ledger:
        party = _station(caller, party_code)
        running = party.staff.filter(Q(until__isnull=True) | Q(until__gt=since), name=name, role=role)
        if running.exists():
            raise Conflict(
                "on-staff-already",
                Text(f"{name} 在此期间已登记该岗位。", f"{name} already has that role in that period."),
            )
        kept = Staff.objects.create(
            party=party,
            name=name,
            role=role,
            licence_no=licence_no.strip(),
            qualified_until=qualified_until,
            since=since,
        )
        ledger.note("staff-joined", party.code, {"name": name, "role": role, "since": since})
    return kept


def leave(caller: Caller, party_code: str, staff_id: int, *, until: date, now: datetime) -> Staff:
    """``until``: the first day on which the person no longer works there. Tests signed from then on become findings."""
    with writing(now, caller) as ledger:
        party = _station(caller, party_code)
        row = party.staff.filter(pk=staff_id, until__isnull=True).first()
        if row is None:
            raise Unknown(
                "unknown-person", Text("没有这名在册人员。", "There is no such person on the staff.")
            )
        if until <= row.since:
            raise Malformed(
                "ends-before-it-starts",
                Text(f"离职日应晚于入职日 {row.since}。", f"It must end after it began on {row.since}."),
                at="until",
            )
        row.until = until
        row.save(update_fields=["until"])
        ledger.note("staff-left", party.code, {"name": row.name, "role": row.role, "until": until})
    return row


def staff_of(caller: Caller, party_code: str) -> list[Staff]:
    """Those who work there and those who did, the present first."""
    party = _station(caller, party_code, reading=True)
    return sorted(party.staff.all(), key=lambda row: (row.until is not None, row.role, row.name))


def _station(caller: Caller, code: str, *, reading: bool = False) -> Party:
    party = Party.objects.filter(code=code, kind__in=(PartyKind.ISTATION, PartyKind.MSTATION)).first()
    if party is None:
        raise Unknown("unknown-station", Text(f"没有站点 {code}。", f"There is no station {code}."))
    in_charge = PartyKind.ENVIRONMENT if party.kind == PartyKind.ISTATION else PartyKind.TRANSPORT
    department = caller.is_department and (reading or caller.kind == in_charge)
    if caller.party_code != code and not (department and covers(caller.place, party.place)):
        raise NotAllowed("not-your-station", Text("只能办理本站的人员。", "Only for your own station."))
    return party
