"""What people watch: the repair and its warranty on the owner's page, every station on the department's map."""

from __future__ import annotations

import json
import re
from datetime import timedelta

from django.test import Client

from imloop.pages.inspections.pictures import channel_name
from imloop.steps.accounts.create_user import create_user
from imloop.steps.ground import clock
from imloop.store.models import Case, Line, Link, Party
from support.city import NEAR, PLACE, City


def test_the_owner_keeps_the_proof_of_repair_and_warranty(city: City) -> None:
    failed = clock.now() - timedelta(days=3)
    city.test(f"{failed:%Y-%m-%d %H:%M}", co=0.9)
    case = Case.objects.get()
    assert "维修与质保凭证" not in Client().get(f"/c/{case.owner_token}").content.decode()
    city.repair(f"{failed + timedelta(days=1):%Y-%m-%d %H:%M}")
    repair = case.repairs.get()
    text = Client().get(f"/c/{case.owner_token}").content.decode()
    card = re.findall(r'<section class="card" id="repairs">.*?</section>', text, re.S)[0]
    assert repair.repair_no in card and repair.shop.name in card and "质保至" in card
    assert repair.warranty_until is not None
    assert f"{repair.warranty_until.year} 年 {repair.warranty_until.month} 月" in card


def watching(office: str) -> Client:
    client = Client()
    client.force_login(create_user(office, "a-long-password", Party.objects.get(code=office), clock.now()))
    return client


def test_the_map_says_how_every_station_stands_and_asks_again(city: City) -> None:
    Party.objects.filter(code=NEAR).update(longitude=109.4, latitude=24.3)
    for line in Line.objects.filter(station__code=NEAR):
        Link.objects.create(line=line, seen_at=clock.now(), clock_skew_s=0.0, spooled=3)
    office = watching(f"{PLACE}-environment")
    page = office.get("/lines").content.decode()
    shown = json.loads(re.findall(r'<script id="sites" type="application/json">(.*?)</script>', page)[0])
    again = office.get("/lines/sites.json").json()
    assert again["sites"] == shown and len(shown) == 1  # the other station has no coordinates
    assert shown[0]["url"] == f"/parties/{NEAR}" and "检测线 2 条" in shown[0]["words"]
    assert shown[0]["state"] in ("wait", "bad") and "待传 6" in shown[0]["words"]
    assert office.get("/parties/" + NEAR).status_code == 200


def test_a_station_sees_its_lines_without_a_map(city: City) -> None:
    own = watching(NEAR)
    assert 'id="map"' not in own.get("/lines").content.decode()


def test_channels_have_names_and_an_unknown_one_keeps_its_own() -> None:
    assert channel_name("k_per_m") == "光吸收系数 k m⁻¹"
    assert channel_name("co_g_km") == "一氧化碳 CO g/km"
    assert channel_name("vendor_x") == "vendor_x"
