"""The notice (P 附件2): numbered by the platform, its content frozen the moment the test fails."""

from __future__ import annotations

from dataclasses import replace

from imloop.facts.codes import DIESEL_FUELS, Fuel, Method
from imloop.facts.days import day_of
from imloop.facts.items import ITEMS
from imloop.law import Law
from imloop.law.deadline import deadline_key
from imloop.steps.ground.ledger import Ledger
from imloop.steps.ground.registers import law_at
from imloop.store import traces, verdict_inputs
from imloop.store.models import Case, Notice, Test
from imloop.store.statements import insert
from imloop.verdict import Verdict, judge


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
        },
    )
    insert(notice)
    ledger.note("notice-issued", notice.notice_no, notice.content)
    return notice


def issue_late_notice(ledger: Ledger, case: Case) -> None:
    """For a failed run that is stored already, where a late or settled fact made the case rest on it."""
    named = Test.objects.filter(
        vehicle=case.vehicle_id, station=case.station_id, test_no=case.snapshot["failed_test"]
    )
    test = named.select_related("station").first()
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
