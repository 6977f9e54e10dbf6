"""Slips that stations of the demo city made in the last weeks, and what the departments made of these findings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction

from imloop.facts.days import day_of
from imloop.facts.records import inspection
from imloop.gates.vehicles.compare_statement import differences
from imloop.matters import Kind
from imloop.sim.traffic.course import Course
from imloop.sim.two_people import second
from imloop.sim.world.places import CITY
from imloop.steps.findings.resolve_finding import resolve
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, caller_for
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import writing
from imloop.steps.ground.lookups import itself
from imloop.steps.inspections import lookups
from imloop.steps.leads.add_evidence import add_evidence
from imloop.steps.leads.attach_lead import add_to_file, leads_about
from imloop.steps.leads.open_proceeding import open_from_lead
from imloop.steps.matters.open_matter import open_measure
from imloop.steps.vehicles.vehicle_facts import entered_facts
from imloop.store.models import Finding, Matter, Party, PartyKind, Proposal, Test

_OFFICE, _MARKET = f"{CITY}-{PartyKind.ENVIRONMENT}", f"{CITY}-{PartyKind.MARKET}"


@dataclass(frozen=True, slots=True)
class _Slip:
    """Made ``days`` ago: the first registration is stated ``off`` days from the register's, or the mass ``off`` kg.
    ``waits``: that it is true waits for a second person still."""

    days: float
    field: str
    off: int
    outcome: str
    reason: str
    waits: bool = False


_SLIPS = (
    _Slip(
        30, "first_registered_on", -400, "true", "调取受理影像核对行驶证，检验机构录错，已责令更正（演示）"
    ),
    _Slip(26, "max_mass_kg", 900, "true", "核对铭牌照片，填报的质量偏大，已约谈（演示）"),
    _Slip(22, "first_registered_on", 366, "not_true", "登记证书补领后日期有变，检验机构填报无误（演示）"),
    _Slip(18, "max_mass_kg", -700, "not_true", "车辆改装后已换发行驶证，填报与新证一致（演示）"),
    _Slip(14, "max_mass_kg", 1200, "handed_over", "疑似外检称重设备未检定，移送市场监管核实（演示）"),
    _Slip(12, "max_mass_kg", 1500, "proceeding", "录像显示车上有人站立，填报质量与实测不符（演示）"),
    _Slip(10, "first_registered_on", 90, "true", "受理员承认录错年月，已更正（演示）"),
    _Slip(2.4, "max_mass_kg", 1100, "true", "称重记录与填报不符，外检员已承认（演示）"),
    _Slip(2.1, "first_registered_on", -210, "true", "受理影像上的日期与填报不同（演示）", waits=True),
)


def enter_outcomes(course: Course) -> None:
    """Each slip at its time, and two days later what was found."""
    for slip in _SLIPS:
        course.later(course.now - timedelta(days=slip.days), partial(_slip, slip, course))
    course.later(course.now - timedelta(days=0.05), _join_complaint)


def _slip(slip: _Slip, course: Course, when: datetime) -> None:
    """Of the last vehicle that passed. A load that was interrupted repeats none."""
    passed = Test.objects.filter(result="pass", vehicle__registered=True, started_at__lt=when)
    test = passed.select_related("vehicle", "station").order_by("-started_at").first()
    if test is None or test.vehicle is None or Finding.objects.filter(created_at=when).exists():
        return
    facts = entered_facts(test.vehicle)
    stated = inspection.Vehicle(vin=test.vehicle.vin, plate=test.vehicle.plate)
    if slip.field == "max_mass_kg":
        stated = replace(stated, max_mass_kg=float(str(facts[slip.field])) + slip.off)
    else:
        register = date.fromisoformat(str(facts[slip.field]))
        stated = replace(stated, first_registered_on=register + timedelta(days=slip.off))
    law = registers.law_at(day_of(when), CITY)
    with transaction.atomic(), writing(when, caller_for(test.station)) as ledger:
        found = differences(facts, stated, law, test.vehicle.sources)
        keep_findings(ledger, "test", test.test_no, test.station.code, found)
    for row in Finding.objects.filter(created_at=when, subject=test.test_no):
        course.later(when + timedelta(days=2), partial(_decide, slip, row.pk, course))


def _decide(slip: _Slip, number: int, course: Course, when: datetime) -> None:
    office = caller_for(Party.objects.get(code=_OFFICE), PartyKind.ENVIRONMENT)
    to = _MARKET if slip.outcome == Finding.Outcome.HANDED_OVER else ""
    row = Finding.objects.get(pk=number)
    with transaction.atomic():
        lookups.test(office, row.subject, row.station_code, itself, when)
        if slip.outcome == Finding.Outcome.PROCEEDING:
            _open_proceeding(office, row, slip.reason, when)
        else:
            made = resolve(office, number, outcome=slip.outcome, reason=slip.reason, handed_to=to, now=when)
            if isinstance(made, Proposal) and not slip.waits:
                course.later(when + timedelta(hours=2), partial(_confirm, made.pk))


def _confirm(number: int, when: datetime) -> None:
    """By a colleague, who looks at the run first."""
    proposal = Proposal.objects.select_related("asked").get(pk=number)
    row = Finding.objects.get(pk=proposal.body["finding"])
    colleague = caller_for(Party.objects.get(code=_OFFICE), f"{PartyKind.ENVIRONMENT}2")
    with transaction.atomic():
        lookups.test(colleague, row.subject, row.station_code, itself, when)
        second(proposal, when)


def _join_complaint(when: datetime) -> None:
    """One complaint that is open has findings about its party: the newest goes into its file."""
    office = caller_for(Party.objects.get(code=_OFFICE), PartyKind.ENVIRONMENT)
    for matter in Matter.objects.filter(kind=Kind.COMPLAINT, closed_at=None, office=_OFFICE).order_by("id"):
        if matter.evidence.exists():
            return
        if found := leads_about(office, matter):
            reference = str(found[0].pk)
            add_to_file(office, matter.matter_no, kind="finding", reference=reference, now=when)
            return


def _open_proceeding(office: Caller, row: Finding, findings: str, when: datetime) -> None:
    """With the film of the line beside the test; not where one is open already."""
    if Matter.objects.filter(party__code=row.station_code, kind="suspension", closed_at=None).exists():
        return
    film = "https://video.example/450200/line-01"
    digest = hashlib.sha256(film.encode()).hexdigest()
    add_evidence(
        office, row.pk, kind="video", reference=film, sha256=digest, words="线上录像（演示）", now=when
    )
    said: dict[str, object] = {"ground": "false_report", "findings": findings, "evidence": f"线索 {row.pk}"}
    opening = partial(open_measure, office, "suspension", row.station_code, said, when)
    open_from_lead(office, row.pk, opening, when)
