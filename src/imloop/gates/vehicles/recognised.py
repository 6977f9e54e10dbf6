"""At a counter: are the plate and the VIN that were typed those of a vehicle that is known? Said of each of the two;
what nobody recognises is never taken for an ordinary test (A2)."""

from __future__ import annotations

from imloop.facts.identifiers import plate_fault, vin_fault
from imloop.facts.text import Reason, Text
from imloop.gates.vehicles.identity import Named

_COMPARE = Text(
    "请对照行驶证，把号牌和 VIN 两项都填全再查。",
    "Compare the licence, give both plate and VIN, and ask again.",
)


def not_recognised(
    named: Named, known: Named | None, *, plate_entered: bool = False, new_is_welcome: bool = False
) -> list[Reason]:
    """Why the names are not those of one known vehicle; empty: they are.

    ``named``: as typed; ``known``: the vehicle that bears one of them and contradicts neither by belonging to two
    vehicles; None: nobody bears either. ``plate_entered``: an authority entered its plate, so that another one stops.
    ``new_is_welcome``: a vehicle that is seen for the first time may be tested, given by both names in full: then that
    is said as a warning.
    """
    if named.plate and vin_fault(named.plate) is None:
        return [_vin_as_plate()]
    if known is None:
        return _nobody(named, new_is_welcome)
    if plate_entered and named.plate and known.plate and named.plate != known.plate:
        return [_plate_of_nobody(named)]
    return []


def _nobody(named: Named, new_is_welcome: bool) -> list[Reason]:
    faults = [
        fault
        for fault in (
            plate_fault(named.plate) if named.plate else None,
            vin_fault(named.vin) if named.vin else None,
        )
        if fault is not None
    ]
    if faults:
        return faults
    if new_is_welcome and named.plate and named.vin:
        return [_first_seen()]
    return [_unknown(named)]


def _vin_as_plate() -> Reason:
    return Reason(
        "vin-as-plate",
        Text("号牌一栏填的是 VIN。", "What stands in the plate's field is a VIN."),
        next=Text("请把它填到 VIN 一栏，再填号牌。", "Put it into the VIN's field, and give the plate."),
    )


def _unknown(named: Named) -> Reason:
    given = [
        Text(f"{zh} {name}", f"{en} {name}")
        for zh, en, name in (("号牌", "plate", named.plate), ("VIN", "VIN", named.vin))
        if name
    ]
    zh, en = " 或 ".join(each.zh for each in given), " or ".join(each.en for each in given)
    return Reason(
        "unknown-vehicle",
        Text(f"平台没有{zh} 的车辆。", f"No vehicle with {en} is known."),
        next=_COMPARE,
    )


def _first_seen() -> Reason:
    return Reason(
        "first-seen",
        Text(
            "号牌和 VIN 平台都没有登记，是首次见到的车辆。",
            "Neither plate nor VIN is known: the platform sees this vehicle for the first time.",
        ),
        next=Text(
            "请对照行驶证和车身上的 VIN 逐字核对无误后再检验。",
            "Compare both with the licence and with the VIN on the vehicle, sign by sign, before it is tested.",
        ),
        warning=True,
    )


def _plate_of_nobody(named: Named) -> Reason:
    return Reason(
        "plate-not-of-vin",
        Text(
            f"VIN 已登记，号牌 {named.plate} 没有登记，登记的是另一号牌。",
            f"The VIN is known, plate {named.plate} is not: another plate is registered for that vehicle.",
        ),
        next=Text(
            "请对照行驶证核对号牌；确已换牌的，只填 VIN 查询，并提醒车主由公安交管部门更新登记。",
            "Compare the licence. If it has a new plate, ask by the VIN alone; the traffic police update the register.",
        ),
    )


def names_of_two(named: Named, vin_known: bool, with_plate: int) -> Text:
    """Which of the two names is known, where they are not of one vehicle. ``with_plate``: how many other vehicles bear
    the plate. Nothing of the other vehicle is told: who asks may have no business with it."""
    if not named.vin:
        return Text(
            f"号牌 {named.plate} 登记在 {with_plate} 辆车名下，请用完整 VIN 查询。",
            f"{with_plate} vehicles are registered with plate {named.plate}. Ask by the whole VIN.",
        )
    if vin_known:
        return Text(
            f"VIN 已登记，号牌 {named.plate} 登记的却是另一辆车，请对照行驶证核对后查询。",
            f"The VIN is known, but plate {named.plate} is another vehicle's. Compare the licence and ask again.",
        )
    return Text(
        f"号牌 {named.plate} 已登记，但不是所给 VIN 的车；该 VIN 没有登记。请对照行驶证核对，再用完整 VIN 查询。",
        f"Plate {named.plate} is known, but not for the VIN given, which nobody bears. Compare the licence and ask by "
        "the whole VIN.",
    )
