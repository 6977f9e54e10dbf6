"""The bytes of messages: encodings, marks, tails, newlines, and tables whose rows do not fit."""

from __future__ import annotations

from typing import Any

from neighbours.case import REFUSED, UNREAD, Case, Upload

BYTES = "docs/dialects.md, in UTF-8 or UTF-16 or GB 18030, NUL and Ctrl-Z at the end left out"
ROWS = "docs/dialects.md, a row that does not fit its heading"
USE = "contract: where it is silent, what users of such interfaces expect"
READ = {"status": 201, "verdict": "pass", "same_plate": True}
FAULT = {"status": (400, 422), "type": "application/problem+json"}
XML = '<?xml version="1.0" encoding="UTF-8"?>'
Edit = tuple[str, str]

ENCODED: dict[str, dict[str, Any]] = {
    "utf-16-le": {"encoding": "utf-16-le"},
    "utf-16-be": {"encoding": "utf-16-be"},
    "utf-16-le-mark": {"encoding": "utf-16-le", "head": b"\xff\xfe"},
    "utf-16-be-mark": {"encoding": "utf-16-be", "head": b"\xfe\xff"},
    "utf-16-nul-tail": {"encoding": "utf-16-le", "head": b"\xff\xfe", "tail": b"\0\0\0\0"},
    "utf-8-mark": {"head": b"\xef\xbb\xbf"},
    "gbk": {"encoding": "gbk"},
    "gb18030-four-bytes": {"encoding": "gb18030", "edit": (("覃", "㐂"),)},
    "ctrl-z": {"tail": b"\r\n\x1a"},
    "nul-tail": {"tail": b"\0" * 512},
    "gbk-ctrl-z-nul": {"encoding": "gbk", "tail": b"\x1a\0\0\0"},
}
BASES = {
    "json": (
        "pass",
        ("utf-16-le", "utf-16-be-mark", "utf-8-mark", "gbk", "gb18030-four-bytes", "ctrl-z", "nul-tail"),
    ),
    "ini": ("line-ini", tuple(ENCODED)),
    "csv": ("line-csv", tuple(ENCODED)),
    "xml": ("hj1238", ("utf-16-le-mark", "utf-16-be-mark", "utf-8-mark", "ctrl-z", "nul-tail")),
}


def _encoded(what: str, base: str, how: str) -> Case:
    edit = ENCODED[how].get("edit", ())
    if base == "hj1238" and how.startswith("utf-16"):
        edit = ((XML, XML.replace("UTF-8", "UTF-16")),)
    step = Upload(READ, base=base, **(ENCODED[how] | {"edit": edit}))
    return Case(f"bytes-{what}-{how}", f"{what} in {how} reads as in UTF-8", BYTES, (step,))


def _text(name: str, base: str, edit: Edit, right: dict[str, Any], clause: str, **more: Any) -> Case:
    return Case(name, f"{base}: {edit[1]!r}"[:90], clause, (Upload(right, base=base, edit=(edit,), **more),))


CASES = [
    *(_encoded(what, base, how) for what, (base, all_of) in BASES.items() for how in all_of),
    _text("xml-gbk", "hj1238", (XML, XML.replace("UTF-8", "GBK")), READ, BYTES, encoding="gbk"),
    _text("xml-gb2312", "hj1238", (XML, XML.replace("UTF-8", "gb2312")), READ, BYTES, encoding="gbk"),
    _text("xml-gb18030", "hj1238", (XML, XML.replace("UTF-8", "GB18030")), READ, BYTES, encoding="gb18030"),
    _text("xml-utf-16-without-mark", "hj1238", (XML, XML.replace("UTF-8", "utf-16")), READ, BYTES,
        encoding="utf-16-le"),
    _text("xml-no-declaration-gbk", "hj1238", (XML, ""), READ, BYTES, encoding="gbk"),
    _text("xml-document-type", "hj1238", (XML, XML + '<!DOCTYPE Report [<!ENTITY a "b">]>'), FAULT,
        "docs/errors.md, xml-with-dtd"),
    _text("xml-not-closed", "hj1238", ("</Report>", ""), FAULT, "docs/errors.md, malformed-xml"),
    _text("ini-carriage-returns", "line-ini", ("\n", "\r\n"), READ, USE),
    _text("ini-mixed-newlines", "line-ini", ("\n[", "\r\n["), READ, USE),
    _text("ini-blanks-round-equals", "line-ini", ("=", " = "), READ, USE),
    _text("ini-comment", "line-ini", ("[Obd]", "; 检测线注释\n[Obd]"), READ, USE),
    _text("ini-blank-lines-at-end", "line-ini", ("[Task]", "\n\n[Task]"), READ, USE, tail=b"\r\n\r\n\r\n"),
    _text("ini-row-short", "line-ini", ("\n20,", "\n19.5,1,0.1\n20,"), FAULT, ROWS),
    _text("ini-row-long", "line-ini", ("\n20,", "\n20,20,"), FAULT, ROWS),
    _text("ini-cell-error", "line-ini", ("\n30,", "\n#REF!,"), UNREAD, ROWS),
    _text("csv-row-short", "line-csv", ("\n20,", "\n"), FAULT, ROWS),
    _text("csv-row-long", "line-csv", ("\n20,", "\n20,20,"), FAULT, ROWS),
    _text("csv-value-twice", "line-csv", ("出厂日期,", "出厂日期,2020-01-01,"), FAULT,
          "docs/errors.md, malformed-table"),
    _text("csv-carriage-returns", "line-csv", ("\n", "\r\n"), READ, USE),
    _text("csv-quoted", "line-csv", ("检测结果,合格", '"检测结果","合格"'), READ, USE),
    _text("csv-quote-open", "line-csv", ("车主,", '车主,"'), FAULT, ROWS),
    _text("csv-blank-rows-at-end", "line-csv", ("检测结果", "检测结果"), READ, USE, tail=b"\r\n\r\n\r\n"),
    _text("csv-commas-at-end", "line-csv", ("检测结果", "检测结果"), READ, "docs/upload.md, Nothing",
          tail=b",,,,,,,,,,,,,,\r\n"),
    _text("json-cut", "pass", ("}}", "}"), REFUSED, "docs/api.md, 400"),
    _text("json-two-messages", "pass", ('{"schema"', '{}{"schema"'), REFUSED, "docs/api.md, 400"),
    _text("json-bad-utf-8", "pass", ('"model"', '"model"'), FAULT, BYTES, tail=b"\xff"),
    Case("json-only-mark", "a mark and nothing", "docs/api.md, 400",
        (Upload(FAULT, base="nothing", head=b"\xff\xfe"),)),
    Case("json-nuls", "nothing but NULs", "docs/api.md, 400", (Upload(FAULT, base="nothing", tail=b"\0" * 4096),)),
]  # fmt: skip
