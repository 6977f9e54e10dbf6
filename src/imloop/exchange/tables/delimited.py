"""Lines of separated values, as spreadsheets and line software write them: which sign separates, cells in quotes, rows
padded with empty cells by a spreadsheet that saved the file again. What does not fit together is named, never guessed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

from imloop.facts.refusal import Malformed, Problem
from imloop.facts.text import Text

SEPARATORS = ",;\t"
Cells = list[str]
_SAID = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
"""The line by which a spreadsheet is told the separator."""
_LOST = re.compile(r"[+-]?(?:\d+(?:\.\d+)?[eE]\+|\d+\.\d+[eE])\d+")
"""A long number as a narrow column shows it: the other digits are gone."""


def separator_of(lines: Iterable[str]) -> str:
    """The sign that stands in most of these lines; the comma where there is none."""
    found = [each for each in lines if each.strip()]
    return max(SEPARATORS, key=lambda sign: sum(sign in line for line in found))


def records(lines: Iterable[str], separator: str, strict: bool = True) -> Iterator[Cells]:
    """The cells of every record, without blanks at their ends. Raises ``Malformed`` for a quote that is never closed or
    (``strict``) closes within a cell."""
    reader = csv.reader(lines, delimiter=separator, strict=strict)
    while True:
        begun = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise malformed_table(
                f"第 {begun} 行起引号不成对或单元格过长（{error}）",
                f"from line {begun} on: a quote is not closed, or a cell is too long ({error})",
            ) from error
        yield [cell.strip() for cell in cells]


def told_separator(line: str) -> str:
    """What a line ``sep=;`` says; empty for any other line."""
    said = _SAID.fullmatch(line.removeprefix("\ufeff"))
    return said[1] if said else ""


def is_blank(cells: Sequence[str]) -> bool:
    return not any(cells)


def heading(cells: Sequence[str]) -> Cells:
    """The names of columns, without the empty ones at the end. Raises ``Malformed`` where one is given twice."""
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    for name in names:
        if name and names.count(name) > 1:
            raise malformed_table(f"有两列都叫 {name}", f"two columns are called {name}", code="column-twice")
    return names


def fitted(names: Sequence[str], cells: Sequence[str]) -> Cells:
    """A row as long as its heading: empty cells beyond it are a spreadsheet's. Raises ``Malformed`` for a row that is
    shorter, or has more to say."""
    width = len(names)
    more = any(cells[width:])
    if more or len(cells) < width:
        count = max(number for number, cell in enumerate(cells, 1) if cell) if more else len(cells)
        raise malformed_table(
            f"有 {count} 格，表头 {width} 格",
            f"{count} cells, the heading has {width}",
            code="row-does-not-fit",
        )
    return list(cells[:width])


def has_lost_digits(text: str) -> bool:
    return _LOST.fullmatch(text) is not None


def malformed_table(zh: str, en: str, code: str = "malformed-table") -> Malformed:
    words = Text(f"表格有误：{zh}。", f"Faulty table: {en}.")
    return Malformed(code, words, problems=(Problem("$", code, words),))
