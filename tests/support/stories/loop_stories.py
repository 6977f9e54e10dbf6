"""Cases, repairs and events for tests of the pure loop: one vehicle, station A, place 450200 unless said."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from imloop import loop
from imloop.facts.days import CHINA, day_of
from imloop.facts.records.repair import Documents, RepairItem, RepairRecord
from imloop.law import Law, load
from imloop.loop.case import RepairFact, StationExit, Unlock
from imloop.loop.events import (
    Event,
    ExitGranted,
    ObjectionRaised,
    ObjectionRejected,
    PaperContradicted,
    RepairReported,
    TestFailed,
    TestPassed,
    UnlockedOnPaper,
)

PLACE = "450200"
WORK = RepairItem("O2S", "氧传感器", Decimal("1.5"))
KNOWN = ("reported_at", "used", "found", "vehicle_type")
PAPERS = ("certificate", "settlement", "invoice")


def at(text: str) -> datetime:
    """``2026-03-05 09:00`` in China."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def law_of(moment: datetime, place: str = PLACE) -> Law:
    return load().at(day_of(moment), place)


def decided(
    case: loop.Case | None, event: Event, *, place: str = PLACE, law: Law | None = None
) -> loop.Decision:
    return loop.decide(case, event, law or law_of(event.at, place), event.at, case_no="C1", place=place)


def failed(when: str, station: str | None = "A", **more: object) -> TestFailed:
    return TestFailed(at=at(when), station=station, test_no=f"T {when}", items=("co",), **more)  # type: ignore[arg-type]


def passed(when: str, station: str = "A") -> TestPassed:
    return TestPassed(at=at(when), station=station, test_no=f"T {when}")


def repair_at(
    when: str,
    *,
    listed: bool = True,
    documents: tuple[str, ...] = PAPERS,
    earlier: tuple[RepairFact, ...] = (),
    place: str = PLACE,
    law: Law | None = None,
    **told: Any,
) -> RepairFact:
    """A repair finished at ``when``, judged by the law of that day. ``told``: what else its record says, a paper's
    number (``settlement_no``) included, and what the platform knows of it (``KNOWN``)."""
    known = {name: told.pop(name) for name in KNOWN if name in told}
    papers = {f"{name}_no": f"{name} {when}" for name in documents}
    papers |= {
        name: told.pop(name) for name in ("certificate_no", "settlement_no", "invoice_no") if name in told
    }
    usual = {
        "repair_no": f"R {when}",
        "shop": "M1",
        "items": (WORK,),
        "received_at": at(when) - timedelta(minutes=30),
    }
    record = RepairRecord(
        finished_at=at(when),
        documents=Documents(**papers),  # type: ignore[arg-type]
        **{**usual, **told},
    )
    law = law or law_of(at(when), place)
    return loop.repair_fact(record, listed=listed, law=law, earlier=earlier, **known)


def repaired(when: str, *, failed_odometer_km: float | None = None, **how: object) -> RepairReported:
    record = repair_at(when, **how)  # type: ignore[arg-type]
    return RepairReported(at=at(when), repair=record, failed_odometer_km=failed_odometer_km)


def contradicted(when: str, case: loop.Case | None) -> PaperContradicted:
    """A record came at ``when`` and says otherwise than the last paper shown."""
    assert case is not None
    unlock = case.unlocks[-1]
    return PaperContradicted(
        at=at(when), unlock_no=unlock.unlock_no, shop=unlock.shop, repair_no="R9", differs=("work",)
    )


def granted(
    when: str, to: str | None, expires: str, *, kind: str = "station-closed", **words: str
) -> ExitGranted:
    named = {"approver": "环境局", "reason": "原站停业", "evidence": "公告", **words}
    way_out = StationExit(
        kind=kind,
        to_station=to,
        granted_at=at(when),
        expires_on=at(f"{expires} 00:00").date(),
        **named,
    )
    return ExitGranted(at=at(when), exit=way_out)


def unlocked(
    when: str,
    case: loop.Case | None,
    *,
    station: str = "A",
    shop: str = "M1",
    listed: bool = True,
    settlement: str = "",
    certificate: str = "",
    approver: str = "运维",
) -> UnlockedOnPaper:
    """Paper shown at ``when`` in outage O1; good for the hours of that day's law."""
    assert case is not None
    hours = law_of(at(when)).number("outage.unlock_hours")
    unlock = Unlock(
        unlock_no=f"U {when}",
        outage_no="O1",
        way="operator",
        station=station,
        shop=shop,
        listed=listed,
        settlement_no=settlement,
        certificate_no=certificate,
        approver=approver,
        reason="平台停机",
        granted_at=at(when),
        expires_at=at(when) + timedelta(hours=hours),
        failed_at=case.failed_at,
    )
    return UnlockedOnPaper(at=at(when), unlock=unlock)


def objected(
    when: str, *, ground: str = "instrument", words: str = "同一天换站结果相差很大"
) -> ObjectionRaised:
    return ObjectionRaised(at=at(when), ground=ground, words=words)


def rejected(when: str, **words: str) -> ObjectionRejected:
    named = {"approver": "环境局", "reason": "逐秒数据与仪器记录相符", "evidence": "核查记录", **words}
    return ObjectionRejected(at=at(when), **named)


def story(*events: Event, place: str = PLACE) -> loop.Case:
    """The case after all of them."""
    case: loop.Case | None = None
    for event in events:
        case = decided(case, event, place=place).case
    assert case is not None
    return case


def asked(
    case: loop.Case | None, when: str, station: str = "A", *, place: str = PLACE, **known: object
) -> loop.Permit:
    return loop.permit(case, station=station, at=at(when), law=law_of(at(when), place), **known)  # type: ignore[arg-type]


def codes(permit: loop.Permit) -> list[str]:
    return [reason.code for reason in permit.reasons]
