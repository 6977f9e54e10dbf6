"""What a check of a file is: its name, the clause behind it, what to do, and the function that says what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.matters.penalties.case_file import File
from imloop.matters.penalties.limits import may_be_heard
from imloop.matters.penalties.ranges import Range


@dataclass(frozen=True, slots=True)
class Checked:
    """``range``: what may be imposed; None: nothing."""

    file: File
    of_act: Law
    of_decision: Law
    range: Range | None

    @property
    def also(self) -> frozenset[str]:
        return frozenset(self.range.also) if self.range else frozenset()

    @property
    def hearing_right(self) -> bool:
        """By the fine of the notice, which is what the party knows of; by that of the decision while there is none."""
        notice = self.file.notice
        fine = self.file.fine if notice is None else max(notice.fine, self.file.fine)
        return may_be_heard(fine, self.also, self.of_decision, is_person=self.file.is_person)


Check = Callable[[Checked], Text | None]


@dataclass(frozen=True, slots=True)
class Veto:
    """One defect that alone makes a file fail. ``key``: of the law that it offends; ``do``: how it is put right."""

    code: str
    name: Text
    key: str
    do: Text
    check: Check

    def __call__(self, checked: Checked) -> Reason | None:
        wrong = self.check(checked)
        if wrong is None:
            return None
        return Reason(self.code, wrong, checked.of_decision.cite(self.key), self.do)


def veto(code: str, zh: str, en: str, key: str, do: Text) -> Callable[[Check], Veto]:
    """A decorator of a check."""
    return lambda check: Veto(code, Text(zh, en), key, do, check)
