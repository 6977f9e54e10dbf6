"""A finding is put into the file of a proceeding that is open about the same party or vehicle: a complaint, or a case.

A finding becomes no complaint, for that needs somebody who reported. Where somebody did, it goes into that file with
what it rests on. Nothing is decided about it by that: it keeps its own outcome, which is said of it alone.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from imloop.facts.digits import whole
from imloop.facts.refusal import Conflict, Malformed, Problem
from imloop.facts.text import Text
from imloop.matters import Kind, Role, State
from imloop.steps.findings.lookups import finding, findings, vehicle_of
from imloop.steps.ground.access import Caller
from imloop.steps.ground.findings import ROUTINE
from imloop.steps.ground.ledger import writing
from imloop.steps.leads.evidence_of import evidence_of
from imloop.steps.leads.pieces import keep_pieces, pieces_of
from imloop.steps.matters.evidence import file_of, keep_evidence
from imloop.steps.matters.roles import roles_in, visible
from imloop.store.models import Evidence, Finding, Matter, Party, Vehicle

MOST = 20
"""Findings, or complaints, that are offered."""


def add_to_file(
    caller: Caller,
    matter_no: str,
    *,
    kind: str,
    reference: str,
    now: datetime,
    sha256: str = "",
    words: str = "",
) -> Evidence:
    """A piece of evidence as ``steps.matters.evidence`` names it, or a finding by its number, which brings what it
    rests on; each finding once."""
    with writing(now, caller) as ledger:
        matter = file_of(caller, matter_no)
        if kind != Evidence.Kind.FINDING:
            return keep_evidence(ledger, matter, kind=kind, reference=reference, sha256=sha256, words=words)
        row = finding(caller, _number(reference))
        require_same(row, matter)
        if matter.evidence.filter(finding=row, kind=Evidence.Kind.FINDING).exists():
            raise Conflict(
                "attached-already",
                Text("这条线索已在案卷内。", "This finding is in the file already."),
            )
        return keep_pieces(ledger, matter, row, pieces_of(row, evidence_of(caller, row)))[0]


def complaints_about(caller: Caller, row: Finding) -> QuerySet[Matter]:
    """Open ones of the caller's office about the finding's party or vehicle, which it could go to."""
    if not caller.is_department:
        return Matter.objects.none()
    own = Matter.objects.filter(visible(caller), kind=Kind.COMPLAINT, office=caller.party_code)
    same = own.filter(_same(row), closed_at__isnull=True).exclude(evidence__finding=row)
    return same.distinct().order_by("-opened_at")[:MOST]


def complaints_with(caller: Caller, row: Finding) -> QuerySet[Matter]:
    """In whose file it is, as far as the caller may know of them."""
    if not caller.is_department:
        return Matter.objects.none()
    seen = Matter.objects.filter(visible(caller), kind=Kind.COMPLAINT, evidence__finding=row)
    return seen.distinct().order_by("-opened_at")


def leads_about(caller: Caller, matter: Matter) -> list[Finding]:
    """Findings about the party or the vehicle of a complaint that are not in its file, the newest first."""
    if not State(matter.state).is_open or not roles_in(caller, matter) - {Role.CONCERNED}:
        return []
    complaint = matter.complaint
    codes = set(matter.parties.exclude(party=None).values_list("party__code", flat=True))
    if complaint.party_named:
        codes |= set(Party.objects.filter(name=complaint.party_named).values_list("code", flat=True))
    about = Q(station_code__in=codes)
    if complaint.plate:
        vins = Vehicle.objects.filter(plate=complaint.plate).values("vin")
        about |= Q(subject_kind="vehicle") & (Q(subject=complaint.plate) | Q(subject__in=vins))
    found = findings(caller).filter(about).exclude(code__in=ROUTINE).exclude(evidence__matter=matter)
    return list(found.distinct().order_by("-created_at", "-id")[:MOST])


def require_same(row: Finding, matter: Matter) -> None:
    if not Matter.objects.filter(_same(row), pk=matter.pk).exists():
        raise Malformed(
            "wrong-value",
            Text(
                f"这条线索涉及 {row.station_code}，事项对象须是它。",
                f"This finding is about {row.station_code}: the proceeding must be, too.",
            ),
            at="party",
        )


def _same(row: Finding) -> Q:
    """Matters about the finding's party, by the register or as a reporter wrote its name, or about its vehicle."""
    same = Q(party__code=row.station_code) | Q(parties__party__code=row.station_code)
    name = Party.objects.filter(code=row.station_code).values_list("name", flat=True).first()
    if name:
        same |= Q(complaint__party_named=name[:120])
    if about := vehicle_of(row):
        same |= Q(vehicle=about)
        if about.plate:
            same |= Q(complaint__plate=about.plate)
    return same


def _number(reference: str) -> int:
    number = whole(reference.strip())
    if number is None:
        words = Text(f"{reference} 不是线索编号。", f"{reference} is no number of a finding.")
        raise Malformed("wrong-value", words, problems=(Problem("$.reference", "wrong-value", words),))
    return number
