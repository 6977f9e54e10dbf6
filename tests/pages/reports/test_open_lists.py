"""What anyone may read of the stations: list, files, changes; and what the regime is."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import pytest
from django.conf import settings
from django.test import Client

from imloop.store.models import Party, Standing
from support.city import FAR, LISTED, NEAR, UNLISTED, City


def codes(client: Client, **asked: str) -> set[str]:
    answer = client.get("/public/stations", {**asked, "format": "json"})
    return {row["code"] for row in answer.json()["stations"]}


def test_the_list_is_searched_by_kind_words_method_and_state(city: City) -> None:
    client = Client()
    Party.objects.filter(code=LISTED).update(capability=["gasoline", "TWC"])
    Standing.objects.create(
        party_id=Party.objects.get(code=FAR).pk, state="suspended", since=date(2020, 1, 1)
    )
    assert codes(client, kind="istation") == {NEAR, FAR}
    assert codes(client, q="鱼峰环保") == {NEAR}
    assert codes(client, method="LUGDOWN") == {NEAR, FAR}
    assert codes(client, method="gasoline") == {LISTED}
    assert codes(client, open="1", kind="istation") == {NEAR}
    assert UNLISTED not in codes(client, open="1")
    assert codes(client, place="110100") == set()


@pytest.mark.parametrize(
    ("place", "listed"),
    [
        ("450200", {NEAR, FAR}),
        ("450000", {NEAR, FAR, "nanning"}),
        ("000000", {NEAR, FAR, "nanning", "taiyuan"}),
    ],
)
def test_the_lists_are_those_of_the_installations_place(
    city: City, monkeypatch: pytest.MonkeyPatch, place: str, listed: set[str]
) -> None:
    for code, there in (("nanning", "450100"), ("taiyuan", "140100")):
        Party.objects.create(code=code, kind="istation", name=code, place=there)
    monkeypatch.setattr(settings, "PLACE", place)
    client = Client()
    api = client.get("/api/v1/public/stations", {"kind": "istation"}).json()["stations"]
    assert codes(client, kind="istation") == {row["code"] for row in api} == listed
    offered = client.get("/public/repairers").content.decode()
    assert {code for code in (NEAR, FAR, "nanning", "taiyuan") if f'value="{code}"' in offered} == listed


def names_of(page: str, heading: str) -> list[str]:
    """Links to the stations below a heading of the list."""
    groups = re.split(r'<div class="shops">', page)[1:]
    (group,) = [each for each in groups if heading in each[: each.index("</h2>")]]
    return re.findall(r'href="/public/stations/(\w+)"', group)


def test_by_district_of_the_register_or_of_the_address_with_counts(city: City) -> None:
    Party.objects.filter(code=NEAR).update(place="450203")
    Party.objects.filter(code=LISTED).update(address="柳州市鱼峰区屏山大道86号")
    Party.objects.filter(code=FAR).update(address="柳州市柳南区西环路29号")
    page = Client().get("/public/stations").content.decode()
    assert names_of(page, "鱼峰区") == [NEAR, LISTED] and names_of(page, "柳南区") == [FAR]
    assert "排放检验机构 1 · 维修治理站 1" in page
    assert UNLISTED in names_of(page, "柳州市"), "what names no district stands under its own place"


def test_the_nearest_to_a_station_first_and_those_without_a_position_last(city: City) -> None:
    for code, latitude in ((NEAR, 24.32), (FAR, 24.30), (LISTED, 24.321)):
        Party.objects.filter(code=code).update(longitude=109.45, latitude=latitude, phone="0772-5550101")
    Party.objects.filter(code=NEAR).update(name="鱼峰 & 站")
    page = Client().get("/public/stations", {"near": NEAR}).content.decode()
    assert names_of(page, "由近到远")[:3] == [NEAR, LISTED, FAR]
    assert UNLISTED in names_of(page, "由近到远")[3:]
    assert re.findall(r'<b class="km">([^<]*)</b>', page)[:3] == ["0.0 km", "0.1 km", "2.2 km"]
    assert 'href="geo:24.320000,109.450000?q=24.320000,109.450000(%E9%B1%BC%E5%B3%B0%20%26%20' in page
    assert 'href="tel:0772-5550101"' in page
    assert (
        "由近到远"
        not in Client().get("/public/stations", {"near": UNLISTED}).content.decode().partition("shops")[2]
    )


def test_the_files_say_the_same(city: City) -> None:
    client = Client()
    Party.objects.filter(code=NEAR).update(longitude=109.45, latitude=24.32)
    table = list(
        csv.DictReader(
            io.StringIO(client.get("/public/stations", {"format": "csv"}).content.decode("utf-8-sig"))
        )
    )
    assert {row["code"] for row in table} == codes(client)
    assert next(row for row in table if row["code"] == NEAR)["methods"] == "ASM;FREEACC;LUGDOWN;TSI"
    features = client.get("/public/stations", {"format": "geojson"}).json()["features"]
    by_code = {feature["id"]: feature for feature in features}
    assert by_code[NEAR]["geometry"] == {"type": "Point", "coordinates": [109.45, 24.32]}
    assert by_code[FAR]["geometry"] is None
    assert client.get("/public/stations", {"format": "xlsx"}).content.startswith(b"PK")


def test_changes_from_a_day_on(city: City) -> None:
    assert Client().get("/public/stations/changes", {"since": "2026-01-01"}).json() == {"changes": []}
    assert Client().get("/public/stations/changes", {"since": "yesterday"}).status_code == 422


def test_the_regime_is_explained_by_the_law_of_the_day(city: City) -> None:
    full = Client().get("/about", {"place": "450200", "day": "2026-03-02"}).content.decode()
    assert "15 个工作日" in full and "竣工出厂合格证、维修结算清单和维修发票" in full and "全面实施" in full
    assert "自由选择一家名录内的维修治理站" in full
    before = Client().get("/about", {"place": "450200", "day": "2025-12-01"}).content.decode()
    assert "鼓励到名录内的维修治理站" in before
    assert Client().get("/about", {"place": "45"}).status_code == 422
