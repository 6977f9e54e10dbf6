"""两用燃料汽车: the method is driven once on each fuel, and both runs must pass (GB 18285-2018 ch. 5).

The upload's own trace is the run on ``vehicle.fuel``; ``second`` is the run on ``vehicle.second_fuel``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from imloop.facts.codes import FUEL_NAMES, Fuel
from imloop.facts.records.inspection import TestRecord
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.verdict.answer import ItemVerdict, Step

GASES = ("co_pct", "hc_ppm", "no_ppm", "co2_pct", "k_per_m", "nox_ppm")
_AGAIN = Text(
    "请说明原因，并在另一种燃料上重新检验。", "Say how that came about, and drive the other fuel again."
)
_NEXT = Text(
    "请在另一种燃料上补做检验，一并上传。", "Drive the other fuel, too, and upload both runs together."
)


def on_second_fuel(record: TestRecord) -> TestRecord | None:
    """The second run as a record of its own; None where none was uploaded. On a fuel that nobody named it was driven on
    an unknown one, not once more on the first."""
    if record.second is None:
        return None
    return replace(
        record,
        vehicle=replace(record.vehicle, fuel=record.vehicle.second_fuel),
        trace=record.second.trace,
        ambient=record.second.ambient,
        claimed=record.second.claimed,
    )


def second_missing(record: TestRecord, law: Law) -> list[Reason]:
    """A bi-fuel vehicle tested on one fuel only."""
    if record.vehicle.second_fuel is None or record.second is not None or not law.flag("bifuel.both"):
        return []
    name = FUEL_NAMES[record.vehicle.second_fuel]
    words = Text(f"两用燃料汽车缺少{name.zh}的检验。", f"A bi-fuel vehicle: the run on {name.en} is missing.")
    return [Reason("second-fuel-missing", words, law.cite("bifuel.both"), _NEXT)]


def copied(record: TestRecord) -> list[Reason]:
    """The second run has the very readings of the first: no engine runs alike on two fuels, second by second."""
    first, second = record.trace, record.second.trace if record.second is not None else None
    if second is None or not first.rows or first.rows != second.rows:
        return []
    measured = [name for name in GASES if first.get(name) is not None and second.get(name) is not None]
    if not measured or any(
        not np.array_equal(first.columns[n], second.columns[n], equal_nan=True) for n in measured
    ):
        return []
    words = Text(
        "两种燃料的过程数据逐秒相同，第二次像是复制的。",
        "Both fuels have the same readings in every second: the second run looks copied.",
    )
    return [Reason("second-run-copied", words, next=_AGAIN)]


def name_of(fuel: Fuel | None) -> Text:
    """A fuel's name; an unnamed second fuel is called so."""
    return FUEL_NAMES[fuel] if fuel is not None else Text("第二燃料", "second fuel")


def said_of(fuel: Fuel | None, reasons: list[Reason]) -> list[Reason]:
    """The same reasons, saying on which fuel."""
    name = name_of(fuel)
    return [
        replace(each, text=Text(f"{name.zh}：{each.text.zh}", f"{name.en}: {each.text.en}"))
        for each in reasons
    ]


def items_of(fuel: Fuel | None, items: tuple[ItemVerdict, ...]) -> tuple[ItemVerdict, ...]:
    """The same items, saying on which fuel."""
    return tuple(replace(item, fuel=str(fuel or "")) for item in items)


def steps_of(fuel: Fuel | None, steps: list[Step]) -> list[Step]:
    """The same steps, saying on which fuel."""
    name = name_of(fuel)
    return [
        replace(step, label=Text(f"{name.zh} · {step.label.zh}", f"{name.en} · {step.label.en}"))
        for step in steps
    ]
