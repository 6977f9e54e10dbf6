"""Bytes ↔ a tree of plain values, for the four ways in which station software packs a message.

A tree is a mapping of names to text, lists or further mappings. JSON keeps its numbers; the others hold text alone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

import msgspec

from imloop.exchange.reading import parse_json
from imloop.facts.refusal import Malformed, Problem
from imloop.facts.text import Text

Tree = Mapping[str, Any]
ROWS = "rows"
"""The key in the tree for the table below the head of a CSV file."""
_DEEPEST = 12
_BOM = b"\xef\xbb\xbf"
_NAME = re.compile(r"[^\W\d][\w.-]*")


def container_of(body: bytes) -> str:
    """``json``, ``xml``, ``ini`` or ``csv``, by the first sign that is no space."""
    start = body.removeprefix(_BOM).lstrip()[:2]
    if start.startswith(b"{") or start == b"[]":
        return "json"
    if start.startswith(b"<"):
        return "xml"
    return "ini" if start[:1] in (b"[", b";") else "csv"


def parse(container: str, body: bytes) -> Tree:
    """Raises ``Malformed`` naming what is wrong with the bytes."""
    return _PARSERS[container](body)


def _decoded(body: bytes) -> str:
    """UTF-8 with or without a mark, else GB18030, which holds every older Chinese encoding."""
    body = body.removeprefix(_BOM)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return body.decode("gb18030")
    except UnicodeDecodeError as error:
        raise _bad("malformed-text", "既不是 UTF-8 也不是 GB18030", "neither UTF-8 nor GB18030") from error


def _bad(code: str, zh: str, en: str) -> Malformed:
    words = Text(f"报文无法读取：{zh}。", f"The message cannot be read: {en}.")
    return Malformed(code, words, problems=(Problem("$", code, words),))


def _json(body: bytes) -> Tree:
    body = body.removeprefix(_BOM)
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return parse_json(body.decode("gb18030").encode())
        except UnicodeDecodeError:
            pass
    return parse_json(body)


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


def _xml(body: bytes) -> Tree:
    """No document type, so no entity can be declared, neither expanding nor from outside. The root's own tree."""
    text = re.sub(r"\A\s*<\?xml[^>]*\?>", "", _decoded(body))  # read already, whatever encoding it names
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


def _ini(body: bytes) -> Tree:
    """Sections of ``name=value``; a section whose first line has no ``=`` is a table with a heading line."""
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for raw in _decoded(body).splitlines():
        line = raw.strip(" \r\n")
        if line.startswith("[") and line.endswith("]"):
            lines = sections.setdefault(line[1:-1].strip(), [])
        elif line and line[0] not in ";#":
            lines.append(line)
    tree: dict[str, Any] = {}
    for name, found in sections.items():
        if found and "=" not in found[0]:
            tree[name] = _table(found)
        else:
            tree[name] = {
                key.strip(): value.strip() for key, _, value in (line.partition("=") for line in found)
            }
    return tree


def _table(lines: list[str]) -> list[dict[str, str]]:
    delimiter = max(",;\t", key=lines[0].count)
    try:
        heading, *rows = csv.reader(lines, delimiter=delimiter)
    except csv.Error as error:
        raise _bad("malformed-table", f"表格有误：{error}", f"faulty table: {error}") from error
    names = [name.strip() for name in heading]
    for number, row in enumerate(rows, 1):
        if len(row) != len(names):
            raise _bad(
                "malformed-table",
                f"表格第 {number} 行有 {len(row)} 格，表头 {len(names)} 格",
                f"row {number} of the table has {len(row)} cells, the heading has {len(names)}",
            )
    return [dict(zip(names, row, strict=True)) for row in rows]


def _csv(body: bytes) -> Tree:
    """Lines of ``name,value``, an empty line, then the table."""
    head, _, below = _decoded(body).replace("\r\n", "\n").lstrip("\n").partition("\n\n")
    tree: dict[str, Any] = {}
    try:
        for row in csv.reader(head.splitlines()):
            if len(row) >= 2:
                tree[row[0].strip()] = row[1].strip()
    except csv.Error as error:
        raise _bad("malformed-table", f"表格有误：{error}", f"faulty table: {error}") from error
    lines = [line for line in below.splitlines() if line.strip()]
    tree[ROWS] = _table(lines) if lines else []
    return tree


_PARSERS = {"json": _json, "xml": _xml, "ini": _ini, "csv": _csv}


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
