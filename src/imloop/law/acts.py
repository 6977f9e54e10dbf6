"""Penalties: which law an act is judged by, and what a place may set beside the nation.

An act is judged by the law of its day; a later law prevails where it is milder or no longer punishes the act (Penalty
Law art. 37). A place sets penalties within the nation's range (art. 12(2)); what the nation does not punish it may add
(12(3)), and its row says ``adds: true``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import inf
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar

from imloop.facts.refusal import Conflict
from imloop.facts.text import Text
from imloop.law.values import COMPARED, CONFIDENCE_NAMES, LawError, Value
from imloop.law.working_days import NATION

_FOREVER = date.max


class _Law(Protocol):
    """What is asked of the law of a day."""

    on: date

    def get(self, key: str) -> Value | None: ...
    def value(self, key: str) -> Value: ...


_L = TypeVar("_L", bound=_Law)


class Why(StrEnum):
    NOT_MILDER = "not_milder"
    MILDER = "milder"
    NOT_PUNISHED_THEN = "not_punished_then"
    NO_LONGER_PUNISHED = "no_longer_punished"
    NOT_COMPARABLE = "not_comparable"


WHY: Mapping[Why, Text] = MappingProxyType(
    {
        Why.NOT_MILDER: Text(
            "适用行为时的规定；决定时的规定不更轻", "the law of the act; that of the decision is not milder"
        ),
        Why.MILDER: Text("决定时的规定更轻，从轻适用", "the law of the decision is milder and prevails"),
        Why.NOT_PUNISHED_THEN: Text("行为时没有此项处罚", "the law of the act does not punish it"),
        Why.NO_LONGER_PUNISHED: Text("决定时已不再处罚", "the law of the decision no longer punishes it"),
        Why.NOT_COMPARABLE: Text(
            "适用行为时的规定；两者不能以数额比较轻重，由人判断",
            "the law of the act; which is milder cannot be told by amounts: a person weighs it",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Imposed:
    """What may be imposed for an act. ``value`` None: nothing. ``on``: the day whose law it is."""

    value: Value | None
    on: date
    why: Why

    @property
    def says(self) -> Text:
        return WHY[self.why]


class ActLaw(Generic[_L]):
    """The law for one act: asked for a penalty, it answers by the day of the act or of the decision."""

    def __init__(self, of_act: _L, of_decision: _L) -> None:
        if of_decision.on < of_act.on:
            raise ValueError(f"decided on {of_decision.on}, before the act of {of_act.on}")
        self.of_act, self.of_decision = of_act, of_decision

    def value(self, key: str) -> Imposed:
        """One penalty. Both ends of a range (``….min_yuan``, ``….max_yuan``) always come from the same law: the one
        with the lower maximum, then the lower minimum. Raises ``LawUnseen`` where either day's text was not seen."""
        then, now = _amounts(self.of_act, key), _amounts(self.of_decision, key)
        if not then:
            return Imposed(None, self.of_act.on, Why.NOT_PUNISHED_THEN)
        if not now:
            return Imposed(None, self.of_decision.on, Why.NO_LONGER_PUNISHED)
        both = [*then.values(), *now.values()]
        comparable = len({value.unit for value in both}) == 1 and all(map(_is_number, both))
        if not comparable and _says(then) != _says(now):
            return Imposed(self.of_act.value(key), self.of_act.on, Why.NOT_COMPARABLE)
        if comparable and _severity(now) < _severity(then):
            return Imposed(self.of_decision.value(key), self.of_decision.on, Why.MILDER)
        return Imposed(self.of_act.value(key), self.of_act.on, Why.NOT_MILDER)


def to_print(imposed: Imposed) -> Value | None:
    """What a paper may print of it: nothing is imposed (None), or a value that somebody compared with the printed
    text. Any other is refused (``law-not-compared``): a fine rests on the text, not on our reading of it."""
    value = imposed.value
    if value is None or value.confidence == COMPARED:
        return value
    raise Conflict(
        "law-not-compared",
        Text(
            f"{value.cite}（{value.key}）还没有与印刷文本核对（{CONFIDENCE_NAMES[value.confidence].zh}），不能写入处罚文书。"
            "请核对原文后把该值标为 verified。",
            f"{value.cite} ({value.key}) has not been compared with the printed text "
            f"({CONFIDENCE_NAMES[value.confidence].en}), so no penalty paper may print it. Compare it, then mark the "
            "value verified.",
        ),
        cite=value.cite,
    )


def highest_only(imposed: Iterable[Imposed]) -> Imposed | None:
    """Where one act breaks several norms, the one whose maximum or amount is highest (Penalty Law art. 29); None where
    nothing may be imposed. All in one unit, or ``ValueError``."""
    fines = [each for each in imposed if each.value is not None]
    if len({each.value.unit for each in fines if each.value}) > 1:
        raise ValueError("fines in different units cannot be compared")
    return max(fines, key=lambda each: _number(each.value), default=None)


def time_barred(ended: date, found: date, years: int) -> bool:
    """Whether an act that ended on ``ended`` came to light on ``found`` too late to be punished (Penalty Law art. 36):
    the same day ``years`` later is the last in time, 28 February for the 29th."""
    leap_day = (ended.month, ended.day) == (2, 29)
    return found > ended.replace(year=ended.year + years, day=28 if leap_day else ended.day)


def is_penalty(key: str) -> bool:
    """Whether a key names what may be imposed."""
    return key.startswith("penalty.")


def refuse_outside_the_nation(values: Mapping[str, Sequence[Value]], files: Mapping[str, str]) -> None:
    """Every local penalty lies within the nation's of the same name, in its unit, on every day they share, unless its
    row adds. ``files``: text id → file."""
    for key in filter(is_penalty, values):
        low_key, high_key = _ends(key)
        for local in values[key]:
            if local.place == NATION or local.adds or not _is_number(local):
                continue
            for least in _beside(local, values.get(low_key, ())):
                if _number(local) < _number(least) or local.unit != least.unit:
                    raise _outside(local, least, files)
            for most in _beside(local, values.get(high_key, ())):
                if _number(local) > _number(most) or local.unit != most.unit:
                    raise _outside(local, most, files)


def _beside(local: Value, values: Sequence[Value]) -> Iterator[Value]:
    """The nation's amounts that share a day with a local one."""
    for value in values:
        shares = value.since < (local.until or _FOREVER) and local.since < (value.until or _FOREVER)
        if value.place == NATION and shares and _is_number(value):
            yield value


def _outside(local: Value, nation: Value, files: Mapping[str, str]) -> LawError:
    return LawError(
        f"{files[local.text_id]} and {files[nation.text_id]} {local.key}",
        f"on {max(local.since, nation.since)} {local.value} {local.unit} in {local.place} is outside {nation.key} of "
        f"the nation, {nation.value} {nation.unit}; a penalty for what that does not cover says adds: true",
    )


def _ends(key: str) -> tuple[str, str]:
    """The keys of the least and the most that may be imposed; of a single amount, twice itself."""
    stem, _, last = key.rpartition(".")
    if last[:4] in ("min_", "max_"):
        return f"{stem}.min_{last[4:]}", f"{stem}.max_{last[4:]}"
    return key, key


def _amounts(law: _Law, key: str) -> dict[str, Value]:
    found = {end: law.get(end) for end in _ends(key)}
    return {end: value for end, value in found.items() if value is not None}


def _says(amounts: Mapping[str, Value]) -> dict[str, tuple[object, str]]:
    return {key: (value.value, value.unit) for key, value in amounts.items()}


def _severity(amounts: Mapping[str, Value]) -> tuple[float, float]:
    """The most, then the least; an end that no text sets is open."""
    least = [_number(value) for key, value in amounts.items() if key == _ends(key)[0]]
    most = [_number(value) for key, value in amounts.items() if key == _ends(key)[1]]
    return (most or [inf])[0], (least or [0.0])[0]


def _is_number(value: Value) -> bool:
    return isinstance(value.value, int | float) and not isinstance(value.value, bool)


def _number(value: Value | None) -> float:
    assert value is not None and isinstance(value.value, int | float)
    return float(value.value)
