"""Which format a file is in, by the ending of its name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text

T = TypeVar("T")


def by_ending(file: Path, known: Mapping[str, T]) -> T:
    """Raises ``Malformed`` ``unknown-format``."""
    found = known.get(file.suffix.lower())
    if found is None:
        endings = " ".join(known)
        raise Malformed(
            "unknown-format",
            Text(f"{file.name}：支持 {endings}", f"{file.name}: supported file types are {endings}"),
        )
    return found
