"""One dated, cited value of the law, one dated threshold with its source, and what can be wrong with the data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from imloop.facts.text import Text

Content = float | int | bool | str | date | tuple[str, ...]

CONFIDENCE = ("verified", "recalled", "derived", "chosen")
"""verified: compared with the official text · recalled: from experts, not yet compared · derived: follows from
other values · chosen: the text leaves it open, the platform's default."""

SURENESS = ("high", "medium", "low")
"""high: follows from a definition or from arithmetic · medium: technical knowledge that engineers share, or calculated
with a chosen margin · low: an estimate, to be tuned on measured data. Whatever is not high says why in a note."""


class LawError(ValueError):
    """The data refuses to load: which file, which key or line, why."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


class LawMissing(LookupError):
    """No value in force for this key."""

    def __init__(self, key: str, on: date, place: str) -> None:
        super().__init__(f"no value for {key} on {on} in {place}")
        self.key = key


@dataclass(frozen=True, slots=True)
class Value:
    """What one clause says from ``since`` until ``until`` (exclusive; None: still in force) in one place."""

    key: str
    value: Content
    unit: str
    text_id: str
    clause: str
    cite: str
    says: str
    place: str
    since: date
    until: date | None
    confidence: str
    note: str

    def in_force(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number from which on a recording is doubted, from ``since`` until ``until`` (exclusive) in one place. Technical
    knowledge, never law: it has a ``source`` in place of a clause, and it decides nothing."""

    key: str
    value: float
    unit: str
    says: Text
    source: str
    source_says: Text
    confidence: str
    note: Text | None
    text_id: str
    place: str
    since: date
    until: date | None

    def in_force(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True)
class LegalText:
    """One legal text: where it applies, since when, when a human last confirmed our reading of it."""

    id: str
    short: str
    title: str
    title_en: str
    place: str
    in_force: date
    source: str
    confirmed_on: date
    confirmed_how: str
    file: str
