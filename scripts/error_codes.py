"""Find every code of a refusal, reason or problem in the source, with its words in both languages:
the source of docs/errors.md and of the page /docs/errors."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REFUSALS = ("Malformed", "Unknown", "NotAllowed", "Conflict", "Ambiguous", "Unlawful", "Unavailable")
CODE_POSITION = {**dict.fromkeys(REFUSALS, 0), "Reason": 0, "Problem": 1}
SAID_BY = {"require_past": ("time-in-future", "Malformed")}
"""Helpers that refuse with one code, in the words of who calls them: their code and class."""
CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
CHINESE = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Found:
    code: str
    kind: str
    """Class of the refusal, or ``Reason``, or ``Problem``."""
    words: tuple[str, str]
    """Chinese and English."""


NO_WORDS = ("", "")


def wording(node: ast.expr) -> str:
    """A string literal, or an f-string with ``…`` for its values."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join("…" if isinstance(part, ast.FormattedValue) else wording(part) for part in node.values)
    return ""


class Source:
    """One file, with its assignments, so that ``words = Text(…)`` a few lines above a reason is found."""

    def __init__(self, path: Path) -> None:
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.assigned: dict[str, list[tuple[int, ast.expr]]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._assign(target, node.value)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.assigned.setdefault(target.id, []).append((target.lineno, value))
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for name, part in zip(target.elts, value.elts, strict=False):
                self._assign(name, part)

    def resolved(self, node: ast.expr) -> ast.expr:
        """The value last given to a name above its use; anything else as it is."""
        if not isinstance(node, ast.Name):
            return node
        above = [known for known in self.assigned.get(node.id, []) if known[0] <= node.lineno]
        return max(above, key=lambda known: known[0])[1] if above else node

    def said(self, node: ast.AST) -> tuple[str, str]:
        """The first ``Text(zh, en)`` in a node, or behind a name in it; twice nothing where there is none."""
        for inner in ast.walk(node):
            call = self.resolved(inner) if isinstance(inner, ast.Name) else inner
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "Text" and len(call.args) == 2:
                return wording(self.resolved(call.args[0])), wording(self.resolved(call.args[1]))
        return NO_WORDS

    def found(self) -> Iterator[Found]:
        for node in ast.walk(self.tree):
            for code, kind, words in self._coded(node):
                if (
                    isinstance(code, ast.Constant)
                    and isinstance(code.value, str)
                    and CODE.fullmatch(code.value)
                ):
                    yield Found(code.value, kind, words)

    def _coded(self, node: ast.AST) -> Iterator[tuple[ast.expr | None, str, tuple[str, str]]]:
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if key is not None and "-" in wording(key) and self.said(value)[1]:
                    yield key, "Reason", self.said(value)
        elif isinstance(node, ast.Tuple):
            for part in node.elts:
                if "-" in wording(part) and self.said(node)[1]:
                    yield part, "Reason", self.said(node)
        elif isinstance(node, ast.Call):
            yield from self._called(node)

    def _called(self, call: ast.Call) -> Iterator[tuple[ast.expr | None, str, tuple[str, str]]]:
        # an exception that is a refusal too says so in its own initialiser: Unknown.__init__(self, "code", …)
        name, by_hand, _ = ast.unparse(call.func).partition(".__init__")
        if name in CODE_POSITION:
            position = CODE_POSITION[name] + bool(by_hand)
            given = (keyword.value for keyword in call.keywords if keyword.arg == "code")
            yield (
                call.args[position] if len(call.args) > position else next(given, None),
                name,
                self.said(call),
            )
            return
        if name in SAID_BY:
            code, kind = SAID_BY[name]
            yield ast.Constant(code), kind, self.said(call)
        # a helper that takes the code and then both languages: f(…, "too-long", "超过…", "longer…")
        for code, chinese, words in zip(call.args, call.args[1:], call.args[2:], strict=False):
            bilingual = CHINESE.search(wording(chinese)) and re.search("[A-Za-z]", wording(words))
            if CODE.fullmatch(wording(code)) and bilingual:
                yield (
                    code,
                    "Problem" if name.endswith(".fault") else "Reason",
                    (wording(chinese), wording(words)),
                )


def codes(source: Path) -> dict[str, tuple[set[str], tuple[str, str], set[str]]]:
    """Code → (classes, words in Chinese and English, files) over a package."""
    rows: dict[str, tuple[set[str], tuple[str, str], set[str]]] = {}
    for path in sorted(source.rglob("*.py")):
        for each in Source(path).found():
            kinds, known, files = rows.get(each.code, (set(), NO_WORDS, set()))
            file = path.relative_to(source).as_posix()
            rows[each.code] = (kinds | {each.kind}, known if known[1] else each.words, files | {file})
    return rows
