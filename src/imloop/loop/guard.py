"""What a guard is. It answers with reasons; none lets the row happen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.loop.case import Case
from imloop.loop.events import Event

Check = Callable[[Case, Event, Law], tuple[Reason, ...]]


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition in words and as a function; the words appear in the generated docs."""

    words: Text
    check: Check

    def __call__(self, case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
        return self.check(case, event, law)


def guard(zh: str, en: str) -> Callable[[Check], Guard]:
    """Makes a guard of a check, with its words."""
    return lambda check: Guard(Text(zh, en), check)


def unless(holds: bool, reason: Reason) -> tuple[Reason, ...]:
    """The reason, where the condition does not hold."""
    return () if holds else (reason,)
