"""Words of the program that no page may show to a person: codes, JSON paths, a parser's errors, temporary names."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from imloop.steps.findings.titles import TITLES

_SOURCE = Path(__file__).parents[2] / "src/imloop"
_CODE = re.compile(
    r"(?:Reason|Malformed|Conflict|Unlawful|Unknown|NotAllowed)\(\s*\"([a-z0-9]+(?:-[a-z0-9]+)+)\""
)
_PLAIN = frozenset({"second-factor", "open-case", "case-closed"})
"""Codes that are also English."""
_SIGNS = (
    (re.compile(r"\$\.[a-z]"), "a JSON path"),
    (re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b"), "a name of the program"),
    (re.compile(r"<unicode string>|Traceback|Error:|\bNone\b|\bNaN\b"), "the program's own words"),
    (re.compile(r"\{[{#%]|[}#%]\}"), "a template's signs"),
    (re.compile(r"\btmp\w{6,}\b"), "a temporary name"),
)
_FOLDER = re.compile(r"(?<![A-Za-z0-9_/])/[\w./-]+")
"""Of a receiver, as its administrator gave it: its letters are nobody's program. A label may stand before it."""


@cache
def _codes() -> re.Pattern[str]:
    found = set(TITLES)
    for path in _SOURCE.rglob("*.py"):
        found |= set(_CODE.findall(path.read_text("utf-8")))
    words = sorted(code for code in found - _PLAIN if "-" in code)
    return re.compile(r"(?<![\w/.-])(" + "|".join(map(re.escape, words)) + r")(?![\w/.-])")


def program_words(text: str) -> list[str]:
    """What of a page's text a clerk would not understand."""
    text = _FOLDER.sub("", text)
    faults = [f"{name}: {found.group()}" for sign, name in _SIGNS if (found := sign.search(text))]
    if (code := _codes().search(text)) is not None:
        faults.append(f"a code: {code.group()}")
    return faults
