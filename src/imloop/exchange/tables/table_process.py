"""Workbooks and Parquet are read in a process of their own, with a bound on memory, on processor time and on what it
may say: a few kilobytes of either can unfold to more than any machine has, and the reading library would take the
whole server with it.

The process streams cells as text, one JSON line a row, blank rows left out, and ends with a line that says so. Whatever
else becomes of it, the file is refused.
"""

from __future__ import annotations

import contextlib
import math
import resource
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

import msgspec

from imloop.exchange.tables.sheet_scan import scan_sheet
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text

MEMORY = 512 * 2**20
"""Bytes that reading may take beyond what the started process has. A million texts of a workbook need half of it."""
SECONDS = 120
"""Of the processor: a workbook of 250,000 rows by 18 columns takes 60."""
UNPACKED = 2**30
MOST_PLACES, MOST_ROWS, LONGEST_CELL = 10_000_000, 5_000_000, 32_767
WIDEST = 1000
_DIGITS = 15
"""A spreadsheet keeps so many digits of a number."""

Line = tuple[int, Sequence[str]]


class _Fault(msgspec.Struct, tag=True, array_like=True):
    code: str
    zh: str
    en: str


class _End(msgspec.Struct, tag=True, array_like=True):
    rows: int


class _Cells(msgspec.Struct, tag=True, array_like=True):
    number: int
    cells: list[str]


def read_aside(file: Path) -> Iterator[Line]:
    """``(row number, cells)`` of an XLSX (first sheet) or Parquet file, blank rows left out; of Parquet the names
    of the columns come first. Raises ``Malformed`` for a file that is broken, too large or nothing of the kind."""
    command = [sys.executable, "-m", __name__, str(file)]
    decoder = msgspec.json.Decoder(_Cells | _End | _Fault)
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                said = decoder.decode(line)
                if isinstance(said, _End):
                    return
                if isinstance(said, _Fault):
                    raise Malformed(said.code, Text(said.zh, said.en))
                yield said.number, said.cells
            raise _too_much(file.name)
        except msgspec.DecodeError as error:  # it ended within a line
            raise _too_much(file.name) from error
        finally:
            process.kill()


def _too_much(name: str) -> Malformed:
    zh, en = "读取所需的内存或时间超出限度", "reading it takes more memory or time than allowed"
    return _too_large(name, zh, en)


def _too_large(name: str, zh: str, en: str) -> Malformed:
    return Malformed(
        "table-too-large",
        Text(
            f"{name}：{zh}。表格边缘可能有多余的单元格：删除空行空列，或另存为 CSV。",
            f"{name}: {en}. There may be stray cells far out: delete empty rows and columns, or save it as CSV.",
        ),
    )


def _serve(file: Path, out: BinaryIO) -> None:
    rows = 0
    encode = msgspec.json.Encoder().encode
    last: _Fault | _End
    try:
        for number, row in _READERS[file.suffix.lower()](file):
            if not any(row):
                continue
            rows += 1
            if rows > MOST_ROWS:
                raise _too_much(file.name)
            out.write(encode(_Cells(number, list(row))) + b"\n")
        last = _End(rows)
    except Malformed as found:
        last = _said(found)
    except MemoryError:
        last = _said(_too_much(file.name))
    except Exception:  # whatever a library says of such bytes
        last = _said(_not_readable(file))
    out.write(encode(last) + b"\n")
    out.flush()


def _said(fault: Malformed) -> _Fault:
    return _Fault(fault.code, fault.text.zh, fault.text.en)


def _not_readable(file: Path) -> Malformed:
    kind = {".xlsx": "XLSX", ".parquet": "Parquet"}[file.suffix.lower()]
    return Malformed(
        "unreadable", Text(f"{file.name} 不是有效的 {kind} 文件", f"{file.name} is not a valid {kind} file")
    )


def _workbook(file: Path) -> Iterator[Line]:
    """The library makes a cell for every place between the outermost values, so these are looked for first."""
    from python_calamine import CalamineWorkbook

    scan = scan_sheet(file, UNPACKED)
    height, width = scan.last
    if height * width > MOST_PLACES:
        raise _too_large(
            file.name,
            f"单元格直到第 {height} 行、第 {width} 列",
            f"its cells reach to row {height} and column {width}",
        )
    sheet = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0)
    for number, row in enumerate(sheet.iter_rows(), 1):
        values = [_kept(value) for value in row]
        if scan.errors:
            values = [scan.errors.get((number, column), value) for column, value in enumerate(values, 1)]
        yield number, _row(number, values)


def _kept(value: object) -> object:
    """A sheet keeps numbers as broken ones, also where it writes them whole."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _parquet(file: Path) -> Iterator[Line]:
    import pyarrow.parquet as pq

    table = pq.ParquetFile(file)
    yield 1, list(table.schema_arrow.names)
    number = 1
    for batch in table.iter_batches(batch_size=1024, use_threads=False):
        columns = [column.to_pylist() for column in batch.columns]
        for row in zip(*columns, strict=True):
            number += 1
            yield number, _row(number, row)


_READERS = {".xlsx": _workbook, ".parquet": _parquet}
_LIBRARIES = {".xlsx": "python_calamine", ".parquet": "pyarrow.parquet"}


def _row(number: int, values: Iterable[object]) -> list[str]:
    cells = [_text(value) for value in values]
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > WIDEST or any(len(cell) > LONGEST_CELL for cell in cells):
        raise Malformed(
            "table-too-large",
            Text(
                f"第 {number} 行超过 {WIDEST} 列，或有单元格超过 {LONGEST_CELL} 个字符。",
                f"Row {number} has more than {WIDEST} columns or a cell of more than {LONGEST_CELL} characters.",
            ),
        )
    return cells


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    return value.isoformat() if isinstance(value, (date, time)) else str(value).strip()


def _number(value: float) -> str:
    """Whole numbers as they are; beyond fifteen digits the way that shows that some are lost."""
    if not math.isfinite(value):
        return str(value)
    if isinstance(value, float) and abs(value) >= 10**_DIGITS:
        return f"{value:.14E}"
    return str(int(value)) if value == int(value) else str(value)


def _confine() -> None:
    """No more memory than now and ``MEMORY``, no more time than ``SECONDS``."""
    with contextlib.suppress(FileNotFoundError):  # another system than Linux says it otherwise
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _load(file: Path) -> None:
    """The library of that format, before the process is confined: it takes no part of the memory that reading may."""
    import_module(_LIBRARIES[file.suffix.lower()])


if __name__ == "__main__":
    _file = Path(sys.argv[1])
    _load(_file)
    _confine()
    with contextlib.suppress(BrokenPipeError):
        _serve(_file, sys.stdout.buffer)
