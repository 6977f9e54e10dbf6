"""The notice (P 附件2): numbered by the platform, its content frozen the moment the test fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from imloop.facts.codes import DIESEL_FUELS, Fuel, Method
from imloop.facts.days import day_of
from imloop.facts.items import ITEMS
from imloop.facts.mask import masked_name
from imloop.law import Law, load
from imloop.law.deadline import deadline_key
from imloop.law.sentences import on_the_notice
from imloop.law.values import COMPARED
from imloop.steps.ground.ledger import Ledger
from imloop.steps.ground.registers import law_at
from imloop.store import traces, verdict_inputs
from imloop.store.models import Case, Notice, Test
from imloop.store.statements import insert
from imloop.verdict import Verdict, judge

_STANDARDS = (("gasoline", "limit_set.TSI"), ("diesel", "limit_set.FREEACC"))
"""The two the form lets one choose from, each found by a key that it alone has."""


def issue_notice(ledger: Ledger, case: Case, law: Law, verdict: Verdict) -> Notice:
    """One notice per round. Everything the paper shows is decided here and never again."""
    year = day_of(case.failed_at).year
    number = ledger.number("notice", case.place, year)
    notice = Notice(
        notice_no=f"N{case.place}-{year}-{number:06d}",
        case=case,
        round=case.round,
        issued_at=ledger.now,
        content={
            "heading_no": f"〔{year}〕{number:06d}",
            "test_no": verdict.test_no,
            "tested_at": case.failed_at.isoformat(),
            "standard": _standard(case.vehicle.fuel, verdict),
            "items": [
                {
                    "item": item.item,
                    "label": ITEMS[item.item].label.zh,
                    "value": item.printed,
                    "limit": item.printed_limit,
                    "unit": ITEMS[item.item].unit,
                }
                for item in verdict.items
                if not item.passed and not item.advisory
            ],
            "reasons": [reason.to_json() for reason in verdict.reasons],
            "deadline": case.deadline.isoformat(),
            "deadline_provisional": case.deadline_provisional,
            "deadline_days": law.integer(deadline_key(case.origin, law)),
            "deadline_unit": law.value(deadline_key(case.origin, law)).unit,
            "law": law.hash,
            "told": told(case, day_of(ledger.now)),
            "station": _station(case),
            "vehicle": _vehicle(case),
        },
    )
    insert(notice)
    noted = {name: said for name, said in notice.content.items() if name != "vehicle"}
    ledger.note("notice-issued", notice.notice_no, noted)
    return notice


def told(case: Case, issued_on: date) -> dict[str, object]:
    """What the law has the paper say: that of the place and the failed test's day; the owner's duty, that of the day of
    issue."""
    law = law_at(day_of(case.failed_at), case.place)
    heading, duty = law.get("notice.heading"), law_at(issued_on, case.place).get("repair.owner_duty")
    return {
        "heading": heading.value if heading else "检告",
        "copies": list(law.words("notice.copies")),
        "standards": [[kind, _named(law, key)] for kind, key in _STANDARDS],
        "guidance": on_the_notice(law),
        "warning": {
            "cite": duty.cite if duty else "",
            "says": duty.says if duty else "",
            "in_its_words": duty is not None and duty.confidence == COMPARED,
        },
    }


def as_printed_now(notice: Notice) -> dict[str, object]:
    """For a notice that was issued before these words were kept with it: what they are by the data of today."""
    case = notice.case
    words = told(case, day_of(notice.issued_at))
    return {"told": words, "station": _station(case), "vehicle": _vehicle(case)}


def _named(law: Law, key: str) -> str:
    """The standard behind a key as papers write it: 《…》（GB 18285—2018）; empty where none was in force."""
    row = law.get(key)
    if row is None:
        return ""
    text = load().texts[row.text_id]
    return f"《{text.title}》（{text.short.replace('-', '—')}）"


def _station(case: Case) -> dict[str, str]:
    found = case.station
    if found is None:
        return {"name": "", "code": "", "address": "", "phone": ""}
    return {"name": found.name, "code": found.code, "address": found.address, "phone": found.phone}


def _vehicle(case: Case) -> dict[str, str]:
    """Kept with the notice, and in no entry of the journal."""
    vehicle = case.vehicle
    return {"plate": vehicle.plate, "vin": vehicle.vin, "owner": masked_name(vehicle.owner_name)}


def issue_late_notice(ledger: Ledger, case: Case) -> None:
    """For a failed run that is stored already, where a late or settled fact made the case rest on it."""
    named = Test.objects.filter(
        vehicle=case.vehicle_id, station=case.station_id, test_no=case.snapshot["failed_test"]
    )
    test = named.select_related("station", "vehicle").first()
    if test is None or test.stated is None or case.notices.filter(round=case.round).exists():
        return
    law = law_at(day_of(test.started_at), test.station.place)
    record = verdict_inputs.record_of(bytes(test.stated), Method(test.method), traces.decode(test.trace))
    issue_notice(ledger, case, law, judge(replace(record, test_no=test.test_no), law))


def _standard(fuel: str, verdict: Verdict) -> str:
    """Which of the form's two standards applies: ``diesel`` (GB 3847) or ``gasoline`` (GB 18285)."""
    if fuel:
        return "diesel" if Fuel(fuel) in DIESEL_FUELS else "gasoline"
    return "diesel" if verdict.method in ("LUGDOWN", "FREEACC", "RINGELMANN") else "gasoline"
