"""The sheets a station fills in by hand while the systems are down, printed while they are up."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from imloop.facts.days import CHINA, day_of
from imloop.facts.refusal import Unlawful
from imloop.facts.text import Text
from imloop.law.sentences import PAPER_NAMES, outage_papers, outage_proof
from imloop.papers.press import print_pdf, template
from imloop.papers.words import long_date, long_time
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller
from imloop.steps.stations.lookups import lines
from imloop.store.models import PartyKind, Voucher


def outage_form(caller: Caller, vouchers: list[Voucher], now: datetime) -> bytes:
    """One sheet for each day of the vouchers; without vouchers one sheet for retests that the operator unlocks."""
    station = registers.party(caller.party_code, PartyKind.ISTATION)
    law = registers.law_at(day_of(now), station.place)
    accepted = outage_proof(law)
    if accepted is None:
        raise Unlawful(
            "paper-not-accepted",
            Text(
                "本地规定没有允许系统故障期间凭纸质材料复检。",
                "The local rules do not accept paper in an outage.",
            ),
            cite=law.cite("outage.paper_accepted"),
        )
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
        "papers": accepted.zh,
        "numbers": [f"{PAPER_NAMES[name].zh}编号" for name in outage_papers(law)],
        "hours": law.integer("outage.unlock_hours"),
        "catch_up": law.integer("outage.catch_up_days"),
        "office": office.name if office else "",
        "phone": office.phone if office else "",
        "cite": law.cite("outage.paper_accepted"),
        "printed": long_time(now.astimezone(CHINA)),
    }
    return print_pdf(template(station.place, "outage.typ", day_of(now)), content, now)
