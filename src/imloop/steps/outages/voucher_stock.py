"""Vouchers for the days to come: what a station lacks is issued whenever it asks, so that it always has some."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from imloop.facts.days import day_of
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.stations import standing
from imloop.steps.stations.station_facts import facts_of
from imloop.store.models import Party, PartyKind, Voucher

Sign = Callable[[str, str, date, datetime], Mapping[str, str]]
"""Number, station, day, moment of issue → the signed voucher as ``imloop.voucher/1``."""


def unused_vouchers(caller: Caller, day: date) -> QuerySet[Voucher]:
    """The calling station's vouchers for that day and later, which nobody has used."""
    return Voucher.objects.filter(station__code=caller.party_code, unlock__isnull=True, day__gte=day)


def stock(caller: Caller, now: datetime, sign: Sign) -> list[Voucher]:
    """The caller's vouchers of today and the law's next days that were not used, in order of day and number. A station
    that may not test gets none: the refusal says why."""
    require_kind(caller, PartyKind.ISTATION)
    station = registers.party(caller.party_code, PartyKind.ISTATION)
    today = day_of(now)
    law = registers.law_at(today, station.place)
    days = [today + timedelta(days=ahead) for ahead in range(law.integer("outage.voucher_days") + 1)]
    wanted = law.integer("outage.vouchers_per_day") if law.flag("outage.paper_accepted") else 0
    with writing(now, caller) as ledger:
        standing.require_active(facts_of(station), today, law)
        if missing := _missing(station, days, wanted):
            _issue(ledger, station, missing, sign)
        rows = Voucher.objects.filter(station=station, day__in=days, unlock__isnull=True)
        return list(rows.order_by("day", "number"))


def _missing(station: Party, days: list[date], wanted: int) -> list[date]:
    """Each day as often as it lacks a voucher; a used one is not replaced, so the count of a day holds."""
    have = list(Voucher.objects.filter(station=station, day__in=days).values_list("day", flat=True))
    return [day for day in days for _ in range(wanted - have.count(day))]


def _issue(ledger: Ledger, station: Party, days: list[date], sign: Sign) -> None:
    numbers = []
    for day in days:
        number = f"V{station.place}-{day.year}-{ledger.number('voucher', station.place, day.year):06d}"
        content = sign(number, station.code, day, ledger.now)
        Voucher.objects.create(
            number=number,
            station=station,
            day=day,
            code=content["code"],
            issued_at=ledger.now,
            content=dict(content),
        )
        numbers.append(number)
    # The codes are the station's secret, and the journal is public.
    ledger.note("vouchers-issued", station.code, {"vouchers": numbers})
