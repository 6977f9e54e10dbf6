"""Tables in files, written row by row: CSV, XLSX, NDJSON, Parquet."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from imloop.exchange.tables.endings import by_ending

if TYPE_CHECKING:
    import xlsxwriter


def write_rows(file: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> int:
    """Write rows in the format of the file's ending; returns how many."""
    writers: dict[str, Callable[[Path, Sequence[str], Iterable[Mapping[str, object]]], int]] = {
        ".csv": write_csv,
        ".xlsx": write_xlsx,
        ".ndjson": _write_ndjson,
        ".jsonl": _write_ndjson,
        ".parquet": _write_parquet,
    }
    return by_ending(file, writers)(file, columns, rows)


def write_csv(file: Path | io.BytesIO, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> int:
    if isinstance(file, Path):
        with file.open("wb") as out:
            return _csv_into(out, columns, rows)
    return _csv_into(file, columns, rows)


def _csv_into(raw: BinaryIO, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> int:
    # A BOM, so that spreadsheets in offices open Chinese text correctly.
    out = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    count = 0
    for row in rows:
        writer.writerow({key: safe_cell(value) for key, value in row.items()})
        count += 1
    out.flush()
    out.detach()
    return count


_WIDEST = 60
"""A column of a workbook, in letters."""
_RUNS, _CONTROLS = "=+-@", "\t\r\n"


def _would_run(cell: str) -> bool:
    """Whether a spreadsheet would run the cell as a formula: full-width signs and blanks before them do as well."""
    if cell[:1].isalnum():
        return False
    return cell[:1] in _CONTROLS or unicodedata.normalize("NFKC", cell.lstrip()[:1]) in _RUNS


def safe_cell(value: object) -> object:
    """A cell that a spreadsheet would run as a formula is written as text."""
    return f"'{value}" if isinstance(value, str) and value and _would_run(value) else value


def as_written(cell: str) -> str:
    """What ``safe_cell`` was given, so that an export can be entered again."""
    return cell[1:] if cell[:1] == "'" and cell[1:] and _would_run(cell[1:]) else cell


def write_xlsx(file: Path | io.BytesIO, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> int:
    book = _new_book(file)
    count = _fill_sheet(book, None, columns, rows)
    book.close()
    return count


def write_sheets(file: Path | io.BytesIO, sheets: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
    """A workbook of several sheets; each has the columns of its first row."""
    book = _new_book(file)
    for name, rows in sheets.items():
        _fill_sheet(book, name, list(rows[0]) if rows else [], rows)
    book.close()


def _new_book(file: Path | io.BytesIO) -> xlsxwriter.Workbook:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    return xlsxwriter.Workbook(file if isinstance(file, io.BytesIO) else str(file), options)


def _fill_sheet(
    book: xlsxwriter.Workbook, name: str | None, columns: Sequence[str], rows: Iterable[Mapping[str, object]]
) -> int:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, columns, book.add_format({"bold": True}))
    day, moment = (book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
    widths = [_width(column) for column in columns]
    count = 0
    for count, row in enumerate(rows, 1):
        for number, column in enumerate(columns):
            value = row.get(column)
            widths[number] = max(widths[number], _width(value))
            if isinstance(value, date) and getattr(value, "tzinfo", None) is None:
                sheet.write_datetime(count, number, value, moment if isinstance(value, datetime) else day)
            else:
                sheet.write(count, number, value if isinstance(value, Decimal) else _plain(value))
    for number, width in enumerate(widths):
        sheet.set_column(number, number, width + 2)
    if count:
        sheet.autofilter(0, 0, count, len(columns) - 1)
    return count


def _width(value: object) -> int:
    """Room of a cell in letters; a Chinese sign takes two, and what is long is read in its own row."""
    text = f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
    return min(sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text), _WIDEST)


def _plain(value: object) -> object:
    return value if isinstance(value, (int, float, str)) else "" if value is None else str(value)


def _write_ndjson(file: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> int:
    count = 0
    with file.open("w", encoding="utf-8") as out:
        for row in rows:
            kept = {column: row.get(column) for column in columns}
            out.write(json.dumps(kept, ensure_ascii=False, default=str) + "\n")
            count += 1
    return count


def _write_parquet(file: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kept = [{column: _plain(row.get(column)) for column in columns} for row in rows]
    table = pa.table({column: [str(row[column]) for row in kept] for column in columns})
    pq.write_table(table, file, compression="zstd")
    return len(kept)
