"""Generated runs of every method, close to the limits and to the edges of every rule, from a source of dice.

``generate(method, dice)`` gives one case; ``cases(method, count, seed)`` gives many, the same for the same seed;
``usual`` one that nothing unusual is stated of.
Readings have the resolution of a real analyser, so sums really do land on a limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from imloop.facts.codes import Method
from imloop.facts.records.inspection import TestRecord
from support.messages import generated_cycles, generated_gas, generated_smoke
from support.messages.dice import Case


def cases(method: Method, count: int, seed: int = 1) -> Iterator[Case]:
    dice = Random(f"{method}-{seed}")
    for _ in range(count):
        yield generate(method, dice)


def generate(method: Method, dice: Random) -> Case:
    """One run of ``method`` under limit set a or b."""
    return _RUNS[method](dice)


def usual(method: Method, dice: Random) -> TestRecord:
    """One run of a vehicle that the method is made for, on a fuel that is named."""
    made = generate(method, dice).record
    ordinary = ("", "K33", "h31", "Q11")
    while (
        made.vehicle.fuel is None
        or made.vehicle.vehicle_type not in ordinary
        or made.trace.get("clock_s") is not None
    ):
        made = generate(method, dice).record
    return made


_RUNS: dict[Method, Callable[[Random], Case]] = {
    Method.TSI: generated_gas.tsi,
    Method.ASM: generated_gas.asm,
    Method.VMAS: generated_cycles.vmas,
    Method.IM195: generated_cycles.im195,
    Method.LUGDOWN: generated_smoke.lugdown,
    Method.FREEACC: generated_smoke.freeacc,
    Method.RINGELMANN: generated_smoke.ringelmann,
}
