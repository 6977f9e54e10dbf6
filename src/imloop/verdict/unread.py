"""What was to decide and could not be read is never guessed: the part of the test that rests on it is invalid."""

from __future__ import annotations

from imloop.facts.records.inspection import TestRecord
from imloop.facts.text import Reason, Text
from imloop.law import Law

_NEXT = Text(
    "请按接口规定的取值改正检测软件，重新检验并上传。",
    "Correct the software to the values that the interface prescribes, test again and upload it.",
)


def unread_in(record: TestRecord, part: str, law: Law, rule: str) -> list[Reason]:
    """A reason where fields of ``part`` (``obd`` …) decide and were not understood."""
    found = [path for path in record.unread if path == part or path.startswith(f"{part}.")]
    return [_reason(found, law.cite(rule))] if found else []


def unread_fuels(record: TestRecord) -> list[str]:
    """Fuels that the message names and nobody understands; the register's word may stand in their place."""
    vehicle = record.vehicle
    fuels = {"vehicle.fuel": vehicle.fuel, "vehicle.second_fuel": vehicle.second_fuel}
    return [path for path, fuel in fuels.items() if fuel is None and path in record.unread]


def fuel_unread(record: TestRecord, law: Law) -> list[Reason]:
    """A reason where there are such."""
    found = unread_fuels(record)
    return [_reason(found, law.cite(f"method.fuels.{record.method}"))] if found else []


def _reason(paths: list[str], cite: str) -> Reason:
    words = Text(
        f"决定结论的字段 {'、'.join(paths)} 无法识别，不作猜测。",
        f"{', '.join(paths)}: what decides could not be understood, and is not guessed.",
    )
    return Reason("answer-unreadable", words, cite, _NEXT)
