"""Tables in files, read row by row as text: CSV and NDJSON in any encoding of ``text_bytes``, XLSX, Parquet.

A row that cannot be read whole is handed on with its fault and without its values; a file that cannot be read at all,
or has two columns of one name, is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from imloop.exchange.reading import each_once
from imloop.exchange.tables.delimited import (
    SEPARATORS,
    fitted,
    has_lost_digits,
    heading,
    is_blank,
    malformed_table,
    records,
    separator_of,
    told_separator,
)
from imloop.exchange.tables.endings import by_ending
from imloop.exchange.tables.table_process import read_aside
from imloop.exchange.tables.write_tables import as_written
from imloop.exchange.text_bytes import open_text
from imloop.facts.digits import are_digits
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.steps.ground.rejected_row import ListedRow

_ERROR = re.compile(
    r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|GETTING_DATA|#+)",
    re.IGNORECASE,
)
"""What a spreadsheet shows in place of a value."""
_TAIL = re.compile(r"(\d{1,15})\.0+")
"""A whole number as a program writes it that knows broken ones alone; up to fifteen digits none is lost."""
_FORCED = re.compile(r'="([^"]+)"|\'(\d+)')
"""Digits that somebody made text, so that the spreadsheet leaves them whole."""
_NOTHING = frozenset(["NULL", "null", "NaN", "nan", "NaT", "None", "N/A", "n/a", "\\N"])
"""What databases and programs write for an empty cell."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")
_EXPONENT = re.compile(r"[eE]\+?(?=\d)")
_SAMPLE = 20
"""Lines by which the separator of a table is found."""


def read_rows(file: Path) -> Iterator[ListedRow]:
    """``Malformed`` for an ending or content that cannot be read."""
    readers: dict[str, Callable[[Path], Iterator[ListedRow]]] = {
        ".csv": _read_csv,
        ".xlsx": _read_cells,
        ".ndjson": _read_ndjson,
        ".jsonl": _read_ndjson,
        ".parquet": _read_cells,
    }
    return by_ending(file, readers)(file)


def count_lines(file: Path) -> int | None:
    """About how many rows a file of text holds, for a progress bar; None for any other file."""
    if file.suffix.lower() in (".xlsx", ".parquet"):
        return None
    with file.open("rb") as raw:
        return sum(block.count(b"\n") for block in iter(lambda: raw.read(1 << 20), b""))


def _read_csv(file: Path) -> Iterator[ListedRow]:
    with open_text(file) as text:
        try:
            sample = list(islice(text, _SAMPLE))
            told = told_separator(sample[0]) if sample else ""
            separator = told or separator_of(line for line in sample if line.strip(f"{SEPARATORS} \r\n"))
            found = enumerate(records(chain(sample, text), separator), 1)
            rows = ((number, cells) for number, cells in found if not (told and number == 1))
            for row in _rows(rows):
                fault = row.fault or next(filter(None, map(_swallowed, row.items())), None)
                yield ListedRow({name: as_written(cell) for name, cell in row.items()}, row.number, fault)
        except UnicodeError as error:
            raise Malformed(
                "malformed-text", Text(f"{file.name}：{error}", f"{file.name}: {error}")
            ) from error


def _swallowed(cell: tuple[str, str]) -> Malformed | None:
    """Of a cell of several lines with separators, a quote was opened and closed by the next row that has one."""
    name, text = cell
    if "\n" not in text:
        return None
    after = text.partition("\n")[2]
    if not any(sign in after for sign in SEPARATORS):
        return None
    return malformed_table(
        f"{name} 跨行，可能缺少引号", f"{name} goes on in the next line: a quote may be missing"
    )


def _read_cells(file: Path) -> Iterator[ListedRow]:
    return _rows(read_aside(file), short=True)


def _rows(found: Iterable[tuple[int, Sequence[str]]], *, short: bool = False) -> Iterator[ListedRow]:
    """Rows under the names of the first that is not blank. ``short``: without empty cells at their ends."""
    names: list[str] | None = None
    for number, cells in found:
        if is_blank(cells):
            continue
        if names is None:
            names = heading(cells)
            continue
        if short:
            cells = [*cells, *[""] * (len(names) - len(cells))]
        try:
            yield ListedRow(_read_row(names, fitted(names, cells)), number)
        except Malformed as fault:
            yield ListedRow(dict.fromkeys(names, ""), number, fault)


def _read_row(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    row = {}
    for name, cell in zip(names, cells, strict=True):
        if cell and not name:
            raise malformed_table(
                f"{cell[:20]} 上方没有列名", f"{cell[:20]}: its column has no name", "row-does-not-fit"
            )
        if name:
            row[name] = _read_cell(name, cell)
    return row


def _read_cell(name: str, cell: str) -> str:
    """Raises ``Malformed`` for a cell whose value is not in it."""
    if not cell or cell in _NOTHING:
        return ""
    if cell.isalpha() or are_digits(cell):
        return cell
    if cell[0] == "#" and _ERROR.fullmatch(cell):
        raise malformed_table(f"{name} 是错误值 {cell}", f"{name} is the error {cell}", "cell-error")
    if has_lost_digits(cell):
        raise malformed_table(
            f"{name}：{cell} 是缩写的数，原来的数字已丢失",
            f"{name}: {cell} is shortened, its digits are lost",
            "digits-lost",
        )
    if _CONTROL.search(cell):
        raise malformed_table(
            f"{name} 含有控制字符", f"{name} holds a control character", "control-character"
        )
    forced = _FORCED.fullmatch(cell)
    if forced:
        return forced[1] or forced[2]
    tail = _TAIL.fullmatch(cell)
    return tail[1] if tail else cell


def _read_ndjson(file: Path) -> Iterator[ListedRow]:
    with open_text(file) as lines:
        try:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _object(file.name, number, line)
        except UnicodeError as error:
            raise Malformed(
                "malformed-text", Text(f"{file.name}：{error}", f"{file.name}: {error}")
            ) from error


def _object(name: str, number: int, line: str) -> ListedRow:
    try:
        row = json.loads(
            line, object_pairs_hook=each_once, parse_float=_digits, parse_int=str, parse_constant=_not_json
        )
        if not isinstance(row, dict):
            raise ValueError
        return ListedRow(
            {key.strip(): _read_cell(key, _plain(key, value)) for key, value in row.items()}, number
        )
    except Malformed as fault:
        return ListedRow({}, number, fault)
    except (ValueError, RecursionError) as error:
        words = Text(f"{name} 第 {number} 行不是 JSON 对象", f"{name}: line {number} is not a JSON object")
        raise Malformed("unreadable", words) from error


def _not_json(written: str) -> str:
    """NaN and Infinity are no JSON."""
    raise ValueError(written)


def _digits(written: str) -> str:
    """A number with an exponent has lost digits like one that a spreadsheet shows."""
    return _EXPONENT.sub("E+", written)


def _plain(name: str, value: object) -> str:
    if isinstance(value, (dict, list)):
        raise malformed_table(f"{name} 应为文字或数字", f"{name} must be text or a number", "wrong-value")
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value).strip()
