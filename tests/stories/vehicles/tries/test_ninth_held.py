"""What was tried and held: packed seconds, odd clocks, another kind of vehicle, other weather, values that are to break
what comes after them. No run of what failed frees the car."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import permutations
from typing import Any

import msgspec
import numpy as np
import pytest
import zstandard

from imloop.exchange.uploads.intake import upload_of_test, write
from imloop.exchange.uploads.packed_trace import pack
from imloop.facts.records.check import Heartbeat, LineSign
from imloop.facts.refusal import Refusal
from imloop.steps.lines.heartbeats import receive_heartbeat
from imloop.store.models import Case, Line
from stories.inspections.test_fifth_tables import free_accelerations
from stories.inspections.test_sixth_try import failed, run
from stories.vehicles.tries.test_eighth_held import frees_nobody
from stories.vehicles.tries.test_ninth_try import EVAPORATIVE, TIGHT, assumed, every
from support.city import FAR, NEAR, City, at
from support.messages.lively_runs import lug_down
from support.messages.uploads import test_message as message_of
from support.stories.one_car import FAIL, car, mark, permitted

FAILED, REPAIRED, RETEST = "2026-03-02 09:00", "2026-03-04 16:00", "2026-03-05 09:00"
DARK = {"communication": True, "mil_on": False, "mil_lamp_ok": True}
PHASES = [("5025.settle", 10), ("5025.sample", 80), ("2540.settle", 10), ("2540.sample", 80)]


def columns(co: float) -> dict[str, Any]:
    trace: Any = message_of(at(FAILED), station=NEAR, co=co)["trace"]
    return dict(trace["columns"])


# Packed seconds

Parts = dict[str, Any]
"""``columns``: names with decimals, ``steps``: by name, ``phase``, ``end``: of the header's text."""


def _named(name: str, values: Callable[[], Any]) -> Callable[[Parts], None]:
    def add(parts: Parts) -> None:
        parts["columns"].append((name, 3))
        parts["steps"].append(values())

    return add


def _steps(values: Any) -> Any:
    return np.diff(np.rint(np.array(values, float) * 1000).astype(np.int64), prepend=0).astype("<i4")


def _of_co(step: int) -> Callable[[Parts], None]:
    def put(parts: Parts) -> None:
        place = [name for name, _ in parts["columns"]].index("co_pct")
        parts["steps"][place] = np.full(180, step, dtype="<i4")

    return put


def _decimals(parts: Parts) -> None:
    parts["columns"] = [(name, 9 if name == "co_pct" else digits) for name, digits in parts["columns"]]


def _twice(parts: Parts) -> None:
    renamed = [("co" if name == "co_pct" else name, digits) for name, digits in parts["columns"]]
    parts["end"] = b',"columns":' + msgspec.json.encode(renamed) + b"}"


PACKED: Mapping[str, Callable[[Parts], None]] = {
    "a channel again": _named("co_pct", lambda: _steps([0.1] * 180)),
    "its short name": _named("co", lambda: _steps([0.1] * 180)),
    "its name in capitals": _named("CO_PCT", lambda: _steps([0.1] * 180)),
    "with a blank": _named("co_pct ", lambda: _steps([0.1] * 180)),
    "phases as a channel": _named("phase", lambda: _steps([1] * 180)),
    "columns twice in the header": _twice,
    "more decimals than there are": _decimals,
    "steps beyond 32 bits": _of_co(2**31 - 1),
    "steps below them": _of_co(-(2**31) + 1),
    "no reading at all": _of_co(-(2**31)),
    "a second too much": lambda parts: parts["phase"].append(("2540.sample", 1)),
    "no phases": lambda parts: parts["phase"].clear(),
    "nothing odd": lambda parts: None,
}


def packed(how: str) -> str:
    bad = {name: each for name, each in columns(0.9).items() if name != "phase"}
    parts: Parts = {"columns": [(name, 3) for name in bad], "phase": list(PHASES), "end": b"}"}
    parts["steps"] = [_steps(each) for each in bad.values()]
    PACKED[how](parts)
    header = {"rows": 180, "columns": parts["columns"], "phase": parts["phase"]}
    text = msgspec.json.encode(header)[:-1] + parts["end"]
    frame = len(text).to_bytes(4, "little") + text + b"".join(each.tobytes() for each in parts["steps"])
    return base64.b64encode(zstandard.compress(frame)).decode()


@pytest.mark.parametrize("how", PACKED)
def test_no_packing_hides_a_fail(city: City, how: str) -> None:
    failed(city)
    said = run(city, RETEST, purpose="retest", trace={"packed": packed(how)})
    assert said.get("verdict") != "pass" and Case.objects.get().state != "closed"
    assert said.get("verdict") == "fail" or how != "nothing odd"


def test_nor_do_two_traces(city: City) -> None:
    failed(city)
    for both in ({"packed": packed("nothing odd"), "columns": None}, {"packed": pack(columns(0.1)) * 2}):
        assert run(city, RETEST, purpose="retest", trace=both)["refused"] == "malformed"
    assert run(city, RETEST, purpose="retest", trace={"packed": pack(columns(0.1))})["case_state"] == "closed"


# Clocks, numbers, order


@pytest.mark.parametrize("skew", [-86_400, -7_200, 7_200, 86_400])
@pytest.mark.parametrize("numbers", [(5, 500, 2), (0, 0, 0), (10**6, 1, 10**9)])
def test_no_clock_and_no_number_of_a_line(city: City, skew: int, numbers: tuple[int, ...]) -> None:
    city.enter()
    for hour, number in enumerate(numbers, 6):
        now = at(f"2026-03-02 0{hour}:30")
        sign = LineSign("01", "testing", now + timedelta(seconds=skew), number)
        receive_heartbeat(city.callers[NEAR], Heartbeat(NEAR, (sign,)), now)
    run(city, FAILED, sequence=100, **FAIL)
    for sequence in (1, 99, 101, 10**6):
        for began, now in (("08:00", "10:00"), ("09:00", "10:10"), ("11:00", "11:10")):
            when = at(f"2026-03-02 {now}")
            run(city, f"2026-03-02 {began}", now=when, sequence=sequence, purpose="retest")
    assert Case.objects.get().state == "awaiting_repair" and not mark(city, "2026-03-03 09:00")


@pytest.mark.parametrize("late_s", [0, 0.4, 1])
@pytest.mark.parametrize("fail_first", [True, False])
def test_no_pass_of_the_same_second(city: City, late_s: float, fail_first: bool) -> None:
    city.enter()
    began = at(FAILED) + timedelta(seconds=late_s)
    times = {"started_at": began.isoformat(), "ended_at": (began + timedelta(minutes=3)).isoformat()}
    tries: list[dict[str, Any]] = [FAIL, times]
    for said in tries if fail_first else reversed(tries):
        run(city, FAILED, **said)
    assert Case.objects.get().state == "awaiting_repair" and not mark(city, "2026-03-02 12:00")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_no_broken_message_of_a_group(city: City, order: tuple[int, ...]) -> None:
    city.enter()
    now, fail = at("2026-03-02 10:00"), message_of(at(FAILED), station=NEAR, vehicle=car(), **FAIL)
    again = message_of(at("2026-03-02 09:30"), station=NEAR, vehicle=car(), purpose="retest")
    bodies = [msgspec.json.encode(fail), msgspec.json.encode(again), b'{"schema":"imloop.test/1"']
    group = []
    for place in order:
        try:
            group.append(upload_of_test(bodies[place], city.callers[NEAR], now))
        except Refusal:
            assert place == 2
    write(group)
    assert Case.objects.get().state == "awaiting_repair" and not mark(city, "2026-03-02 11:00")


def test_no_number_is_used_again(city: City) -> None:
    """Restarted under the number of the run that failed, or of one that was broken off."""
    city.enter()
    run(city, "2026-03-02 08:00", test_no="R-1", outcome="aborted", **FAIL)
    assert run(city, "2026-03-02 08:10", test_no="R-1")["refused"] == "test-no-taken"
    run(city, FAILED, test_no="R-2", **FAIL)
    for change in ({}, {"outcome": "aborted"}, {"purpose": "retest"}):
        assert run(city, FAILED, test_no="R-2", **change)["refused"] == "test-no-taken"
    assert run(city, "2026-03-02 10:00", test_no="R-3", purpose="comparison")["counts"] == "nothing"
    assert not mark(city, "2026-03-02 12:00")


# What the vehicle is said to be

KINDS: list[dict[str, Any]] = [
    *({"vehicle_type": each} for each in ("M21", "T11", "Q11", "B11", "N11")),
    *({"usage": each} for each in ("H", "G")),
    *({"emission_stage": each} for each in ("0", "6b")),
    *({"drive": "4wd", "fuel": fuel} for fuel in ("gasoline", "ethanol", "hybrid_gasoline", "cng")),
    {"displacement_l": 0.1},
    *({name: value} for name in ("max_mass_kg", "reference_mass_kg") for value in (1, 9e5)),
    *({"fuel": one, "second_fuel": other} for one, other in (("gasoline", "electric"), ("electric", "cng"))),
    {"plate_colour": "green", "model": "拖拉机"},
    {"produced_on": "1998-01-01", "first_registered_on": "1998-01-01"},
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("entered", [True, False])
def test_no_other_kind_of_vehicle(city: City, kind: dict[str, Any], entered: bool) -> None:
    city.enter() if entered else None
    run(city, FAILED, **FAIL)
    city.repair(REPAIRED)
    for station, obd in ((FAR, None), (NEAR, None), (NEAR, DARK)):
        run(city, RETEST, station=station, purpose="retest", vehicle=car(**kind), obd=obd, **FAIL)
    assert Case.objects.get().state != "closed" and not mark(city, "2026-03-06 09:00")


@pytest.mark.parametrize("fuel", ["electric", "hydrogen", "cng", "diesel", "C", "O", "P"])
@pytest.mark.parametrize("known", [{}, {"fuel": ""}, {"vin": ""}])
def test_no_other_fuel_that_comes_to_the_register(city: City, fuel: str, known: dict[str, str]) -> None:
    city.enter(**known)
    run(city, FAILED, **FAIL)
    city.enter("2026-03-03 09:00", fuel=fuel)
    for station in (NEAR, FAR):
        assert not permitted(city, station, "2026-03-03 10:00")
        assert frees_nobody(run(city, "2026-03-03 11:00", station=station, vehicle=car(fuel=fuel)))
    assert not mark(city, "2026-03-03 12:00")


DRIVEN: list[dict[str, Any]] = [
    {"method": "RINGELMANN", "trace": {"columns": {"t_s": list(range(60)), "ringelmann_grade": [0.0] * 60}}},
    {"method": "FREEACC", "trace": {"columns": free_accelerations(0.3)}},
    {"vehicle": {"rated_power_kw": 10}},
    {"vehicle": {"rated_power_kw": None, "rated_speed_rpm": None}},
]


@pytest.mark.parametrize("how", DRIVEN)
def test_no_other_way_to_drive_a_diesel(city: City, how: dict[str, Any]) -> None:
    """Weak and smoky: it failed by its power and by its smoke."""
    Line.objects.filter(station__code=NEAR, code="02").update(methods=["LUGDOWN", "FREEACC", "RINGELMANN"])
    weak = every({**lug_down(), "opacity_pct": [None] * 60}, k_per_m=4.0, power_kw=10.0)
    stated = {"fuel": "diesel", "rated_speed_rpm": 3000, "rated_power_kw": 100}
    lugged: dict[str, Any] = {"method": "LUGDOWN", "line": "02", "trace": {"columns": weak}}
    assert run(city, FAILED, vehicle=car(**stated), **lugged)["counts"] == "case"
    city.repair(REPAIRED)
    said = {**lugged, **how, "vehicle": car(**{**stated, **how.get("vehicle", {})})}
    run(city, RETEST, purpose="retest", **said)
    assert Case.objects.get().state != "closed"


AIR = [(25, 0, 101.3), (-300, 50, 101.3), (25, 50, 60), (25, 50, 1e6), (1e300, 50, 101), (25, -50, 101)]


@pytest.mark.parametrize("air", [*AIR, (25, 100, 2), (25, 50, -5), (None, 50, 101)])
def test_no_weather_and_no_altitude(city: City, air: tuple[float, ...]) -> None:
    failed(city)
    names = ("temperature_c", "humidity_pct", "pressure_kpa")
    ambient = dict(zip(names, air, strict=True))
    trace = {"columns": every(columns(0.1), no_ppm=1500.0)}
    run(city, RETEST, purpose="retest", ambient=ambient, trace=trace)
    assert Case.objects.get().state != "closed"


LEFT_OUT: list[Any] = [None, {}, {"verdict": "pass"}]
LEFT_OUT += [{**TIGHT, name: None} for name in TIGHT]
LEFT_OUT += [{**TIGHT, "seconds": 10}, {**TIGHT, "loss_kpa": "0.5 (n/a)"}, {**TIGHT, "verdict": "不适用"}]


@pytest.mark.parametrize("found", LEFT_OUT)
def test_no_tank_that_is_not_tested_again(city: City, monkeypatch: pytest.MonkeyPatch, found: Any) -> None:
    assumed(monkeypatch, EVAPORATIVE)
    city.enter()
    leaks = {**TIGHT, "loss_kpa": 2.0, "verdict": "fail"}
    assert run(city, FAILED, evaporative=leaks)["counts"] == "case"
    city.repair(REPAIRED)
    assert frees_nobody(run(city, RETEST, purpose="retest", evaporative=found))


# Values that are to break what comes after them

ODD: list[dict[str, Any]] = [
    *({name: 1e308} for name in ("max_mass_kg", "rated_power_kw", "odometer_km", "displacement_l")),
    {"first_registered_on": "1950-01-01"},
    {"produced_on": "1950-01-01", "first_registered_on": "2026-03-01"},
    {"vehicle_type": "K" * 5000, "usage": "\u202e" * 40, "emission_stage": "９" * 30},
    {"model": "x" * 9000, "owner": {"name": "x" * 60, "phone": "1" * 20}},
    {"fuel": "electric"},
    {"fuel": "diesel"},
]


@pytest.mark.parametrize("stated", ODD)
@pytest.mark.parametrize("how", [{}, {"outcome": "aborted"}, {"purpose": "comparison"}, {"sequence": 2**40}])
def test_no_statement_keeps_an_honest_fail_from_its_case(
    city: City, stated: dict[str, Any], how: dict[str, Any]
) -> None:
    run(city, "2026-03-01 09:00", station=FAR, vehicle=car(**stated), **how)
    assert run(city, FAILED, **FAIL)["counts"] == "case" and not permitted(city, NEAR, RETEST)
    city.repair(REPAIRED)
    assert run(city, RETEST, purpose="retest", obd=DARK)["case_state"] == "closed"


@pytest.mark.parametrize(
    "odd",
    [
        {"odometer_km": 1e308, "warranty": {"days": 10, "km": 1e308}},
        {"warranty": {"days": 10**9, "km": 10**18}},
        {"warranty": {"days": -5, "km": -5}, "odometer_km": -5},
        {"before": {"co_5025_pct": 1e308}, "cost_yuan": "99999999.00"},
    ],
)
def test_no_record_keeps_a_failed_retest_from_its_round(city: City, odd: dict[str, Any]) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    city.repair(REPAIRED, **odd)
    assert run(city, RETEST, purpose="retest", **FAIL)["case_state"] == "awaiting_repair"
    assert not permitted(city, NEAR, "2026-03-05 10:00")
