"""What waited for a second person in the demo city: one was confirmed, one lapsed, others are waiting."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from imloop.facts.codes import Fuel
from imloop.facts.days import day_of
from imloop.facts.refusal import Refusal
from imloop.sim.traffic.course import Course
from imloop.sim.world.places import CITY, STATIONS
from imloop.steps.cases.grant_exit import annul_case, grant_exit
from imloop.steps.desk.acts import lapse_proposals
from imloop.steps.ground.access import Caller, caller_for
from imloop.steps.ground.registers import law_at
from imloop.steps.lines.lock_line import NewOrder, order_line
from imloop.steps.second_person.decide import confirm
from imloop.steps.second_person.rules import rules_of
from imloop.steps.vehicles.ask_mark import release_mark
from imloop.store.models import Case, Line, Party, Proposal, Vehicle

_COMPARED = "已核对原始记录和现场照片（演示）"


def office(kind: str) -> Caller:
    return caller_for(Party.objects.get(code=f"{CITY}-{kind}"), kind)


def second(made: object, when: datetime) -> None:
    """What one person proposed is confirmed by the second person of the office that is asked; all else is done."""
    if isinstance(made, Proposal) and made.asked is not None:
        who = caller_for(made.asked, f"{made.asked.kind}2")
        confirm(who, made.pk, said=_COMPARED, now=when)


def enter_proposals(course: Course) -> None:
    """Let them happen among the traffic, as far as the law asked for two people by then."""
    for days, kind, happen in (
        (4.2, "line-unlock", _unlock),
        (1.1, "", lapse_proposals),
        (1.0, "exit", _exit),
        (0.2, "mark", _mark),
        (0.1, "annulment", _annulment),
    ):
        course.later(course.now - timedelta(days=days), partial(_once, kind, happen))


def _once(kind: str, happen: Callable[[datetime], object], when: datetime) -> None:
    known = kind and (
        rules_of(kind, law_at(day_of(when), CITY)) is None or Proposal.objects.filter(kind=kind).exists()
    )
    if not known:
        with suppress(Refusal):  # no case is open, or it has an exit
            happen(when)


def _unlock(when: datetime) -> None:
    line = Line.objects.filter(station__code=STATIONS[0].code).order_by("code")[0]
    wanted = NewOrder(
        kind="unlock",
        methods=[],
        reason="标准气延期到货，申请先行检测",
        evidence="供货单 2026-31（演示）",
        until=when + timedelta(days=6),
    )
    order_line(office("environment"), line.station.code, line.code, wanted, when)


def _exit(when: datetime) -> None:
    made = grant_exit(
        office("environment"),
        _open_case(0),
        kind="line-broken",
        to_station="",
        reason="原站检测线停用检修，已现场核实",
        evidence="现场检查记录 18 号（演示）",
        expires_on=day_of(when) + timedelta(days=20),
        now=when,
    )
    second(made, when + timedelta(hours=3))


def _mark(when: datetime) -> None:
    """Of the first electric bus that is due: it waits."""
    for vin in Vehicle.objects.filter(fuel=Fuel.ELECTRIC).order_by("pk").values_list("vin", flat=True):
        with suppress(Refusal):
            release_mark(office("police"), vin=vin, now=when, reason="纯电动，免检，登记已核对（演示）")
            return


def _annulment(when: datetime) -> None:
    annul_case(
        office("environment"),
        _open_case(1),
        reason="检验时探头未插到位，视频可见",
        evidence="检验视频截图 3 张（演示）",
        now=when,
    )


def _open_case(number: int) -> str:
    waiting = Case.objects.filter(closed_at__isnull=True, station__isnull=False, objected_at__isnull=True)
    return str(waiting.order_by("failed_at").values_list("case_no", flat=True)[number])
