"""What may be imposed for one act: the ends in yuan, what goes with it, by which clause, and why by that law."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from imloop.facts.text import Text
from imloop.law import ActLaw, Law, Value
from imloop.law.acts import Why
from imloop.matters.penalties.catalogue import BASES, Base, Payer, Violation

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Counted:
    """What amounts are counted from: vehicles or machines, and sums in yuan."""

    vehicles: int = 1
    gains: Decimal = _NOTHING
    goods: Decimal = _NOTHING
    charge: Decimal = _NOTHING

    def of(self, base: Base) -> Decimal:
        return {Base.GAINS: self.gains, Base.GOODS: self.goods, Base.CHARGE: self.charge}[base]


@dataclass(frozen=True, slots=True)
class Act:
    """What was done, as far as the amount depends on it. ``uncorrected``: told to put it right, and did not."""

    violation: Violation
    payer: Payer
    counted: Counted = field(default_factory=Counted)
    serious: bool = False
    uncorrected: bool = False
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """From ``least`` to ``most`` whole yuan, both allowed. ``also``: what goes with the fine; ``values``: the rows
    of the law behind it; ``on``: the day whose law it is."""

    least: int
    most: int
    on: date
    punished_by: str
    forbidden_by: str
    decided_by: tuple[str, ...]
    also: tuple[str, ...]
    ban_years: int | None
    counted: Text
    values: tuple[Value, ...]
    why: Why = Why.NOT_MILDER

    @property
    def is_fixed(self) -> bool:
        return self.least == self.most


def choose(act: Act, law: ActLaw[Law]) -> Range | None:
    """The range by the law of the act, or by that of the decision where it is milder; None where either punishes
    nothing. The whole norm comes from one law. Raises ``LawUnseen`` where a text of either day was not seen."""
    then, now = range_on(act, law.of_act), range_on(act, law.of_decision)
    if then is None or now is None:
        return None
    if (now.most, now.least) < (then.most, then.least):
        return replace(now, why=Why.MILDER)
    if (now.most, now.least) == (then.most, then.least) and now.also != then.also:
        return replace(then, why=Why.NOT_COMPARABLE)
    return then


def of_several(ranges: Iterable[Range | None]) -> Range | None:
    """One act under several norms: the one with the highest fine, and no other fine beside it (Penalty Law art. 29)."""
    return max(
        (each for each in ranges if each is not None), key=lambda each: (each.most, each.least), default=None
    )


def range_on(act: Act, law: Law) -> Range | None:
    """The range by the law of one day; None where it does not punish the act."""
    found = _amounts(act, law)
    if found is None:
        return None
    least, most, counted, values = found
    name = act.violation.code
    also = [law.get(f"penalty.{stem}.also") for stem in _graded(name, act)]
    kinds = tuple(dict.fromkeys(kind for value in also if value is not None for kind in _words(value)))
    person = act.payer is Payer.PERSON
    whole = int(most.to_integral_value(ROUND_FLOOR))
    return Range(
        least=min(int(least.to_integral_value(ROUND_CEILING)), whole),
        most=whole,
        on=law.on,
        punished_by=values[0].cite,
        forbidden_by=_forbidden_by(act.violation, values[0], law),
        decided_by=law.words(f"penalty.{name}.decided_by"),
        also=("ban",) if person and _ban(act, law) else () if person else kinds,
        ban_years=_ban(act, law),
        counted=counted,
        values=values,
    )


_Amounts = tuple[Decimal, Decimal, Text, tuple[Value, ...]]


def _amounts(act: Act, law: Law) -> _Amounts | None:
    """The ends, how they were counted, and the rows they stand in; the graver row first where there is one."""
    name = act.violation.code
    if act.payer is Payer.PERSON:
        return _ends(f"{name}.person", act, law)
    fixed = law.get(f"penalty.{name}.{act.payer}_yuan")
    if fixed is not None:
        return _times(fixed, fixed, act)
    if act.payer is not act.violation.payers[0]:
        return None
    for stem in reversed(_graded(name, act)):
        found = _multiple(stem, act, law) or _ends(stem, act, law)
        if found is not None:
            return found
    return None


def _graded(name: str, act: Act) -> tuple[str, ...]:
    """The names of an act in the law, from the plain one to the gravest."""
    first = f"{name}.{act.variant}" if act.variant else name
    return (
        first,
        *([f"{name}.uncorrected"] if act.uncorrected else ()),
        *([f"{name}.serious"] if act.serious else ()),
    )


def _ends(stem: str, act: Act, law: Law) -> _Amounts | None:
    low, high = law.get(f"penalty.{stem}.min_yuan"), law.get(f"penalty.{stem}.max_yuan")
    return None if low is None or high is None else _times(low, high, act)


def _times(low: Value, high: Value, act: Act) -> _Amounts:
    """Amounts of the law in yuan, or in yuan for each vehicle or machine."""
    each = Decimal(act.counted.vehicles if "/" in high.unit else 1)
    unit = high.unit.partition("/")[2]
    counted = (
        Text(f"按每{unit}计算，共 {each} {unit}", f"for each of {each} vehicles or machines")
        if unit
        else Text("按一案计算", "for the case as a whole")
    )
    rows = (high,) if low is high else (high, low)
    return Decimal(str(low.value)) * each, Decimal(str(high.value)) * each, counted, rows


def _multiple(stem: str, act: Act, law: Law) -> _Amounts | None:
    """So many times what was gained, sold or charged; None where the law has no multiple, or one only from an amount
    on that this act does not reach."""
    base = act.violation.base
    low, high = law.get(f"penalty.{stem}.min_times"), law.get(f"penalty.{stem}.max_times")
    if base is None or low is None or high is None:
        return None
    amount = act.counted.of(base)
    from_yuan = law.get(f"penalty.{stem}.times_from_gains_yuan")
    if from_yuan is not None and amount < int(str(from_yuan.value)):
        return None
    floor = law.get("penalty.cheating_device.goods_at_least_yuan") if stem == "cheating_device" else None
    if floor is not None:
        amount = max(amount, Decimal(str(floor.value)))
    words = BASES[base]
    counted = Text(
        f"{words.zh} {amount} 元的 {low.value} 倍至 {high.value} 倍",
        f"{low.value} to {high.value} times {words.en} of {amount} yuan",
    )
    ends = (amount * Decimal(str(each.value)) for each in (low, high))
    return next(ends), next(ends), counted, (high, low)


def _ban(act: Act, law: Law) -> int | None:
    """For how many years a person may not work in the trade."""
    if act.payer is not Payer.PERSON:
        return None
    name = act.violation.code
    for stem in (f"{name}.serious.person", f"{name}.person") if act.serious else (f"{name}.person",):
        if (found := law.get(f"penalty.{stem}.ban_years")) is not None:
            return int(str(found.value))
    return None


def _forbidden_by(violation: Violation, punishing: Value, law: Law) -> str:
    """The clause of the duty, of the same text as the punishing one where there is one; else the punishing one."""
    duties = [found for key in violation.forbidden if (found := law.get(key)) is not None]
    same = [duty for duty in duties if duty.text_id == punishing.text_id]
    return (same or duties)[0].cite if duties else punishing.cite


def _words(value: Value) -> tuple[str, ...]:
    return value.value if isinstance(value.value, tuple) else ()
