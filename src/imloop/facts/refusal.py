"""Refusals: what the platform will not do, named by reason, carrying the clause.

The tree (HTTP status is mapped once, at the edge, from the class):

    Refusal
     ├─ Malformed      the message cannot be read as what it claims to be
     ├─ Unknown        it names something the registers do not hold
     ├─ NotAllowed     the caller may not do this
     ├─ Conflict       it contradicts what is already kept
     │   ├─ Ambiguous  it names several things: which one?
     │   └─ WrongPlace it is ahead of the feed, or of a feed that was restarted since
     ├─ Unlawful       a clause forbids it
     └─ Unavailable    not now: the platform itself cannot, nothing was kept
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imloop.facts.text import Reason, Text


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a message: a JSON path (``$.trace.columns.co_pct``), a code, words."""

    path: str
    code: str
    text: Text

    def to_json(self) -> dict[str, object]:
        return {"path": self.path, "code": self.code, "detail": self.text.zh, "detail_en": self.text.en}


class Refusal(Exception):
    """Base of every named refusal. ``reasons`` may hold several clauses; the first one names the whole. ``at``: the one
    value at fault by its name, where the words are about it alone; it becomes the only problem."""

    def __init__(
        self,
        code: str,
        text: Text,
        *,
        cite: str = "",
        problems: Sequence[Problem] = (),
        reasons: Sequence[Reason] = (),
        at: str = "",
    ) -> None:
        super().__init__(f"{code}: {text.zh}")
        self.code = code
        self.text = text
        self.cite = cite
        self.problems = (Problem(f"$.{at}", code, text),) if at else tuple(problems)
        self.reasons = tuple(reasons)


class Malformed(Refusal):
    pass


_DIFFERENT = 3
"""Signs that differ, of a reason that must have several."""


def require_reason(
    text: str, longest: int = 200, *, least: int = 1, cite: str = "", at: str = "reason"
) -> None:
    """Refuse an act without its reason, or with one that could not be kept whole. ``least``: signs that it must have,
    dots and blanks left out, and not one of them over and over; ``at``: the field, which may be the evidence."""
    signs = [sign for sign in text if sign.isalnum()]  # a dot is no reason
    if not signs:
        raise Malformed("reason-missing", Text("请写明理由。", "Give a reason."), cite=cite, at=at)
    if len(signs) < least or len(set(signs)) < min(least, _DIFFERENT):
        said = Text(
            f"请写明白：至少 {least} 字，不能只重复几个字。",
            f"Say it in at least {least} characters that do not only repeat.",
        )
        raise Malformed("reason-too-short", said, cite=cite, at=at)
    if len(text.strip()) > longest:
        said = Text(f"理由至多 {longest} 字。", f"The reason may have at most {longest} characters.")
        raise Malformed("reason-too-long", said, at=at)


class Unknown(Refusal):
    pass


class NotAllowed(Refusal):
    pass


class Conflict(Refusal):
    pass


class Ambiguous(Conflict):
    """A name that several things bear. ``choices``: what to add to the question as ``asks``, and its name."""

    def __init__(
        self, code: str, text: Text, *, asks: str = "", choices: Sequence[tuple[str, str]] = ()
    ) -> None:
        super().__init__(code, text)
        self.asks = asks
        self.choices = tuple(choices)


class WrongPlace(Conflict):
    """A place in the feed that it does not have. ``after``: where to go on; ``newest``: the last sequence."""

    def __init__(self, code: str, text: Text, *, after: int, newest: int) -> None:
        super().__init__(code, text)
        self.after, self.newest = after, newest


class Unlawful(Refusal):
    pass


class Unavailable(Refusal):
    pass
