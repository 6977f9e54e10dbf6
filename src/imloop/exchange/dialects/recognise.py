"""Which dialect are these bytes? The bytes alone decide, so that a stored upload reads tomorrow as it read today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imloop.exchange.dialects.containers import Tree, container_of, parse
from imloop.exchange.dialects.engine import convert, get
from imloop.exchange.dialects.maps import OURS, Dialect, MessageKind, every, named, not_in_dialect
from imloop.exchange.text_bytes import decode
from imloop.facts.refusal import Malformed, Problem
from imloop.facts.text import Text

_SCHEMAS = {f"imloop.{kind}/1": kind for kind in MessageKind}
_NUMBERS = {"check_no": MessageKind.CHECK, "repair_no": MessageKind.REPAIR}


@dataclass(frozen=True, slots=True)
class Reading:
    """``tree`` as they wrote it, ``message`` under our names."""

    dialect: Dialect
    kind: MessageKind
    tree: Tree
    message: Mapping[str, Any]

    def in_their_words(self, fault: Malformed) -> Malformed:
        """The same refusal, every path with the name the sender gave the field."""
        if self.dialect.name == OURS:
            return fault
        return Malformed(
            fault.code,
            self._with_name(fault.problems[0]) if fault.problems else fault.text,
            cite=fault.cite,
            problems=[
                Problem(each.path, each.code, self._with_name(each, short=True)) for each in fault.problems
            ],
        )

    def _with_name(self, problem: Problem, short: bool = False) -> Text:
        path = problem.path.removeprefix("$.")
        name = their_name(self.dialect, path)
        at = "" if short else f"{problem.path}"
        if not name:
            return Text(f"{at}：{problem.text.zh}", f"{at}: {problem.text.en}") if at else problem.text
        return Text(f"{at}（{name}）：{problem.text.zh}", f"{at} ({name}): {problem.text.en}")


def their_name(dialect: Dialect, path: str) -> str:
    """What the dialect calls one of our paths; a cell of a column is called by its column. Empty: it has no name."""
    plain = path.partition("[")[0]
    for field in dialect.fields:
        if field.ours == plain:
            return field.theirs[0]
    columns = dialect.columns
    if columns is not None and plain.startswith(columns.ours):
        column = plain.removeprefix(f"{columns.ours}.")
        names = [field.theirs[0] for field in columns.fields if field.ours == column]
        return f"{columns.theirs}.{names[0]}" if names else columns.theirs
    return ""


def read(body: bytes, kind: MessageKind | None = None, name: str = "", *, kept: bool = False) -> Reading:
    """The message in whatever dialect it came. ``kind``: what it must be; ``name``: the dialect it must be in;
    ``kept``: it was taken once, before names given twice were refused.

    Raises ``Malformed`` for bytes that cannot be read, or are not in that dialect; ``Unknown`` for an unknown name.
    """
    wanted = named(name) if name else None
    text = decode(body, kept=kept)
    container = container_of(text)
    known = [
        dialect
        for dialect in every().values()
        if container in dialect.containers and (kind is None or dialect.message in ("any", kind))
    ]
    if not known:
        raise _unknown()
    tree = parse(container, text, kept=kept)
    dialect = _recognised(tree, container, known)
    if wanted is not None and dialect is not wanted:
        raise not_in_dialect(wanted)
    if dialect is None:
        raise _unknown()
    return Reading(dialect, _kind(dialect, tree, kind), tree, convert(dialect, tree, kept=kept))


def _recognised(tree: Tree, container: str, known: list[Dialect]) -> Dialect | None:
    if str(tree.get("schema")) in _SCHEMAS:
        return named(OURS)
    for dialect in known:
        if dialect.recognise and all(
            any(get(tree, path) is not None for path in either) for either in dialect.recognise
        ):
            return dialect
    return named(OURS) if container == "json" else None


def _kind(dialect: Dialect, tree: Tree, asked: MessageKind | None) -> MessageKind:
    if dialect.message != "any":
        return MessageKind(dialect.message)
    said = _SCHEMAS.get(str(tree.get("schema")))
    found = said or next((kind for key, kind in _NUMBERS.items() if key in tree), MessageKind.TEST)
    return asked or found


def _unknown() -> Malformed:
    words = Text(
        "认不出报文的格式：不是 JSON，也不是已知的方言（imloop dialect list）。",
        "The message is neither JSON nor in a known dialect (imloop dialect list).",
    )
    return Malformed("malformed-json", words, problems=(Problem("$", "malformed-json", words),))
