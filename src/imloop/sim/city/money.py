"""The demo city's prices, owners and staff: what the counter and the market regulator look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from zlib import crc32

from imloop.sim.world.places import CITY, EVERYWHERE, SHOPS, crew
from imloop.sim.world.prices import PRICES
from imloop.store.models import Fee, Party, Staff

SHARED = ("450204001", "450204M02")
"""An I-station and an M-station with the same phone: a hint, to be checked on site."""

_NAMES = (
    "韦建国 覃永强 黄志坚 莫海涛 梁振东 廖家荣 蓝天明 陈柳生 陆少平 农文武 周立德 唐国庆 蒙志高 罗有才 谢新民 "
    "何光明 邓启发 潘伟业 骆宏达"
)


def enter_money_and_people(today: date) -> None:
    """Prices of the city, legal representatives and accounts, and the people who test."""
    since = date(today.year - 1, 1, 1)
    Fee.objects.bulk_create(
        Fee(place=CITY, method=method, yuan=yuan, since=since, cite=f"柳发改价费〔{today.year - 2}〕12 号")
        for method, yuan in PRICES.items()
    )
    codes = [station.code for station in EVERYWHERE] + [shop.code for shop in SHOPS]
    for number, party in enumerate(Party.objects.filter(code__in=codes).order_by("code")):
        party.legal_person = _NAMES.split()[number % len(_NAMES.split())]
        party.account = f"6222{crc32(party.code.encode()):010d}"
        party.opening_hours = "周一至周日 8:00–18:00"
        party.save(update_fields=["legal_person", "account", "opening_hours"])
    one, other = SHARED
    Party.objects.filter(code=other).update(phone=Party.objects.get(code=one).phone)
    Staff.objects.bulk_create(_staff(today))


def _staff(today: date) -> Iterator[Staff]:
    for station in EVERYWHERE:
        party = Party.objects.get(code=station.code)
        people = {
            (role, name)
            for line, _ in station.lines
            for role, name in zip(("inspector", "driver", "reviewer"), crew(station.code, line), strict=True)
        }
        for number, (role, name) in enumerate(sorted(people)):
            yield Staff(
                party=party,
                name=name,
                role=role,
                licence_no=f"桂检{crc32(f'{station.code}{name}'.encode()) % 10**6:06d}",
                qualified_until=today + timedelta(days=90 + 61 * number),
                since=date(2020, 6, 1),
            )
