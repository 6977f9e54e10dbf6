"""Police lists as offices save them, through `imloop import vehicles`."""

from __future__ import annotations

from typing import Any

from neighbours.case import Case, Row, Table

LIST = "docs/vehicles.md, the register from a police list"
WHOLE = "docs/vehicles.md, a row is refused where it cannot be read whole"
ONE = {"entered": 1, "rejected": 0}
NONE = {"entered": 0, "rejected": 1}
FILE_REFUSED = {"exit": (2,), "kept": {"": None}}
"""The whole file, with a sentence."""
PLAIN = "vin,plate,owner_name\n{vin},{plate},覃某\n{vin2},{plate2},韦某\n"
BOTH = {"entered": 2, "rejected": 0, "kept": {"": {"owner_name": "覃某"}, " 2": {"owner_name": "韦某"}}}


def _cell(column: str, how: str, value: str, kept: Any = None, clause: str = LIST) -> Case:
    """One cell of interest: kept as said, or its row is refused."""
    fields = kept if kept is None or isinstance(kept, dict) else {column: kept}
    name = f"list-{column.replace('_', '-')}-{how}"
    return Case(name, f"{column} {value[:40]!r}", clause, (Row(column, value, fields),))


def _file(name: str, says: str, right: dict[str, Any], clause: str = LIST, **table: Any) -> Case:
    return Case(f"list-{name}", says, clause, (Table(right, **({"text": PLAIN} | table)),))


def _book(
    name: str, says: str, right: dict[str, Any], *rows: tuple[object, ...], clause: str = LIST, **table: Any
) -> Case:
    return Case(f"book-{name}", says, clause, (Table(right, file="vehicles.xlsx", rows=rows, **table),))


HEAD = ("vin", "plate", "owner_name")
ROW = ("{vin}", "{plate}", "覃某")
CASES = [
    *(
        _file(how, f"saved as {how}", BOTH, **more)
        for how, more in {
            "utf-8-mark": {"head": b"\xef\xbb\xbf"}, "gbk": {"encoding": "gbk"}, "gb18030": {"encoding": "gb18030"},
            "utf-16-le-mark": {"encoding": "utf-16-le", "head": b"\xff\xfe"}, "utf-16-le": {"encoding": "utf-16-le"},
            "utf-16-be-mark": {"encoding": "utf-16-be", "head": b"\xfe\xff"}, "utf-16-be": {"encoding": "utf-16-be"},
            "semicolons": {"text": PLAIN.replace(",", ";")}, "tabs": {"text": PLAIN.replace(",", "\t")},
            "unicode-text": {"text": PLAIN.replace(",", "\t"), "encoding": "utf-16-le", "head": b"\xff\xfe"},
            "carriage-returns": {"text": PLAIN.replace("\n", "\r\n")},
            "mixed-newlines": {"text": PLAIN.replace("\n", "\r\n", 1)},
            "quoted": {"text": PLAIN.replace("覃某", '"覃某"')},
        }.items()
    ),
    _file("ctrl-z", "Ctrl-Z at the end is no row", BOTH | {"rejected": (0, 1)}, tail=b"\x1a"),
    _file("row-short", "a cell too few", {"entered": 1, "rejected": 1, "kept": {"": None}}, WHOLE,
        text=PLAIN.replace(",覃某", "")),
    _file("row-long", "a cell too many", {"entered": 1, "rejected": 1, "kept": {"": None}}, WHOLE,
        text=PLAIN.replace("覃某", "覃某,x")),
    _file("heading-again", "the heading a second time is no vehicle", BOTH | {"rejected": 1},
        text=PLAIN + "vin,plate,owner_name\n"),
    _file("vin-again", "a VIN that the file has shown", {"entered": 1, "rejected": 1},
        text="vin,plate\n{vin},{plate}\n{vin},{plate2}\n"),
    _file("plate-again", "a plate that the file has shown", {"entered": 1, "rejected": 1},
        text="vin,plate\n{vin},{plate}\n{vin2},{plate}\n"),
    _file("chinese-headings", "headings that the page does not name", FILE_REFUSED,
        text=PLAIN.replace("vin,plate,owner_name", "车辆识别代号,号牌号码,车主")),
    _file("heading-twice", "two columns of one name", FILE_REFUSED, WHOLE,
        text="vin,plate,fuel,fuel\n{vin},{plate},gasoline,diesel\n"),
    _file("quote-open-last", "a quote never closed, in the last row", FILE_REFUSED | {"kept": {" 2": None}}, WHOLE,
        text=PLAIN.replace("韦某", '"韦某')),
    _file("empty", "an empty file", {"exit": (2,)}, text=""),
    _file("unknown-ending", "a list of unknown kind", FILE_REFUSED, "docs/errors.md, unknown-format",
        file="vehicles.dat"),
    _file("old-excel-ending", "an ending of old Excel", FILE_REFUSED, "docs/errors.md, unknown-format",
        file="vehicles.xls"),
    _file("gzip", "compressed", FILE_REFUSED, "docs/errors.md, unknown-format", file="vehicles.csv.gz", made="gzip"),
    _file("gzip-as-csv", "compressed, named as a table", FILE_REFUSED, file="vehicles.csv", made="gzip"),
    _file("csv-as-xlsx", "a table named as a workbook", FILE_REFUSED, file="vehicles.xlsx"),
    _file("csv-as-parquet", "a table named as Parquet", FILE_REFUSED, file="vehicles.parquet"),
    _cell("owner_name", "long", "某" * 61), _cell("owner_name", "sixty", "某" * 60, "某" * 60),
    _cell("owner_phone", "long", "1" * 21),
    _cell("owner_phone", "shortened-lower", "1.38e+10", clause=WHOLE),
    _cell("owner_phone", "shortened-comma", "1.38001E+10", clause=WHOLE),
    _cell("owner_name", "reference-error", "#REF!", clause=WHOLE), _cell("fuel", "name-error", "#NAME?", clause=WHOLE),
    _cell("max_mass_kg", "division-error", "#DIV/0!", clause=WHOLE),
    _cell("due_on", "value-error", "#VALUE!", clause=WHOLE),
    _cell("owner_phone", "not-available", "#N/A", clause=WHOLE),
    *(_cell("max_mass_kg", how, value) for how, value in [
        ("negative", "-1580"), ("zero", "0"), ("infinity", "Infinity"), ("huge", "1e999"),
        ("word", "约1580"),
    ]),
    _cell("max_mass_kg", "nan", "NaN", {}),
    _cell("rated_power_kw", "minus-nan", "-nan"), _cell("rated_speed_rpm", "inf", "inf"),
    *(_cell("first_registered_on", how, value, "2015-03-02") for how, value in [
        ("slashes", "2015/3/2"), ("dots", "2015.3.2"), ("chinese", "2015年3月2日"), ("compact", "20150302"),
        ("midnight", "2015-03-02 00:00:00"), ("utc-evening", "2015-03-01T16:00:00Z"),
        ("offset", "2015-03-02T01:00:00+08:00"),
    ]),
    *(_cell("first_registered_on", how, value) for how, value in [
        ("month-13", "2015-13-02"), ("february-30", "2015-02-30"), ("two-digit-year", "15-03-02"),
        ("american", "03/02/2015"),
        ("excel-serial", "42065"), ("before-1950", "1949-12-31"), ("future", "2090-01-01"), ("zeros", "0000-00-00"),
    ]),
    _cell("due_on", "five-years-ahead", "2031-12-31"),
    _file("produced-after-registered", "produced after registered", NONE,
          text="vin,plate,produced_on,first_registered_on\n{vin},{plate},2015-03-03,2015-03-02\n"),
    *(_cell("status", how, value, kept) for how, value, kept in [
        ("b", "B", "moved_out"), ("e", "E", "cancelled"), ("m", "M", "cancelled"), ("p", "P", "cancelled"),
        ("a", "A", "active"),
        ("normal", "正常", "active"), ("out", "转出", "moved_out"), ("ended", "注销", "cancelled"),
        ("scrapped", "报废", "scrapped"),
        ("qg", "QG", "active"), ("number", "1", None), ("word", "活动", None),
    ]),
    *(_cell("fuel", how, value, kept) for how, value, kept in [
        ("a", "A", "gasoline"), ("b", "B", "diesel"), ("c", "C", "electric"), ("e", "E", "cng"), ("f", "F", "lpg"),
        ("ac", "AC", "hybrid_gasoline"), ("ae", "AE", {"fuel": "gasoline", "second_fuel": "cng"}), ("y", "Y", ""),
        ("z", "Z", ""),
        ("d", "D", ""), ("n", "N", ""), ("kerosene", "kerosene", None), ("number", "1", None),
    ]),
    _cell("emission_stage", "word", "国五", {}), _cell("emission_stage", "roman", "V", {}),
    _cell("plate_colour", "purple", "purple"),
    _file("vin-with-o", "O is no letter of a VIN", NONE, text="vin,plate\nLNBSCHAA0RCO00001,{plate}\n"),
    _file("plate-with-i", "I is no letter of a plate", NONE, text="plate,fuel\n桂B1I345,gasoline\n"),
    _file("normal-form", "plate and VIN in normal form", ONE | {"kept": {"": {"plate": "{plate}"}}},
        text="vin,plate\n {lower} ,{dotted}\n"),
    _file("owner-nul", "a NUL within a name is no program's error", {"exit": (0, 1, 2)},
        text=PLAIN.replace("覃某", "覃\0某")),
    *(_file(f"formula-{ord(sign):x}", f"{sign}1+1 is no formula in an export",
        ONE | {"kept": {"": {"owner_name": f"'{sign}1+1"}}}, "SECURITY.md, no cell of an export is run",
            text=f"vin,plate,owner_name\n{{vin}},{{plate}},{sign}1+1\n") for sign in "=+@－＋＠"),
    _file("ndjson-mark", "NDJSON with a mark", ONE, file="v.ndjson", text='{"vin":"{vin}","plate":"{plate}"}\n',
        head=b"\xef\xbb\xbf"),
    _file("ndjson-utf-16", "NDJSON in UTF-16", ONE, file="v.ndjson", text='{"vin":"{vin}","plate":"{plate}"}\n',
        encoding="utf-16-le", head=b"\xff\xfe"),
    _file("ndjson-twice", "a name twice in a line", {"entered": 1, "rejected": 1, "kept": {"": None}}, WHOLE,
        file="v.ndjson",
          text='{"vin":"{vin}","plate":"{plate}","fuel":"gasoline","fuel":"diesel"}\n{"vin":"{vin2}","plate":"{plate2}"}\n'),
    _file("ndjson-phone-number", "a telephone as a number keeps its digits",
        ONE | {"kept": {"": {"owner_phone": "13800000000"}}}, file="v.ndjson",
          text='{"vin":"{vin}","plate":"{plate}","owner_phone":13800000000}\n'),
    _file("ndjson-bare-nan", "a bare NaN is no mass", {"exit": (1, 2), "kept": {"": None}}, file="v.ndjson",
          text='{"vin":"{vin}","plate":"{plate}","max_mass_kg":NaN}\n'),
    _file("ndjson-object", "an object is no name", {"exit": (1, 2), "kept": {"": None}}, file="v.ndjson",
          text='{"vin":"{vin}","plate":"{plate}","owner_name":{"a":1}}\n'),
    _book("plain", "a workbook", ONE | {"kept": {"": {"owner_name": "覃某"}}}, HEAD, ROW),
    _book("phone-number", "a telephone as a number keeps its digits",
        ONE | {"kept": {"": {"owner_phone": "13800000000"}}},
          ("vin", "plate", "owner_phone"), ("{vin}", "{plate}", 13800000000)),
    _book("day-cell", "a cell of a day", ONE | {"kept": {"": {"first_registered_on": "2015-03-02"}}},
          ("vin", "plate", "first_registered_on"), ("{vin}", "{plate}", "day:42065")),
    _book("reference-error", "#REF! is no empty cell", NONE, HEAD, ("{vin}", "{plate}", "error:#REF!"), clause=WHOLE),
    _book("division-error", "#DIV/0! is no empty cell", NONE, HEAD, ("{vin}", "{plate}", "error:#DIV/0!"),
        clause=WHOLE),
    _book("formula", "a formula counts by its value", ONE | {"kept": {"": {"owner_name": "覃某"}}}, HEAD,
        ("{vin}", "{plate}", "formula:覃某")),
    _book("second-sheet", "the first sheet alone", ONE | {"kept": {" 2": None}}, HEAD, ROW, made="second sheet"),
    _book("as-csv", "a workbook named as a table", FILE_REFUSED, HEAD, ROW, made="as csv"),
    _book("cut", "half a workbook", FILE_REFUSED, HEAD, ROW, made="cut"),
    _book("far-cell", "a cell in the last corner harms nobody", {"exit": (0, 1, 2)}, HEAD, ROW, made="far cell",
        clause="docs/errors.md, table-too-large"),
    _book("bomb", "a workbook that unpacks to very much", FILE_REFUSED, HEAD, ROW, made="bomb",
        clause="docs/errors.md, table-too-large"),
]  # fmt: skip
