"""Every sentence that templates and code hand to the translator, as the catalogue names it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

_CALL = re.compile(r"""gettext\((u?'(?:\\.|[^'\\])*'|u?"(?:\\.|[^"\\])*")""")
_IN_TAG = re.compile(r"""\b_\(("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')\)""")


def of_template(source: str) -> set[str]:
    """``translate``, ``blocktranslate`` and ``_("…")`` inside a tag or a filter."""
    plain = templatize(source)
    calls = [*_CALL.findall(plain), *_IN_TAG.findall(source)]
    return {str(ast.literal_eval(each)) for each in calls}


def of_code(source: str) -> set[str]:
    """Arguments of ``_("…")``."""
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "_"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def constants(source: str) -> set[str]:
    """Every text of a module: one of them may reach the translator by a name."""
    found = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    return {node.value for node in found if isinstance(node.value, str)}


def sources(folder: Path, ending: str) -> Iterator[str]:
    for path in sorted(folder.rglob(f"*{ending}")):
        yield path.read_text(encoding="utf-8")
