"""What people of the demo city reported in the last weeks, and how far each has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from imloop.facts.days import day_of
from imloop.matters import Kind
from imloop.sim.traffic.course import Course
from imloop.sim.world.places import CITY
from imloop.steps.ground.access import Caller, caller_for
from imloop.steps.matters.complaints.progress import step_by_reporter
from imloop.steps.matters.complaints.receive import Report, receive
from imloop.steps.matters.kept.address import token_of
from imloop.steps.matters.take_step import take_step
from imloop.store.models import Matter, Party, PartyKind

_Step = tuple[float, str, dict[str, object]]
"""Days after the report; which step; what it says. ``on``, ``soon``: the day itself, and ten days later."""


_OF_REPORTER = ("rate", "reopen", "withdraw")


@dataclass(frozen=True, slots=True)
class _Story:
    """``days`` ago somebody reported; ``office``: who takes its steps; ``clerk``: whose clerk wrote it down."""

    days: float
    report: Report
    office: str
    steps: tuple[_Step, ...] = ()
    clerk: str = ""


def _taken(days: float) -> tuple[_Step, ...]:
    return ((days, "triage", {"priority": "normal"}), (days, "accept", {}))


def _sent(days: float, office: str, how: str = "visit") -> _Step:
    return days, "send_out", {"assigned_to": office, "how": how}


def _looked(days: float, findings: str) -> _Step:
    return days, "look_into", {"checked_on": "on", "how": "visit", "findings": findings}


_ENVIRONMENT, _TRANSPORT, _MARKET = "environment", "transport", "market"
_BRIDGE = (24.3122, 109.4280)
_TRUCK = {"plate": "桂B71563", "kind": "truck"}

STORIES: tuple[_Story, ...] = (
    _Story(
        34,
        Report(
            "not_repaired",
            "mstation",
            "清单写换了三元催化，过年检又不合格，打开看还是旧的。（演示）",
            "450203",
            party="450203M01",
            address="鱼峰区维修站",
            name="覃先生",
            phone="0772-0000001",
            answers={"plate": "桂B52Q77", "billed": "更换三元催化器", "paid_yuan": "2600", "receipt": "yes"},
        ),
        _TRANSPORT,
        (
            *_taken(1),
            _sent(2, _TRANSPORT),
            _looked(6, "旧件仍在车上，氧传感器已更换（演示）"),
            (7, "find_partly", {"found": "部分属实"}),
            (
                8,
                "answer",
                {
                    "template": "partly",
                    "said": "更换了氧传感器，没有更换催化器。",
                    "done": "退还差价，责令整改",
                },
            ),
            (9, "rate", {"stars": "4", "rated_words": "钱退了"}),
        ),
    ),
    _Story(
        28,
        Report(
            "smoky_vehicle",
            "vehicle",
            "文惠桥头一辆蓝色货车起步冒黑烟，呛得厉害。（演示）",
            "450202",
            address="文惠桥北",
            position=_BRIDGE,
            answers=_TRUCK,
        ),
        _ENVIRONMENT,
        (
            *_taken(1),
            _sent(1, _ENVIRONMENT),
            _looked(5, "路检林格曼二级，自由加速超标（演示）"),
            (6, "find_true", {"found": "属实"}),
            (7, "answer", {"template": "founded", "done": "责令维修复检"}),
            (12, "grant_reward", {"decision_no": "柳环责改（演示）1 号", "in_force_on": "on"}),
        ),
    ),
    _Story(
        24,
        Report(
            "service",
            "istation",
            "早上八点排到十一点，窗口没人接待。（演示）",
            "450204",
            party="450204001",
            answers={"waited": "三小时"},
        ),
        _ENVIRONMENT,
        (
            *_taken(1),
            _sent(3, _ENVIRONMENT, "data"),
            _looked(8, "当日两条线停检标定，取号记录平均等候 70 分钟（演示）"),
            (9, "find_untrue", {"found": "不属实"}),
            (10, "answer", {"template": "unfounded", "said": "当日设备标定，取号等候约 70 分钟。"}),
            (20, "reopen", {"reopen_why": "排队的不止我一个，请看八点的录像。"}),
        ),
    ),
    _Story(
        19,
        Report(
            "false_test",
            "istation",
            "我在这家上班，下班后有人拿旧数据出报告，一次三百。（演示）",
            "450206",
            party="450206001",
            insider=True,
            answers={"how": "data", "money": "yes"},
        ),
        _ENVIRONMENT,
        (*_taken(2), _sent(3, _ENVIRONMENT, "both")),
    ),
    _Story(
        15,
        Report(
            "records_sold",
            "mstation",
            "路边有人说花两百就能买维修合格证。（演示）",
            "450205",
            party="450205M03",
            answers={"offer": "修理铺门口，一张二百"},
        ),
        _TRANSPORT,
        (
            (1, "triage", {"priority": "low"}),
            (4, "call_malicious", {"signs": "同一人三次举报竞争对手，情节均为编造（演示）"}),
        ),
    ),
    _Story(
        11,
        Report(
            "bad_fuel",
            "seller",
            "加油以后故障灯亮，怀疑柴油有问题。（演示）",
            "450202",
            "hotline",
            answers={"what": "diesel", "seller": "城中区某加油点", "receipt": "no"},
        ),
        _MARKET,
        (
            (1, "triage", {"priority": "normal"}),
            (2, "not_accept", {"why": "other_department", "go_to": "商务部门（无证加油点）"}),
        ),
        clerk=_MARKET,
    ),
    _Story(
        8,
        Report(
            "double_charge",
            "istation",
            "上个月刚检过，复检又收了一次全价。（演示）",
            "450203",
            party="450203001",
            name="韦女士",
            phone="0772-0000002",
            answers={"plate": "桂B18L02", "paid_yuan": "120", "receipt": "yes"},
        ),
        _MARKET,
        (
            *_taken(2),
            (
                4,
                "require",
                {
                    "required": "退还重复收取的 120 元（演示）",
                    "clause": "公示的收费标准",
                    "required_by": "soon",
                },
            ),
        ),
    ),
    _Story(
        6,
        Report(
            "steering",
            "istation",
            "不合格以后窗口的人说只能去旁边那家修，别家不认。（演示）",
            "450204",
            "phone",
            party="450204001",
            answers={"who": "station", "sent_to": "检测站旁边的修理厂"},
        ),
        _ENVIRONMENT,
        clerk=_ENVIRONMENT,
    ),
    _Story(
        3,
        Report(
            "smoky_vehicle",
            "vehicle",
            "又看见那辆蓝色货车在文惠桥冒黑烟。（演示）",
            "450202",
            address="文惠桥",
            position=(24.3125, 109.4283),
            answers=_TRUCK,
        ),
        _ENVIRONMENT,
        _taken(1),
    ),
    _Story(
        2,
        Report("other", "anyone", "想问问外地车怎么检。（演示）", CITY),
        _ENVIRONMENT,
        ((1, "withdraw", {"reason": "已经问到了"}),),
    ),
    _Story(
        0.4,
        Report(
            "machine",
            "machine",
            "工地挖掘机一发动就一股黑烟，没看到号码牌。（演示）",
            "450203",
            address="柳东新区工地",
            position=(24.3801, 109.5302),
        ),
        _ENVIRONMENT,
    ),
)


def enter_complaints(course: Course) -> None:
    """Each at its time. A load that was interrupted repeats none."""
    for story in STORIES:
        course.later(course.now - timedelta(days=story.days), partial(_reported, story, course))


def _reported(story: _Story, course: Course, when: datetime) -> None:
    if Matter.objects.filter(kind=Kind.COMPLAINT, opened_at=when).exists():
        return
    clerk = _office(story.clerk) if story.clerk else None
    with transaction.atomic():
        row = receive(story.report, when, clerk).matter
    for days, step, said in story.steps:
        at = when + timedelta(days=days)
        if at < course.now:
            course.later(at, partial(_taken_step, story, row.matter_no, step, said))


def _taken_step(story: _Story, number: str, step: str, said: dict[str, object], when: datetime) -> None:
    days = {"on": day_of(when), "soon": day_of(when + timedelta(days=10))}
    given = {
        name: days[value].isoformat() if isinstance(value, str) and value in days else value
        for name, value in said.items()
    }
    row = Matter.objects.get(matter_no=number)
    with transaction.atomic():
        if step in _OF_REPORTER:
            step_by_reporter(token_of(row), step, given, when)
        else:
            second = "2" if step == "grant_reward" else ""
            take_step(_office(story.office, second), number, step, given, when)


def _office(kind: str, number: str = "") -> Caller:
    """``number``: of the person, the first where there is none."""
    return caller_for(Party.objects.get(code=f"{CITY}-{kind}"), f"{PartyKind(kind)}{number}")
