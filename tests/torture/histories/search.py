"""Is there an order of what happened to one thing that respects real time and gives every answer that was heard?

The search of Wing and Gong: begin with any call that no other call had ended before, let the model answer it, go on
with the rest; go back where an answer differs. What was tried once (the same calls done, the same state) is not tried
again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, Generic, TypeVar

State = TypeVar("State")
MOST_STEPS = 2_000_000
"""Answers that the model gives before the search says that it does not know."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call to the platform. ``called`` and ``returned``: seconds of one clock; ``answer``: what was heard.
    ``may_wait``: it had not returned by the end of the history, so it may not have happened yet."""

    kind: str
    given: Mapping[str, Any]
    answer: Mapping[str, Any]
    called: float
    returned: float
    who: str = ""
    may_wait: bool = False


Step = Callable[[State, Call], State | None]
"""The state after the call, if its answer is the model's; None: the model answers otherwise."""


@dataclass(frozen=True, slots=True)
class Found(Generic[State]):
    """``order``: of the calls, or the longest that was possible; ``state``: after it; ``left``: calls that found no
    place; ``known``: False where the search was given up."""

    holds: bool
    order: tuple[Call, ...]
    state: State
    left: tuple[Call, ...] = ()
    known: bool = True


@dataclass(slots=True)
class _Place(Generic[State]):
    """``done``: one bit for each call."""

    done: int
    state: State
    tries: Iterator[int]


@dataclass(slots=True)
class _Search(Generic[State]):
    calls: Sequence[Call]
    step: Step[State]
    seen: set[tuple[int, State]] = field(default_factory=set)
    steps: int = 0
    wanted: int = field(init=False)

    def __post_init__(self) -> None:
        self.wanted = sum(1 << number for number, call in enumerate(self.calls) if not call.may_wait)

    def first_ones(self, done: int) -> Iterator[int]:
        """Calls that may be next: each that began before any other of the rest had returned."""
        ends = inf
        for each in range(self._oldest(done), len(self.calls)):
            if done >> each & 1:
                continue
            if self.calls[each].called > ends:
                break
            ends = min(ends, self.calls[each].returned)
            yield each

    def _oldest(self, done: int) -> int:
        """The first call that is not done yet."""
        return (~done & (done + 1)).bit_length() - 1

    def run(self, start: State, most: int) -> Found[State]:
        order: list[int] = []
        places = [_Place(0, start, self.first_ones(0))]
        best: tuple[list[int], State] = ([], start)
        while places:
            place = places[-1]
            if place.done & self.wanted == self.wanted:
                return Found(True, self._named(order), place.state)
            number = next(place.tries, None)
            if number is None:
                places.pop()
                if order:
                    order.pop()
                continue
            self.steps += 1
            if self.steps > most:
                return self._failed(*best, known=False)
            state = self.step(place.state, self.calls[number])
            done = place.done | 1 << number
            if state is None or (done, state) in self.seen:
                continue
            self.seen.add((done, state))
            order.append(number)
            places.append(_Place(done, state, self.first_ones(done)))
            if len(order) > len(best[0]):
                best = list(order), state
        return self._failed(*best, known=True)

    def _named(self, order: Sequence[int]) -> tuple[Call, ...]:
        return tuple(self.calls[number] for number in order)

    def _failed(self, order: list[int], state: State, *, known: bool) -> Found[State]:
        left = [call for number, call in enumerate(self.calls) if number not in set(order)]
        return Found(False, self._named(order), state, tuple(left), known)


def find_order(
    calls: Sequence[Call], start: State, step: Step[State], most: int = MOST_STEPS
) -> Found[State]:
    """``start`` and every state must be hashable."""
    return _Search(sorted(calls, key=lambda call: call.called), step).run(start, most)


def until(calls: Sequence[Call], moment: float) -> list[Call]:
    """The history as it stood then: what had not returned may not have happened."""
    begun = (call for call in calls if call.called <= moment)
    return [call if call.returned <= moment else replace(call, returned=inf, may_wait=True) for call in begun]


def shortest(
    calls: Sequence[Call],
    start: State,
    step: Step[State],
    changes: Callable[[Call], bool],
    most: int = MOST_STEPS,
) -> list[Call]:
    """Of a history without an order, the beginning that has none either, and of it only what is needed: a call that
    changes nothing can be left out of any history that has an order, so a history that has none without it is enough.
    """

    def fails(some: Sequence[Call]) -> bool:
        found = find_order(some, start, step, most)
        return found.known and not found.holds

    ends = sorted(call.returned for call in calls)
    low, high = 0, len(ends) - 1  # the beginnings of a history that has an order have one
    while low < high:
        middle = (low + high) // 2
        if fails(until(calls, ends[middle])):
            high = middle
        else:
            low = middle + 1
    kept = until(calls, ends[low])
    for call in [each for each in kept if not changes(each)]:
        fewer = [each for each in kept if each is not call]
        if fails(fewer):
            kept = fewer
    return kept
