"""The days of a penalty case. Whether working or calendar days count is said by the unit of the law's value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from imloop.facts.refusal import Unlawful
from imloop.facts.text import Text
from imloop.law import Law
from imloop.law.fines import surcharge_yuan

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Days that do not count, both ends among them: a hearing, a service by publication, a test, a review."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"ends on {self.last}, before it begins on {self.first}")


def decide_by(filed: date, law: Law, *, extended: int = 0, uncounted: Iterable[Span] = ()) -> date:
    """Until when the case is decided (PL 60). ``extended``: how often; more often than the law allows is refused."""
    most = law.integer("procedure.decide_extensions")
    if not 0 <= extended <= most:
        said = Text(f"办案期限最多延长 {most} 次。", f"The time to decide is extended {most} times at most.")
        raise Unlawful(
            "extended-too-often", said, cite=law.cite("procedure.decide_extensions"), at="extended"
        )
    last = law.term("procedure.decide_days", filed).deadline
    for _ in range(extended):
        last = law.term("procedure.decide_extended_days", last).deadline
    return _without(filed, last, uncounted)


def answer_by(served: date, law: Law) -> date:
    """The last day to state one's case and to ask for a hearing (PL 64, EP 44)."""
    return law.term("matter.notified_days", served).deadline


def hearing_from(announced: date, law: Law) -> date:
    """The first day on which a hearing announced then may be held (PL 64)."""
    return law.term("matter.hearing_notice_days", announced).deadline


def published_service(published: date, law: Law) -> date:
    """When a paper counts as received that could only be published."""
    return law.term("procedure.publication_service_days", published).deadline


def pay_by(served: date, law: Law) -> date:
    """The last day to pay without a surcharge (PL 67)."""
    return law.term("procedure.pay_days", served).deadline


def days_late(due: date, day: date, stays: Iterable[Span] = ()) -> int:
    """Days after the last one to pay; those of a review or a court case are not among them (PL 73)."""
    stayed = {each for span in stays for each in _days(span.first, span.last)}
    return sum(each not in stayed for each in _days(due + _DAY, day))


def surcharge(fine: int, due: date, day: date, law: Law, stays: Iterable[Span] = ()) -> int:
    """What is added to a fine that is open on ``day``; never more than the fine."""
    return surcharge_yuan(fine, days_late(due, day, stays), law)


def court_from(demanded: date, law: Law) -> date:
    """The first day on which a court may be asked to enforce after the demand to pay (Compulsion Law 54)."""
    return law.term("procedure.demand_days", demanded).deadline + _DAY


def sue_by(served: date, law: Law) -> date:
    """The last day on which the party may ask for a review or sue, the later of both (PL 7, Litigation Law 46)."""
    review = law.term("matter.in_force_days", served).deadline
    return max(review, months_after(served, law.integer("procedure.sue_months")))


def court_by(over: date, law: Law) -> date:
    """The last day to ask a court to enforce; ``over``: when the time to ask for review and to sue ended (53)."""
    return months_after(over, law.integer("procedure.court_months"))


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where it has none."""
    number = day.year * 12 + day.month - 1 + months
    first = date(number // 12, number % 12 + 1, 1)
    next_first = date((number + 1) // 12, (number + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), next_first - _DAY)


def _without(start: date, last: date, spans: Iterable[Span]) -> date:
    """The last day moved on by every day after ``start`` that does not count."""
    out = {each for span in spans for each in _days(span.first, span.last)}
    day, left = start, (last - start).days
    while left:
        day += _DAY
        left -= day not in out
    return day


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
