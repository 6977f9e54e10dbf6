"""Names that two records share, and cars that come to the register after their failed run: nobody gets round it."""

from __future__ import annotations

from contextlib import suppress

import pytest

from imloop.facts.refusal import Refusal
from imloop.steps.cases.grant_exit import annul_case
from imloop.steps.ground.ledger import writing
from imloop.steps.outages.declare_outage import Declaration, declare
from imloop.steps.outages.unlock_on_paper import new_unlock, try_unlock
from imloop.store.models import Case, Notice, PaperUnlock, Party, Vehicle, Voucher
from support.city import FAR, LISTED, NEAR, City, at
from support.messages.uploads import PLATE, VIN
from support.stories.one_car import ENV, FAIL, OTHER_VIN, car, mark, permitted
from support.stories.settled import Settlement, settle_run


def voucher(city: City, when: str, station: str = FAR, **names: str) -> PaperUnlock:
    """A voucher of the station, used then and told at once."""
    party = Party.objects.get(code=station)
    of_day = Voucher.objects.create(
        number=f"V{station}", station=party, day=at(when).date(), code="1", issued_at=at(when), content={}
    )
    with writing(at(when), city.callers[station]) as ledger:
        row = new_unlock(
            ledger,
            station=party,
            granted_at=at(when),
            way="voucher",
            voucher=of_day,
            shop=Party.objects.get(code=LISTED),
            settlement_no="J99",
            certificate_no="H99",
            reason="x",
            **{"vin": "", "plate": "", **names},
        )
        try_unlock(ledger, row)
    return row


def outage(city: City, starts: str, now: str) -> None:
    declare(
        city.callers[ENV],
        Declaration(
            scope="place", place="450200", cause="平台停机", starts_at=at(starts), late_reason="恢复后宣布"
        ),
        at(now),
    )


def test_a_voucher_of_two_cars_blocks_no_failed_test(city: City) -> None:
    city.enter()
    outage(city, "2026-03-02 08:00", "2026-03-02 08:10")
    voucher(city, "2026-03-02 09:00", vin=VIN, plate="桂B54321")
    city.test("2026-03-02 09:01", station=FAR, vehicle=car(vin=OTHER_VIN, plate="桂B54321"))
    city.test("2026-03-02 08:30", vehicle=car(), now=at("2026-03-02 09:30"), **FAIL)
    assert Case.objects.filter(closed_at=None).exists()


def test_a_voucher_of_two_cars_blocks_no_declaration(city: City) -> None:
    city.enter()
    city.test("2026-03-02 08:30", station=FAR, vehicle=car(vin=OTHER_VIN, plate="桂B54321"))
    voucher(city, "2026-03-02 09:00", vin=VIN, plate="桂B54321")
    outage(city, "2026-03-02 08:50", "2026-03-02 11:10")


def test_a_car_entered_after_its_failed_run_was_held(city: City) -> None:
    """A station once passed an invented car under the plate; the true car failed under it before it was entered."""
    city.test("2026-02-20 09:00", station=FAR, vehicle=car(vin=OTHER_VIN))
    held = city.test("2026-03-02 09:00", vehicle=car(), **FAIL).body
    assert held["counts_why"] == "identity-doubtful"
    city.enter("2026-03-03 08:00")
    with suppress(Refusal):
        city.test("2026-03-04 09:00", station=FAR, vehicle=car())
    assert not mark(city, "2026-03-04 10:00")


def test_the_plate_of_an_invented_car_with_a_case_is_not_taken_from_it(city: City) -> None:
    city.test("2026-02-20 09:00", station=FAR, vehicle=car(vin=OTHER_VIN))
    assert city.test("2026-03-02 09:00", vehicle=car(vin=""), **FAIL).body["counts"] == "case"
    city.enter("2026-03-03 08:00")
    with suppress(Refusal):
        city.test("2026-03-04 09:00", station=FAR, vehicle=car())
    assert not mark(city, "2026-03-04 10:00")


def test_a_held_run_writes_no_vin_into_a_case(city: City) -> None:
    city.test("2026-03-02 09:00", vehicle=car(vin=""), **FAIL)
    city.test("2026-02-25 09:00", station=FAR, vehicle=car(vin=OTHER_VIN), now=at("2026-03-02 11:00"))
    city.enter("2026-03-03 08:00")
    assert Vehicle.objects.get(plate=PLATE).vin == VIN
    with suppress(Refusal):
        city.test("2026-03-04 09:00", station=FAR, vehicle=car())
    assert not mark(city, "2026-03-04 10:00")


def test_a_paper_back_dated_into_an_outage_swallows_no_failed_retest(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    outage(city, "2026-03-05 08:00", "2026-03-05 08:10")
    city.repair("2026-03-04 16:00")
    city.test("2026-03-05 13:00", vehicle=car(), purpose="retest", **FAIL)
    voucher(city, "2026-03-05 11:00", station=NEAR, vin=VIN)
    city.test("2026-03-05 11:30", vehicle=car(), purpose="retest", now=at("2026-03-05 14:00"))
    assert not mark(city, "2026-03-05 15:00") and not permitted(city, NEAR, "2026-03-05 15:00")


def test_a_paper_at_another_station_opens_nothing(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    outage(city, "2026-03-05 08:00", "2026-03-05 08:10")
    voucher(city, "2026-03-05 09:00", station=FAR, vin=VIN)
    assert not permitted(city, FAR, "2026-03-05 09:30")


def test_whom_a_held_run_may_concern_is_settled_with_one_decision(city: City) -> None:
    """The honest neighbour: the car that came to the register later is on the list, and its own passes count again."""
    city.test("2026-02-20 09:00", station=FAR, vehicle=car(vin=OTHER_VIN))
    held = city.test("2026-03-02 09:00", vehicle=car(), **FAIL).body
    city.enter("2026-03-03 08:00", vin="LSVAM4187C2184842")
    city.test("2026-03-04 09:00", station=FAR, vehicle=car(vin="LSVAM4187C2184842"))
    assert not mark(city, "2026-03-04 10:00", vin="LSVAM4187C2184842")
    settle_run(
        city.callers[ENV], NEAR, held["test_no"], Settlement("rejected", "套牌"), at("2026-03-04 11:00")
    )
    assert mark(city, "2026-03-04 12:00", vin="LSVAM4187C2184842")


def test_the_true_car_of_a_held_run_is_chosen_and_has_its_case(city: City) -> None:
    city.test("2026-02-20 09:00", station=FAR, vehicle=car(vin=OTHER_VIN))
    held = city.test("2026-03-02 09:00", vehicle=car(), **FAIL).body
    city.enter("2026-03-03 08:00")
    city.test("2026-03-04 09:00", station=FAR, vehicle=car())
    true = Vehicle.objects.get(vin=VIN)
    settle_run(
        city.callers[ENV],
        NEAR,
        held["test_no"],
        Settlement("vehicle", "看过车", str(true.pk)),
        at("2026-03-04 11:00"),
    )
    case = Case.objects.get(closed_at=None)
    assert case.vehicle == true and case.station is not None and case.station.code == NEAR
    assert Notice.objects.filter(case=case).exists() and not mark(city, "2026-03-04 12:00")


def test_a_plate_kept_for_a_case_goes_on_once_the_case_has_ended(city: City) -> None:
    city.test("2026-02-20 09:00", station=FAR, vehicle=car(vin=OTHER_VIN))
    case = city.test("2026-03-02 09:00", vehicle=car(vin=""), **FAIL).body["case"]
    city.enter("2026-03-03 08:00")
    annul_case(city.callers[ENV], case, reason="另一辆车", evidence="x", now=at("2026-03-03 12:00"))
    assert city.test("2026-03-04 09:00", vehicle=car()).body["counts"] == "cycle"
    assert mark(city, "2026-03-04 10:00")


@pytest.mark.parametrize(
    ("link", "why"), [("mstation-transport", "time-held"), ("environment-istation", None)]
)
def test_only_an_outage_on_the_way_of_the_run_explains_why_it_is_late(
    city: City, link: str, why: str | None
) -> None:
    city.enter()
    said = Declaration(
        scope="link", link=link, cause="光缆中断", starts_at=at("2026-03-02 08:00"), late_reason="事后查明"
    )
    declare(city.callers[ENV], said, at("2026-03-02 09:00"))
    run = city.test("2026-03-02 08:30", vehicle=car(), now=at("2026-03-05 09:00")).body
    assert run["counts_why"] == why
