"""A recorded station queue, moved to another day, with a simulated test attached to every task."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from imloop.facts.codes import Method
from imloop.facts.days import CHINA, midnight
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.law import load
from imloop.sim.cars.fleet import SimVehicle, make_for
from imloop.sim.cars.upload import Run, encode, run_message
from imloop.sim.traces.condition import Condition, Fault, draw_fault, faulty, healthy
from imloop.sim.world.diary import TURNOVER, is_open, weather
from imloop.sim.world.places import CITY, Station, crew, instruments, serial

FAIL_SHARE = 0.09
_COLOURS = {"蓝": "blue", "黄": "yellow", "绿": "green", "白": "white", "黑": "black", "黄绿": "yellow_green"}
_BROUGHT_BACK = (Fault.RICH, Fault.MISFIRE, Fault.CATALYST)
"""Faults that both petrol methods find: some vehicles come back to another method."""


@dataclass(frozen=True, slots=True)
class Task:
    """One entry of the queue, moved to the replayed day, with its test."""

    task: str
    vehicle: SimVehicle
    start: datetime
    end: datetime
    again: bool
    test_no: str
    body: bytes
    copies: int


def read_queue(file: Path) -> list[dict[str, object]]:
    try:
        tasks = json.loads(file.read_text(encoding="utf-8"))["tasks"]
        for task in tasks:
            (
                Method(task["method"]),
                datetime.fromisoformat(task["registered_at"]),
                task["task"],
                task["vehicle"],
                task["plate"],
            )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Malformed(
            "malformed", Text(f"无法读取队列 {file}：{error}", f"Cannot read the queue {file}: {error}")
        ) from error
    if not tasks:
        raise Malformed("malformed", Text(f"队列 {file} 没有任务。", f"The queue {file} contains no task."))
    return list(tasks)


def last_working_day(today: date) -> date:
    day = today - timedelta(days=1)
    while not is_open(day):
        day -= timedelta(days=1)
    return day


def attach_tests(queue: Sequence[Mapping[str, object]], station: Station, day: date, seed: int) -> list[Task]:
    """A simulated test for every distinct task; lines are taken in turn so that no two runs of a line overlap."""
    copies = Counter(str(entry["task"]) for entry in queue)
    entries = {str(entry["task"]): entry for entry in queue}
    runs = Counter(str(entry["vehicle"]) for entry in entries.values())
    mixed = {str(entry["vehicle"]) for entry in entries.values() if entry["method"] == Method.TSI}
    order = {name: number for number, name in enumerate(runs)}
    free = {code: midnight(day) for code, _ in station.lines}
    left, ready = dict(runs), {name: midnight(day) for name in runs}
    law, made = load().at(day, CITY), []
    for number, (name, entry) in enumerate(entries.items()):
        who, method = str(entry["vehicle"]), Method(str(entry["method"]))
        rng = np.random.default_rng([seed, 7010, order[who], number])
        left[who] -= 1
        vehicle = _vehicle(seed, order[who], entry, method, day, all_wheel=who in mixed)
        state = _condition(seed, order[who], vehicle, brought_back=runs[who] > 1, comes_again=left[who] > 0)
        came = _on(day, str(entry["registered_at"])) + timedelta(seconds=int(rng.integers(90, 240)))
        line = min(
            (code for code, methods in station.lines if method in methods), key=lambda code: free[code]
        )
        start = max(came, free[line], ready[who])
        run = _run(station.code, line, number, name, start, seed, method)
        message, _ = run_message(rng, run, vehicle, state, law)
        end = datetime.fromisoformat(str(message["ended_at"]))
        free[line], ready[who] = end + TURNOVER, end + timedelta(seconds=90)
        again = left[who] < runs[who] - 1
        made.append(Task(name, vehicle, start, end, again, run.test_no, encode(message), copies[name]))
    return made


def _vehicle(
    seed: int, number: int, entry: Mapping[str, object], method: Method, day: date, all_wheel: bool
) -> SimVehicle:
    """The same car for every task of one vehicle; plate and colour are the queue's, the rest is made up."""
    car = make_for(Method.ASM, seed, 20000 + number, day + timedelta(days=20))
    colour = str(entry.get("plate_colour") or "")
    facts = {
        **car.facts,
        "plate": str(entry["plate"]),
        "plate_colour": _COLOURS.get(colour, colour),
        "drive": "4wd" if all_wheel else "2wd",
    }
    return replace(car, facts=facts, method=method)


def _condition(
    seed: int, number: int, vehicle: SimVehicle, brought_back: bool, comes_again: bool
) -> Condition:
    """Whatever brought a car back the same day was a failed run; its last run, after some tuning, is clean."""
    rng = np.random.default_rng([seed, 7011, number])
    clean = healthy(rng, vehicle.fuel, vehicle.age_years)
    if brought_back:
        fault = _BROUGHT_BACK[int(rng.integers(len(_BROUGHT_BACK)))]
        return faulty(rng, vehicle.fuel, vehicle.age_years, fault) if comes_again else clean
    if rng.random() >= FAIL_SHARE:
        return clean
    fault = draw_fault(rng, vehicle.method, vehicle.fuel, vehicle.obd_scope)
    return faulty(rng, vehicle.fuel, vehicle.age_years, fault)


def _run(station: str, line: str, number: int, task: str, start: datetime, seed: int, method: Method) -> Run:
    inspector, driver, reviewer = crew(station, line)
    return Run(
        test_no=f"{station}-{line}-{start:%Y%m%d}-T{task}",
        station=station,
        line=line,
        sequence=None,
        started_at=start,
        ambient=weather(seed, start),
        people={"inspector": inspector, "driver": driver, "reviewer": reviewer},
        equipment={kind: serial(station, line, kind) for kind in instruments((method,))},
    )


def _on(day: date, moment: str) -> datetime:
    """The same time of day, on another day."""
    return datetime.combine(day, datetime.fromisoformat(moment).astimezone(CHINA).time(), CHINA)
