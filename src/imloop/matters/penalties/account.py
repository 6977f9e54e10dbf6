"""What is open on a day of fine, surcharge and confiscated gains: what is due of each, and what was paid for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from imloop.law import Law
from imloop.matters.matter import Matter
from imloop.matters.names import Step
from imloop.matters.penalties.as_file import confiscated_of, day_in
from imloop.matters.penalties.clocks import Span, days_late, pay_by

_DAY = timedelta(days=1)


FINE, SURCHARGE, GAINS = "fine", "surcharge", "gains"
"""What a payment is booked against; one that names none goes to the fine, and what is left of it to the surcharge."""


@dataclass(frozen=True, slots=True)
class Account:
    """In yuan, of fine and surcharge whole ones. ``due``: the last day to pay without a surcharge, as it was put off
    last; ``late``: days that count after it, until the fine was paid; ``surcharge``: never more than the fine, and none
    on ``gains``, what is confiscated."""

    fine: int
    due: date
    late: int
    surcharge: int
    gains: Decimal
    fine_paid: int = 0
    surcharge_paid: int = 0
    gains_paid: Decimal = Decimal(0)

    @property
    def paid(self) -> int:
        """Of fine and surcharge."""
        return self.fine_paid + self.surcharge_paid

    @property
    def open(self) -> int:
        """Of fine and surcharge."""
        return max(self.fine + self.surcharge - self.paid, 0)

    def open_of(self, booked: str) -> Decimal:
        """Of what a payment is booked against."""
        parts = {
            FINE: Decimal(self.fine - self.fine_paid),
            SURCHARGE: Decimal(self.surcharge - self.surcharge_paid),
            GAINS: self.gains - self.gains_paid,
        }
        return max(parts.get(booked, Decimal(self.open)), Decimal(0))

    @property
    def is_overpaid(self) -> bool:
        """Whether more was booked against a part than it comes to."""
        too_much = self.fine_paid > self.fine or self.surcharge_paid > self.surcharge
        return too_much or self.gains_paid > self.gains


def account_of(matter: Matter, day: date, law: Law) -> Account | None:
    """As it stands on ``day``; None while no decision was served. A surcharge is counted from what is still open of the
    fine (Penalty Law art. 72), not for days of a stay (73)."""
    served, fine = _served_on(matter), int(str(matter.facts.get("decided_fine") or 0))
    if served is None:
        return None
    said = matter.facts.get("decided_gains")
    gains = confiscated_of(matter.facts, law) if said is None else Decimal(str(said))
    if not (fine or gains):
        return None
    put_off = [day_in(act.values, "pay_until") for act in matter.acts if act.step is Step.PUT_OFF]
    due = max([pay_by(served, law), *(until for until in put_off if until)])
    payments, stays = sorted(_payments(matter)), stays_of(matter, day)
    percent = law.integer("procedure.surcharge_percent")
    most = fine * law.integer("procedure.surcharge_max_percent") // 100
    hundredths, late, left, since = 0, 0, fine, due
    for paid_on, booked, amount in [*payments, (day, "", Decimal(0))]:
        until = min(max(paid_on, due), day)
        days = days_late(since, until, stays) if left else 0
        hundredths, late = hundredths + left * percent * days, late + days
        left, since = max(left - _to_fine(left, booked, amount), 0), max(since, until)
    surcharge = min(hundredths // 100, most)
    none_paid = Account(fine, due, late, surcharge, gains)
    return _booked(none_paid, [each for each in payments if each[0] <= day])


_Payment = tuple[date, str, Decimal]


def _booked(account: Account, payments: list[_Payment]) -> Account:
    for _day, booked, amount in payments:
        to_fine = _to_fine(account.fine - account.fine_paid, booked, amount)
        rest = 0 if booked in (FINE, GAINS) else int(amount) - to_fine
        account = replace(
            account,
            fine_paid=account.fine_paid + to_fine,
            surcharge_paid=account.surcharge_paid + rest,
            gains_paid=account.gains_paid + (amount if booked == GAINS else 0),
        )
    return account


def _to_fine(left: int, booked: str, amount: Decimal) -> int:
    """How much of a payment goes to the fine, of which ``left`` is open."""
    if booked == FINE:
        return int(amount)
    return min(int(amount), max(left, 0)) if not booked else 0


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


def _payments(matter: Matter) -> list[_Payment]:
    return [
        (
            day_in(act.values, "paid_on") or act.day,
            str(act.values.get("paid_for") or ""),
            Decimal(str(act.values.get("amount") or 0)),
        )
        for act in matter.acts
        if act.step is Step.PAY
    ]
