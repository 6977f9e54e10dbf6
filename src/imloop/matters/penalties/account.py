"""What is open of a fine on a day: the fine, what its delay adds, what was paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from imloop.law import Law
from imloop.matters.matter import Matter
from imloop.matters.names import Step
from imloop.matters.penalties.as_file import day_in
from imloop.matters.penalties.clocks import Span, days_late, pay_by

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Account:
    """In whole yuan. ``due``: the last day to pay without a surcharge, as it was put off last; ``late``: days that
    count after it, until the fine was paid; ``surcharge``: never more than the fine."""

    fine: int
    due: date
    late: int
    surcharge: int
    paid: int

    @property
    def open(self) -> int:
        return max(self.fine + self.surcharge - self.paid, 0)


def account_of(matter: Matter, day: date, law: Law) -> Account | None:
    """As it stands on ``day``; None while no decision was served. Payments go to the fine first; a surcharge is counted
    from what is still open of it (Penalty Law art. 72), not for days of a stay (73)."""
    served, fine = _served_on(matter), int(str(matter.facts.get("decided_fine") or 0))
    if served is None or not fine:
        return None
    put_off = [day_in(act.values, "pay_until") for act in matter.acts if act.step is Step.PUT_OFF]
    due = max([pay_by(served, law), *(until for until in put_off if until)])
    payments = sorted(_payments(matter))
    stays = stays_of(matter, day)
    percent = law.integer("procedure.surcharge_percent")
    most = fine * law.integer("procedure.surcharge_max_percent") // 100
    hundredths, late, left, since = 0, 0, fine, due
    for paid_on, amount in [*payments, (day, 0)]:
        until = min(max(paid_on, due), day)
        days = days_late(since, until, stays) if left else 0
        hundredths, late = hundredths + left * percent * days, late + days
        left, since = max(left - amount, 0), max(since, until)
    return Account(
        fine,
        due,
        late,
        min(hundredths // 100, most),
        sum(amount for paid_on, amount in payments if paid_on <= day),
    )


def stays_of(matter: Matter, day: date) -> list[Span]:
    """Days on which the fine was stayed; an open stay lasts until ``day``."""
    found: list[Span] = []
    begun: date | None = None
    for act in matter.acts:
        if act.step is Step.STAY:
            begun = day_in(act.values, "stayed_from") or act.day
        elif act.step is Step.END_STAY and begun is not None:
            last = (day_in(act.values, "stayed_until") or act.day) - _DAY
            found += [Span(begun, last)] if last >= begun else []
            begun = None
    return [*found, *([Span(begun, day)] if begun is not None and begun <= day else [])]


def is_stayed(matter: Matter) -> bool:
    """Whether execution is stayed now."""
    steps = [act.step for act in matter.acts if act.step in (Step.STAY, Step.END_STAY)]
    return bool(steps) and steps[-1] is Step.STAY


def _served_on(matter: Matter) -> date | None:
    found = [act for act in matter.acts if act.step in (Step.SERVE, Step.DECIDE_ON_THE_SPOT)]
    if not found:
        return None
    return day_in(found[-1].values, "served_on") or found[-1].day


def _payments(matter: Matter) -> list[tuple[date, int]]:
    return [
        (day_in(act.values, "paid_on") or act.day, int(str(act.values.get("amount") or 0)))
        for act in matter.acts
        if act.step is Step.PAY
    ]
