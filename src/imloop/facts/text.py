"""Words in the platform's two languages, kept together so that neither can drift."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence or label, Chinese first."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh

    def in_(self, language: str) -> str:
        """The wording for an IETF language tag; everything that is not English reads Chinese."""
        return self.en if language.lower().startswith("en") else self.zh

    def format(self, **values: object) -> Text:
        return Text(self.zh.format(**values), self.en.format(**values))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is refused, failed or doubted: a stable code, the clause behind it, words, the next step."""

    code: str
    text: Text
    cite: str = ""
    next: Text | None = None
    item: str | None = None
    warning: bool = False
    rows: tuple[int, int] | None = None

    @classmethod
    def kept(cls, said: Mapping[str, object]) -> Reason:
        """One that was kept as ``to_json`` gave it."""
        words = [str(said.get(name) or "") for name in ("text", "text_en", "next", "next_en", "item", "cite")]
        text, text_en, then, then_en, item, cite = words
        what_next = Text(then, then_en) if then else None
        return cls(str(said["code"]), Text(text, text_en), cite, what_next, item or None)

    def to_json(self) -> dict[str, object]:
        out: dict[str, object] = {
            "code": self.code,
            "cite": self.cite,
            "text": self.text.zh,
            "text_en": self.text.en,
        }
        if self.next is not None:
            out["next"], out["next_en"] = self.next.zh, self.next.en
        if self.item is not None:
            out["item"] = self.item
        if self.rows is not None:
            out["rows"] = list(self.rows)
        if self.warning:
            out["warning"] = True
        return out


def only_warnings(reasons: Iterable[Reason]) -> bool:
    """Whether nothing among them refuses."""
    return all(reason.warning for reason in reasons)
