"""Load the demo city into an empty installation: parties, standings, lines, equipment, keys, people."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from imloop.facts.codes import Method
from imloop.facts.days import day_of
from imloop.sim.city.checks import fresh_checks, past_checks
from imloop.sim.city.money import enter_money_and_people
from imloop.sim.city.programs import enter_programs
from imloop.sim.city.visits import open_stations
from imloop.sim.world.identifiers import unified_code
from imloop.sim.world.places import (
    CITY,
    DEPARTMENTS,
    DISTRICTS,
    EVERYWHERE,
    GUESTS,
    INSTRUMENTS,
    SHOPS,
    STATIONS,
    Shop,
    Station,
    district_of,
    instruments,
    serial,
)
from imloop.store.models import Certificate, Equipment, Line, Party, PartyKind, Standing

_STATION_CITE = "HJ 1237-2021；柳州市 I/M 工作方案 五（二）1"
_SHOP_CITE = "柳州市 I/M 工作方案 五（二）2"


def is_loaded() -> bool:
    """A real register may have such a code, but not under the made-up name."""
    return Party.objects.filter(code=STATIONS[0].code, name=STATIONS[0].name).exists()


def create_city(now: datetime, days: int = 7) -> None:
    """Every party of the demo with its dated standing, and the self-checks of its lines for the last ``days``."""
    today = day_of(now)
    for station in EVERYWHERE:
        _station(station, today)
    for number, shop in enumerate(SHOPS):
        _shop(shop, today, number)
    for number, (kind, name) in enumerate(DEPARTMENTS, 1):
        Party.objects.create(
            code=f"{CITY}-{kind}",
            kind=PartyKind(kind),
            name=name,
            place=CITY,
            address=f"柳州市政务大道 {number} 号（演示）",
            phone=f"0772-555000{number}",
        )
    for code, name, place in GUESTS:
        guest = Party.objects.create(code=code, kind=PartyKind.ISTATION, name=name, place=place)
        _networked(guest, date(2015, 1, 1))
        Line.objects.create(
            station=guest, code="01", methods=[str(m) for m in Method], since=date(2015, 1, 1)
        )
    enter_money_and_people(today)
    open_stations(now - timedelta(days=days))
    enter_programs(today)
    past_checks(now, days)
    fresh_checks(now)


def _station(station: Station, today: date) -> None:
    party = Party.objects.create(
        code=station.code,
        kind=PartyKind.ISTATION,
        name=station.name,
        place=district_of(station.code),
        uscc=unified_code(station.code),
        address=f"柳州市{station.address}",
        phone=station.phone,
        **_position(station.code),
    )
    since = date(2020, 6, 1)
    _networked(party, since)
    _accredited(party, today)
    for number, (code, methods) in enumerate(station.lines):
        line = Line.objects.create(station=party, code=code, methods=[str(m) for m in methods], since=since)
        for kind in instruments(methods):
            instrument = Equipment.objects.create(
                line=line,
                kind=kind,
                model=INSTRUMENTS[kind],
                serial=serial(station.code, code, kind),
                since=since,
            )
            until = today + timedelta(days=60 + 37 * number + 11 * len(kind))
            for year in (1, 0):
                until_then = until - timedelta(days=365 * year)
                Certificate.objects.create(
                    equipment=instrument,
                    kind=Certificate.Kind.VERIFICATION,
                    number=f"检字{until_then.year - 1}-{instrument.pk:05d}",
                    issuer="柳州市计量技术测试研究所",
                    since=until_then - timedelta(days=365),
                    until=until_then,
                )


def _accredited(party: Party, today: date) -> None:
    """CMA for six years; that of the last station with traffic ends in 20 days."""
    number = [station.code for station in EVERYWHERE].index(party.code)
    left = 20 if party.code == STATIONS[-1].code else 500 + 90 * number
    until = today + timedelta(days=left)
    Certificate.objects.create(
        party=party,
        kind=Certificate.Kind.CMA,
        number=f"2{until.year - 2006:02d}0{number + 1:04d}",
        issuer="广西壮族自治区市场监督管理局",
        since=until - timedelta(days=6 * 365),
        until=until,
    )


def _shop(shop: Shop, today: date, number: int) -> None:
    party = Party.objects.create(
        code=shop.code,
        kind=PartyKind.MSTATION,
        name=shop.name,
        place=district_of(shop.code),
        uscc=unified_code(shop.code),
        address=f"柳州市{shop.address}",
        phone=shop.phone,
        capability=list(shop.takes),
        **_position(shop.code),
    )
    if shop.listed_days is None:
        return
    since = today - timedelta(days=shop.listed_days - 3 * number)
    Standing.objects.create(party=party, state=Standing.State.LISTED, since=since, cite=_SHOP_CITE)


def _networked(party: Party, since: date) -> None:
    Standing.objects.create(party=party, state=Standing.State.NETWORKED, since=since, cite=_STATION_CITE)


def _position(code: str) -> dict[str, float]:
    """A point near the middle of the district, the same for the same code."""
    _, longitude, latitude = DISTRICTS[district_of(code)]
    spread = sum(ord(sign) * 31**place for place, sign in enumerate(code)) % 997
    return {
        "longitude": round(longitude + (spread % 31 - 15) * 0.0011, 5),
        "latitude": round(latitude + (spread // 31 - 16) * 0.0009, 5),
    }
