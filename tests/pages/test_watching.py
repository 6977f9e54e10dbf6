"""What people watch: the repair and its warranty on the owner's page, how the lines stand on the department's."""

from __future__ import annotations

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


def test_the_page_of_lines_says_how_they_stand_and_renews_itself(city: City) -> None:
    for line in Line.objects.filter(station__code=NEAR):
        Link.objects.create(line=line, seen_at=clock.now(), clock_skew_s=0.0, spooled=3)
    page = watching(f"{PLACE}-environment").get("/lines").content.decode()
    assert "断联或未联 2 · 待传 6" in page
    part = re.findall(r'<section class="card" id="fresh-lines" data-fresh>(.*?)</section>', page, re.S)[0]
    assert "断联或未联 2" in part and 'id="fresh"' in page and "imloop/fresh.js" in page


def test_channels_have_names_and_an_unknown_one_keeps_its_own() -> None:
    assert channel_name("k_per_m") == "光吸收系数 k m⁻¹"
    assert channel_name("co_g_km") == "一氧化碳 CO g/km"
    assert channel_name("vendor_x") == "vendor_x"
