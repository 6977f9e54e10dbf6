"""Keep the tail short: no source file above 400 lines, no function above 50, no template line above 120 characters.
Prints what is too long."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("src", "tests", "scripts", "benchmarks")
SUFFIXES = frozenset({".py", ".html", ".css", ".js", ".typ"})
NOT_OURS = frozenset({"migrations", "vendor", "fonts", "node_modules", "__pycache__"})
FILE_LINES, FUNCTION_LINES = 400, 50
CHARACTERS = {".html": 120}
"""The longest line, of files that no formatter keeps to it."""


def sources(root: Path = ROOT) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SUFFIXES and path.is_file() and not NOT_OURS.intersection(path.parts):
                yield path


def too_long(path: Path) -> Iterator[str]:
    """One line per fault of one file."""
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield f"{path}: {lines} lines, at most {FILE_LINES}"
    longest = CHARACTERS.get(path.suffix, 0)
    for number, line in enumerate(text.splitlines() if longest else (), 1):
        if len(line) > longest:
            yield f"{path}:{number}: {len(line)} characters, at most {longest}"
    if path.suffix != ".py":
        return
    for node in ast.walk(ast.parse(text, filename=str(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines, at most {FUNCTION_LINES}"


def main() -> int:
    faults = [fault for path in sources() for fault in too_long(path)]
    print("\n".join(faults) if faults else f"sizes: {sum(1 for _ in sources())} files within limits")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
