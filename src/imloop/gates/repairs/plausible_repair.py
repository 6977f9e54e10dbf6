"""Signs that a repair may not have been done as reported (plan 六(二): charging without repairing). A sign is a
question to the repairer, never a verdict: the retest decides whether the vehicle is clean."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from imloop.facts.records.repair import RepairRecord
from imloop.facts.text import Reason, Text
from imloop.law import Law

_HOUR = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What the registers hold beside a record. ``odometer_km``: at the failed test. ``serials``: serial numbers of the
    record that another vehicle already got → that repair's number. ``alike``: other vehicles for which the same shop
    reported the very same content within the days of the law."""

    odometer_km: float | None = None
    serials: Mapping[str, str] = field(default_factory=dict)
    alike: int = 0


def content_mark(record: RepairRecord) -> str:
    """SHA-256 of what a copied record has in common: diagnosis, items, parts without serials, price. Empty for a record
    with neither items nor parts, which says too little to be a copy."""
    if not (record.items or record.parts):
        return ""
    said = (
        record.diagnosis.strip(),
        tuple((item.code, item.name, item.hours) for item in record.items),
        tuple((part.name, part.code, part.quantity) for part in record.parts),
        record.cost_yuan,
    )
    return hashlib.sha256(repr(said).encode()).hexdigest()


def serials(record: RepairRecord) -> frozenset[str]:
    """Serial numbers of the parts that were fitted."""
    return frozenset(serial for part in record.parts if (serial := part.serial.strip()))


def doubts(record: RepairRecord, beside: Beside, law: Law) -> list[Reason]:
    """Every sign in the record, each with the rule behind it."""
    found = (
        _too_quick(record, law),
        _nothing_done(record, law),
        _odometer(record, beside, law),
        *_fitted_before(beside, law),
        _copied(beside, law),
    )
    return [reason for reason in found if reason is not None]


def _too_quick(record: RepairRecord, law: Law) -> Reason | None:
    hours = sum((item.hours or Decimal(0) for item in record.items), Decimal(0))
    stayed = (record.finished_at - record.received_at).total_seconds() / _HOUR
    hands = law.integer("repair.plausible.hands")
    if float(hours) <= stayed * hands:
        return None
    return Reason(
        "repair-too-quick",
        Text(
            f"工时合计 {hours} 小时，车辆在厂只有 {stayed:.1f} 小时。",
            f"{hours} hours of work were reported, and the vehicle was there for {stayed:.1f} hours.",
        ),
        law.cite("repair.plausible.hands"),
    )


def _nothing_done(record: RepairRecord, law: Law) -> Reason | None:
    worked = any(item.hours for item in record.items)
    if worked or record.parts or not record.cost_yuan:
        return None
    return Reason(
        "repair-without-work",
        Text(
            f"收费 {record.cost_yuan} 元，没有工时，也没有配件。",
            f"{record.cost_yuan} yuan were charged without any hours of work or parts.",
        ),
        law.cite("repair.plausible.hands"),
    )


def _odometer(record: RepairRecord, beside: Beside, law: Law) -> Reason | None:
    if record.odometer_km is None or beside.odometer_km is None:
        return None
    more = record.odometer_km - beside.odometer_km
    if 0 <= more <= law.number("repair.plausible.odometer_km"):
        return None
    return Reason(
        "odometer-implausible",
        Text(
            f"维修时里程 {record.odometer_km:g} km，不合格检验时 {beside.odometer_km:g} km。",
            f"The odometer read {record.odometer_km:g} km at the repair "
            f"and {beside.odometer_km:g} km at the failed test.",
        ),
        law.cite("repair.plausible.odometer_km"),
    )


def _fitted_before(beside: Beside, law: Law) -> list[Reason]:
    return [
        Reason(
            "part-serial-repeated",
            Text(
                f"配件序列号 {serial} 在另一辆车的维修单 {repair_no} 中已经用过。",
                f"Part {serial} was already fitted to another vehicle in repair {repair_no}.",
            ),
            law.cite("repair.plausible.alike"),
        )
        for serial, repair_no in sorted(beside.serials.items())
    ]


def _copied(beside: Beside, law: Law) -> Reason | None:
    if beside.alike < law.integer("repair.plausible.alike"):
        return None
    days = law.integer("repair.plausible.alike_days")
    return Reason(
        "repair-copied",
        Text(
            f"本站 {days} 天内为另外 {beside.alike} 辆车报送过诊断、项目、配件、费用完全相同的记录。",
            f"Within {days} days this shop reported the very same diagnosis, work, parts "
            f"and price for {beside.alike} other vehicles.",
        ),
        law.cite("repair.plausible.alike"),
    )
