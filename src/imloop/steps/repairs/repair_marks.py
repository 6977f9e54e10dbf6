"""Marks of a repair that must not be repeated: serial numbers of parts, and content copied from vehicle to vehicle."""

from __future__ import annotations

from datetime import timedelta

from imloop.facts.records.repair import RepairRecord
from imloop.facts.text import Reason
from imloop.gates.repairs.plausible_repair import Beside, content_mark, doubts, serials
from imloop.law import Law
from imloop.steps.repairs.rework import odometer_at_fail
from imloop.store.models import Case, Party, Repair, RepairMark

SERIAL, CONTENT = RepairMark.Kind.SERIAL, RepairMark.Kind.CONTENT


def doubts_about(record: RepairRecord, shop: Party, case: Case, law: Law) -> list[Reason]:
    """Signs in a record that has not been kept yet, beside what is already known."""
    others = RepairMark.objects.exclude(repair__case__vehicle=case.vehicle_id)
    fitted = others.filter(kind=SERIAL, value__in=serials(record)).values_list("value", "repair__repair_no")
    since = record.finished_at - timedelta(days=law.integer("repair.plausible.alike_days"))
    alike = others.filter(
        kind=CONTENT, value=content_mark(record), repair__shop=shop, repair__finished_at__gte=since
    )
    beside = Beside(
        odometer_km=odometer_at_fail(case),
        serials=dict(fitted),
        alike=alike.values("repair__case__vehicle").distinct().count(),
    )
    return doubts(record, beside, law)


def keep_marks(repair: Repair, record: RepairRecord) -> None:
    marks = [(SERIAL, serial) for serial in sorted(serials(record))]
    if mark := content_mark(record):
        marks.append((CONTENT, mark))
    RepairMark.objects.bulk_create(RepairMark(repair=repair, kind=kind, value=value) for kind, value in marks)
