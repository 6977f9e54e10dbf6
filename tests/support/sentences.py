"""Every sentence that templates and code hand to the translator, as the catalogue names it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

_TEXT = r"""(u?'(?:\\.|[^'\\])*'|u?"(?:\\.|[^"\\])*")"""
_CALL = re.compile(rf"""(?<!p)gettext\({_TEXT}""")
_IN_CONTEXT = re.compile(rf"""\bpgettext\({_TEXT}, {_TEXT}""")
_IN_TAG = re.compile(r"""\b_\(("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')\)""")


def of_template(source: str) -> set[str]:
    """``translate``, ``blocktranslate`` and ``_("…")`` inside a tag or a filter."""
    plain = templatize(source)
    calls = [*_CALL.findall(plain), *_IN_TAG.findall(source)]
    alone = {str(ast.literal_eval(each)) for each in calls}
    return alone | {in_context(*map(ast.literal_eval, pair)) for pair in _IN_CONTEXT.findall(plain)}


def of_code(source: str) -> set[str]:
    """Arguments of ``_("…")``, ``pgettext("…", "…")`` and ``pgettext_lazy``."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            given = [each.value for each in node.args if isinstance(each, ast.Constant)]
            texts = [each for each in given if isinstance(each, str)]
            if node.func.id == "_" and texts:
                found.add(texts[0])
            elif node.func.id in ("pgettext", "pgettext_lazy") and len(texts) == 2:
                found.add(in_context(*texts))
    return found


def in_context(context: str, sentence: str) -> str:
    """The name of a sentence that has an English of its own there, as gettext writes it."""
    return f"{context}\x04{sentence}"


def bare_signs(source: str) -> set[str]:
    """Chinese punctuation of a template that no translator sees: an English page would show it."""
    shown = re.sub(
        r"\{% blocktranslate.*?endblocktranslate %\}|\{[%{#].*?[%}#]\}|<[^>]*>", "", source, flags=re.DOTALL
    )
    return set(re.findall("[：；（）。，、“”]", shown))


def constants(source: str) -> set[str]:
    """Every text of a module: one of them may reach the translator by a name."""
    found = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    return {node.value for node in found if isinstance(node.value, str)}


def sources(folder: Path, ending: str) -> Iterator[str]:
    for path in sorted(folder.rglob(f"*{ending}")):
        yield path.read_text(encoding="utf-8")
