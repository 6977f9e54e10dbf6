"""Compile the English catalogue: ``python scripts/compile_messages.py``. Part of the set-up; needs Babel only."""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "src" / "imloop" / "pages" / "locale"


def main() -> None:
    for source in sorted(LOCALE.rglob("*.po")):
        with source.open("rb") as text:
            catalogue = read_po(text)
        with source.with_suffix(".mo").open("wb") as out:
            write_mo(out, catalogue)


if __name__ == "__main__":
    main()
