"""Registers in and out of files: every spreadsheet habit of an office, every refused row named, nothing lost."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from support.city import NEAR
from support.servers.commands import Commands

STATIONS = [
    {
        "code": NEAR,
        "name": "鱼峰环保检测站",
        "place": "450203",
        "uscc": "",
        "address": "柳石路1号",
        "phone": "0772-3110000",
        "longitude": "109.44",
        "latitude": "24.31",
        "since": "2020-01-01",
        "cite": "条例第十七条",
        "lines": "01:ASM+TSI;02:LUGDOWN+FREEACC",
    },
    {
        "code": "450204002",
        "name": "柳南机动车检测中心",
        "place": "450204",
        "uscc": "",
        "address": "",
        "phone": "",
        "longitude": "",
        "latitude": "",
        "since": "2021-06-01",
        "cite": "条例第十七条",
        "lines": "01:TSI",
    },
]


def as_csv(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def read_csv(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))


@pytest.mark.one_database("sqlite", reason="it is about files")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_a_csv_is_read_in_every_encoding_offices_write(
    imloop: Commands, tmp_path: Path, encoding: str
) -> None:
    file, back = tmp_path / "stations.csv", tmp_path / "back.csv"
    file.write_bytes(as_csv(STATIONS).encode(encoding))
    done = imloop("import", "stations", file)
    assert (done.returncode, done.stderr) == (0, "")
    assert imloop("export", "stations", back).returncode == 0
    assert read_csv(back) == STATIONS


@pytest.mark.parametrize("ending", ["csv", "xlsx", "ndjson", "parquet"])
def test_what_was_exported_is_entered_again_unchanged(imloop: Commands, tmp_path: Path, ending: str) -> None:
    source, there, back = tmp_path / "s.csv", tmp_path / f"there.{ending}", tmp_path / "back.csv"
    source.write_text(as_csv(STATIONS))
    imloop("import", "stations", source)
    imloop("export", "stations", there)
    assert imloop("import", "stations", there).returncode == 0
    imloop("export", "stations", back)
    assert read_csv(back) == STATIONS


def test_refused_rows_are_named_and_the_others_entered(imloop: Commands, tmp_path: Path) -> None:
    file, back = tmp_path / "vehicles.csv", tmp_path / "back.ndjson"
    rows = [
        {
            "vin": "LGWEF4A59MF000018",
            "plate": "桂B12345",
            "fuel": "gasoline",
            "first_registered_on": "2015-03-02",
        },
        {
            "vin": "LGWEF4A59MF00001",
            "plate": "桂B12346",
            "fuel": "gasoline",
            "first_registered_on": "2015-03-02",
        },
        {
            "vin": "LGWEF4A59MF000021",
            "plate": "桂B1",
            "fuel": "gasoline",
            "first_registered_on": "2015-03-02",
        },
        {"vin": "LGWEF4A59MF000035", "plate": "桂B12348", "fuel": "?", "first_registered_on": "2015-03-02"},
        {
            "vin": "LGWEF4A59MF000049",
            "plate": "桂B12349",
            "fuel": "diesel",
            "first_registered_on": "2015-02-30",
        },
    ]
    file.write_text(as_csv(rows))
    done = imloop("import", "vehicles", file)
    assert done.returncode == 1
    assert "4 行被拒" in done.stdout
    reasons = read_csv(file.with_suffix(".rejected.csv"))
    assert [row["row"] for row in reasons] == ["3", "4", "5", "6"]
    assert all(
        word in row["reason"] for word, row in zip(("VIN", "桂B1", "?", "2015-02-30"), reasons, strict=True)
    )
    imloop("export", "vehicles", back)
    assert [json.loads(line)["vin"] for line in back.read_text().splitlines()] == ["LGWEF4A59MF000018"]


@pytest.mark.one_database("sqlite", reason="it is about files")
@pytest.mark.parametrize(
    ("name", "content", "named"),
    [
        ("stations.csv", "代码,名称\n1,甲\n", "code name place since cite"),
        ("stations.csv", "", "code"),
        ("stations.xlsx", "no spreadsheet", "stations.xlsx"),
        ("stations.parquet", "no parquet", "stations.parquet"),
        ("stations.ndjson", '{"code": "1"}\n[', "name place since cite"),
        ("stations.pdf", "", ".csv .xlsx"),
    ],
)
def test_a_file_that_cannot_be_a_register_is_refused_whole(
    imloop: Commands, tmp_path: Path, name: str, content: str, named: str
) -> None:
    file = tmp_path / name
    file.write_text(content)
    done = imloop("import", "stations", file)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert named in done.stderr or name in done.stderr


@pytest.mark.one_database("sqlite", reason="it is about files")
def test_what_is_no_register_is_one_line(imloop: Commands, tmp_path: Path) -> None:
    done = imloop("export", "nonsense", tmp_path / "x.csv")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


@pytest.mark.one_database("sqlite", reason="it is about files")
def test_a_cell_that_a_spreadsheet_would_run_is_written_as_text(imloop: Commands, tmp_path: Path) -> None:
    file, out, back = tmp_path / "shops.csv", tmp_path / "out.csv", tmp_path / "out.ndjson"
    evil = '=HYPERLINK("http://x","柳北修理厂")'
    shop = {
        "code": "M450205009",
        "name": evil,
        "place": "450205",
        "since": "2026-01-01",
        "cite": "方案五(三)",
    }
    file.write_text(as_csv([shop]))
    imloop("import", "repairers", file)
    imloop("export", "repairers", out)
    assert [row["name"] for row in read_csv(out)] == [f"'{evil}"]
    imloop("import", "repairers", out)
    imloop("export", "repairers", back)
    assert json.loads(back.read_text())["name"] == evil


def test_an_import_is_done_once(imloop: Commands, tmp_path: Path) -> None:
    file = tmp_path / "stations.csv"
    file.write_text(as_csv(STATIONS))
    first, again = imloop("import", "stations", file), imloop("import", "stations", file)
    assert first.stdout == again.stdout
