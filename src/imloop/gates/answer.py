"""What a gate answers: allowed or not, every reason with its clause, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from imloop.facts.refusal import Unlawful
from imloop.facts.text import Reason, only_warnings


@dataclass(frozen=True, slots=True)
class Answer:
    """``reasons``: refusals first, then warnings; empty when nothing is to be said. ``facts``: what the answer is based
    on, for the reader and the journal."""

    gate: str
    allowed: bool
    reasons: tuple[Reason, ...]
    facts: dict[str, object] = field(default_factory=dict)

    @classmethod
    def of(
        cls, gate: str, reasons: Iterable[Reason | None], facts: dict[str, object] | None = None
    ) -> Answer:
        """Allowed unless a reason is more than a warning; guards that found nothing give None."""
        found = sorted((reason for reason in reasons if reason is not None), key=lambda each: each.warning)
        return cls(gate, only_warnings(found), tuple(found), facts or {})

    @property
    def refusals(self) -> tuple[Reason, ...]:
        return tuple(reason for reason in self.reasons if not reason.warning)

    def to_json(self) -> dict[str, object]:
        """Contract §4: ``{"allowed", "reasons": [{"code", "cite", "text", "next", …}]}``, the gate and its facts."""
        return {
            "gate": self.gate,
            "allowed": self.allowed,
            "reasons": [reason.to_json() for reason in self.reasons],
            **self.facts,
        }

    def refusal(self) -> Unlawful:
        """The error with which a step stops at a closed gate. Only for an answer that is not ``allowed``."""
        first = self.refusals[0]
        return Unlawful(first.code, first.text, cite=first.cite, reasons=self.reasons)
