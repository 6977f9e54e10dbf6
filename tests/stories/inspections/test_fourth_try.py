"""What a control unit said, what a merged case was granted, and other doors: nobody gets round a failed run."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
import pytest

from imloop.exchange.uploads.intake import Upload, upload_of_test, write
from imloop.facts.refusal import Refusal
from imloop.steps.cases.grant_exit import annul_case
from imloop.steps.outages.declare_outage import Declaration, declare
from imloop.steps.outages.unlock_by_operator import PaperSeen, unlock_by_operator
from imloop.store.models import Case, ObdName, PaperUnlock, Vehicle
from support.city import FAR, LISTED, NEAR, City, at
from support.messages.uploads import PLATE, VIN
from support.messages.uploads import test_message as message_of
from support.stories.one_car import ENV, FAIL, OTHER_PLATE, OTHER_VIN, car, mark, permitted
from support.stories.settled import Settlement, settle_run


def obd(*vins: str) -> dict[str, Any]:
    return {"communication": True, "mil_on": False, "ecus": [{"ecu": "ECM", "vin": vin} for vin in vins]}


def _failed_under_invented_names(city: City, when: str = "2026-03-02 09:00") -> dict[str, Any]:
    invented = car(vin=OTHER_VIN, plate=OTHER_PLATE)
    return city.test(when, vehicle=invented, obd=obd(VIN), **FAIL).body


def test_a_car_that_failed_under_invented_names_is_known_by_its_control_unit(city: City) -> None:
    assert _failed_under_invented_names(city)["counts"] == "case"
    city.enter("2026-03-03 08:00")
    run = city.test("2026-03-04 09:00", station=FAR, vehicle=car()).body
    assert run["counts_why"] == "identity-doubtful"
    assert not mark(city, "2026-03-04 10:00")


def test_so_it_is_before_it_comes_to_the_register_and_by_its_plate_alone(city: City) -> None:
    _failed_under_invented_names(city)
    run = city.test("2026-03-03 09:00", station=FAR, vehicle=car()).body
    assert run["counts_why"] == "identity-doubtful"
    city.enter("2026-03-03 10:00")
    run = city.test("2026-03-04 09:00", station=FAR, vehicle=car(vin="")).body
    assert run["counts_why"] == "identity-doubtful"
    assert not mark(city, "2026-03-04 10:00")


def test_a_held_fail_is_found_by_the_vin_of_its_control_unit(city: City) -> None:
    """Held for another reason: the invented car bears the plate of a third one."""
    city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
    held = city.test(
        "2026-03-02 09:00", vehicle=car(vin="LSVAM4187C2184999", plate=OTHER_PLATE), obd=obd(VIN), **FAIL
    ).body
    assert held["counts_why"] == "identity-doubtful"
    city.enter("2026-03-03 08:00")
    run = city.test("2026-03-04 09:00", station=FAR, vehicle=car()).body
    assert run["counts_why"] == "failed-run-waits" and not mark(city, "2026-03-04 10:00")
    true = Vehicle.objects.get(vin=VIN)
    said = Settlement("vehicle", "看过车", str(true.pk))
    settle_run(city.callers[ENV], NEAR, held["test_no"], said, at("2026-03-04 11:00"))
    assert Case.objects.get(closed_at=None).vehicle == true and not mark(city, "2026-03-04 12:00")


def test_the_car_whose_control_unit_was_sold_goes_on_with_one_decision(city: City) -> None:
    """The honest neighbour: another car drives with its old control unit, failed, and has its own case."""
    failed = _failed_under_invented_names(city)
    city.enter("2026-03-03 08:00")
    run = city.test("2026-03-04 09:00", station=FAR, vehicle=car()).body
    said = Settlement("vehicle", "两车分别查验", str(Vehicle.objects.get(vin=VIN).pk))
    settle_run(city.callers[ENV], FAR, run["test_no"], said, at("2026-03-04 11:00"))
    assert mark(city, "2026-03-04 12:00")
    assert Case.objects.get(closed_at=None).case_no == failed["case"]
    assert city.test("2027-03-04 09:00", station=FAR, vehicle=car()).body["counts"] == "cycle"


def test_a_car_with_a_control_unit_of_another_is_retested_as_itself(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), obd=obd(OTHER_VIN), **FAIL)
    city.repair("2026-03-03 16:00")
    run = city.test("2026-03-04 09:00", vehicle=car(), obd=obd(OTHER_VIN), purpose="retest").body
    assert run["counts"] == "case" and mark(city, "2026-03-04 10:00")
    free = city.test("2026-03-05 09:00", vehicle=car(vin=OTHER_VIN, plate=OTHER_PLATE)).body
    assert free["counts"] == "cycle"


@pytest.mark.parametrize("vins", [(), (VIN,), ("00000000000000000",), ("NA", "12345")])
def test_what_is_no_other_vin_is_not_kept(city: City, vins: tuple[str, ...]) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), obd=obd(*vins), **FAIL)
    assert not ObdName.objects.exists()


def _outage(city: City, starts: str, ends: str, now: str) -> None:
    said = Declaration(
        scope="place",
        place="450200",
        cause="平台停机",
        starts_at=at(starts),
        ends_at=at(ends) if ends else None,
        late_reason="恢复后宣布",
    )
    declare(city.callers[ENV], said, at(now))


def test_an_outage_explains_a_repair_that_was_carried_over(city: City) -> None:
    """Its first case was annulled; a fail of the morning came from the spool, and the record of the repair late."""
    city.enter()
    false = city.test("2026-03-02 10:00", station=FAR, vehicle=car(), **FAIL).body
    city.repair(
        "2026-03-02 16:00",
        received_at=at("2026-03-02 12:00").isoformat(),
        now=at("2026-03-05 09:00"),
    )
    annul_case(city.callers[ENV], false["case"], reason="仪器故障", evidence="x", now=at("2026-03-05 10:00"))
    city.test("2026-03-02 09:00", vehicle=car(), now=at("2026-03-02 19:00"), **FAIL)
    assert not permitted(city, NEAR, "2026-03-05 12:00")
    _outage(city, "2026-03-02 08:00", "2026-03-05 08:55", "2026-03-05 13:00")
    assert permitted(city, NEAR, "2026-03-05 14:00")


INVENTED = ("channel-frozen", "df-low")
"""Findings that the invented seconds of these runs earn."""


def _codes(receipt: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in receipt["findings"] if finding["code"] not in INVENTED]


def _uploaded(city: City, when: str, station: str, **change: object) -> Upload:
    body = msgspec.json.encode(message_of(at(when), station=station, **change))
    return upload_of_test(body, city.callers[station], at("2026-03-02 10:00"))


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0)])
def test_what_comes_in_one_group_is_decided_one_after_the_other(city: City, order: tuple[int, ...]) -> None:
    city.enter()
    sent = [
        _uploaded(city, "2026-03-02 09:00", NEAR, vehicle=car(), **FAIL),
        _uploaded(city, "2026-03-02 09:30", FAR, vehicle=car()),
        _uploaded(city, "2026-03-02 09:40", FAR, vehicle=car(vin="")),
    ]
    write([sent[place] for place in order])
    assert Case.objects.filter(closed_at=None).count() == 1 and Vehicle.objects.count() == 1
    assert not mark(city, "2026-03-02 11:00")


@pytest.mark.parametrize(
    "purpose",
    ["registration", "transfer_in", "spot_check_retest", "remote_sensing_retest", "comparison", "periodic"],
)
def test_no_purpose_goes_round_an_open_case(city: City, purpose: str) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    for hour, station in ((10, FAR), (11, NEAR)):
        with suppress(Refusal):
            city.test(f"2026-03-02 {hour}:00", station=station, vehicle=car(), purpose=purpose)
    assert not mark(city, "2026-03-03 10:00")


def test_a_paper_of_a_merged_case_is_matched_with_its_record(city: City) -> None:
    """The record names the case that goes on; the paper was shown for the one that was found to be part of it."""
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-02 16:00", received_at=at("2026-03-02 14:00").isoformat())
    city.test("2026-03-03 09:00", vehicle=car(), purpose="retest")
    city.test("2026-03-03 12:00", vehicle=car(), **FAIL)
    _outage(city, "2026-03-03 07:50", "", "2026-03-04 08:10")
    paper = _shown_on_paper(city, "2026-03-04 09:00")
    # From the station's spool, as of the outage's first hour: it had failed between repair and retest.
    city.test("2026-03-03 08:00", vehicle=car(), now=at("2026-03-04 10:00"), **FAIL)
    paper.refresh_from_db()
    assert paper.case == Case.objects.get(closed_at=None)
    documents = {"settlement_no": "J99", "certificate_no": "H99", "invoice_no": "F99"}
    city.repair(
        "2026-03-03 18:00",
        received_at=at("2026-03-03 14:00").isoformat(),
        documents=documents,
        now=at("2026-03-04 12:00"),
    )
    paper.refresh_from_db()
    assert paper.repair is not None


def _shown_on_paper(city: City, when: str) -> PaperUnlock:
    seen = PaperSeen(
        station=NEAR,
        shop=LISTED,
        reason="电话核对",
        vin=VIN,
        plate=PLATE,
        settlement_no="J99",
        certificate_no="H99",
    )
    return unlock_by_operator(city.callers[ENV], seen, at(when))
