"""A decoded message as a whole, before a field of it is read: names without controls and of bounded length, no more
members and no deeper than any message has, text without the NULs that fill it up.

One answer for every message on every database: PostgreSQL keeps no NUL, and SQLite would keep what cannot move there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imloop.facts.padding import has_control, shown, without_end_controls
from imloop.facts.refusal import Problem
from imloop.facts.text import Text

LONGEST_NAME = 64
MOST_MEMBERS = 256
DEEPEST = 16
_PLAIN = frozenset((int, float, bool, type(None)))
_TEXT = frozenset((str,))


def tidied(
    message: Mapping[str, object], problems: list[Problem], *, controls: bool = True
) -> dict[str, Any]:
    """The message with every text unfilled; what no message may have is added to ``problems``. ``controls``: text may
    have them within, and whoever reads a field says what becomes of it."""
    return _Walk(problems, controls).members(message, "$", 0)


class _Walk:
    def __init__(self, problems: list[Problem], controls: bool) -> None:
        self.problems = problems
        self.controls = controls

    def members(self, members: Mapping[str, object], path: str, depth: int) -> dict[str, Any]:
        if len(members) > MOST_MEMBERS:
            self._fault(
                path, "too-many", f"超过 {MOST_MEMBERS} 个名称", f"has more than {MOST_MEMBERS} names"
            )
            return {}
        return {
            name: self.value(value, f"{path}.{name}", depth)
            for name, value in members.items()
            if self._may_be_called(name, path)
        }

    def value(self, value: object, path: str, depth: int) -> object:
        if isinstance(value, str):
            return self._text(value, path)
        if not isinstance(value, (dict, list)):
            return value
        if depth == DEEPEST:
            self._fault(path, "too-deep", f"嵌套超过 {DEEPEST} 层", f"is nested more than {DEEPEST} deep")
            return None
        if isinstance(value, dict):
            return self.members(value, path, depth + 1)
        kinds = set(map(type, value))
        if kinds <= _PLAIN:  # a column of figures
            return value
        if kinds <= _TEXT and self.controls:
            return list(map(without_end_controls, value))
        return [self.value(each, f"{path}[{number}]", depth + 1) for number, each in enumerate(value)]

    def _text(self, value: str, path: str) -> str:
        text = without_end_controls(value)
        if not self.controls and has_control(text):
            self._fault(path, "control-character", "含有控制字符", "contains a control character")
        return text

    def _may_be_called(self, name: str, path: str) -> bool:
        short = shown(name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…")
        if len(name) > LONGEST_NAME:
            zh = f"名称超过 {LONGEST_NAME} 个字符"
            self._fault(
                f"{path}.{short}", "name-too-long", zh, f"the name has more than {LONGEST_NAME} characters"
            )
        elif has_control(name):
            self._fault(
                f"{path}.{short}", "control-character", "名称含有控制字符", "the name has a control character"
            )
        else:
            return True
        return False

    def _fault(self, path: str, code: str, zh: str, en: str) -> None:
        self.problems.append(Problem(path, code, Text(zh, en)))
