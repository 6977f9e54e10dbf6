"""A retest answers for the fault that was found: on the vehicle as stated then, with the part that failed (A5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from imloop.facts.codes import UNDER_LOAD, Fuel, Result
from imloop.facts.records.inspection import Exterior, TestRecord, Vehicle
from imloop.facts.text import Reason, Text
from imloop.gates.vehicles.compare_statement import Facts, as_registered, bounded
from imloop.law import Law

NOT_RETESTED = "fault-not-retested"
"""Why a pass counts for nothing although it had a permit."""
_WORST_FIRST = (Result.FAIL, Result.INVALID, Result.NOT_READY, Result.PASS)
_PARTS = {
    "exterior": Text("外观检验", "the exterior check"),
    "obd": Text("OBD 检查", "the OBD check"),
    "exhaust": Text("排气检测", "the exhaust test"),
    "evaporative": Text("燃油蒸发检查", "the evaporative check"),
}
_ANSWERS = {
    "exterior": ("verdict",),
    "obd": ("communication", "mil_lamp_ok", "mil_on", "dashboard_matches", "tampered"),
    "evaporative": ("verdict", "start_kpa", "loss_kpa", "seconds", "cap_ok"),
}
"""What decides in each part that is asked and answered."""
_AT_LEAST = {"obd": frozenset(("communication", "mil_on"))}
"""What answers a fault whatever was said of it: a unit that did not communicate had nothing to say of its lamp."""
_BURNT = {Fuel.HYBRID_GASOLINE: Fuel.GASOLINE, Fuel.HYBRID_DIESEL: Fuel.DIESEL}
_STATED = {
    "fuel": Text("燃料种类", "fuel"),
    "second_fuel": Text("第二燃料", "second fuel"),
    "emission_stage": Text("排放阶段", "emission stage"),
    "produced_on": Text("生产日期", "day of production"),
    "first_registered_on": Text("初次登记日期", "first registration"),
    "max_mass_kg": Text("最大总质量", "maximum mass"),
    "rated_power_kw": Text("额定功率", "rated power"),
    "rated_speed_rpm": Text("额定转速", "rated engine speed"),
    "cut_off_rpm": Text("断油转速", "cut-off speed"),
    "gearbox": Text("变速箱形式", "gearbox"),
    "vehicle_type": Text("车辆类型", "vehicle type"),
}
"""What a verdict rests on, of a vehicle."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run showed. ``record``: what its verdict rested on beside the trace; ``parts``: part of the inspection →
    its result; ``items``: measured item → passed (on both fuels), without those that are only recorded;
    ``permitted``: False for a failed run that had no permit; ``place``: where it was made; ``reached_rpm``: how far the
    engine was accelerated, where it was."""

    record: TestRecord
    parts: Mapping[str, str]
    items: Mapping[str, bool]
    permitted: bool = True
    place: str = ""
    reached_rpm: float | None = None

    @property
    def as_driven(self) -> Vehicle:
        """As it was stated; an engine whose speeds nobody stated is as fast as it was seen to be."""
        vehicle = self.record.vehicle
        if self.reached_rpm is None or vehicle.rated_speed_rpm or vehicle.cut_off_rpm:
            return vehicle
        return replace(vehicle, rated_speed_rpm=self.reached_rpm)


def passed_items(items: Iterable[tuple[str, bool]]) -> dict[str, bool]:
    """By item; one that is measured on two fuels is passed when it is passed on both."""
    found: dict[str, bool] = {}
    for name, passed in items:
        found[name] = found.get(name, True) and passed
    return found


def _open_faults(runs: Sequence[Measured]) -> list[tuple[str, Measured]]:
    """Each part with each run in which it failed, as far as no later failed run of the case has answered that: one that
    had a permit, and stated the vehicle alike. ``runs``: the failed runs of the case, in order."""
    found: list[tuple[str, Measured]] = []
    for run in runs:
        if run.permitted:
            found = [(part, failed) for part, failed in found if not _answered_by_failed(part, run, failed)]
        found += [(part, run) for part, result in run.parts.items() if result == Result.FAIL]
    return found


def _answered_by_failed(part: str, run: Measured, failed: Measured) -> bool:
    """It was judged by what it stated itself: as the vehicle was stated when it failed, it might not have passed."""
    now = run.record.vehicle
    return as_stated_then(now, failed) == now and _answers(part, run, failed)


def as_stated_then(now: Vehicle, failed: Measured) -> Vehicle:
    """The vehicle as it was stated when it failed, where something was said. A type is as it was then in any case: by
    one that was left out it was judged, and a type that is added is no way out of the standards."""
    then = failed.as_driven
    said = {name: getattr(then, name) for name in _STATED if getattr(then, name) not in (None, "")}
    return replace(now, **{"vehicle_type": then.vehicle_type, **said})


def ways(stated: Vehicle, law: Law, failed: Sequence[Measured], entered: Facts) -> tuple[Vehicle, ...]:
    """The vehicle as it is judged: by the authorities' word (``entered``) before what is stated, and then as it was
    stated each time it failed, with that word before it, as far as that is another."""
    now = as_registered(bounded(stated, law, entered)[0], entered)
    found = (as_stated_then(now, run) for run in failed)
    others = (as_registered(then, entered) for then in found if then != now)
    return now, *(each for each in dict.fromkeys(others) if each != now)


def restated(now: Vehicle, then: Vehicle) -> list[Reason]:
    """A finding for each fact that is stated otherwise than when the vehicle failed, or left out."""
    changed = [
        name
        for name in _STATED
        if getattr(then, name) not in (None, "") and getattr(now, name) != getattr(then, name)
    ]
    return [
        Reason(
            "restated",
            Text(
                f"复检报文的{_STATED[name].zh}与不合格时不同，按从严的一种判定。",
                f"The retest states another {_STATED[name].en} than the failed test; the stricter holds.",
            ),
            next=Text(
                "请对照行驶证和随车清单；登记有误的，由公安交管部门更正。",
                "Compare the vehicle's papers; the traffic police correct the register.",
            ),
            item=name,
        )
        for name in changed
    ]


def stricter(one: Result, other: Result) -> bool:
    """Is ``other`` the worse result?"""
    return _WORST_FIRST.index(other) < _WORST_FIRST.index(one)


def worst(results: Iterable[Result]) -> Result:
    """Of one or more."""
    return min(results, key=_WORST_FIRST.index)


def not_retested(run: Measured, failed: Sequence[Measured], entered: Facts) -> Reason | None:
    """What failed must be there and pass; left out, unreadable, or not measured by another method is not passed.
    ``failed``: the failed runs of the case, in order; ``entered``: the authorities' word of the vehicle."""
    now, *then = (_by_register(each, entered) for each in (run, *failed))
    missing = list(
        dict.fromkeys(part for part, fault in _open_faults(then) if not _answers(part, now, fault))
    )
    if not missing:
        return None
    zh = "、".join(_PARTS[name].zh for name in missing)
    en = ", ".join(_PARTS[name].en for name in missing)
    return Reason(
        NOT_RETESTED,
        Text(
            f"不合格的{zh}本次没有完整检验并合格，不能结案。",
            f"What failed ({en}) was not tested again in full and passed: the case stays open.",
        ),
        next=Text(f"请用同样的方法补做{zh}后重新复检。", f"Retest again with {en}, by the same method."),
    )


def passes_here_alone() -> Reason:
    """By the law of a place where it failed it would not pass: a way out leads to another station, to no other law."""
    return Reason(
        NOT_RETESTED,
        Text(
            "按本地规定合格，按不合格检验所在地的规定不合格，不能结案。",
            "It passes by the rules of this place, and not by those of the place where it failed: the case stays open.",
        ),
        next=Text(
            "请按不合格检验所在地的限值和项目维修、复检。",
            "Repair and retest it by the limits and checks of the place where it failed.",
        ),
    )


def _by_register(run: Measured, entered: Facts) -> Measured:
    vehicle = as_registered(run.record.vehicle, entered)
    return run if vehicle == run.record.vehicle else replace(run, record=replace(run.record, vehicle=vehicle))


def _answers(part: str, run: Measured, failed: Measured) -> bool:
    if run.parts.get(part) != Result.PASS or _left_out(part, run.record, failed.record):
        return False
    if part != "exhaust":
        return True
    if failed.record.method in UNDER_LOAD and run.record.method not in UNDER_LOAD:
        return False
    if failed.record.second is not None and run.record.second is None:
        return False
    if not _fuels(failed.record.vehicle) <= (driven := _fuels(run.record.vehicle)) and driven:
        return False
    passed = {each for item, good in run.items.items() if good for each in _substances(item)}
    return {each for item, good in failed.items.items() if not good for each in _substances(item)} <= passed


def _fuels(vehicle: Vehicle) -> set[Fuel]:
    """What it was driven on; with a motor beside the engine it burns the same."""
    return {_BURNT.get(fuel, fuel) for fuel in (vehicle.fuel, vehicle.second_fuel) if fuel is not None}


def _substances(item: str) -> tuple[str, ...]:
    """``no_2540_ppm`` → ``no``: a quick pass at 25 km/h answers a fail at 40; NO and NOx are one substance here."""
    if item.startswith("hc_nox_"):
        return "hc", "no"
    return (item.partition("_")[0].replace("nox", "no"),)


def _left_out(part: str, record: TestRecord, then: TestRecord) -> bool:
    """Answers that were given when it failed, or have to be, and are not given now."""
    return not _answered(part, then) | _AT_LEAST.get(part, frozenset()) <= _answered(part, record)


def _answered(part: str, record: TestRecord) -> set[str]:
    found = getattr(record, part) if part in _ANSWERS else None
    if found is None:
        return set()
    items = set(found.items) if isinstance(found, Exterior) else set()
    return items | {name for name in _ANSWERS[part] if getattr(found, name) is not None}
