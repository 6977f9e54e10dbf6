"""What was tried and held: midnights and years, orders of arrival, a second fuel, bytes that were refused before,
dialects that claim a pass, vouchers, appointments, owners, vehicles that move away. Nobody frees a car that failed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import msgspec
import pytest

from imloop.exchange.dialects import maps, writing
from imloop.exchange.uploads.intake import take_repair, take_test
from imloop.facts.refusal import Refusal
from imloop.steps.cases.grant_exit import annul_case
from imloop.steps.cases.objections import raise_objection
from imloop.steps.vehicles.enrol_guest_vehicle import NewEnrolment, end_enrolment, enrol
from imloop.steps.vehicles.register.change_vehicle import ReportedChange, change_vehicle
from imloop.store.models import Case, HeldRun, Party, Standing, Test
from stories.appointments.test_appointments import WEEK
from stories.inspections.test_sixth_try import by_two, failed, run, second_run
from stories.vehicles.tries.test_eighth_held import DIALECTS, frees_nobody
from stories.vehicles.tries.test_ninth_try import THERE, let_go, there
from stories.vehicles.tries.test_seventh_try import NEW_PLATE, replated
from support.city import FAR, LISTED, NEAR, OTHER, City, at
from support.doors import Doors
from support.messages.uploads import PLATE, VIN, repair_message
from support.messages.uploads import test_message as message_of
from support.stories import outages
from support.stories.one_car import BROKEN, ENV, FAIL, OTHER_VIN, POLICE, WHOLE, car, mark, permitted
from support.stories.settled import Settlement, settle_run

FAILED, REPAIRED, RETEST = "2026-03-02 09:00", "2026-03-04 16:00", "2026-03-05 09:00"
PURPOSES = ("periodic", "retest", "registration", "transfer_in")


def nobody_frees_it(city: City, when: str, **said: Any) -> bool:
    runs = [
        run(city, when, station=station, purpose=purpose, **said)
        for station in (NEAR, FAR)
        for purpose in PURPOSES
    ]
    return all(map(frees_nobody, runs)) and not mark(city, when)


# Midnights, years, zones, orders

TIMES: list[Any] = [
    ("2025-12-31T23:58:00+08:00", "2026-01-01T00:02:00+08:00"),
    ("2026-01-01T00:10:00", "2026-01-01T00:13:00"),
    ("2025-12-31T17:00:00Z", "2025-12-31T17:03:00Z"),
    ("2025-12-31T23:59:60+08:00", "2026-01-01T00:02:00+08:00"),
    ("2026-01-01T24:00:00+08:00", "2026-01-02T00:03:00+08:00"),
    ("2025-12-31T14:00:00-14:00", "2025-12-31T14:03:00-14:00"),
    ("2026-01-01", "2026-01-01"),
    ("20260101000500", "20260101000800"),
    (1767200000, 1767200180),
]


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("fail_first", [True, False])
def test_no_hour_of_the_turn_of_the_year(city: City, times: tuple[Any, Any], fail_first: bool) -> None:
    city.enter()
    said = {"started_at": times[0], "ended_at": times[1], "now": at("2026-01-02 09:00")}
    fail: dict[str, Any] = {"now": at("2026-01-02 08:00" if fail_first else "2026-01-02 10:00"), **FAIL}
    run(city, "2025-12-31 23:50", **fail) if fail_first else None
    for station in (NEAR, FAR):
        for purpose in PURPOSES:
            run(city, "2026-01-01 00:30", station=station, purpose=purpose, **said)
    run(city, "2025-12-31 23:50", **fail) if not fail_first else None
    assert Case.objects.get(closed_at=None).state == "awaiting_repair" and not mark(city, "2026-01-02 12:00")


NIGHT: list[tuple[str, dict[str, Any]]] = [
    ("2026-02-28 23:50", FAIL),
    ("2026-03-01 00:00", {}),
    ("2026-03-01 00:10", {**FAIL, "station": FAR}),
    ("2026-03-01 00:20", {"station": FAR}),
]
"""Over the midnight on which only listed repairers count."""


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_no_order_in_which_a_night_is_told(city: City, order: tuple[int, ...]) -> None:
    city.enter()
    for minute, place in enumerate(order):
        when, said = NIGHT[place]
        run(city, when, now=at("2026-03-01 09:00") + timedelta(minutes=minute), **said)
    # A fail of another station that is told late, before another station's, waits for a department.
    for held in HeldRun.objects.filter(settled_at=None):
        station, test_no = held.test.station.code, held.test.test_no
        settle_run(
            city.callers[ENV], station, test_no, Settlement("released", "看过"), at("2026-03-01 10:00")
        )
    assert Case.objects.filter(closed_at=None).count() == 1 and not mark(city, "2026-03-01 11:00")
    assert nobody_frees_it(city, "2026-03-01 12:00")


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_no_order_in_which_a_repair_between_two_fails_is_told(city: City, order: tuple[int, ...]) -> None:
    """A fail, its repair, a pass on it, and the fail of another station before the pass and after the repair."""
    city.enter()
    run(city, FAILED, **FAIL)
    late: list[Any] = [
        lambda now: run(city, "2026-03-02 13:00", station=FAR, now=now, **FAIL),
        lambda now: city.repair("2026-03-02 12:00", received_at=at("2026-03-02 10:00").isoformat(), now=now),
        lambda now: run(city, "2026-03-02 14:00", purpose="retest", now=now),
        lambda now: run(city, "2026-03-02 15:00", station=FAR, outcome="aborted", now=now),
    ]
    for minute, place in enumerate(order):
        late[place](at("2026-03-02 16:00") + timedelta(minutes=minute))
    known = Test.objects.filter(station__code=FAR, result="fail").exists()
    assert not known or (Case.objects.filter(closed_at=None).exists() and not mark(city, "2026-03-02 17:00"))
    assert not known or nobody_frees_it(city, "2026-03-02 18:00")


@pytest.mark.parametrize("seconds", [0, 1e-6])
def test_no_repair_that_ends_as_it_fails(city: City, seconds: float) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    done = at(FAILED) + timedelta(seconds=seconds)
    came = (at(FAILED) - timedelta(hours=1)).isoformat()
    city.repair(FAILED, finished_at=done.isoformat(), received_at=came, now=at("2026-03-02 09:30"))
    assert not permitted(city, NEAR, "2026-03-02 10:00") and nobody_frees_it(city, "2026-03-02 10:00")


# Bytes that came before, and what else a door reads

OF_TESTS = [each for each in DIALECTS if each[0] != "jtt1132"]
"""The other one is of repairs."""


def test_no_bytes_that_were_refused_before(city: City) -> None:
    """The record comes after them; another station sends them; a later run makes them late."""
    city.enter()
    run(city, FAILED, **FAIL)
    message = message_of(at(RETEST), station=NEAR, vehicle=car(), purpose="retest")
    body, came = msgspec.json.encode(message), at("2026-03-04 12:00").isoformat()
    for minute, station in ((5, NEAR), (12, FAR), (13, NEAR)):
        with pytest.raises(Refusal):
            take_test(body, city.callers[station], at(f"2026-03-05 09:{minute:02}"))
        if minute == 5:
            city.repair("2026-03-05 08:55", received_at=came, now=at("2026-03-05 09:10"))
    run(city, "2026-03-05 09:20", outcome="aborted")
    said = take_test(body, city.callers[NEAR], at("2026-03-05 09:30")).body
    assert said["counts_why"] == "retest-without-permit" and Case.objects.get().state == "awaiting_retest"


def test_no_record_again_after_a_failed_retest(city: City) -> None:
    """The same bytes, its number with other times, its papers under another number, by its shop and by another."""
    city.enter()
    run(city, FAILED, **FAIL)
    message = repair_message(at(REPAIRED), shop=LISTED)
    first = msgspec.json.encode(message)
    take_repair(first, city.callers[LISTED], at("2026-03-04 16:10"))
    run(city, RETEST, purpose="retest", **FAIL)
    again = {
        "received_at": at("2026-03-05 10:00").isoformat(),
        "finished_at": at("2026-03-05 12:00").isoformat(),
    }
    tries = [(LISTED, {}), (LISTED, again), (LISTED, {**again, "repair_no": "W-2"})]
    tries += [(OTHER, {**again, "repair_no": "W-3", "shop": OTHER})]
    for shop, change in tries:
        body = msgspec.json.encode({**message, **change}) if change else first
        try:
            take_repair(body, city.callers[shop], at("2026-03-05 12:10"))
        except Refusal as refusal:
            assert refusal.code == "repair-no-taken"
        assert not permitted(city, NEAR, "2026-03-05 13:00")
    assert nobody_frees_it(city, "2026-03-05 14:00")


@pytest.mark.parametrize(("name", "container"), OF_TESTS)
def test_no_dialect_in_which_a_pass_is_claimed(city: City, name: str, container: str) -> None:
    """Repaired for, and failed again: what the line itself says of it is no measurement."""
    failed(city)
    claimed = {"verdict": "pass", "values": {"co_5025_pct": 0.1}, "limits": {"co_5025_pct": 9.0}}
    said = {"vehicle": car(), "purpose": "retest", "claimed": claimed, "test_no": f"D-{name}"[:30]}
    message = message_of(at(RETEST), station=NEAR, **said, **FAIL)
    body = writing.write(maps.named(name), message, container).encode()
    assert take_test(body, city.callers[NEAR], at("2026-03-05 09:30")).body["verdict"] == "fail"
    assert Case.objects.get().state != "closed" and not mark(city, "2026-03-06 09:00")


BOTH = {"fuel": "gasoline", "second_fuel": "cng"}
TURNED = car(fuel="cng", second_fuel="gasoline")
ALONE: list[dict[str, Any]] = [{}, {"vehicle": car()}, {"vehicle": car(fuel="cng")}, {"vehicle": TURNED}]


@pytest.mark.parametrize(
    "said", [*ALONE, {"second": second_run(0.9)}, {"vehicle": TURNED, "second": second_run(0.9)}]
)
@pytest.mark.parametrize("entered", [True, False])
def test_no_run_on_the_other_fuel_alone(city: City, said: dict[str, Any], entered: bool) -> None:
    """It failed on gas; on petrol it passes."""
    city.enter(**BOTH) if entered else None
    assert run(city, FAILED, vehicle=car(**BOTH), second=second_run(0.9))["counts"] == "case"
    city.repair(REPAIRED)
    run(city, RETEST, purpose="retest", **{"vehicle": car(**BOTH), **said})
    assert Case.objects.get().state != "closed" and not mark(city, "2026-03-06 09:00")


@pytest.mark.parametrize("later", [{}, {"station": FAR}])
def test_no_earlier_fail_of_its_own_station_hides_what_failed(city: City, later: dict[str, str]) -> None:
    """The exterior is said to have failed before; the true fail is one without a permit then."""
    city.enter()
    run(city, FAILED, **FAIL)
    run(city, "2026-03-02 08:00", now=at("2026-03-02 12:00"), **later, **BROKEN)
    city.repair(
        "2026-03-02 08:40", received_at=at("2026-03-02 08:10").isoformat(), now=at("2026-03-02 12:10")
    )
    assert nobody_frees_it(city, "2026-03-02 13:00", **WHOLE)
    city.repair("2026-03-02 16:00", received_at=at("2026-03-02 13:30").isoformat())
    run(city, "2026-03-03 09:00", purpose="retest", **WHOLE, **FAIL)
    assert not Case.objects.filter(state="closed").exists() and not mark(city, "2026-03-03 10:00")


# Two stations, closings, ways out


def test_no_fail_that_was_quicker_than_an_honest_one(city: City) -> None:
    """Its own station fails and passes it before the first fail, another station's, arrives."""
    city.enter()
    run(city, "2026-03-02 10:00", station=FAR, **FAIL)
    city.repair("2026-03-02 14:00", received_at=at("2026-03-02 11:00").isoformat())
    assert run(city, "2026-03-02 15:00", station=FAR, purpose="retest")["case_state"] == "closed"
    honest = run(city, FAILED, now=at("2026-03-02 16:00"), **FAIL)
    assert honest["counts_why"] == "time-held" and not mark(city, "2026-03-02 17:00")
    released = Settlement("released", "当时断网")
    settle_run(city.callers[ENV], NEAR, honest["test_no"], released, at("2026-03-02 18:00"))
    assert not mark(city, "2026-03-02 19:00") and not permitted(city, FAR, "2026-03-02 19:00")


@pytest.mark.parametrize("until", [date(2026, 3, 4), None])
def test_no_way_out_of_a_closed_station_is_a_repair(city: City, until: date | None) -> None:
    """Closed and open again, or not; a run waits meanwhile."""
    city.enter()
    case = run(city, FAILED, **FAIL)["case"]
    party = Party.objects.get(code=NEAR)
    Standing.objects.create(party=party, state="suspended", since=date(2026, 3, 3), until=until, cite="-")
    let_go(city, case, when="2026-03-03 09:00")
    run(city, "2026-03-03 10:00", station=FAR, vehicle=car(vin=OTHER_VIN))
    assert nobody_frees_it(city, "2026-03-04 10:00") and not permitted(city, FAR, "2026-03-04 11:00")
    waiting = HeldRun.objects.filter(settled_at=None).values_list("test__test_no", flat=True)
    for test_no in waiting:
        run(city, "2026-03-04 12:00", station=FAR, test_no=test_no)
    assert not mark(city, "2026-03-04 13:00")


def test_no_objection_that_was_accepted_covers_a_later_fail(city: City) -> None:
    city.enter()
    case = run(city, FAILED, **FAIL)["case"]
    words = "仪器读数前后不一，请复核这次检验。"
    raise_objection(
        Case.objects.get().owner_token, ground="instrument", words=words, now=at("2026-03-02 12:00")
    )
    annul_case(city.callers[ENV], case, reason="仪器故障", evidence="记录", now=at("2026-03-03 09:00"))
    assert run(city, "2026-03-04 09:00", station=FAR)["counts"] == "cycle"
    said = run(city, "2026-03-03 12:00", now=at("2026-03-04 12:00"), **FAIL)
    assert said["counts"] == "case" and not mark(city, "2026-03-04 13:00")
    assert nobody_frees_it(city, "2026-03-04 14:00")


# Vehicles that move, change plates, are guests

CHANGES = ("moved_out", "sold", "moved_in", "scrapped", "cancelled")


@pytest.mark.parametrize("kind", CHANGES)
def test_no_change_of_the_vehicle(city: City, kind: str) -> None:
    there(city)
    city.enter()
    run(city, FAILED, **FAIL)
    change = ReportedChange(kind=kind, on=date(2026, 3, 3), vin=VIN)
    change_vehicle(city.callers[POLICE], change, at("2026-03-03 09:00"))
    by_two(city, "2026-03-03 09:30")
    assert nobody_frees_it(city, "2026-03-03 10:00")
    for purpose in PURPOSES:
        assert frees_nobody(run(city, "2026-03-03 11:00", station=THERE, purpose=purpose))


def test_no_plates_of_one_day(city: City) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    plates = (NEW_PLATE, PLATE, "桂B77777", NEW_PLATE)
    for plate in plates:
        replated(city, "2026-03-03 09:00", plate)
    for plate in plates:
        for names in ({"plate": plate}, {"plate": plate, "vin": ""}):
            assert nobody_frees_it(city, "2026-03-03 12:00", vehicle=car(**names))


@pytest.mark.parametrize("ends", [True, False])
def test_no_guest(city: City, ends: bool) -> None:
    """Of another province, enrolled before or after it failed."""
    guest = NewEnrolment(ground="resident", evidence="x", since=date(2026, 3, 1), vin=VIN, plate="粤B12345")
    names = {"plate": "粤B12345"}
    kept = enrol(city.callers[ENV], guest, at("2026-03-01 09:00"))
    run(city, FAILED, vehicle=car(**names), **FAIL)
    if ends:
        end_enrolment(city.callers[ENV], kept.pk, on=date(2026, 3, 3), now=at("2026-03-03 09:00"))
    for said in (names, {**names, "vin": ""}, {"plate": ""}):
        assert nobody_frees_it(city, "2026-03-04 09:00", vehicle=car(**said))


# Vouchers, appointments, owners


def test_no_voucher_twice_elsewhere_or_after_its_outage(doors: Doors) -> None:
    city = doors.city
    city.enter()
    doors.at("2026-03-04 08:00")
    mine, theirs = (outages.of_day(outages.stock(doors, each), "2026-03-04") for each in (NEAR, FAR))
    run(city, FAILED, **FAIL)
    doors.at("2026-03-04 12:00")
    over = {"ends_at": at("2026-03-04 11:00").isoformat(), "late_reason": "恢复后宣布"}
    outages.declare(doors, "2026-03-04 09:30", **over)
    assert not outages.redeem(doors, theirs, by=FAR)["permitted"]
    outages.redeem(doors, theirs, expect=403)
    assert not outages.redeem(doors, mine, used="2026-03-04 11:30")["unlocked"]
    outages.redeem(doors, mine, used="2026-03-04 10:00", expect=409)
    assert not permitted(city, NEAR, "2026-03-04 12:10") and not permitted(city, FAR, "2026-03-04 12:10")
    assert nobody_frees_it(city, "2026-03-04 11:40")


@pytest.mark.parametrize(
    "vehicle", [{"vin": OTHER_VIN, "plate": PLATE}, {"vin": OTHER_VIN}, {"plate": "桂B54321"}]
)
def test_no_voucher_under_the_names_of_two(doors: Doors, vehicle: dict[str, str]) -> None:
    doors.city.enter()
    doors.city.enter(vin=OTHER_VIN, plate="桂B54321")
    doors.at("2026-03-04 08:00")
    voucher = outages.of_day(outages.stock(doors), "2026-03-04")
    run(doors.city, FAILED, **FAIL)
    doors.at("2026-03-04 10:10")
    outages.declare(doors)
    assert not outages.redeem(doors, voucher, vehicle=vehicle)["unlocked"]
    assert not permitted(doors.city, NEAR, "2026-03-04 10:30") and nobody_frees_it(
        doors.city, "2026-03-04 10:30"
    )


def test_no_appointment_and_no_number_in_the_queue(doors: Doors) -> None:
    city = doors.city
    doors.at("2026-03-01 09:00")
    for code in (NEAR, FAR):
        doors.post("opening-hours", WEEK, by=code)
    city.enter()
    run(city, FAILED, **FAIL)
    doors.at("2026-03-03 09:00")
    wish = {"method": "ASM", "plate": PLATE, "vin_tail": VIN[-6:], "phone": "13900000001"}
    for station in (NEAR, FAR):
        body = {"station": station, "starts_at": "2026-03-05T09:00:00+08:00", **wish}
        doors.call("post", "public/appointments", body, expect=403)
    assert not permitted(city, NEAR, RETEST) and nobody_frees_it(city, RETEST)


def test_no_word_of_its_owner(doors: Doors) -> None:
    doors.city.enter()
    run(doors.city, FAILED, **FAIL)
    token = Case.objects.get().owner_token
    words = "仪器读数前后不一，请复核这次检验。"
    raise_objection(token, ground="instrument", words=words, now=at("2026-03-02 12:00"))
    with pytest.raises(Refusal):
        raise_objection(token, ground="other", words=words, now=at("2026-03-02 13:00"))
    assert nobody_frees_it(doors.city, "2026-03-03 09:00") and not permitted(
        doors.city, NEAR, "2026-03-03 10:00"
    )
    assert datetime.fromisoformat(Case.objects.get().snapshot["failed_at"]) == at(FAILED)
