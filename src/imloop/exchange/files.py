"""Tables in files: CSV (UTF-8 with or without BOM, GBK), XLSX, NDJSON, Parquet; read and written row by row."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text

if TYPE_CHECKING:
    import xlsxwriter

Row = dict[str, str]
T = TypeVar("T")


def read_rows(file: Path) -> Iterator[Row]:
    """Rows as text by column name; ``Malformed`` for an ending or content that cannot be read."""
    readers: dict[str, Callable[[Path], Iterator[Row]]] = {
        ".csv": _read_csv,
        ".xlsx": _read_xlsx,
        ".ndjson": _read_ndjson,
        ".jsonl": _read_ndjson,
        ".parquet": _read_parquet,
    }
    return _by_ending(file, readers)(file)


def write_rows(file: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> int:
    """Write rows in the format of the file's ending; returns how many."""
    writers: dict[str, Callable[[Path, Sequence[str], Iterable[Mapping[str, object]]], int]] = {
        ".csv": write_csv,
        ".xlsx": write_xlsx,
        ".ndjson": _write_ndjson,
        ".jsonl": _write_ndjson,
        ".parquet": _write_parquet,
    }
    return _by_ending(file, writers)(file, columns, rows)


def _by_ending(file: Path, known: Mapping[str, T]) -> T:
    found = known.get(file.suffix.lower())
    if found is None:
        endings = " ".join(known)
        raise Malformed(
            "unknown-format",
            Text(f"{file.name}：支持 {endings}", f"{file.name}: supported file types are {endings}"),
        )
    return found


def text_encoding(file: Path) -> str:
    """UTF-8 (BOM allowed), UTF-16 with BOM, else GB 18030, which office spreadsheets still write; the file is read
    block by block."""
    with file.open("rb") as raw:
        head = raw.read(4)
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        raw.seek(0)
        for encoding in ("utf-8-sig", "gb18030"):
            decoder = codecs.getincrementaldecoder(encoding)()
            raw.seek(0)
            try:
                while block := raw.read(1 << 20):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                continue
            return encoding
    raise Malformed("unreadable", Text(f"{file.name} 编码无法识别", f"{file.name}: unknown encoding"))


def _read_csv(file: Path) -> Iterator[Row]:
    try:
        with file.open(encoding=text_encoding(file), newline="") as text:
            for row in csv.DictReader(text):
                yield {
                    key.strip(): _unsafe((value or "").strip())
                    for key, value in row.items()
                    if isinstance(key, str)
                }
    except (UnicodeError, csv.Error) as error:
        raise Malformed("unreadable", Text(f"{file.name}：{error}", f"{file.name}: {error}")) from error


def _read_xlsx(file: Path) -> Iterator[Row]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        rows = iter(CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).iter_rows())
    except CalamineError as error:
        raise Malformed(
            "unreadable", Text(f"{file.name} 不是有效的 XLSX", f"{file.name} is not a valid XLSX file")
        ) from error
    names = [str(name).strip() for name in next(rows, [])]
    for values in rows:
        yield {name: _cell(value) for name, value in zip(names, values, strict=False) if name}


def count_rows(file: Path) -> int:
    """About how many rows a file holds, for a progress bar: the lines of a text, the rows of a table."""
    if file.suffix.lower() == ".parquet":
        import pyarrow.parquet as pq

        return int(pq.ParquetFile(file).metadata.num_rows)
    if file.suffix.lower() == ".xlsx":
        from python_calamine import CalamineWorkbook

        return max(CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).height - 1, 0)
    lines = 0
    with file.open("rb") as raw:
        while block := raw.read(1 << 20):
            lines += block.count(b"\n")
    return lines


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value).strip()


def _read_ndjson(file: Path) -> Iterator[Row]:
    with file.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                yield {str(key): "" if value is None else str(value) for key, value in row.items()}
            except (ValueError, AttributeError) as error:
                words = Text(
                    f"{file.name} 第 {number} 行不是 JSON 对象",
                    f"{file.name}: line {number} is not a JSON object",
                )
                raise Malformed("unreadable", words) from error


def _read_parquet(file: Path) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(file)
    except pa.ArrowInvalid as error:
        raise Malformed(
            "unreadable", Text(f"{file.name} 不是 Parquet", f"{file.name} is not a Parquet file")
        ) from error
    for batch in table.iter_batches():
        for row in batch.to_pylist():
            yield {key: "" if value is None else str(value) for key, value in row.items()}


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


_FORMULA = ("=", "+", "-", "@", "\t")


def safe_cell(value: object) -> object:
    """A cell that a spreadsheet would run as a formula is written as text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in _FORMULA else value


def _unsafe(cell: str) -> str:
    """What ``safe_cell`` was given, so that an export can be entered again."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell


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
    count = 0
    for count, row in enumerate(rows, 1):
        sheet.write_row(count, 0, [_plain(row.get(column)) for column in columns])
    return count


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
