"""``imloop.repair/1`` bytes, or a repair in a dialect such as JT/T 1132.2 → ``facts.RepairRecord`` (contract §5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from imloop.exchange.dialects import MessageKind, read
from imloop.exchange.reading import Reader, decimal_of
from imloop.facts.answers import is_nothing
from imloop.facts.days import CHINA
from imloop.facts.records.repair import REPAIR_ITEMS, Documents, Part, RepairItem, RepairRecord, Warranty
from imloop.facts.refusal import Malformed

_MOST = Decimal(10**6)
"""Hours of work, parts of one kind."""
_NEVER = datetime.min.replace(tzinfo=CHINA)
"""Stands for a time that could not be read until ``finish`` says so."""


def decode_repair(body: bytes, dialect: str = "", *, typed: bool = False) -> RepairRecord:
    """A repair record, or ``Malformed`` with every faulty path. ``dialect``: the one it has to be in, where one was
    named. ``typed``: a person filled it in and can correct it, so nothing is left out, and what a machine may not know
    is asked for: the diagnosis, who did the work, and what was done."""
    reading = read(body, MessageKind.REPAIR, dialect)
    try:
        return _record(Reader(reading.message, typed=typed))
    except Malformed as fault:
        raise reading.in_their_words(fault) from None


def _record(reader: Reader) -> RepairRecord:
    repair_no = reader.own_number("repair_no")
    shop = reader.text("shop", required=True, longest=40)
    received, finished = reader.moment("received_at"), reader.moment("finished_at")
    if received is not None and finished is not None and finished < received:
        reader.fault("finished_at", "ends-before-start", "完工早于进厂", "finished before it came in")
    case_no = reader.text("case_no", longest=32)
    vin, plate = reader.identifier("vin", longest=17), reader.identifier("plate", longest=12)
    if not (case_no or vin or plate):
        reader.fault(
            "case_no", "missing", "案件号、VIN、号牌至少填一项", "one of case_no, vin, plate is required"
        )
    diagnosis = reader.child("diagnosis")
    items = tuple(_item(r) for r in reader.children("items"))
    if reader.typed and not items:
        reader.fault("items", "missing", "至少填一项维修", "give at least one item of work")
    record = RepairRecord(
        repair_no=repair_no,
        shop=shop,
        received_at=received or _NEVER,
        finished_at=finished or _NEVER,
        case_no=case_no,
        vin=vin,
        plate=plate,
        odometer_km=reader.size("odometer_km"),
        diagnosis=diagnosis.text("text", reader.typed, longest=2000),
        dtcs=diagnosis.texts("dtcs"),
        failed_items=diagnosis.texts("failed_items"),
        items=items,
        parts=tuple(_part(r) for r in reader.children("parts")),
        cost_yuan=reader.money("cost_yuan"),
        technician=reader.text("technician", reader.typed, longest=60),
        inspector=reader.text("inspector", longest=60),
        before=_values(reader.child("before")),
        after=_values(reader.child("after")),
        documents=_documents(reader.child("documents")),
        warranty=_warranty(reader),
        notes=reader.left_out(),
    )
    reader.finish()
    return record


def _documents(r: Reader) -> Documents:
    return Documents(
        certificate_no=r.text("certificate_no", longest=60),
        settlement_no=r.text("settlement_no", longest=60),
        invoice_no=r.text("invoice_no", longest=60),
        photos=r.texts("photos"),
    )


def _item(r: Reader) -> RepairItem:
    code = r.text("code", r.typed) or "OTHER"
    if code not in REPAIR_ITEMS:
        r.fault("code", "wrong-value", f"未知的维修项目代码 {code}", f"unknown repair item code {code}")
    return RepairItem(code, r.text("name", longest=200), _decimal(r, "hours"))


def _part(r: Reader) -> Part:
    """One where nothing is said of how many; none where what is said cannot be read."""
    quantity = _decimal(r, "quantity")
    if quantity is None and r.data.get("quantity") is not None:
        quantity = Decimal(0)
    return Part(
        name=r.text("name", required=True, longest=200),
        code=r.text("code"),
        quantity=Decimal(1) if quantity is None else quantity,
        serial=r.text("serial"),
        origin=r.text("origin"),
    )


def _decimal(r: Reader, key: str) -> Decimal | None:
    value = r.data.get(key)
    if is_nothing(value):
        return None
    number = decimal_of(value)
    if number is None or not 0 <= number < _MOST:
        r.leave_out(key, "应为数值", "must be a number")
        return None
    return number


def _values(r: Reader) -> Mapping[str, float]:
    return MappingProxyType({key: number for key in r.data if (number := r.number(key)) is not None})


def _warranty(reader: Reader) -> Warranty | None:
    if reader.data.get("warranty") is None:
        return None
    r = reader.child("warranty")
    days, km = r.size("days"), r.size("km")
    if days is None or km is None or not 0 <= days <= 3650 or not 0 <= km <= 10**6:
        reader.leave_out("warranty", "天数和里程都要填", "needs days and km")
        return None
    return Warranty(int(days), int(km))
