"""How high a fine is within its range, and when a case is a serious one: arithmetic over values of the law.

The model is that of a province's published discretion table: every factor adds a percentage of the maximum to the share
that the minimum is of it. A form computes it; who departs from it gives a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from imloop.law.acts import time_barred
from imloop.law.book import Law


def fine_yuan(least: int, most: int, factors: Sequence[int], law: Law, *, adjust: int = 0) -> int:
    """``factors``: percent of the maximum, each 0 or more; ``adjust``: percent more (aggravated) or less (lightened),
    held to what ``discretion.*`` of the law allows. Never outside the range of ``least`` and ``most`` yuan."""
    if not 0 < least <= most or any(factor < 0 for factor in factors):
        raise ValueError(f"no range, or a factor below 0: {least}, {most}, {list(factors)}")
    up = law.integer("discretion.aggravate_most_percent")
    down = law.integer("discretion.lighten_most_percent")
    hundredths = 100 * least + most * (sum(factors) + max(-down, min(adjust, up)))
    return max(least, min(hundredths // 100, most))


def surcharge_yuan(fine: int, days_late: int, law: Law) -> int:
    """What is added to a fine that nobody paid in time, in whole yuan (Penalty Law 72(1)). ``days_late``: since the
    last day to pay; those of a review or a court case are not among them (73(3))."""
    if fine <= 0 or days_late < 0:
        raise ValueError(f"no fine, or days below 0: {fine}, {days_late}")
    percent = law.integer("procedure.surcharge_percent") * days_late
    return fine * min(percent, law.integer("procedure.surcharge_max_percent")) // 100


def mitigated_floor_yuan(least: int, law: Law) -> int:
    """What a fine below the range, on a ground that mitigates it, may not go below."""
    return least * (100 - law.integer("discretion.mitigate_most_percent")) // 100


def is_serious(vehicles: int, act_day: date, punished_on: date | None, law: Law) -> bool:
    """By the counters of the law alone: so many vehicles, or again within the years after a penalty. Crime and impact
    are for people to see."""
    if vehicles >= law.integer("serious.vehicles"):
        return True
    return punished_on is not None and not time_barred(
        punished_on, act_day, law.integer("serious.again_years")
    )
