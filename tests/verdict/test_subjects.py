"""A verdict's law hash covers every rule the verdict rests on, and no other."""

from __future__ import annotations

from datetime import date

import pytest

from imloop.facts.codes import Method
from imloop.facts.refusal import Unknown
from imloop.law import Law, load
from imloop.law.values import Value
from imloop.verdict import judge, verdict_hash
from imloop.verdict.subjects import SUBJECTS
from verdict_batch.odd_runs import laws, runs


class Watched(Law):
    """A law that remembers which keys were asked for."""

    asked: set[str]

    @classmethod
    def over(cls, law: Law) -> Watched:
        made = cls(law.on, law.place, law.under(""), {}, law.thresholds)
        made.asked = set()
        return made

    def get(self, key: str) -> Value | None:
        self.asked.add(key)
        return super().get(key)

    def value(self, key: str) -> Value:
        self.asked.add(key)
        return super().value(key)

    def cite(self, key: str) -> str:
        self.asked.add(key)
        return super().cite(key)

    def under(self, prefix: str) -> dict[str, Value]:
        self.asked.add(prefix)
        return super().under(prefix)


@pytest.mark.parametrize("method", list(Method))
def test_judging_asks_for_nothing_else(method: Method) -> None:
    for law in laws()[1:8]:
        watched = Watched.over(law)
        watched.asked.clear()
        for record, limit_set in runs(method, 25, 5):
            try:
                judge(record, watched, limit_set=limit_set)
            except Unknown:
                continue
        assert {key.partition(".")[0] for key in watched.asked} <= SUBJECTS


def test_law_of_other_things_leaves_it_alone() -> None:
    law = load().at(date(2026, 3, 5), "450200")
    values = law.under("")
    shorter = Law(law.on, law.place, {k: v for k, v in values.items() if k != "deadline.days"}, {})
    looser = Law(law.on, law.place, {k: v for k, v in values.items() if k != "asm.window_s"}, {})
    assert verdict_hash(shorter) == verdict_hash(law) != verdict_hash(looser)
    assert law.hash != shorter.hash
