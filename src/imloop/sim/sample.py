"""One message to try the platform with: a test or a repair, as bytes."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np

from imloop.exchange.uploads.packed_trace import pack
from imloop.facts.codes import DIESEL_METHODS, Fuel, Method, Purpose
from imloop.facts.days import read_moment
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.law import load
from imloop.sim.cars.car import Car
from imloop.sim.cars.fleet import SimVehicle, make_for
from imloop.sim.cars.upload import Run, encode, run_message
from imloop.sim.cars.workshop import repair
from imloop.sim.traces.condition import Fault, faulty, healthy
from imloop.sim.world.diary import weather
from imloop.sim.world.places import CITY, SHOPS, crew, instruments, serial
from imloop.steps.ground.clock import now

REPAIR = "repair"
_CASE_NO = re.compile(r"\d{6}-\d{4}-\d{6,}")
PLATE = "桂B8X6K2"
PLATES = (PLATE, "桂B7T3W1")
"""Of the vehicles with which the README shows the loop; the demo city's police know them."""
_FAULTS = dict.fromkeys(DIESEL_METHODS, Fault.SMOKE)


def sample_message(
    method: str,
    *,
    station: str,
    line: str = "01",
    fail: bool = False,
    at: str | None = None,
    plate: str = PLATE,
    seed: int = 1,
    packed: bool = False,
) -> bytes:
    """A test of ``method``; the vehicle follows from ``plate``. ``at``: ISO 8601 start of the test; left out, a failing
    test began nine minutes ago, a passing test three minutes ago: with a repair between them the three tell one story,
    each told when it has just happened. ``packed``: the trace in its small form. It bears no running number, as nobody
    knows how far the line has counted. Raises ``Malformed`` for another method or time.
    """
    moment, today = _moment(at), now().replace(microsecond=0)
    if method not in list(Method):
        known = "、".join(sorted(Method))
        raise Malformed(
            "malformed", Text(f"方法应为 {known} 或 {REPAIR}。", f"Must be one of {known} or {REPAIR}.")
        )
    started = moment or today - timedelta(minutes=9 if fail else 3)
    vehicle = sample_vehicle(Method(method), plate)
    rng = np.random.default_rng([seed, 7020, int(started.timestamp())])
    state = healthy(rng, vehicle.fuel, vehicle.age_years)
    if fail:
        state = faulty(rng, vehicle.fuel, vehicle.age_years, _FAULTS.get(vehicle.method, Fault.CATALYST))
    inspector, driver, reviewer = crew(station, line)
    run = Run(
        test_no=f"{station}-{line}-{started:%Y%m%d-%H%M%S}-{zlib.crc32((method + plate).encode()) % 10000:04d}",
        station=station,
        line=line,
        sequence=None,
        started_at=started,
        purpose=Purpose.PERIODIC,
        ambient=weather(seed, started),
        people={"inspector": inspector, "driver": driver, "reviewer": reviewer},
        equipment={kind: serial(station, line, kind) for kind in instruments((vehicle.method,))},
    )
    message, _ = run_message(rng, run, vehicle, state, load().at(started.date(), CITY))
    return encode(_packed(message) if packed else message)


def _packed(message: dict[str, object]) -> dict[str, object]:
    """The same message with its trace in the small form."""
    trace = message["trace"]
    assert isinstance(trace, dict)
    return {**message, "trace": {"packed": pack(trace["columns"])}}


def sample_repair(
    shop_code: str, *, case_no: str = "", at: str | None = None, plate: str = PLATE, seed: int = 1
) -> bytes:
    """A repair by one of the demo city's shops; that of another city works as the first of them does. ``at``: ISO 8601
    end of the repair; left out, it came in five minutes ago and was done three and a half minutes ago, quicker than a
    real one. Raises ``Malformed`` for another time or what is no case number."""
    finished, stay = _moment(at), timedelta(minutes=100)
    if finished is None:
        finished, stay = now().replace(microsecond=0) - timedelta(seconds=210), timedelta(seconds=90)
    shop = next((shop for shop in SHOPS if shop.code == shop_code), replace(SHOPS[0], code=shop_code))
    if case_no and not _CASE_NO.fullmatch(case_no):
        words = Text(
            f"案件编号应如 450200-2026-000042，不是 {case_no}。",
            f"A case number looks like 450200-2026-000042, not like {case_no}.",
        )
        raise Malformed("wrong-value", words)
    rng = np.random.default_rng([seed, 7021, int(finished.timestamp())])
    method = Method.ASM if Fuel.GASOLINE.value in shop.takes else Method.LUGDOWN
    vehicle = sample_vehicle(method, plate)
    state = faulty(rng, vehicle.fuel, vehicle.age_years, _FAULTS.get(method, Fault.CATALYST))
    item, value = ("k_100_per_m", state.k) if method is Method.LUGDOWN else ("co_2540_pct", state.co_load)
    car = Car(vehicle, rng, "", state, case_no=case_no, failed={item: round(value, 2)})
    _, body, _ = repair(car, shop, finished - stay, finished=finished)
    return body


def sample_vehicle(method: Method, plate: str) -> SimVehicle:
    """The vehicle that belongs to a plate: always the same one."""
    vehicle = make_for(method, 3, 30000 + zlib.crc32(plate.encode()) % 9000, date(2026, 6, 1))
    colour = "green" if len(plate) == 8 else vehicle.facts["plate_colour"]
    return replace(vehicle, facts={**vehicle.facts, "plate": plate, "plate_colour": colour})


def _moment(at: str | None) -> datetime | None:
    return read_moment(at, at="at") if at else None
