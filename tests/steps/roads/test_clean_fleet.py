"""The clean-energy share as departments read it from the register."""

from __future__ import annotations

import pytest

from imloop.facts.refusal import Malformed, NotAllowed
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.roads.clean_fleet import clean_fleet
from imloop.store.models import Vehicle
from support.city import NEAR, PLACE, City, at

OFFICE = f"{PLACE}-environment"
HANGZHOU = Caller("330100-environment", "environment", "杭州", "330100")
NOW = at("2026-03-05 09:00")


def enter(
    number: int, usage: str, fuel: str, first: object, *, plate: str = "浙A", owner: str = "一公司"
) -> None:
    Vehicle.objects.create(
        vin=f"LFV2A21K6J31{number:05d}", plate=f"{plate}{number:05d}", fuel=fuel, owner_name=owner, registered=True,
        facts={"usage": usage, "first_registered_on": first},
    )  # fmt: skip


def test_a_year_below_the_least_share_is_named_with_its_clause(city: City) -> None:
    enter(1, "C", "electric", "2025-03-01")
    enter(2, "C", "diesel", "2025-04-01", owner="二公司")
    enter(3, "C", "diesel", "2025-05-01", owner="二公司")
    enter(4, "C", "electric", "2026-01-05")
    enter(5, "D", "cng", "2025-01-05", owner="韦小明")
    enter(6, "C", "electric", "2025-06-01", plate="桂B")  # another province's
    enter(7, "C", "electric", "some day")
    enter(8, "A", "gasoline", "2025-06-01")
    found = clean_fleet(HANGZHOU, NOW)
    told = {(a.facts["fleet"], a.facts["year"]): a for a in found["places"]}
    assert list(told) == [
        ("bus", 2026),
        ("bus", 2025),
        ("bus", 2024),
        ("taxi", 2026),
        ("taxi", 2025),
        ("taxi", 2024),
    ]
    low = told["bus", 2025]
    assert not low.allowed and (low.facts["registered"], low.facts["clean"], low.facts["percent"]) == (
        3,
        1,
        33.3,
    )
    assert "第十一条" in low.refusals[0].cite
    assert told["bus", 2026].allowed and told["taxi", 2025].facts["percent"] == 100.0
    named = [(share.enterprise, share.year, share.clean) for share in found["enterprises"]]
    assert named == [("一公司", 2026, 1), ("一公司", 2025, 1), ("二公司", 2025, 0)]


def test_one_year_beside_the_year_before(city: City) -> None:
    for number, (fuel, year) in enumerate([("electric", 2024), *[("electric", 2025)] * 4, ("diesel", 2025)]):
        enter(number, "C", fuel, f"{year}-05-01")
    bus, taxi = clean_fleet(HANGZHOU, NOW, 2025)["places"]
    assert [reason.code for reason in bus.reasons] == ["clean-share-not-rising"] and bus.allowed
    assert taxi.facts["percent"] is None
    for year in (1989, 2027):
        with pytest.raises(Malformed):
            clean_fleet(HANGZHOU, NOW, year)
    with pytest.raises(NotAllowed):
        clean_fleet(city.callers[NEAR], NOW)


def test_over_http_and_on_the_page(city: City) -> None:
    from pages.test_pages import person

    office = person(OFFICE)
    assert "没有公交车、出租车" in office.get("/zones").content.decode()
    enter(1, "C", "electric", f"{clock.now():%Y}-01-01", plate="桂B")
    shown = office.get("/zones").content.decode()
    assert "100.0 %" in shown and "按公交企业" in shown and "一公司" in shown
    answer = city.client(OFFICE).get("/api/v1/clean-fleet").json()
    assert answer["places"][0]["percent"] == 100.0 and answer["enterprises"][0]["enterprise"] == "一公司"
    assert city.client(NEAR).get("/api/v1/clean-fleet").status_code == 403
    assert city.client(OFFICE).get("/api/v1/clean-fleet", {"year": "1800"}).status_code == 422
