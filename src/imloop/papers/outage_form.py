"""The sheets a station fills in by hand while the systems are down, printed while they are up."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from imloop.facts.days import CHINA, day_of
from imloop.papers.press import print_pdf, template
from imloop.papers.words import long_date, long_time
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller
from imloop.steps.stations.lookups import lines
from imloop.store.models import PartyKind, Voucher

_PAPERS = {"settlement": "维修结算清单", "certificate": "竣工出厂合格证", "invoice": "维修发票"}


def outage_form(caller: Caller, vouchers: list[Voucher], now: datetime) -> bytes:
    """One sheet for each day of the vouchers; without vouchers one sheet for retests that the operator unlocks."""
    station = registers.party(caller.party_code, PartyKind.ISTATION)
    law = registers.law_at(day_of(now), station.place)
    office = registers.department(PartyKind.ENVIRONMENT, station.place)
    days = [
        {"day": long_date(day), "vouchers": [[row.number, row.code] for row in rows]}
        for day, rows in groupby(vouchers, lambda row: row.day)
    ]
    content: dict[str, object] = {
        "station": station.name,
        "station_code": station.code,
        "address": station.address,
        "lines": "、".join(line.code for line in lines(station.code, day_of(now))),
        "days": days or [{"day": "", "vouchers": []}],
        "papers": "或".join(_PAPERS.get(name, name) for name in law.words("outage.papers")),
        "hours": law.integer("outage.unlock_hours"),
        "catch_up": law.integer("outage.catch_up_days"),
        "office": office.name if office else "",
        "phone": office.phone if office else "",
        "cite": law.cite("outage.paper_accepted"),
        "printed": long_time(now.astimezone(CHINA)),
    }
    return print_pdf(template(station.place, "outage.typ"), content, now)
