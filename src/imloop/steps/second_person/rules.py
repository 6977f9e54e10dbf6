"""What the law of the day says of an act that may need a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed, Unlawful, require_reason
from imloop.facts.text import Text
from imloop.law import Law

OWN = "own"
"""People of the party itself confirm."""
LONGEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """``needs``: kind of the party that confirms, or ``OWN``; ``break_glass``: whether it may take effect before, where
    nobody is there; ``least``: signs of a reason; ``most_days``: how far ahead it may end, None: no such limit."""

    kind: str
    needs: str
    hours: float
    break_glass: bool
    alone_hours: float
    least: int
    most_days: int | None
    from_today: bool
    cite: str
    cite_reason: str
    cite_alone: str

    def until(self, now: datetime, *, alone: bool) -> datetime:
        return now + timedelta(hours=self.alone_hours if alone else self.hours)

    def require_words(self, **words: str) -> None:
        """Reason and evidence say something."""
        for name, text in words.items():
            require_reason(text, LONGEST, least=self.least, cite=self.cite_reason, at=name)

    def require_end(self, last: date, now: datetime, *, at: str) -> None:
        if self.most_days is None or last <= day_of(now) + timedelta(days=self.most_days):
            return
        latest = day_of(now) + timedelta(days=self.most_days)
        raise Malformed(
            "too-far-ahead",
            Text(
                f"最多 {self.most_days} 天，最晚到 {latest}。",
                f"At most {self.most_days} days ahead: {latest} at the latest.",
            ),
            cite=self.cite,
            at=at,
        )

    def require_begin(self, first: date, now: datetime, *, at: str) -> None:
        if self.from_today and first < day_of(now):
            raise Malformed(
                "begins-before-today",
                Text(f"{first} 已过：不能早于今天起算。", f"{first} is past: it may not begin before today."),
                cite=self.cite,
                at=at,
            )


def rules_of(kind: str, law: Law) -> Rules | None:
    """None: on that day one person decides it."""
    key = f"second_person.{kind}"
    if law.get(f"{key}.confirmed_by") is None:
        return None
    begun = law.get("second_person.reason_min") is not None
    return Rules(
        kind=kind,
        needs=law.word(f"{key}.confirmed_by"),
        hours=law.number(f"{key}.hours"),
        break_glass=law.flag(f"{key}.break_glass"),
        alone_hours=law.number("second_person.break_glass_hours") if begun else 0,
        least=law.integer("second_person.reason_min") if begun else 1,
        most_days=law.integer(f"{key}.most_days") if law.get(f"{key}.most_days") else None,
        from_today=law.get(f"{key}.from_today") is not None and law.flag(f"{key}.from_today"),
        cite=law.cite(f"{key}.confirmed_by"),
        cite_reason=law.cite("second_person.reason_min") if begun else "",
        cite_alone=law.cite("second_person.break_glass_hours") if begun else "",
    )


def no_break_glass(rules: Rules) -> Unlawful:
    return Unlawful(
        "no-break-glass",
        Text(
            "这一事项不能先行生效：做了就收不回，须先由另一人确认。",
            "This cannot take effect before it is confirmed: once done it cannot be taken back.",
        ),
        cite=rules.cite,
    )
