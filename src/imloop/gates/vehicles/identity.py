"""Which vehicle does a message speak of? Found by the register, never taken from the sender's text (A1, A13).

A VIN, a plate and the VIN that the control units report must agree on one vehicle. Where they do not, the run is
*doubtful*: kept and judged, and without effect until a department says which vehicle it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from imloop.facts.identifiers import mistyped, vin_fault
from imloop.facts.mask import masked_vehicle, masked_vin
from imloop.facts.text import Reason, Text
from imloop.gates.vehicles.well_formed import about_the_names


class Found(StrEnum):
    """``nothing``: the message names no vehicle at all."""

    THIS = "this"
    NEW = "new"
    DOUBTFUL = "doubtful"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Named:
    """The names in a message, each in its normal form (``identifiers.plain``), empty: not given.
    ``obd_vins``: as read from the control units."""

    vin: str
    plate: str
    obd_vins: tuple[str, ...] = ()


class Beside(StrEnum):
    """``reported``: it failed under the VIN of the vehicle that is named now, stated or reported by a control unit.
    ``replated``: it bore the plate, and its VIN may be a typing error: the register's VIN may have been corrected since
    it failed. ``plated``: no authority knows its VIN, and its plate is one that the vehicle bears or once bore.
    ``passed``: it failed under its plate alone, and that plate has gone on since, to the vehicle or by way of it.
    ``former``: it once bore the plate, which is all that is named, and nobody is known to bear it now. ``then``: it
    bore the plate when the run was made."""

    REPORTED = "reported"
    REPLATED = "replated"
    PLATED = "plated"
    PASSED = "passed"
    FORMER = "former"
    THEN = "then"


@dataclass(frozen=True, slots=True)
class Bearer:
    """A vehicle that bears one of the names, or a VIN that may be mistyped. ``key``: its row; ``held``: a case of it is
    open, or a failed run waits for a department; ``beside``: it bears none of the names, and may be the vehicle that is
    named now, by a case that it has open, or by the plate that it bore; ``since``: it has its plate since a later day
    than that of the run."""

    key: int
    vin: str
    plate: str
    held: bool = False
    beside: Beside | None = None
    since: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """``vehicle``: the bearer it is; ``candidates``: where it is doubtful, whom it may concern."""

    found: Found
    vehicle: Bearer | None = None
    candidates: tuple[Bearer, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def firm(self) -> bool:
        return self.found in (Found.THIS, Found.NEW)


def resolve(named: Named, bearers: Sequence[Bearer]) -> Identity:
    """``bearers``: every vehicle with the VIN, the plate or an OBD VIN, and those whose VIN may be it, mistyped."""
    found = _by_names(named, [each for each in bearers if each.beside is None])
    then = [each for each in bearers if each.beside is Beside.THEN]
    others = [each for each in bearers if each.beside not in (None, Beside.THEN)]
    mine = found.vehicle
    if found.found is Found.DOUBTFUL:
        return replace(found, candidates=(*found.candidates, *then))
    # A plate names what bore it when the run was made; a VIN names the same vehicle always.
    if mine is None or not (mine.vin and mine.vin in (named.vin, *named.obd_vins)):
        others += [*then, *([mine] if mine is not None and mine.since else [])]
    if not found.firm or not others:
        return found
    why = _WHY[others[0].beside or Beside.THEN]
    return _doubtful((*([mine] if mine is not None else []), *others), found.reasons, why(others[0]))


def _by_names(named: Named, bearers: Sequence[Bearer]) -> Identity:
    faults = tuple(about_the_names(named))
    # A vehicle may have been entered under a VIN that is none before VINs were looked at.
    by_vin = next((each for each in bearers if named.vin and each.vin == named.vin), None)
    if by_vin is not None:
        return _known_vin(named, by_vin, bearers, faults)
    if named.vin and vin_fault(named.vin) is None:
        return _unknown_vin(named, bearers, faults)
    return _no_vin(named, bearers, faults)


def _known_vin(
    named: Named, vehicle: Bearer, bearers: Sequence[Bearer], faults: tuple[Reason, ...]
) -> Identity:
    others = [each for each in _with_plate(named, bearers) if each.key != vehicle.key]
    own_plate = not named.plate or named.plate == vehicle.plate
    by_obd = _by_obd(named, bearers, vehicle)
    if by_obd:
        return _doubtful((vehicle, *by_obd), faults, _obd_of_another(by_obd[0]))
    if others and (not own_plate or any(each.held for each in others)):
        return _doubtful((vehicle, *others), faults, _plate_of_another(named))
    return Identity(Found.THIS, vehicle, reasons=faults)


def _unknown_vin(named: Named, bearers: Sequence[Bearer], faults: tuple[Reason, ...]) -> Identity:
    by_plate, by_obd = _with_plate(named, bearers), _by_obd(named, bearers)
    if by_obd:
        return _doubtful((*by_plate, *by_obd), faults, _obd_of_another(by_obd[0]))
    if len(by_plate) == 1 and not by_plate[0].vin:
        return Identity(Found.THIS, by_plate[0], reasons=faults)
    if by_plate:
        return _doubtful(tuple(by_plate), faults, _plate_of_another(named))
    # With a plate of its own it is another vehicle: VINs of one make and month differ in one sign, too.
    near = tuple(each for each in bearers if each.held and not named.plate and mistyped(each.vin, named.vin))
    if near:
        return _doubtful(near, faults, _mistyped())
    return Identity(Found.NEW, reasons=faults)


def _no_vin(named: Named, bearers: Sequence[Bearer], faults: tuple[Reason, ...]) -> Identity:
    """Without a VIN, or with one that is none, the plate decides, and only where it is borne once."""
    by_plate, by_obd = _with_plate(named, bearers), _by_obd(named, bearers)
    strangers = [each for each in by_obd if each not in by_plate]
    if len(by_plate) == 1 and not strangers and not named.vin:
        return Identity(Found.THIS, by_plate[0], reasons=faults)
    if len(by_plate) > 1:
        return _doubtful((*by_plate, *strangers), faults, _several(named))
    if strangers:
        return _doubtful((*by_plate, *strangers), faults, _obd_of_another(strangers[0]))
    if by_plate:
        return _doubtful(tuple(by_plate), faults, _unreadable())
    if named.plate and not faults:
        return Identity(Found.NEW)
    # What a control unit reports alone is a name, too: its vehicle may come to be known later.
    if not (named.plate or named.vin or any(vin_fault(vin) is None for vin in named.obd_vins)):
        return Identity(Found.NOTHING, reasons=(_UNIDENTIFIED,))
    return _doubtful((), faults, _unreadable())


def _with_plate(named: Named, bearers: Sequence[Bearer]) -> list[Bearer]:
    return [each for each in bearers if named.plate and each.plate == named.plate]


def _by_obd(named: Named, bearers: Sequence[Bearer], vehicle: Bearer | None = None) -> list[Bearer]:
    """Vehicles whose VIN the control units report, other than ``vehicle``. A replaced unit reports a VIN that is
    registered for nobody here; that is only a finding of the verdict."""
    return [
        each
        for each in bearers
        if each.vin and each.vin in named.obd_vins and (vehicle is None or each.key != vehicle.key)
    ]


def _doubtful(candidates: tuple[Bearer, ...], faults: tuple[Reason, ...], why: Reason) -> Identity:
    once = {each.key: each for each in candidates}
    return Identity(Found.DOUBTFUL, None, tuple(once.values()), (*faults, why))


_NEXT = Text(
    "本次检验已保存，暂不生效；生态环境部门核对行驶证和车架号后确认是哪一辆车。",
    "This run is kept without effect until the environment department has compared the licence and the vehicle "
    "and said which vehicle it was.",
)


def _doubt(zh: str, en: str) -> Reason:
    return Reason("identity-doubtful", Text(zh, en), next=_NEXT)


def _plate_of_another(named: Named) -> Reason:
    return _doubt(
        f"号牌 {named.plate} 登记在另一 VIN 名下。", f"Plate {named.plate} is registered for another VIN."
    )


def _obd_of_another(other: Bearer) -> Reason:
    return _doubt(
        f"车载诊断系统读出的 VIN（{masked_vin(other.vin)}）属于另一辆已知车辆。",
        f"The VIN read over OBD ({masked_vin(other.vin)}) is another known vehicle's.",
    )


def _reported_by_another(other: Bearer) -> Reason:
    masked = masked_vehicle(other.plate, other.vin)
    return _doubt(
        f"另一辆待复检车辆（{masked}）不合格时，填报的或车载诊断系统读出的正是该车的 VIN。",
        f"When another vehicle that awaits a retest ({masked}) failed, the VIN stated or read over OBD was this one's.",
    )


def _once_with_the_plate(other: Bearer) -> Reason:
    return _doubt(
        f"该号牌原属一辆待复检的车辆，其 VIN（{masked_vin(other.vin)}）与本车只差一位或相邻两位互换："
        "可能是同一辆车更正了 VIN。",
        f"The plate was that of a vehicle which awaits a retest, whose VIN ({masked_vin(other.vin)}) differs in one "
        "sign or in the order of two: it may be the same vehicle with its VIN corrected.",
    )


def _by_its_plate(other: Bearer) -> Reason:
    return _doubt(
        f"号牌 {other.plate} 名下有一辆待复检的车辆，登记资料不能确认其 VIN；该号牌是本车现用或曾用的号牌。",
        f"A vehicle that awaits a retest is known by plate {other.plate}, its VIN by no authority; this vehicle bears "
        "that plate, or once bore it.",
    )


def _by_a_plate_that_went_on(other: Bearer) -> Reason:
    masked = masked_vehicle(other.plate, other.vin)
    return _doubt(
        f"一辆待复检的车辆（{masked}）不合格时只报了号牌；该号牌此后换过车，尚不能确认当时是哪一辆。",
        f"A vehicle that awaits a retest ({masked}) failed under its plate alone; that plate has gone to another "
        "since, and nobody has found yet which of them it was.",
    )


def _by_a_former_plate(other: Bearer) -> Reason:
    return _doubt(
        f"号牌原属一辆待复检的车辆（{masked_vehicle(other.plate, other.vin)}），现在登记在谁名下不明，报文没有 VIN。",
        f"The plate was that of a vehicle which awaits a retest ({masked_vehicle(other.plate, other.vin)}); nobody is "
        "known to bear it now, and the message has no VIN.",
    )


def _with_the_plate_then(other: Bearer) -> Reason:
    return _doubt(
        f"检验当日号牌可能属于另一辆车（{masked_vehicle(other.plate, other.vin)}）：此后换过号牌，报文没有可以"
        "确认车辆的 VIN。",
        "The plate has changed hands since the run: it may have been another vehicle's then "
        f"({masked_vehicle(other.plate, other.vin)}), and the message has no VIN that tells them apart.",
    )


_WHY = {
    Beside.REPORTED: _reported_by_another,
    Beside.REPLATED: _once_with_the_plate,
    Beside.PLATED: _by_its_plate,
    Beside.PASSED: _by_a_plate_that_went_on,
    Beside.FORMER: _by_a_former_plate,
    Beside.THEN: _with_the_plate_then,
}


def _mistyped() -> Reason:
    return _doubt(
        "VIN 与一辆待复检的车辆只差一位或相邻两位互换。",
        "The VIN differs in one sign, or in the order of two, from a vehicle that awaits a retest.",
    )


def _several(named: Named) -> Reason:
    return _doubt(
        f"号牌 {named.plate} 登记在多辆车名下，报文没有可用的 VIN。",
        f"Several vehicles bear plate {named.plate}, and the message has no usable VIN.",
    )


def _unreadable() -> Reason:
    return _doubt(
        "VIN 或号牌写法不对，无法确认车辆。", "VIN or plate is not well-formed: the vehicle is not certain."
    )


_UNIDENTIFIED = Reason(
    "vehicle-unidentified",
    Text("报文没有 VIN 也没有号牌，无法建案跟踪。", "Neither VIN nor plate: no case can follow the vehicle."),
    next=Text("请补齐 VIN 与号牌后重新检验上传。", "Add VIN and plate, then test and upload again."),
)
