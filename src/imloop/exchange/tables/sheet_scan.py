"""What the XML of a workbook's first sheet says, read as a stream before the reading library makes a dense table of it:
where its outermost values lie, and which of them are errors, which the library shows as empty cells."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text

_PIECE = 1 << 16
_DIGITS = "0123456789"
_Start = Callable[[str, dict[str, str]], None]


@dataclass(slots=True)
class SheetScan:
    """``last``: the last row and the last column with a value, from 1; ``errors``: row and column → ``#N/A``."""

    last: tuple[int, int] = (0, 0)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


def scan_sheet(file: Path, most_bytes: int) -> SheetScan:
    """The first sheet of a workbook. Raises ``Malformed`` ``table-too-large`` where all parts unpack to more than
    ``most_bytes``; ``KeyError``, ``ValueError``, ``expat.ExpatError`` or ``zipfile.BadZipFile`` for what is none."""
    with zipfile.ZipFile(file) as packed:
        if sum(part.file_size for part in packed.infolist()) > most_bytes:
            zh, en = f"解压后超过 {most_bytes} 字节。", f"It unpacks to more than {most_bytes} bytes."
            raise Malformed("table-too-large", Text(zh, en))
        scanning = _Cells()
        _parse(packed, _first_sheet(packed), scanning.start, scanning.parser)
    return scanning.found()


def _first_sheet(packed: zipfile.ZipFile) -> str:
    book = next(part for kind, part in _links(packed, "").values() if kind.endswith("/officeDocument"))
    sheets: list[str] = []

    def listed(name: str, said: dict[str, str]) -> None:
        if _plain(name) == "sheet":
            sheets.extend(value for key, value in said.items() if key.endswith(":id"))

    _parse(packed, book, listed, expat.ParserCreate())
    return _links(packed, book)[sheets[0]][1]


def _links(packed: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """What a part leads to: name of the link → kind and part; of the package itself for no part."""
    folder, name = posixpath.split(part)
    found: dict[str, tuple[str, str]] = {}

    def linked(name: str, said: dict[str, str]) -> None:
        if _plain(name) == "Relationship":
            target = posixpath.normpath(posixpath.join("/", folder, said["Target"])).lstrip("/")
            found[said["Id"]] = said.get("Type", ""), target

    _parse(packed, posixpath.join(folder, "_rels", f"{name}.rels"), linked, expat.ParserCreate())
    return found


def _parse(packed: zipfile.ZipFile, part: str, start: _Start, parser: expat.XMLParserType) -> None:
    parser.StartDoctypeDeclHandler = _no_document_type
    parser.StartElementHandler = start
    with packed.open(part) as raw:
        while piece := raw.read(_PIECE):
            parser.Parse(piece)
    parser.Parse(b"", True)


def _no_document_type(*_: object) -> NoReturn:
    raise ValueError("a document type")


def _plain(name: str) -> str:
    return name.rpartition(":")[2]


class _Cells:
    """The cells with a value, as they come; one without an address follows the one before it."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self._row, self._column, self._error = 0, 0, False
        self._last = 0, 0
        self._of: dict[str, int] = {}
        self._errors: dict[tuple[int, int], str] = {}

    def start(self, name: str, said: dict[str, str]) -> None:
        name = _plain(name)
        if name == "c":
            at = said.get("r", "")
            letters = at.rstrip(_DIGITS)
            self._column = self._number(letters) if at else self._column + 1
            self._row = int(at[len(letters) :]) if at else self._row
            self._error = said.get("t") == "e"
        elif name in ("v", "is"):
            self._last = max(self._last[0], self._row), max(self._last[1], self._column)
            if self._error:
                self.parser.CharacterDataHandler = self._text
                self.parser.EndElementHandler = self._end
        elif name == "row":
            self._row, self._column = int(said["r"]) if "r" in said else self._row + 1, 0

    def _number(self, letters: str) -> int:
        found = self._of.get(letters)
        if found is None:
            found = 0
            for letter in letters:
                found = found * 26 + ord(letter) - 64
            self._of[letters] = found
        return found

    def _text(self, words: str) -> None:
        self._errors[self._row, self._column] = words.strip()

    def _end(self, _: str) -> None:
        self.parser.CharacterDataHandler = self.parser.EndElementHandler = None

    def found(self) -> SheetScan:
        return SheetScan(self._last, self._errors)
