"""Every register in every table format: any file whatsoever is read row by row, or refused by name."""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from random import Random
from unittest.mock import patch

from fuzz.texts import ODD, bitten, scrambled
from imloop.exchange.tables import table_process
from imloop.exchange.tables.read_tables import read_rows
from imloop.exchange.tables.write_tables import write_rows
from imloop.facts.refusal import Malformed
from imloop.steps.stations.registry_rows import COLUMNS

ENDINGS = ("csv", "ndjson", "xlsx", "parquet")
ROWS: dict[str, tuple[dict[str, str], ...]] = {
    "departments": (
        {
            "kind": "environment",
            "name": "柳北生态环境局",
            "place": "450205",
            "phone": "0772-12369",
            "cite": "批复",
        },
        {"kind": "transport", "name": "柳北交通运输局", "place": "450205", "code": "450205-t"},
    ),
    "stations": (
        {
            "code": "450203009",
            "name": "鱼峰检测站",
            "place": "450203",
            "uscc": "91450200MA5KABCD12",
            "address": "龙潭路1号",
            "phone": "0772-5550188",
            "longitude": "109.41",
            "latitude": "24.31",
            "since": "2020-01-01",
            "cite": "条例第十七条",
            "lines": "01:ASM+TSI;02:LUGDOWN",
        },
        {
            "code": "450203010",
            "name": "柳南检测站",
            "place": "450204",
            "since": "2020/1/2",
            "cite": "条例第十七条",
        },
    ),
    "repairers": (
        {
            "code": "M450203009",
            "name": "鹅山维修",
            "place": "450204",
            "since": "20251001",
            "cite": "方案五(三)",
        },
    ),
    "vehicles": (
        {
            "vin": "LFV2A21K6J3123456",
            "plate": "桂B12345",
            "plate_colour": "blue",
            "fuel": "gasoline",
            "emission_stage": "4",
            "first_registered_on": "2010-05-01",
            "produced_on": "2010-03-01",
            "max_mass_kg": "1800",
            "owner_name": "韦小明",
            "owner_phone": "13800000000",
            "status": "A",
        },
        {
            "vin": "LSVAU2180N2183294",
            "plate": "桂BD12345",
            "fuel": "D",
            "due_on": "2026-05-01",
            "status": "active",
        },
    ),
}


@cache
def good(kind: str, ending: str) -> bytes:
    """A register's file as the platform itself would write it."""
    return _written(COLUMNS[kind], ROWS[kind], ending)


def changed(dice: Random, kind: str, ending: str) -> bytes:
    """A text or a workbook's parts scrambled, bytes of a Parquet file changed."""
    if dice.random() < 0.5:
        return _other_cells(dice, kind, ending)
    body = good(kind, ending)
    if ending in ("csv", "ndjson"):
        return scrambled(dice, body)
    return _other_part(dice, body) if ending == "xlsx" and dice.random() < 0.8 else bitten(dice, body)


def _other_cells(dice: Random, kind: str, ending: str) -> bytes:
    """A good file of rows that hold odd values."""
    rows = [dict(row) for row in ROWS[kind]]
    for _ in range(dice.choice((1, 1, 2, 6))):
        dice.choice(rows)[dice.choice(COLUMNS[kind])] = dice.choice(ODD)
    columns = [column for column in COLUMNS[kind] if dice.random() > 0.02]
    return _written(columns, rows, ending)


def _written(columns: Sequence[str], rows: Sequence[Mapping[str, str]], ending: str) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / f"good.{ending}"
        write_rows(file, columns, [{column: row.get(column, "") for column in columns} for row in rows])
        return file.read_bytes()


def _other_part(dice: Random, body: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = packed.namelist()
        sheets = [name for name in names if "sheet1" in name or "sharedStrings" in name]
        changing = {dice.choice(sheets), dice.choice(sheets if dice.random() < 0.8 else names)}
        for name in names:
            part = packed.read(name)
            if dice.random() > 0.02:  # a few are left out
                new.writestr(name, scrambled(dice, part, ["utf-8"]) if name in changing else part)
    return out.getvalue()


def read_anything(ending: str, body: bytes) -> str:
    """How many rows are good and bad, or the refusal's code. Anything else that is raised is a finding."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / f"list.{ending}"
        file.write_bytes(body)
        try:
            rows = list(read_rows(file))
        except Malformed as refusal:
            assert refusal.text.zh and refusal.text.en
            return refusal.code
    numbers = [row.number for row in rows]
    assert numbers == sorted(set(numbers)), "every row has a number of its own"
    assert all(isinstance(cell, str) for row in rows for cell in row.values())
    assert not any(cell for row in rows if row.fault is not None and ending != "csv" for cell in row.values())
    return f"{sum(row.fault is None for row in rows)} good, {sum(row.fault is not None for row in rows)} bad"


@contextmanager
def forking() -> Iterator[None]:
    """Workbooks and Parquet are read in copies of this process, which has the libraries already: the same bounds, a
    hundred times as quick."""
    import pyarrow.parquet
    import python_calamine

    assert pyarrow.parquet and python_calamine
    with patch.object(table_process.subprocess, "Popen", _Fork):
        yield


class _Fork:
    def __init__(self, command: list[str], **_: object) -> None:
        reading, writing = os.pipe()
        self._pid = os.fork()
        if not self._pid:
            os.close(reading)
            try:
                table_process._confine()
                with os.fdopen(writing, "wb") as out:
                    table_process._serve(Path(command[-1]), out)
            finally:
                os._exit(0)
        os.close(writing)
        self.stdout = os.fdopen(reading, "rb")

    def kill(self) -> None:
        os.kill(self._pid, 9)

    def __enter__(self) -> _Fork:
        return self

    def __exit__(self, *_: object) -> None:
        self.stdout.close()
        os.waitpid(self._pid, 0)
