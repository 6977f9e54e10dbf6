"""Text ↔ a tree of plain values, for the four ways in which station software packs a message.

A tree is a mapping of names to text, lists or further mappings. JSON keeps its numbers; the others hold text alone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from itertools import dropwhile, takewhile
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

import msgspec

from imloop.exchange.reading import given_twice, parse_json
from imloop.exchange.tables.delimited import (
    SEPARATORS,
    Cells,
    fitted,
    heading,
    is_blank,
    records,
    separator_of,
)
from imloop.facts.refusal import Malformed, Problem
from imloop.facts.text import Text

Tree = Mapping[str, Any]
ROWS = "rows"
"""The key in the tree for the table below the head of a CSV file."""
_DEEPEST = 12
_NAME = re.compile(r"[^\W\d][\w.-]*")


def container_of(text: str) -> str:
    """``json``, ``xml``, ``ini`` or ``csv``, by the first sign that is no space."""
    start = text.lstrip()[:2]
    if start.startswith("{") or start == "[]":
        return "json"
    if start.startswith("<"):
        return "xml"
    return "ini" if start[:1] in ("[", ";") else "csv"


def parse(container: str, text: str, *, kept: bool = False) -> Tree:
    """Raises ``Malformed`` naming what is wrong with the text. ``kept``: it was taken once, so that a name given twice
    is read as it was then."""
    if container == "json":
        return parse_json(text, kept=kept)
    if container == "xml":
        return _xml(text)
    return _ini(text, kept) if container == "ini" else _csv(text, kept)


def _bad(code: str, zh: str, en: str) -> Malformed:
    words = Text(
        f"报文无法读取：{zh.removesuffix('。')}。", f"The message cannot be read: {en.removesuffix('.')}."
    )
    return Malformed(code, words, problems=(Problem("$", code, words),))


class _Builder:
    """Elements as they come: attributes as ``@name``, a repeated element as a list."""

    def __init__(self) -> None:
        self.stack: list[tuple[str, dict[str, Any], list[str]]] = [("", {}, [])]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.stack) > _DEEPEST:
            raise _bad("malformed-xml", "嵌套过深", "nested too deeply")
        inner: dict[str, Any] = {f"@{key}": value for key, value in attributes.items()}
        self.stack.append((name.rpartition(":")[2], inner, []))

    def end(self, _: str) -> None:
        name, inner, words = self.stack.pop()
        value = inner or "".join(words).strip()
        outer = self.stack[-1][1]
        known = outer.get(name)
        if known is None:
            outer[name] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            outer[name] = [known, value]

    def text(self, words: str) -> None:
        self.stack[-1][2].append(words)


def _no_document_type(*_: object) -> None:
    raise _bad("xml-with-dtd", "不接受文档类型声明", "a document type is not accepted")


def _xml(text: str) -> Tree:
    """No document type, so no entity can be declared, neither expanding nor from outside. The root's own tree."""
    text = re.sub(r"\A\s*<\?xml[^>]*\?>", "", text)  # read already, whatever encoding it names
    builder, parser = _Builder(), expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = _no_document_type
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise _bad("malformed-xml", f"XML 有误：{error}", f"faulty XML: {error}") from error
    root = next(iter(builder.stack[0][1].values()))
    return root if isinstance(root, dict) else {}


def _ini(text: str, kept: bool) -> Tree:
    """Sections of ``name=value``; a section whose first line has no ``=`` is a table with a heading line."""
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for raw in text.splitlines():
        line = raw.strip(" \r\n")
        if line.startswith("[") and line.endswith("]"):
            name = line[1:-1].strip()
            if name in sections and not kept:
                raise given_twice(f"[{name}]")
            lines = sections.setdefault(name, [])
        elif line and line[0] not in ";#":
            lines.append(line)
    tree: dict[str, Any] = {}
    for name, found in sections.items():
        if found and "=" not in found[0]:
            tree[name] = _table(list(records(found, separator_of(found[:1]), not kept)), kept)
        else:
            pairs = [line.partition("=")[::2] for line in found]
            tree[name] = _named(((key.strip(), value.strip()) for key, value in pairs), f"{name}.", kept)
    return tree


def _named(pairs: Iterable[tuple[str, str]], path: str, kept: bool) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in pairs:
        if name in tree and not kept:
            raise given_twice(path + name)
        tree[name] = value
    return tree


def _table(rows: list[Cells], kept: bool) -> list[dict[str, str]]:
    """A heading and rows that fit it."""
    names = rows[0] if kept else heading(rows[0])
    found = []
    for number, row in enumerate(rows[1:], 1):
        try:
            cells = fitted(names, row)
        except Malformed as fault:
            raise _bad(
                "malformed-table",
                f"表格第 {number} 行：{fault.text.zh}",
                f"row {number} of the table: {fault.text.en}",
            ) from None
        found.append(dict(zip(names, cells, strict=True)))
    return found


def _csv(text: str, kept: bool) -> Tree:
    """Lines of ``name,value``, an empty line, then the table."""
    lines = text.splitlines()
    blank = next((at for at, line in enumerate(lines) if not line.strip(SEPARATORS + ' \t"')), len(lines))
    rows = records(lines, separator_of(lines[: blank or None]), not kept)
    head = list(takewhile(bool, map(_filled, dropwhile(is_blank, rows))))
    pairs = (_pair(number, cells, kept) for number, cells in enumerate(head, 1) if len(cells) > 1)
    tree = _named(pairs, "", kept)
    table = [cells for cells in rows if not is_blank(cells)]
    tree[ROWS] = _table(table, kept) if table else []
    return tree


def _filled(cells: Cells) -> Cells:
    """Without the empty cells by which a spreadsheet makes all rows equally long; a value may be empty."""
    last = max((number for number, cell in enumerate(cells, 1) if cell), default=0)
    return cells[: max(2, last)] if last else []


def _pair(number: int, cells: Cells, kept: bool) -> tuple[str, str]:
    if len(cells) > 2 and not kept:
        raise _bad(
            "malformed-table",
            f"第 {number} 行应为名称和一个值，却有 {len(cells)} 格",
            f"line {number} must be a name and one value, but has {len(cells)} cells",
        )
    return cells[0], cells[1]


def pack(container: str, tree: Tree, root: str) -> str:
    """The tree as a text of that container; what ``parse`` reads back."""
    if container == "json":
        return msgspec.json.format(msgspec.json.encode(tree), indent=1).decode()
    if container == "xml":
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{_element(root, tree)}'
    if container == "ini":
        return "\n".join(f"[{name}]\n{_section(inner)}" for name, inner in tree.items())
    head = {name: value for name, value in tree.items() if name != ROWS}
    return _lines([[name, value] for name, value in head.items()]) + "\n" + _section(tree.get(ROWS, []))


def _element(name: str, value: Any) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name} is not an element name")
    if isinstance(value, list):
        return "".join(_element(name, each) for each in value)
    if isinstance(value, Mapping):
        inner = "".join(_element(key, each) for key, each in value.items())
        return f"<{name}>\n{inner}</{name}>\n"
    return f"<{name}>{escape(str(value))}</{name}>\n"


def _section(inner: Any) -> str:
    if isinstance(inner, list):
        return _lines([list(inner[0]), *(list(row.values()) for row in inner)]) if inner else ""
    return "".join(f"{key}={value}\n" for key, value in inner.items())


def _lines(rows: list[list[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
