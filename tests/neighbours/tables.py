"""Files of lists: texts, and workbooks written by hand, because no library writes what goes wrong in the field."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Sequence
from html import escape

from neighbours.case import Car, Case, Row, Table

NAMES = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
BOMB_BYTES = 600 * 2**20


def filled(case: Case, text: str) -> str:
    one, two = Car(case.name), Car(f"{case.name} 2")
    words = {
        "{vin}": one.vin, "{plate}": one.plate, "{vin2}": two.vin, "{plate2}": two.plate,
        "{lower}": one.vin.lower(), "{dotted}": f"{one.plate[:2].lower()}·{one.plate[2:]}",
    }  # fmt: skip
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def content(case: Case, table: Table) -> bytes:
    if table.rows:
        rows = [[filled(case, cell) if isinstance(cell, str) else cell for cell in row] for row in table.rows]
        other = [["vin", "plate"], [Car(f"{case.name} 2").vin, Car(f"{case.name} 2").plate]]
        sheets = [_sheet(rows, table.made == "far cell")] + (
            [_sheet(other)] if table.made == "second sheet" else []
        )
        made = _book(sheets, bomb=table.made == "bomb")
        return made[: len(made) // 2] if table.made == "cut" else made
    text = table.head + filled(case, table.text).encode(table.encoding) + table.tail
    return gzip.compress(text) if table.made == "gzip" else text


def long_list(rows: Sequence[tuple[Case, Row]]) -> bytes:
    columns = sorted({row.column for _, row in rows})
    lines = [["vin", "plate", *columns]] + [
        [
            Car(case.name).vin,
            Car(case.name).plate,
            *(row.value if name == row.column else "" for name in columns),
        ]
        for case, row in rows
    ]
    return "".join(",".join(line) + "\n" for line in lines).encode()


def _cell(at: str, value: object) -> str:
    """A number, a text, or ``day:``, ``error:``, ``formula:`` with what it shows."""
    if isinstance(value, int):
        return f'<c r="{at}"><v>{value}</v></c>'
    kind, _, shown = str(value).rpartition(":")
    word = escape(shown)
    return {
        "day": f'<c r="{at}" s="1"><v>{word}</v></c>',
        "error": f'<c r="{at}" t="e"><v>{word}</v></c>',
        "formula": f'<c r="{at}" t="str"><f>CONCATENATE("{word}")</f><v>{word}</v></c>',
    }.get(kind, f'<c r="{at}" t="inlineStr"><is><t>{word}</t></is></c>')


def _sheet(rows: Sequence[Sequence[object]], far: bool = False) -> str:
    lines = "".join(
        f'<row r="{number}">{"".join(_cell(f"{chr(65 + n)}{number}", value) for n, value in enumerate(row))}</row>'
        for number, row in enumerate(rows, 1)
    )
    last = f'<row r="1048576">{_cell("XFD1048576", "x")}</row>' if far else ""
    return f'<worksheet xmlns="{NAMES}"><sheetData>{lines}{last}</sheetData></worksheet>'


def _book(sheets: Sequence[str], *, bomb: bool) -> bytes:
    numbers = range(1, len(sheets) + 1)
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{types}.styles+xml"/>'
        + "".join(f'<Override PartName="/xl/s{n}.xml" ContentType="{types}.worksheet+xml"/>' for n in numbers)
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{NAMES}" xmlns:r="{RELATIONS}"><sheets>'
        + "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"/>' for n in numbers)
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="r{n}" Type="{RELATIONS}/worksheet" Target="s{n}.xml"/>' for n in numbers
        )
        + f'<Relationship Id="r99" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{NAMES}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
    }
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            book.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + text)
        for number, text in enumerate(sheets, 1):
            with book.open(f"xl/s{number}.xml", "w", force_zip64=True) as sheet:
                start, end = text.split("</sheetData>")
                sheet.write(start.encode())
                for _ in range(BOMB_BYTES // 2**20 if bomb else 0):
                    sheet.write(b" " * 2**20)
                sheet.write(f"</sheetData>{end}".encode())
    return into.getvalue()
