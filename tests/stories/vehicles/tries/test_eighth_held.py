"""What was tried and held: purposes, numbers, the last minutes of a way out, odd names and fuels, other dialects, one
group. Wherever the failed run stands, no run without a repair frees the car."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from typing import Any

import msgspec
import pytest

from imloop.exchange.dialects import maps, writing
from imloop.exchange.uploads.intake import take_test, upload_of_test, write
from imloop.facts.refusal import Refusal
from imloop.steps.cases.grant_exit import grant_exit
from imloop.steps.cases.release_repair import release_repair
from imloop.store.models import Case, HeldRun
from stories.inspections.test_fifth_tables import free_accelerations
from stories.inspections.test_sixth_try import run
from support.city import FAR, LISTED, NEAR, City, at
from support.messages.uploads import PLATE, VIN
from support.messages.uploads import test_message as message_of
from support.stories.one_car import ENV, FAIL, OTHER_PLATE, OTHER_VIN, WRONG, car, mark, permitted

FAILED, LATER = "2026-03-02 09:00", "2026-03-03 09:00"
DARK = {"communication": True, "mil_on": False, "mil_lamp_ok": True}
YOUNG = {"first_registered_on": "2018-01-01", "produced_on": "2018-01-01"}
DIALECTS = [
    (name, how) for name, each in maps.every().items() if name != maps.OURS for how in each.containers
]


def told(vin: str) -> dict[str, Any]:
    return {**DARK, "ecus": [{"ecu": "ECM", "vin": vin}]}


def frees_nobody(said: dict[str, Any]) -> bool:
    return said.get("counts") in (None, "nothing")


@pytest.mark.parametrize("station", [NEAR, FAR])
@pytest.mark.parametrize(
    "said",
    [
        *({"purpose": each} for each in ("periodic", "retest", "registration", "transfer_in", "comparison")),
        *({"purpose": each} for each in ("spot_check_retest", "remote_sensing_retest")),
        *({name: "450200-2026-000002"} for name in ("case_no", "case", "retest_of")),
        {"round": 9},
    ],
)
def test_no_purpose_and_no_number_opens_a_retest(city: City, station: str, said: dict[str, Any]) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    assert frees_nobody(run(city, LATER, station=station, **said))
    assert not permitted(city, station, "2026-03-04 09:00") and not mark(city, "2026-03-04 09:00")


def _second_opinion(city: City) -> dict[str, Any]:
    city.enter()
    failed = run(city, FAILED, **FAIL)
    way = {"kind": "objection", "to_station": FAR, "reason": "x", "evidence": "x"}
    city_now = at("2026-03-02 15:00")
    grant_exit(city.callers[ENV], failed["case"], expires_on=date(2026, 3, 4), now=city_now, **way)
    return failed


@pytest.mark.parametrize(
    ("when", "now"),
    [
        ("2026-03-04 23:50", "2026-03-04 23:59"),
        ("2026-03-04 23:50", "2026-03-05 10:00"),
        ("2026-03-05 00:10", "2026-03-05 00:20"),
    ],
)
@pytest.mark.parametrize("names", [{}, {"vin": WRONG}])
def test_a_second_opinion_that_failed_is_used_up_to_its_last_minute(
    city: City, when: str, now: str, names: dict[str, str]
) -> None:
    _second_opinion(city)
    run(city, LATER, station=FAR, vehicle=car(**names), **FAIL)
    assert frees_nobody(run(city, when, station=FAR, now=at(now))) and not mark(city, "2026-03-06 09:00")


def test_another_way_out_is_no_repair(city: City) -> None:
    city.enter()
    case = run(city, FAILED, **FAIL)["case"]
    way = {"kind": "line-broken", "to_station": "", "reason": "x", "evidence": "x"}
    grant_exit(city.callers[ENV], case, expires_on=date(2026, 3, 20), now=at("2026-03-02 15:00"), **way)
    assert run(city, LATER, station=FAR, purpose="retest")["refused"] == "no-repair-record"


@pytest.mark.parametrize("late", [LATER, "2026-03-05 12:00"])
def test_a_release_answers_no_fail_after_the_repair(city: City, late: str) -> None:
    city.enter()
    case = run(city, FAILED, **FAIL)["case"]
    came = at("2026-03-02 10:00").isoformat()
    held = city.repair("2026-03-02 16:00", received_at=came, now=at("2026-03-05 09:00")).body["repair_no"]
    run(city, "2026-03-05 13:00", outcome="aborted")
    run(city, late, now=at("2026-03-05 14:00"), **FAIL)
    release_repair(city.callers[ENV], case, LISTED, held, reason="看过", now=at("2026-03-05 15:00"))
    assert frees_nobody(run(city, "2026-03-05 16:00", purpose="retest"))
    assert not mark(city, "2026-03-06 09:00")


@pytest.mark.parametrize(
    "found", [{"mil_on": True}, {"communication": False}, {"tampered": True}, {"mil_lamp_ok": False}]
)
def test_a_fail_of_the_diagnosis_alone_is_not_answered_by_another_unit(
    city: City, found: dict[str, bool]
) -> None:
    city.enter(**YOUNG)
    failed = run(city, FAILED, vehicle=car(**YOUNG), obd={**told(VIN), **found})
    assert failed["parts"]["exhaust"] == "pass" and failed["counts"] == "case"
    names: list[dict[str, str]] = [{}, {"plate": ""}, {"vin": ""}, {"vin": WRONG}, {"plate": OTHER_PLATE}]
    older = {"produced_on": "2001-01-01", "first_registered_on": "2001-01-01"}
    for station in (NEAR, FAR):
        for stated in [*names, older]:
            for obd in (DARK, told(OTHER_VIN)):
                said = run(city, LATER, station=station, vehicle=car(**{**YOUNG, **stated}), obd=obd)
                assert frees_nobody(said), (station, stated, said)
    assert not mark(city, "2026-03-04 09:00")


@pytest.mark.parametrize(
    "names",
    [
        {"vin": f" {VIN.lower()}"},
        {"plate": "桂b·12345"},
        {"plate": "临桂B12345"},
        {"plate": "桂B12345挂"},
        {"plate": PLATE + OTHER_PLATE},
        {"vin": "L" * 40},
        {"vin": None, "plate": None},
    ],
)
def test_odd_names_of_the_failed_run_free_nobody(city: City, names: dict[str, Any]) -> None:
    city.enter()
    run(city, FAILED, vehicle=car(**names), obd=told(VIN), **FAIL)
    assert Case.objects.exists() or HeldRun.objects.exists()
    assert frees_nobody(run(city, LATER, station=FAR)) and not mark(city, "2026-03-04 09:00")


@pytest.mark.parametrize(
    "fuel", ["gasoline", "electric", "hydrogen", "cng", "O", "hybrid_gasoline", "", None]
)
def test_a_diesel_that_failed_is_nothing_else_later(city: City, fuel: str | None) -> None:
    smoke = {"method": "FREEACC", "line": "02", "trace": {"columns": free_accelerations(4.0)}}
    assert run(city, FAILED, vehicle=car(fuel="diesel", rated_speed_rpm=3000), **smoke)["counts"] == "case"
    for station in (NEAR, FAR):
        assert frees_nobody(run(city, LATER, station=station, vehicle=car(fuel=fuel)))
    city.enter("2026-03-04 09:00", fuel="")
    assert not mark(city, "2026-03-04 10:00")


@pytest.mark.parametrize(("name", "container"), DIALECTS)
def test_in_no_dialect(city: City, name: str, container: str) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    for station in (NEAR, FAR):
        for purpose in ("periodic", "retest"):
            message = message_of(at(LATER), station=station, vehicle=car(), purpose=purpose)
            body = writing.write(maps.named(name), message, container).encode()
            with pytest.raises(Refusal):
                take_test(body, city.callers[station], at("2026-03-03 09:30"))
    assert not mark(city, "2026-03-04 09:00")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_in_no_order_of_one_group(city: City, order: tuple[int, ...]) -> None:
    city.enter()
    messages = [
        message_of(at(FAILED), station=NEAR, vehicle=car(), **FAIL),
        message_of(at("2026-03-02 09:30"), station=NEAR, vehicle=car()),
        message_of(at("2026-03-02 09:30"), station=FAR, vehicle=car()),
    ]
    now = at("2026-03-02 10:00")
    write(
        [
            upload_of_test(msgspec.json.encode(each), city.callers[str(each["station"])], now)
            for each in (messages[place] for place in order)
        ]
    )
    assert Case.objects.get().state == "awaiting_repair" and not mark(city, "2026-03-02 11:00")
