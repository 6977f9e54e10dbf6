"""Two decisions on the spot in the demo city: one reported and archived, one that its office still waits for."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from imloop.facts.days import day_of
from imloop.facts.refusal import Refusal
from imloop.matters import Kind
from imloop.sim.traffic.course import Course
from imloop.sim.two_people import office
from imloop.steps.ground.access import Caller
from imloop.steps.matters.penalties.open_penalty import open_penalty
from imloop.steps.matters.take_step import take_step
from imloop.store.models import Case, Matter

_DAYS = (16.0, 6.0)
"""Ago; of the first the rest is done, too."""


def enter_decisions_on_the_spot(course: Course) -> None:
    """Each at its time. A load that was interrupted repeats none."""
    for number, days in enumerate(_DAYS, 1):
        course.later(course.now - timedelta(days=days), partial(_decided, number))
    course.later(course.now - timedelta(days=_DAYS[0] - 1), _goes_on)


def _decided(number: int, when: datetime) -> None:
    """Of a driver whose vehicle failed and has not passed since."""
    form = f"演示公简〔{number}〕号"
    waiting = Case.objects.filter(closed_at__isnull=True, failed_at__lt=when).select_related("vehicle")
    case = waiting.order_by("-failed_at").first()
    if case is None or Matter.objects.filter(kind=Kind.SIMPLE_PENALTY, data__facts__form_no=form).exists():
        return
    said = {
        "violation": "failed_vehicle_driven",
        "payer": "driver",
        "party_name": "驾驶人韦某（演示）",
        "is_person": "yes",
        "acted_on": day_of(when).isoformat(),
        "found_on": day_of(when).isoformat(),
        "findings": "检验不合格，未复检合格上道路行驶（演示）",
        "fine": "200",
        "form_no": form,
        "compared": "yes",
    }
    with suppress(Refusal), transaction.atomic():  # not punished by the law of a day long ago
        open_penalty(_person("police2"), Kind.SIMPLE_PENALTY, said, when, vin=case.vehicle.vin)


def _goes_on(when: datetime) -> None:
    row = Matter.objects.filter(kind=Kind.SIMPLE_PENALTY, closed_at__isnull=True).first()
    if row is None or row.events.filter(kind="report_to_office").exists():
        return
    day = day_of(when).isoformat()
    with suppress(Refusal), transaction.atomic():
        recorded = {"reported_on": day, "record_no": "备（演示）1号"}
        take_step(_person("police"), row.matter_no, "report_to_office", recorded, when)
        paid = {"paid_on": day, "amount": "200", "receipt_no": "缴（演示）"}
        take_step(_person("police2"), row.matter_no, "pay", paid, when)
        take_step(_person("police2"), row.matter_no, "archive", {"volume_no": "简（演示）1"}, when)


def _person(name: str) -> Caller:
    return replace(office("police"), user=name)
