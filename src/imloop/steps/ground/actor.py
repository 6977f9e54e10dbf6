"""Who did something, as fields: the party, the person, whose right they used, the key they called with.

Rows and the journal's ``actor`` name it in one line (``party/person for giver``), which user names and codes cannot
break, as they hold neither blanks nor strokes. The journal's body keeps the fields as well since there are any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FIELD = "actor"
"""Of a journal entry's body."""
_FOR = " for "


@dataclass(frozen=True, slots=True)
class Actor:
    """``person``: a user name, empty for a machine; ``behalf``: the user name of who delegated the right."""

    party: str
    person: str = ""
    behalf: str = ""
    key: str = ""

    def __str__(self) -> str:
        lent = f"{_FOR}{self.behalf}" if self.behalf else ""
        return f"{self.party}/{self.person}{lent}" if self.person else self.party

    def fields(self) -> dict[str, str]:
        """Those that say something."""
        named = {"party": self.party, "person": self.person, "for": self.behalf, "key": self.key}
        return {name: value for name, value in named.items() if value}

    @classmethod
    def read(cls, line: str, body: object = None) -> Actor:
        """From the line; ``body``: of the journal's entry, whose fields go before where it has them."""
        fields = body.get(FIELD) if isinstance(body, Mapping) else None
        if isinstance(fields, Mapping):
            party, *others = (str(fields.get(name, "")) for name in ("party", "person", "for", "key"))
            return cls(party or line, *others)
        party, _, who = line.partition("/")
        person, _, behalf = who.partition(_FOR)
        return cls(party, person, behalf)

    @property
    def people(self) -> tuple[str, ...]:
        """Whose act it is: who did it, and whose right it was."""
        return tuple(name for name in (self.person, self.behalf) if name)
