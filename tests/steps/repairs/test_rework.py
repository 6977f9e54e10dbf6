"""C5: a repair that did not last is done again by the same shop, also when the vehicle is in a later case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from imloop.facts.refusal import NotAllowed, Unknown
from imloop.steps.ground import clock
from imloop.steps.repairs.rework import owed_cases, rework_due
from imloop.steps.repairs.rework_rate import rework_rate, rework_rates
from imloop.store.models import Case, Finding, OutboxEntry, Party, Repair
from support.city import LISTED, NEAR, OTHER, PLACE, UNLISTED, City, at
from support.messages.uploads import VIN, test_message

FREE = {"cost_yuan": "0"}
FIRST = ("2026-03-02 09:00", "2026-03-04 16:00", "2026-03-05 09:00")


def closed(city: City, **repair: object) -> str:
    """A case that failed on CO, was repaired and closed; the number of its repair, under warranty until 14 March."""
    failed, repaired, passed = FIRST
    city.test(failed, co=0.9)
    done = city.repair(repaired, **repair).body  # type: ignore[arg-type]
    city.test(passed)
    return str(done["repair_no"])


def again(city: City, when: str = "2026-03-12 09:00", **change: object) -> Case:
    """The vehicle fails on CO in a new case."""
    city.test(when, co=0.9, **change)  # type: ignore[arg-type]
    return Case.objects.get(closed_at__isnull=True)


def with_odometer(km: float) -> dict[str, object]:
    vehicle = test_message(at("2026-03-12 09:00"), station=NEAR)["vehicle"]
    assert isinstance(vehicle, dict)
    return {**vehicle, "odometer_km": km}


def test_the_same_shop_owes_the_rework_in_the_next_case(city: City) -> None:
    first = closed(city)
    row = again(city)
    due = rework_due(row)
    assert due is not None and (due.shop.code, due.repair_no) == (LISTED, first)
    told = OutboxEntry.objects.filter(topic="rework-ordered", subject=row.case_no)
    assert {entry.receiver for entry in told} == {LISTED, f"{PLACE}-transport"}
    assert told[0].body["rework_of"] == first and told[0].body["free_of_charge"]
    assert [case for case, _ in owed_cases(Party.objects.get(code=LISTED))] == [row]
    assert owed_cases(Party.objects.get(code=OTHER)) == []

    done = city.repair("2026-03-13 16:00", **FREE).body
    assert done["rework_of"] == first and done["findings"] == []
    assert Repair.objects.get(repair_no=done["repair_no"]).rework_of == first
    assert rework_due(Case.objects.get(pk=row.pk)) is None
    assert owed_cases(Party.objects.get(code=LISTED)) == []


def test_a_charge_for_it_is_found_and_another_shop_is_the_owners_choice(city: City) -> None:
    first = closed(city)
    again(city)
    charged = city.repair("2026-03-13 16:00", cost_yuan="460.00").body
    assert charged["rework_of"] == first
    assert Finding.objects.get(code="rework-charged").subject == charged["repair_no"]
    elsewhere = city.repair("2026-03-13 20:10", shop=OTHER).body
    assert elsewhere["rework_of"] is None
    assert [finding["code"] for finding in elsewhere["findings"]] == ["warranty-unused"]


@pytest.mark.parametrize(
    ("when", "owed"),
    [("2026-03-14 09:00", True), ("2026-03-15 09:00", False)],
)
def test_the_last_day_of_the_warranty(city: City, when: str, owed: bool) -> None:
    closed(city)
    row = again(city, when)
    assert (rework_due(row) is not None) is owed
    assert OutboxEntry.objects.filter(topic="rework-ordered", subject=row.case_no).exists() is owed
    repair = city.repair(f"{when[:10]} 18:00", **FREE).body
    assert (repair["rework_of"] is not None) is owed


@pytest.mark.parametrize(("km", "owed"), [(52020, True), (52021, False)])
def test_the_last_kilometre_of_the_warranty(city: City, km: float, owed: bool) -> None:
    closed(city)
    assert (rework_due(again(city, vehicle=with_odometer(km))) is not None) is owed


def test_another_fault_is_another_repair(city: City) -> None:
    closed(city)
    message = test_message(at("2026-03-12 09:00"), station=NEAR)
    columns = message["trace"]["columns"]  # type: ignore[index]
    columns["no_ppm"] = [3000.0 + i % 5 for i in range(len(columns["t_s"]))]
    city.test("2026-03-12 09:00", trace=message["trace"])
    row = Case.objects.get(closed_at__isnull=True)
    assert all(item.startswith("no_") for item in row.snapshot["failed_items"])
    assert rework_due(row) is None


def test_another_vehicle_is_not_owed_anything(city: City) -> None:
    closed(city)
    vehicle = {**with_odometer(50000), "vin": "LSVAA4182E2184847", "plate": "桂B54321"}
    city.test("2026-03-12 09:00", co=0.9, vehicle=vehicle)
    assert rework_due(Case.objects.get(closed_at__isnull=True)) is None


def test_the_rate_counts_twelve_months(city: City) -> None:
    shop, now = Party.objects.get(code=LISTED), at("2026-03-20 09:00")
    assert rework_rate(shop, now).share is None
    closed(city)
    again(city)
    city.repair("2026-03-13 16:00", **FREE)
    rate = rework_rate(shop, now)
    assert (rate.repairs, rate.reworks, rate.share) == (2, 1, 0.5)
    assert rework_rate(shop, at("2027-03-20 09:00")).repairs == 0
    assert rework_rate(Party.objects.get(code=OTHER), now).repairs == 0


def test_who_may_ask_for_the_rate(city: City) -> None:
    now = clock.now()
    assert [rate.shop for rate in rework_rates(city.callers[LISTED], now)] == [LISTED]
    seen = rework_rates(city.callers[f"{PLACE}-transport"], now)
    assert [rate.shop for rate in seen] == sorted([LISTED, OTHER, UNLISTED])
    Party.objects.filter(code=OTHER).update(place="330100")
    refused = [
        (LISTED, OTHER, NotAllowed),
        (NEAR, LISTED, NotAllowed),
        (f"{PLACE}-transport", OTHER, NotAllowed),
        (f"{PLACE}-transport", "M0", Unknown),
    ]
    for who, shop, error in refused:
        with pytest.raises(error):
            rework_rates(city.callers[who], now, shop)
    answer = city.client(LISTED).get("/api/v1/rework").json()
    assert answer["rates"][0]["repairs"] == 0 and answer["rates"][0]["share"] is None
    assert city.client(LISTED).get("/api/v1/rework", {"shop": OTHER}).status_code == 403


def test_the_owner_and_the_shop_read_it(city: City) -> None:
    from pages.test_pages import person

    ago = [f"{clock.now() - timedelta(days=days):%Y-%m-%d %H:%M}" for days in (6, 5, 4, 2)]
    city.test(ago[0], co=0.9)
    city.repair(ago[1])
    city.test(ago[2])
    row = again(city, ago[3])
    page = Client().get(f"/c/{row.owner_token}").content.decode()
    assert "质保期内，免费返修" in page and "柳南治理站" in page
    desk = person(LISTED).get("/desk/mstation").content.decode()
    assert row.case_no in desk and "1 次维修中返修 0 次" in desk
    other = person(OTHER).get("/desk/mstation").content.decode()
    assert row.case_no not in other and "0 次维修中返修 0 次" in other
    assert VIN not in other
