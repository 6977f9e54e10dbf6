"""The matters of the demo city's departments: applications, a suspension past and one under way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from imloop.facts.days import day_of
from imloop.facts.records.application import Application, Paper, Person, TestLine
from imloop.facts.records.application import Instrument as InstrumentFact
from imloop.matters import Kind
from imloop.sim.annexes import answers, hand_in
from imloop.sim.traffic.course import Course
from imloop.sim.two_people import second
from imloop.sim.world.identifiers import unified_code
from imloop.sim.world.places import CITY, INSTRUMENTS, SHOPS, district_of
from imloop.steps.cases.grant_exit import reject_objection
from imloop.steps.cases.objections import raise_objection, standing
from imloop.steps.ground.access import Caller, caller_for
from imloop.steps.matters.kept.address import token_of
from imloop.steps.matters.open_matter import apply, open_measure
from imloop.steps.matters.take_step import take_step, take_step_by_token
from imloop.store.models import Case, Matter, Party

_LINE = ("analyser", "dynamometer", "tachometer", "obd_reader", "weather_station")
_NEW = "柳州市洛维新城机动车检测有限公司"
_ACCUSED = "450206001"


def enter_matters(course: Course) -> None:
    """Let the recent matters happen among the traffic. A load that was interrupted does not repeat them."""
    for days, title, happen in (
        (9, _NEW, _new_station),
        (5, next(each for each in SHOPS if each.listed_days is None).name, _returned_shop),
        (1.5, "", _notified),
    ):
        course.later(course.now - timedelta(days=days), partial(_once, title, happen))


def enter_objections(course: Course) -> None:
    """Two owners object: one is answered, one is waiting for the environment department."""
    course.later(course.now - timedelta(days=4), partial(_objected, "procedure", _REJECTED))
    course.later(course.now - timedelta(hours=20), partial(_objected, "instrument", ""))


_REJECTED = "逐秒数据、环境记录和设备自检均符合要求，未见漏气或探头松脱"
_SAID = "三天前在修理厂用尾气仪测过，一氧化碳没有这么高，请核查仪器。"


def _objected(ground: str, rejected: str, when: datetime) -> None:
    """Of those who still may, the owner who failed first objects: the others are left to whoever tries the demo."""
    if Case.objects.filter(snapshot__objections__0__ground=ground).exists():
        return
    waiting = Case.objects.filter(closed_at__isnull=True, state="awaiting_repair", objected_at__isnull=True)
    may = (
        row for row in waiting.filter(failed_at__lt=when).order_by("failed_at") if standing(row, when).open
    )
    if (row := next(may, None)) is None:
        return
    with transaction.atomic():
        raise_objection(row.owner_token, ground=ground, words=_SAID, now=when)
        if rejected:
            reject_objection(
                _office("environment"),
                row.case_no,
                reason=rejected,
                evidence="核查单 2 号",
                now=when + timedelta(hours=3),
            )


def _once(title: str, happen: Callable[[datetime], None], when: datetime) -> None:
    known = (
        Matter.objects.filter(title=title)
        if title
        else Matter.objects.filter(party__code=_ACCUSED, kind=Kind.SUSPENSION)
    )
    if not known.exists():
        with transaction.atomic():
            happen(when)


def _office(kind: str) -> Caller:
    return caller_for(Party.objects.get(code=f"{CITY}-{kind}"), kind)


def _new_station(when: datetime) -> None:
    """A seventh I-station: accepted, reviewed, the on-site check is due."""
    since = day_of(when) - timedelta(days=30)
    until = since + timedelta(days=365)
    equipment = tuple(
        InstrumentFact(
            kind, INSTRUMENTS[kind], f"{INSTRUMENTS[kind]}-N01", f"检字新-{number:02d}", since, until
        )
        for number, kind in enumerate(_LINE, 1)
    )
    said = answers("istation", CITY, when)
    row = apply(
        Application(
            subject="istation",
            name=_NEW,
            place="450203",
            uscc=unified_code("洛维新城"),
            legal_person="覃大勇",
            address="柳州市鱼峰区洛维路18号",
            phone="0772-5550188",
            complaint_phone="0772-12369",
            opening_hours="周一至周六 08:00–17:30",
            longitude=109.47,
            latitude=24.30,
            lines=(TestLine("01", ("ASM", "TSI"), equipment),),
            staff=(Person("韦宏", "technical_lead"), Person("梁玉", "inspector"), Person("莫强", "driver")),
            certificates=(
                Paper("cma", "CMA-2026-洛维", "广西市场监管局", since, since + timedelta(days=6 * 365)),
            ),
            conditions=said,
        ),
        when,
    )
    hand_in(row, said, when)
    office = _office("environment")
    take_step(office, row.matter_no, "accept", {}, when + timedelta(hours=5))
    take_step(office, row.matter_no, "review", {"opinion": "材料真实，场所待核查"}, when + timedelta(hours=7))


def _returned_shop(when: datetime) -> None:
    """A shop that is not on the list yet: its file came back once."""
    shop = next(each for each in SHOPS if each.listed_days is None)
    said = answers("mstation", CITY, when, lacking=("filed", "instruments"))
    row = apply(
        Application(
            subject="mstation",
            name=shop.name,
            place=district_of(shop.code),
            uscc=unified_code(shop.code),
            legal_person=shop.staff[0],
            address=f"柳州市{shop.address}",
            phone=shop.phone,
            complaint_phone="0772-12328",
            opening_hours="每日 08:30–18:30",
            staff=tuple(Person(name, "technician") for name in shop.staff),
            capability=shop.takes,
            conditions=said,
        ),
        when,
    )
    hand_in(row, said, when)
    missing = {"missing": "机动车维修经营备案证明；尾气分析仪校准证书"}
    take_step(_office("transport"), row.matter_no, "return", missing, when + timedelta(hours=20))


def suspended_shop(now: datetime) -> None:
    """Before the traffic begins: a quarter off the list for records that did not hold; it has not come back yet."""
    shop = next(each for each in SHOPS if each.suspended)
    opened_at = now - timedelta(days=79)
    day = day_of(opened_at)
    opened: dict[str, object] = {
        "ground": "false_record",
        "findings": "一日上传维修记录四十二份，工位三个",
        "evidence": "记录清单、现场照片",
    }
    office = _office("transport")
    matter = open_measure(office, "suspension", shop.code, opened, opened_at)
    number = matter.matter_no
    told = {"served_on": day.isoformat(), "intended": "暂停名录资格三个月"}
    take_step(office, number, "notify", told, opened_at + timedelta(hours=1))
    take_step_by_token(token_of(matter), "waive_hearing", {}, opened_at + timedelta(days=2))
    decided = {
        "decision_no": f"柳交停〔{day.year}〕2号（演示）",
        "since": (day + timedelta(days=4)).isoformat(),
        "until": (day + timedelta(days=95)).isoformat(),
        "reasons": "上传的维修记录与维修能力不符",
        "remedy": "补齐工位和检测设备，逐条说明记录",
    }
    second(
        take_step(office, number, "decide", decided, opened_at + timedelta(days=4)),
        opened_at + timedelta(days=4),
    )


def _notified(when: datetime) -> None:
    """A station that has been told and may still ask for a hearing."""
    opened_at = when - timedelta(days=2)
    opened: dict[str, object] = {
        "ground": "supervision_refused",
        "findings": "现场检查时关闭检测线，不提供原始数据",
        "evidence": "执法记录仪视频",
    }
    office = _office("environment")
    matter = open_measure(office, "suspension", _ACCUSED, opened, opened_at)
    told = {"served_on": day_of(when).isoformat(), "intended": "暂停联网十五日"}
    take_step(office, matter.matter_no, "notify", told, when)
