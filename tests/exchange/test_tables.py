"""Tables of offices: a row is read whole or named with what is wrong, and no file harms the process that is asked."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from imloop.exchange.tables import table_process
from imloop.exchange.tables.read_tables import read_rows
from imloop.exchange.tables.write_tables import safe_cell, write_csv, write_rows
from imloop.facts.refusal import Malformed
from imloop.steps.ground.rejected_row import ListedRow


def rows(tmp_path: Path, text: str, ending: str = "csv") -> list[ListedRow]:
    file = tmp_path / f"list.{ending}"
    file.write_bytes(text.encode())
    return list(read_rows(file))


def code(row: ListedRow) -> str:
    return row.fault.code if row.fault else ""


@pytest.mark.parametrize(
    "text",
    [
        "plate,name\n桂B1,甲\n桂B2,乙\n",
        "plate;name\r\n桂B1;甲\r\n桂B2;乙\r\n",
        "plate\tname\n桂B1\t甲\n桂B2\t乙",
        "sep=;\nplate;name\n桂B1;甲\n桂B2;乙\n",
        "plate,name,,,\n桂B1,甲,,,\n桂B2,乙,,,\n",
        '\n,\n"plate" , "name"\n"桂B1",甲\n,,\n桂B2,乙\n'.replace(" , ", ","),
    ],
    ids=["commas", "semicolons", "tabs", "told", "padded", "blank rows"],
)
def test_what_spreadsheets_write_reads_alike(text: str, tmp_path: Path) -> None:
    assert [dict(row) for row in rows(tmp_path, text)] == [
        {"plate": "桂B1", "name": "甲"},
        {"plate": "桂B2", "name": "乙"},
    ]


def test_rows_keep_their_numbers_and_cells_their_commas(tmp_path: Path) -> None:
    found = rows(tmp_path, 'plate,name\n\n桂B1,"甲, 乙"\n,\n桂B2,"幸福路1号\n二楼"\n')
    assert [(row.number, row["name"], code(row)) for row in found] == [
        (3, "甲, 乙", ""),
        (5, "幸福路1号\n二楼", ""),
    ]


@pytest.mark.parametrize(
    ("bad", "wrong"),
    [
        ("桂B2,甲,乙", "row-does-not-fit"),
        ("桂B2", "row-does-not-fit"),
        ("桂B2,#N/A", "cell-error"),
        ("桂B2,#REF!", "cell-error"),
        ("桂B2,#DIV/0!", "cell-error"),
        ("桂B2,########", "cell-error"),
        ("桂B2,1.38E+10", "digits-lost"),
        ("桂B2,4.50203E+17", "digits-lost"),
        ("桂B2,450203199001010000.0", ""),
        ("桂B2,甲\x00乙", "control-character"),
        ("桂B2,甲\x07", "control-character"),
        ("桂B2,甲\ufffd", "control-character"),
        ('桂B2,"甲\n桂B9,乙"', "malformed-table"),
    ],
)
def test_a_bad_row_is_named_and_its_neighbours_are_read(bad: str, wrong: str, tmp_path: Path) -> None:
    first, second, third = rows(tmp_path, f"plate,name\n桂B1,好\n{bad}\n桂B3,好\n")
    assert (code(first), code(second), code(third)) == ("", wrong, "")
    assert first["name"] == third["name"] == "好" and not (wrong and "甲" in second.values())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("13800000000.0", "13800000000"),
        ("13800000000", "13800000000"),
        ("0138", "0138"),
        ("1800.50", "1800.50"),
        ("#1 厂", "#1 厂"),
        ("12E10", "12E10"),
        ("E+10", "E+10"),
        ('"=""013800000000"""', "013800000000"),
        ("'13800000000", "13800000000"),
        ("NULL", ""),
        ("\\N", ""),
        ("nan", ""),
        ("Nan", "Nan"),
        ("'=1+1", "=1+1"),
        ("'甲", "'甲"),
    ],
)
def test_honest_cells_are_left_as_they_are(written: str, read: str, tmp_path: Path) -> None:
    (row,) = rows(tmp_path, f"plate,name\n桂B1,{written}\n")
    assert (row["name"], code(row)) == (read, "")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("vin,plate,vin\n1,2,3\n", "column-twice"),
        ("vin,plate, vin \n1,2,3\n", "column-twice"),
        ('plate,name\n桂B1,"甲\n桂B2,乙\n', "malformed-table"),
        ('plate,name\n桂B1,"甲"乙\n', "malformed-table"),
    ],
)
def test_a_table_that_means_two_things_is_refused_whole(text: str, wrong: str, tmp_path: Path) -> None:
    with pytest.raises(Malformed) as refused:
        rows(tmp_path, text)
    assert refused.value.code == wrong


def test_lines_of_json_are_refused_one_by_one(tmp_path: Path) -> None:
    lines = [
        '{"plate": "桂B1", "owner_phone": 13800000000.0}',
        '{"plate": "桂B2", "owner_phone": 1.38e10}',
        '{"plate": "桂B3", "plate": "桂B4"}',
        '{"plate": "桂B5", "owner_name": {"zh": "甲"}}',
        '{"plate": "桂B6", "owner_name": null, "max_mass_kg": 1800}',
    ]
    found = rows(tmp_path, "\n".join(lines), "ndjson")
    assert [code(row) for row in found] == ["", "digits-lost", "given-twice", "wrong-value", ""]
    assert found[0]["owner_phone"] == "13800000000"
    assert found[4] == {"plate": "桂B6", "owner_name": "", "max_mass_kg": "1800"}
    with pytest.raises(Malformed):
        rows(tmp_path, '{"plate": "桂B1"}\n[1]\n', "ndjson")
    with pytest.raises(Malformed):
        rows(tmp_path, '{"plate": "桂B1"', "ndjson")


def workbook(file: Path, *listed: tuple[object, ...]) -> Path:
    book = xlsxwriter.Workbook(str(file), {"nan_inf_to_errors": True})
    sheet = book.add_worksheet("车辆")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, row in enumerate(listed):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(number, column, datetime(value.year, value.month, value.day), day)
            elif value is not None:
                sheet.write(number, column, value)
    book.add_worksheet("另一张").write(0, 0, "x")
    book.close()
    return file


def test_a_workbook_is_read_as_people_see_it(tmp_path: Path) -> None:
    file = workbook(
        tmp_path / "list.xlsx",
        (None, None, None, None),
        ("plate", "owner_phone", "first_registered_on", "max_mass_kg", None),
        ("桂B1", 13800000000, date(2015, 3, 2), 1800.5),
        (None, None, None, None, " "),
        ("桂B2", "013800000000", None, 1800),
        ("桂B3", 450203199001010123, None, None),
        ("桂B4", None, None, float("nan")),
        ("桂B5", None, None, None, "旁注"),
    )
    found = list(read_rows(file))
    assert [(row.number, code(row)) for row in found] == [
        (3, ""),
        (5, ""),
        (6, "digits-lost"),
        (7, "cell-error"),
        (8, "row-does-not-fit"),
    ]
    assert found[0] == {
        "plate": "桂B1",
        "owner_phone": "13800000000",
        "first_registered_on": "2015-03-02",
        "max_mass_kg": "1800.5",
    }
    assert found[1]["owner_phone"] == "013800000000"


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    written = [
        {"plate": "桂B1", "name": "=1+1"},
        {"plate": "桂B2", "name": "＝甲"},
        {"plate": "桂B3", "name": "-"},
    ]
    for ending in ("csv", "xlsx", "ndjson", "parquet"):
        file = tmp_path / f"out.{ending}"
        assert write_rows(file, ["plate", "name"], written) == 3
        assert [dict(row) for row in read_rows(file)] == written


@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "\t=", "\r", "\n=", " =", "\u3000＝"]
)
def test_no_cell_of_an_export_is_run(sign: str) -> None:
    out = io.BytesIO()
    write_csv(out, ["name"], [{"name": f"{sign}1+1"}])
    assert out.getvalue().decode("utf-8-sig").split("\r\n", 1)[1].lstrip('"').startswith("'")
    for honest in ("甲=1", "桂B1", "(1)", "1-2", "", -5, 0.5):
        assert safe_cell(honest) == honest


SHEET = '<?xml version="1.0"?><worksheet xmlns="m"><sheetData>{}</sheetData></worksheet>'
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="xl/workbook.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>',
}


def cells(*at: str) -> str:
    listed = "".join(f'<row><c r="{each}" t="inlineStr"><is><t>plate</t></is></c></row>' for each in at)
    return SHEET.format(listed)


def packed(file: Path, sheet: str, **more: str) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in {**PARTS, "xl/worksheets/sheet1.xml": sheet, **more}.items():
            out.writestr(name, text)
    return file


HARMFUL = {
    "two corners": cells("A1", "XFD1048576"),
    "two corners without rows of their own": SHEET.format(
        '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>'
    ),
    "a column far down": cells("A1", "BL300000"),
    "a place that is none": cells("A1", "XFD99999999999"),
    "a document type": '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">]>' + cells("A1"),
    "cut off": cells("A1")[:-30],
    "no XML": "plate",
}


@pytest.mark.parametrize("kind", HARMFUL)
def test_a_small_workbook_of_any_kind_gets_an_answer(kind: str, tmp_path: Path) -> None:
    file = packed(tmp_path / "small.xlsx", HARMFUL[kind])
    for _ in range(2):
        with pytest.raises(Malformed) as refused:
            list(read_rows(file))
        assert refused.value.code in ("table-too-large", "unreadable") and refused.value.text.en


def test_cells_far_out_that_hold_nothing_hinder_nobody(tmp_path: Path) -> None:
    far = '<row r="1"><c r="A1" t="str"><v>plate</v></c><c r="XFD1" s="3"/></row>'
    sheet = SHEET.format(
        f'{far}<row r="2"><c r="A2" t="str"><v>桂B1</v></c></row><row r="1048576"><c r="A1048576"/></row>'
    )
    assert [dict(row) for row in read_rows(packed(tmp_path / "far.xlsx", sheet))] == [{"plate": "桂B1"}]


def test_what_unfolds_to_too_much_is_refused(tmp_path: Path) -> None:
    file = packed(tmp_path / "bomb.xlsx", cells("A1"))
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as out,
        out.open("xl/sharedStrings.xml", "w") as part,
    ):
        for _ in range(table_process.UNPACKED // 2**20 + 1):
            part.write(b" " * 2**20)
    with pytest.raises(Malformed) as refused:
        list(read_rows(file))
    assert refused.value.code == "table-too-large"


def test_what_takes_too_much_memory_ends_alone(tmp_path: Path) -> None:
    """Texts of a gigabyte in a file of kilobytes, in both formats."""
    long = "x" * (200 * 2**20)
    file = packed(tmp_path / "long.xlsx", SHEET.format(f'<row><c r="A1" t="str"><v>{long}</v></c></row>'))
    columns = pa.table({"plate": pa.array([long] * 8).dictionary_encode()})
    pq.write_table(columns, tmp_path / "long.parquet", compression="zstd")
    for each in (file, tmp_path / "long.parquet"):
        assert each.stat().st_size < 2**20
        with pytest.raises(Malformed) as refused:
            list(read_rows(each))
        assert refused.value.code == "table-too-large"


@pytest.mark.parametrize("ending", ["xlsx", "parquet"])
@pytest.mark.parametrize("body", [b"", b"PK\x03\x04", b"PAR1" * 9, "号牌,桂B1".encode()])
def test_bytes_of_another_kind_are_refused_by_name(ending: str, body: bytes, tmp_path: Path) -> None:
    file = tmp_path / f"list.{ending}"
    file.write_bytes(body)
    with pytest.raises(Malformed) as refused:
        list(read_rows(file))
    assert refused.value.code == "unreadable"


def test_a_reader_that_is_left_early_leaves_no_process(tmp_path: Path) -> None:
    file = workbook(tmp_path / "list.xlsx", ("plate",), *((f"桂B{number}",) for number in range(5000)))
    found = read_rows(file)
    assert next(found)["plate"] == "桂B0"
    found.close()  # type: ignore[attr-defined]
    assert json.dumps([dict(row) for row in read_rows(file)]).count("plate") == 5000


def test_a_workbook_for_people_has_days_room_and_filters(tmp_path: Path) -> None:
    """A day sorts as a day, an amount adds up, a Chinese name is seen whole."""
    file = tmp_path / "list.xlsx"
    rows = [
        {
            "名称": "柳州市柳江拉堡机动车检测服务有限公司",
            "日": date(2026, 3, 2),
            "时": datetime(2026, 3, 2, 9, 5),
            "元": Decimal("9.50"),
        },
        {"名称": "长" * 200, "日": None, "时": None, "元": None},
    ]
    assert write_rows(file, ("名称", "日", "时", "元"), rows) == 2
    with zipfile.ZipFile(file) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        styles = book.read("xl/styles.xml").decode()
    widths = [float(width) for width in re.findall(r'<col [^>]*width="([0-9.]+)"', sheet)]
    assert 40 < widths[0] < 70 and widths[1] > 11 and widths[2] > 16
    assert '<autoFilter ref="A1:D3"/>' in sheet and '<c r="D2"><v>9.50</v></c>' in sheet
    assert re.search(r'<c r="B2" s="\d"><v>46083</v>', sheet) and 'formatCode="yyyy-mm-dd"' in styles
    assert next(iter(read_rows(file)))["日"] == "2026-03-02"


def test_a_moment_with_an_offset_is_written_as_text(tmp_path: Path) -> None:
    """A workbook's cell knows no offset: the text keeps it."""
    file = tmp_path / "list.xlsx"
    write_rows(file, ("at",), [{"at": datetime(2026, 3, 2, 9, 5, tzinfo=UTC)}])
    assert next(iter(read_rows(file)))["at"] == "2026-03-02 09:05:00+00:00"
