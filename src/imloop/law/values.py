"""One dated, cited value of the law, one dated threshold with its source, and what can be wrong with the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from imloop.facts.refusal import Unknown
from imloop.facts.text import Text

Content = float | int | bool | str | date | tuple[str, ...]

CONFIDENCE: Mapping[str, Text] = MappingProxyType(
    {
        "verified": Text("已与原文核对", "checked against the text"),
        "seen": Text("见于检测线数据、规范或网页", "seen in line files, specifications or pages"),
        "recalled": Text("待与原文核对", "to be checked against the text"),
        "derived": Text("由其他数值推出", "follows from other values"),
        "chosen": Text("原文未定，平台取值", "left open by the text; the platform's choice"),
    }
)
"""How sure the reading of a clause is. ``seen`` names where, in ``source``."""
COMPARED = "verified"
"""What no penalty may be printed without: somebody compared the value with the printed text."""

SURENESS: Mapping[str, Text] = MappingProxyType(
    {
        "high": Text("确定", "certain"),
        "medium": Text("较有把握", "fairly sure"),
        "low": Text("经验估计，待实测校准", "an estimate, to be tuned on measured data"),
    }
)
"""high: follows from a definition or from arithmetic · medium: technical knowledge that engineers share, or calculated
with a chosen margin · low: an estimate, to be tuned on measured data. Whatever is not high says why in a note."""

UNSEEN, TITLE_ONLY = "unseen", "title_only"
"""Confidence of a row whose text nobody has seen for those days, and of a text that is known by its title alone."""

CONFIDENCE_NAMES: Mapping[str, Text] = MappingProxyType(
    {
        **CONFIDENCE,
        **SURENESS,
        UNSEEN: Text("文本未见，不作推断", "text not seen; nothing is inferred"),
        TITLE_ONLY: Text("只知题名，文本未见", "known by its title alone"),
    }
)

DRAFT = "draft"
STATUS = ("in_force", DRAFT)
"""draft: published for comment, not issued."""
DRAFT_SAYS, OPEN_SAYS = "（征求意见稿）", "未规定，由平台取值"
"""What a citation of a draft says, and one of a text that leaves open what the platform chose."""


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
        self.key, self.on, self.place = key, on, place


class LawUnseen(LawMissing, Unknown):
    """The text that rules a key that day is one nobody has seen. A refusal by itself, so that it reaches whoever asked
    at every door; the platform does not guess, nor take what holds elsewhere."""

    def __init__(self, row: Value, on: date, place: str) -> None:
        zh = (
            f"{on} 在 {place} 适用的文本平台未见：{row.cite}，因此不判断“{row.says}”（{row.key}），也不作推断。"
            "请向保存该文本的部门索取并录入。"
        )
        en = (
            f"Nobody has entered the text in force on {on} in {place}: {row.cite}. The platform answers nothing about "
            f"{row.key} for that day and does not guess. Ask the department that keeps the text, and have it entered."
        )
        Unknown.__init__(self, "law-text-not-seen", Text(zh, en), cite=row.cite)
        self.key = row.key


@dataclass(frozen=True, slots=True)
class Value:
    """What one clause says from ``since`` until ``until`` (exclusive; None: still in force) in one place. An
    ``unseen`` one has no value. ``source``: where it was seen. ``adds``: a local penalty for what the nation's does not
    cover."""

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
    source: str = ""
    adds: bool = False

    @property
    def unseen(self) -> bool:
        return self.confidence == UNSEEN

    @property
    def plain(self) -> object:
        """As JSON writes it: a list for a tuple, a day as text; None where it was not seen."""
        if self.unseen:
            return None
        if isinstance(self.value, tuple):
            return list(self.value)
        return self.value.isoformat() if isinstance(self.value, date) else self.value

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
    """One legal text: where it applies, from when to which last day, when a human last confirmed our reading of it."""

    id: str
    short: str
    title: str
    title_en: str
    place: str
    in_force: date
    ends: date | None
    status: str
    title_only: bool
    source: str
    confirmed_on: date
    confirmed_how: str
    file: str

    def rules(self, on: date) -> bool:
        """Whether a day lies in its time."""
        return self.in_force <= on and (self.ends is None or on <= self.ends)
