"""What departments of the demo city copied to each other: one answered, one overdue, one that came today."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from imloop.exchange.uploads.decode_inspection import decode_kept_test
from imloop.facts.refusal import Refusal
from imloop.papers.copied import object_of
from imloop.sim.traffic.course import Course
from imloop.sim.two_people import office
from imloop.sim.world.places import CITY
from imloop.steps.matters.copies.answer import answer
from imloop.steps.matters.copies.send import send
from imloop.store.models import Copy, Finding, Repair, Test

_COPIES = (
    (12.0, Copy.Of.TEST, "environment", "market", "请核查该线分析仪的检定证书（演示）"),
    (9.0, Copy.Of.FINDING, "environment", "transport", "请核查有关情况（演示）"),
    (0.2, Copy.Of.REPAIR, "transport", "market", "请核查是否无维修内容而收费（演示）"),
)
"""Days ago; of what; from and to which department; what is wanted."""


def enter_copies(course: Course) -> None:
    """Each at its time. A load that was interrupted repeats none."""
    for days, of, sender, receiver, wanted in _COPIES:
        course.later(course.now - timedelta(days=days), partial(_sent, of, sender, receiver, wanted))
    course.later(course.now - timedelta(days=10), _answered)


def _sent(of: str, sender: str, receiver: str, wanted: str, when: datetime) -> None:
    reference = _newest(of)
    if not reference or Copy.objects.filter(of=of, wanted=wanted).exists():
        return
    with suppress(Refusal), transaction.atomic():
        it = object_of(office(sender), of, reference, when, decode_kept_test)
        send(office(sender), it, to=f"{CITY}-{receiver}", wanted=wanted, answer_by=None, now=when)


def _newest(of: str) -> str:
    """The last failed test, the last repair, the last finding; empty where there is none yet."""
    if of == Copy.Of.TEST:
        test = Test.objects.filter(result="fail").select_related("station").last()
        return f"{test.station.code}/{test.test_no}" if test else ""
    if of == Copy.Of.REPAIR:
        repair = Repair.objects.select_related("shop").last()
        return f"{repair.shop.code}/{repair.repair_no}" if repair else ""
    found = Finding.objects.exclude(station_code="").last()
    return str(found.pk) if found else ""


def _answered(when: datetime) -> None:
    waiting = Copy.objects.filter(of=Copy.Of.TEST, answered_at__isnull=True).first()
    if waiting is not None:
        answer(office("market"), waiting.pk, "证书在有效期内，已现场核对编号（演示）。", when)
