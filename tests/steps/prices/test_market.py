"""Prices and conflicts through their doors."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from django.test import Client

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, NotAllowed
from imloop.steps.ground import clock
from imloop.steps.prices.publish_price import NewPrice, price_list, prices_at, set_price
from imloop.store.models import Fee, JournalEntry, Party, Proposal
from support.city import LISTED, NEAR, PLACE, City, at
from support.people import person
from support.stories.second_person import confirmed

NOW = at("2026-03-05 09:00")
GIVEN = {
    "place": PLACE,
    "station": "",
    "method": "ASM",
    "yuan": Decimal("90"),
    "since": date(2026, 1, 1),
    "until": None,
    "cite": "柳价费〔2025〕8号",
}


def publish(city: City, who: str = f"{PLACE}-market", **change: object) -> Fee:
    return set_price(city.callers[who], NewPrice(**{**GIVEN, **change}), NOW)  # type: ignore[arg-type]


def test_a_price_follows_another_and_is_journalled(city: City) -> None:
    publish(city)
    publish(city, yuan=Decimal("95"), since=date(2026, 7, 1))
    publish(city, station=NEAR, yuan=Decimal("88"))
    station = Party.objects.get(code=NEAR)
    assert {price.yuan for price in prices_at(station, date(2026, 3, 5))} == {Decimal("90"), Decimal("88")}
    assert [row["yuan"] for row in price_list(PLACE, date(2026, 8, 1))] == ["95.00", "88.00"]
    assert JournalEntry.objects.filter(kind="price-set").count() == 3


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"since": date(2025, 6, 1)}, Conflict),
        ({"since": date(2026, 1, 1)}, Conflict),
        ({"yuan": Decimal("-1")}, Malformed),
        ({"method": "ASN"}, Malformed),
        ({"cite": " "}, Malformed),
        ({"until": date(2026, 1, 1)}, Malformed),
        ({"place": "330000"}, NotAllowed),
        ({"who": f"{PLACE}-transport"}, NotAllowed),
    ],
)
def test_a_price_that_cannot_stand(city: City, change: dict[str, object], error: type[Exception]) -> None:
    publish(city)
    with pytest.raises(error):
        publish(city, **change)  # type: ignore[arg-type]
    assert Fee.objects.count() == 1 and Fee.objects.get().until is None


def test_over_http(city: City) -> None:
    market, station = city.client(f"{PLACE}-market"), city.client(NEAR)
    today = day_of(clock.now()).isoformat()
    body = msgspec.json.encode({**GIVEN, "since": today, "yuan": "90.00"})
    assert market.post("/api/v1/prices", body, content_type="application/json").status_code == 202
    confirmed(Proposal.objects.get(), clock.now())
    assert station.post("/api/v1/prices", body, content_type="application/json").status_code == 403
    shown = Client().get("/api/v1/public/prices", {"place": PLACE, "on": today}).json()
    assert [(row["method"], row["yuan"], row["station"]) for row in shown["prices"]] == [
        ("ASM", "90.00", None)
    ]


def test_the_market_regulator_publishes_on_a_page(city: City) -> None:
    client = person(f"{PLACE}-market")
    form = {
        "method": "ASM",
        "station": "",
        "yuan": "九十",
        "since": day_of(clock.now()).isoformat(),
        "until": "",
        "cite": "柳价费〔2025〕8号",
    }
    wrong = client.post("/prices", form)
    assert wrong.status_code == 422 and "九十 不是金额" in wrong.content.decode()
    assert 'value="柳价费〔2025〕8号"' in wrong.content.decode()
    proposed = client.post("/prices", {**form, "yuan": "90"})["Location"]
    row = Proposal.objects.get()
    assert proposed == f"/proposals/{row.pk}" and "确认后生效" in client.get(proposed).content.decode()
    assert "90.00" not in client.get("/prices").content.decode()
    chief = person(f"{PLACE}-market", name="chief")
    assert client.post(proposed, {"what": "confirm", "said": "已核对文件"}).status_code == 422
    assert chief.post(proposed, {"what": "confirm", "said": "已核对文件"}).status_code == 302
    assert "90.00" in client.get("/prices").content.decode()
    assert person(NEAR).get("/prices").status_code == 403


def test_one_hand_behind_both_is_shown(city: City) -> None:
    Party.objects.filter(code__in=[NEAR, LISTED]).update(legal_person="韦某", phone="0772-1234567")
    page = person(f"{PLACE}-market").get("/conflicts").content.decode()
    assert "同一经营者" in page and "柳南治理站" in page and "柳南机动车检测中心" not in page
    answer = city.client(f"{PLACE}-market").get("/api/v1/gates/conflict", {"party": LISTED}).json()
    assert not answer["allowed"] and answer["reasons"][0]["item"] == NEAR
    assert city.client(NEAR).get("/api/v1/gates/conflict", {"party": LISTED}).status_code == 403
    assert not city.client(NEAR).get("/api/v1/gates/conflict", {"party": NEAR}).json()["allowed"]


def test_nothing_shared_says_so(city: City) -> None:
    assert "没有发现" in person(f"{PLACE}-market").get("/conflicts").content.decode()
    assert (
        city.client(f"{PLACE}-market").get("/api/v1/gates/conflict", {"party": "nobody"}).status_code == 404
    )


def test_rework_that_was_paid_for_is_found(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    city.repair("2026-03-03 15:00")
    city.test("2026-03-04 09:00", co=0.9, purpose="retest", test_no="again")
    receipt = city.repair("2026-03-05 15:00", repair_no="R2", cost_yuan="120.00")
    assert receipt.body["rework_of"]
    assert "rework-charged" in [finding["code"] for finding in receipt.body["findings"]]


def test_another_repairer_inside_the_warranty_is_no_fault(city: City) -> None:
    from support.city import OTHER

    city.test("2026-03-02 09:00", co=0.9)
    city.repair("2026-03-03 15:00")
    city.test("2026-03-04 09:00", co=0.9, purpose="retest", test_no="again")
    receipt = city.repair("2026-03-05 15:00", shop=OTHER, repair_no="R2")
    assert receipt.body["retest"]["allowed"]
    assert "warranty-unused" in [finding["code"] for finding in receipt.body["findings"]]
