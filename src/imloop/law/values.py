"""One dated, cited value, and what can be wrong with the data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

Content = float | int | bool | str | date | tuple[str, ...]

CONFIDENCE = ("verified", "recalled", "derived", "chosen")
"""verified: compared with the official text · recalled: from experts, not yet compared · derived: follows from
other values · chosen: the text leaves it open, the platform's default."""


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
