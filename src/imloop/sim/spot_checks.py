"""Spot checks of the demo city: a goods yard a month ago, of which one is overdue; a bus depot last week, where one was
refused and one is in doubt; and a task for today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial

import msgspec
from django.db import transaction

from imloop.exchange.decode_spot_checks import SCHEMA
from imloop.exchange.uploads.take_spot_check import take_spot_check
from imloop.facts.codes import Method
from imloop.facts.days import day_of
from imloop.sim.city.registered_fleet import enter_fleet
from imloop.sim.sample import sample_vehicle
from imloop.sim.traffic.course import Course
from imloop.sim.world.places import CITY
from imloop.steps.ground.access import Caller, caller_for
from imloop.steps.second_person.on_site import VISIT, asked
from imloop.steps.second_person.rules import rules_of
from imloop.steps.spot_checks.make_task import Carried, NewTask, close_task, enter_instrument, make_task
from imloop.steps.spot_checks.team import confirm_presence, law_of
from imloop.store.models import Party, SpotCheck, SpotTask

_TEAM = ("environment3", "environment4")
_CARRIED = {
    "opacimeter": ("NHT-6", "YD-0617"),
    "analyser": ("NHA-506", "FX-2031"),
    "ringelmann_chart": ("LGM-5", "LG-0108"),
    "obd_reader": ("OBD-H3", "OB-0412"),
    "refractometer": ("NS-U2", "NS-0077"),
}
_SMOKE = {"method": "FREEACC", "instrument": "YD-0617"}
_CHART = {"method": "RINGELMANN", "instrument": "LG-0108"}
_GASES = {"method": "TSI", "instrument": "FX-2031"}
_CLEAN = {"co_idle_pct": 0.18, "hc_idle_ppm": 35, "co_high_pct": 0.09, "hc_high_ppm": 22, "lambda_high": 1.0}
_YARD: tuple[tuple[str, str, Mapping[str, object]], ...] = (
    ("桂B3A716", "diesel", {**_SMOKE, "readings": [0.62, 0.58, 0.6]}),
    ("桂B5C208", "diesel", {**_SMOKE, "readings": [1.74, 1.82, 1.79]}),
    ("桂B9D341", "diesel", {**_CHART, "values": {"ringelmann_grade": 1}}),
)
_DEPOT: tuple[tuple[str, str, Mapping[str, object]], ...] = (
    ("桂B61F95", "diesel", {**_CHART, "values": {"ringelmann_grade": 3}}),
    ("桂B7K562", "gasoline", {**_GASES, "values": _CLEAN}),
    (
        "桂B08Q17",
        "diesel",
        {"refusal": "锁车离开，拒绝检测（演示）", "signed": "absent", "signed_why": "驾驶人离开"},
    ),
)
_LATE = ("桂B4N833", "diesel", {**_SMOKE, "readings": [1.5, 1.48, 1.52]})


def enter_spot_checks(course: Course) -> None:
    """Each at its time. A load that was interrupted repeats none."""
    month, week = course.now - timedelta(days=33), course.now - timedelta(days=6)
    course.later(month - timedelta(hours=1), _carry)
    course.later(month, partial(_visit, "柳东物流园停车场", _YARD))
    course.later(week, partial(_visit, "白沙公交场站", _DEPOT))
    course.later(course.now - timedelta(days=2), _sent_late)
    course.later(course.now - timedelta(minutes=30), _today)


def _today(when: datetime) -> None:
    _task("鹧鸪江货运站", "桂B5C208", when, ("environment", _TEAM[0]))


def _office(user: str = "environment") -> Caller:
    return caller_for(Party.objects.get(code=f"{CITY}-environment"), user)


def _carry(when: datetime) -> None:
    """The instruments; and the police know the cars."""
    cars = (*_YARD, *_DEPOT, _LATE)
    by_fuel = {"diesel": Method.FREEACC, "gasoline": Method.TSI}
    enter_fleet([sample_vehicle(by_fuel[fuel], plate) for plate, fuel, _ in cars], when)
    since = date(day_of(when).year - 1, 12, 1)
    until = date(day_of(when).year + 1, 11, 30)
    for kind, (model, serial) in _CARRIED.items():
        wanted = Carried(
            kind=kind,
            model=model,
            serial=serial,
            certificate=f"柳检字 {serial}",
            verified_from=since,
            verified_until=until,
        )
        enter_instrument(_office(), wanted, when)


def _task(name: str, plate: str, when: datetime, team: tuple[str, ...] = _TEAM) -> SpotTask:
    known = SpotTask.objects.filter(place_name=name, made_at=when).first()
    wanted = NewTask(
        where="parking",
        place_name=name,
        planned_on=day_of(when),
        officers=team,
        plate=plate,
        note="重点查国四以下柴油货车（演示）",
    )
    return known or make_task(_office(), wanted, when)


def _visit(name: str, checked: tuple[tuple[str, str, Mapping[str, object]], ...], when: datetime) -> None:
    with transaction.atomic():
        if SpotTask.objects.filter(place_name=name, made_at=when).exists():
            return
        task = _task(name, "", when)
        for count, (plate, fuel, said) in enumerate(checked, 1):
            at = when + timedelta(minutes=10 * count)
            _send(task, plate, fuel, said, at, at + timedelta(minutes=2))
        moment = when + timedelta(minutes=50)
        waits = rules_of(VISIT.kind, law_of(task, moment)) is not None and asked(task.number).exists()
        if waits:
            confirm_presence(_office(_TEAM[1]), task.number, moment)
        close_task(_office(), task.number, when + timedelta(hours=1))


def _sent_late(when: datetime) -> None:
    """A phone that had no network for more than a day."""
    task = SpotTask.objects.get(place_name="白沙公交场站")
    if not SpotCheck.objects.filter(task=task, plate=_LATE[0]).exists():
        plate, fuel, said = _LATE
        _send(task, plate, fuel, said, task.made_at + timedelta(minutes=40), when)


def _send(
    task: SpotTask, plate: str, fuel: str, said: Mapping[str, object], at: datetime, arrived: datetime
) -> None:
    record = {
        "schema": SCHEMA,
        "client_id": f"demo-{at:%Y%m%d%H%M}-{plate[2:]}",
        "task": task.number,
        "at": at.isoformat(),
        "officers": list(_TEAM),
        "vehicle": {"plate": plate, "plate_colour": "yellow" if fuel == "diesel" else "blue", "fuel": fuel},
        "signed": "yes",
        **said,
    }
    take_spot_check(msgspec.json.encode(record), _office(_TEAM[0]), arrived, lambda found: found.row.number)
