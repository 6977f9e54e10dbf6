"""Charging without repairing leaves signs: seen when the record arrives, shown to the transport department,
looked into."""

from __future__ import annotations

import pytest
from django.test import Client

from imloop.steps.accounts.create_user import create_user
from imloop.steps.ground import clock
from imloop.store.models import Case, Finding, JournalEntry, Party, Repair, RepairMark
from support.city import LISTED, OTHER, PLACE, City, at
from support.people import search

SECOND = {"vin": "LSVAU2180N2183294", "plate": "桂B54321"}
PART = {"name": "三元催化转化器", "code": "TWC-18", "quantity": 1, "serial": "TWC-18-240100317"}


def desk(kind: str) -> Client:
    client = Client()
    office = Party.objects.get(code=f"{PLACE}-{kind}")
    client.force_login(create_user(kind, "a-long-password", office, clock.now()))
    return client


def vehicle(city: City, when: str, **change: object) -> None:
    from support.messages.uploads import test_message

    known = test_message(at(when), station="450203001")["vehicle"]
    assert isinstance(known, dict)
    city.test(when, co=0.9, vehicle={**known, **change})


@pytest.fixture
def lent(city: City) -> City:
    """One catalyst, two vehicles, two shops."""
    vehicle(city, "2026-03-02 09:00")
    vehicle(city, "2026-03-02 10:00", **SECOND)
    city.repair("2026-03-03 15:00", parts=[PART], repair_no="R-1")
    city.repair("2026-03-04 15:00", shop=OTHER, parts=[PART], repair_no="R-2", **SECOND)
    return city


def test_a_lent_part_is_found_whichever_shop_reports_it(lent: City) -> None:
    (doubt,) = Finding.objects.filter(subject_kind="repair")
    assert (doubt.code, doubt.station_code, doubt.subject) == ("part-serial-repeated", OTHER, "R-2")
    assert "R-1" in doubt.data["text"]
    assert Repair.objects.get(repair_no="R-2").receipt["findings"][0]["code"] == "part-serial-repeated"
    # A doubt opens and closes nothing: the retest decides.
    assert {case.state for case in lent_cases()} == {"awaiting_retest"}


def lent_cases() -> list[Case]:
    return [repair.case for repair in Repair.objects.select_related("case")]


def test_a_rework_with_the_same_part_is_no_sign(city: City) -> None:
    vehicle(city, "2026-03-02 09:00")
    city.repair("2026-03-03 15:00", parts=[PART], repair_no="R-1")
    vehicle(city, "2026-03-04 09:00")
    city.repair("2026-03-05 15:00", parts=[PART], repair_no="R-2", cost_yuan="0.00")
    assert not Finding.objects.filter(code="part-serial-repeated").exists()


def test_copies_are_counted_by_vehicle_and_within_the_days(city: City) -> None:
    for number in range(4):
        one = {"vin": f"LSVAU2180N21832{number:02d}", "plate": f"桂B5432{number}"}
        vehicle(city, f"2026-03-02 1{number}:00", **one)
        city.repair(f"2026-03-03 1{number}:30", repair_no=f"R-{number}", **one)
    (copied,) = Finding.objects.filter(code="repair-copied")
    assert copied.subject == "R-3" and "3 辆车" in copied.data["text"]


def test_transport_works_through_it(lent: City) -> None:
    transport = desk("transport")
    work = transport.get("/work").content.decode()
    assert "TWC-18-240100317" in work
    listed = transport.get("/repairs", {"doubtful": "1"}).content.decode()
    assert "R-2" in listed and "/R-1" not in listed
    assert "R-1" in search(transport, "/repairs", {"q": "桂b·12345"}).content.decode()
    page = transport.get(f"/repairs/{OTHER}/R-2").content.decode()
    assert "TWC-18-240100317" in page and "待核" in page
    assert JournalEntry.objects.filter(kind="looked-up", subject=f"{OTHER}/R-2").exists()
    number = Finding.objects.get(subject_kind="repair").pk
    assert f"/repairs/{OTHER}/R-2" in transport.get(f"/findings/{number}").content.decode()
    transport.post(f"/findings/{number}", {"outcome": "true", "reason": "核对旧件照片"})
    assert "无线索" in transport.get("/repairs").content.decode()
    rows = transport.get("/repairs", {"format": "csv"}).content.decode("utf-8-sig")
    assert rows.count("R-1") == rows.count("R-2") == 1


def test_figures_of_few_repairs_are_no_rates_and_lead_to_their_rows(lent: City) -> None:
    text = desk("transport").get("/repairs/shops").content.decode()
    assert "数据不足" in text and "不是排名" in text
    assert f"/repairs?shop={OTHER}&amp;doubtful=1" in text and f"/repairs?shop={LISTED}" in text


def test_it_is_not_for_stations_and_not_for_other_places(lent: City) -> None:
    shop = Client()
    shop.force_login(create_user("shop", "a-long-password", Party.objects.get(code=LISTED), clock.now()))
    assert shop.get("/repairs").status_code == 403
    away = Party.objects.create(code="330100-transport", kind="transport", name="杭州交通", place="330100")
    other = Client()
    other.force_login(create_user("away", "a-long-password", away, clock.now()))
    assert other.get(f"/repairs/{OTHER}/R-2").status_code == 404
    assert "R-2" not in other.get("/repairs").content.decode()


def test_marks_follow_the_record(lent: City) -> None:
    kept = RepairMark.objects.filter(repair__repair_no="R-1").values_list("kind", "value")
    assert ("serial", "TWC-18-240100317") in set(kept) and len(kept) == 2
