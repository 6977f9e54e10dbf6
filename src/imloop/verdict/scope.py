"""What is judged at all: a vehicle that the standards are for, on a fuel that is known. Others have no verdict."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from imloop.facts.codes import FUEL_NAMES
from imloop.facts.identifiers import plain
from imloop.facts.records.inspection import TestRecord, Vehicle
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.verdict.unread import unread_fuels

_OUTSIDE: Mapping[str, Text] = MappingProxyType(
    {
        "motorcycle": Text("摩托车", "Motorcycles"),
        "three_wheeler": Text("三轮汽车", "Three-wheeled vehicles"),
        "low_speed_truck": Text("低速货车", "Low-speed trucks"),
    }
)
"""Kinds of vehicles whose limits stand in texts of their own."""
_ELSEWHERE = Text(
    "请按该类车辆自己的标准检验；车辆类型填错的，请更正后重新检验。",
    "Test it by the standard of its own kind; if the vehicle type is wrong, correct it and test again.",
)
_NAME_IT = Text(
    "请按机动车登记证书填报燃料种类，重新检验并上传。",
    "Take the fuel from the registration certificate, test again and upload it.",
)


def outside(vehicle: Vehicle, law: Law) -> str:
    """The key of the rule by which the standards are not for this vehicle; empty: they are, or its type is not
    stated."""
    kind = plain(vehicle.vehicle_type)
    for name in _OUTSIDE if kind else ():
        if kind.startswith(law.words(key := f"method.outside.{name}")):
            return key
    return ""


def out_of_scope(vehicle: Vehicle, law: Law) -> Reason | None:
    """The reason why there is no verdict for this kind of vehicle."""
    key = outside(vehicle, law)
    if not key:
        return None
    name, kind = _OUTSIDE[key.rpartition(".")[2]], vehicle.vehicle_type
    words = Text(
        f"{name.zh}（{kind}）不适用汽油车、柴油车的排放标准，平台没有其限值，不作判定。",
        f"{name.en} ({kind}) are outside the standards for petrol and diesel vehicles: no limits here, not judged.",
    )
    return Reason("vehicle-out-of-scope", words, law.cite(key), _ELSEWHERE)


def fuel_unknown(record: TestRecord, law: Law) -> list[Reason]:
    """Nobody said on what it was driven: corrections, limits and the method depend on it, and none is guessed."""
    if record.vehicle.fuel is not None or unread_fuels(record):
        return []
    second = record.vehicle.second_fuel
    named = (
        Text("", "")
        if second is None
        else Text(f"（只报了{FUEL_NAMES[second].zh}）", f" ({second} alone is named)")
    )
    words = Text(
        f"未报燃料种类，或所报代码不说明是何种燃料{named.zh}，不按汽油推定。",
        f"The fuel is missing, or its code names none{named.en}: it is not taken for petrol.",
    )
    return [Reason("fuel-unknown", words, law.cite("method.fuel_known"), _NAME_IT)]
