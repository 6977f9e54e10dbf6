"""How lines and people write yes and no, a verdict, a fuel, and nothing: the one table that every reader uses.

What is not in it is not understood, and never guessed: where it was to decide, the part of the test that rests on it is
no pass (``verdict.unread``). Where a word could mean two things (a tick at "lamp on"), the field does not take it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import TypeVar

from imloop.facts.codes import FUEL_NAMES, RESULT_NAMES, Fuel, Result
from imloop.facts.padding import unpadded
from imloop.facts.records.check import Claim

E = TypeVar("E", bound=Enum)
_Pair = tuple[str, str]
"""Words for yes and words for no."""

_YES_NO = ("true t yes y 1 是 真", "false f no n 0 否 假")
_GOOD_BAD = (
    "合格 正常 通过 符合 良好 pass passed ok √ ✓ ✔",
    "不合格 不正常 异常 未通过 不通过 不符合 fail failed ng × ✗ ✘",
)
_LAMP = ("亮 点亮 已点亮 常亮 亮起 激活 已激活 on 开", "灭 不亮 未亮 熄灭 未点亮 未激活 off 关")
_SPEAKS = ("成功 已连接 on 开", "失败 未连接 off 关")
_AGREES = ("一致 相符", "不一致 不相符 不符")
_THERE = ("有 存在", "无 没有 不存在")
_COMPLETE = ("齐全 完好", "不齐全 缺失")

QUESTIONS: Mapping[str, tuple[_Pair, ...]] = MappingProxyType(
    {
        "communication": (_YES_NO, _GOOD_BAD, _SPEAKS),
        "mil_lamp_ok": (_YES_NO, _GOOD_BAD),
        "mil_on": (_YES_NO, _LAMP),
        "dashboard_matches": (_YES_NO, _GOOD_BAD, _AGREES),
        "tampered": (_YES_NO, _THERE),
        "cap_ok": (_YES_NO, _GOOD_BAD),
        "devices_present": (_YES_NO, _GOOD_BAD, _THERE, _COMPLETE),
        "visible_smoke": (_YES_NO, _THERE),
        "holds": (_YES_NO, _GOOD_BAD),
    }
)
"""Field → the words it takes. Any other field takes yes and no alone."""
VERDICTS: Mapping[Result, str] = MappingProxyType(
    {
        Result.PASS: "pass passed 合格 通过 ok true √ ✓ ✔",
        Result.FAIL: "fail failed 不合格 未通过 不通过 ng false × ✗ ✘",
        Result.INVALID: "invalid 无效",
        Result.NOT_READY: "not_ready 未就绪",
    }
)
"""No digits: 1 is a pass in one software and a fail in another. A dialect that has them says so in its map."""
NOTHING = "/ null none nil n/a na #n/a undefined"
"""No value, beside blanks, padding and dashes."""
_NOTHING = frozenset(NOTHING.split())
_DASHES = frozenset("-‐‑‒–—―−_")


def word(text: str) -> str:
    """A word as it is looked up: NFKC, lower case, without padding."""
    return unicodedata.normalize("NFKC", unpadded(text)).strip().lower()


def is_nothing(value: object) -> bool:
    """No value: null, blanks, padding, dashes, N/A."""
    if not isinstance(value, str):
        return value is None
    text = word(value)
    return text in _NOTHING or _DASHES.issuperset(text)


def _answers(pairs: tuple[_Pair, ...]) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for yes, no in pairs:
        found |= dict.fromkeys(map(word, yes.split()), True) | dict.fromkeys(map(word, no.split()), False)
    return found


_FLAGS = {name: _answers(pairs) for name, pairs in QUESTIONS.items()}
_PLAIN = _answers((_YES_NO,))


def flag_of(field: str, value: object) -> bool | None:
    """The answer to a yes-or-no field, as JSON has it (true, 1, "是"); None: not understood."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return bool(value) if value in (0, 1) else None
    return _FLAGS.get(field, _PLAIN).get(word(value)) if isinstance(value, str) else None


def _verdicts(kind: type[Result] | type[Claim]) -> dict[str, Enum]:
    known = {each.value for each in kind}
    words = {word(each): result for result in VERDICTS for each in VERDICTS[result].split()}
    words |= {word(name.zh): result for result, name in RESULT_NAMES.items()}
    return {each: kind(result.value) for each, result in words.items() if result.value in known}


def _fuels() -> dict[str, Enum]:
    return {word(name.zh): fuel for fuel, name in FUEL_NAMES.items()}


_CODES: dict[type[Enum], dict[str, Enum]] = {
    Result: _verdicts(Result),
    Claim: _verdicts(Claim),
    Fuel: _fuels(),
}


def code_of(kind: type[E], value: object) -> E | None:
    """The code that a value names, in whatever case, by our word or by its Chinese name; None: not understood. The
    police's letters for fuels are read by ``codes.fuels_of``."""
    if isinstance(value, kind):
        return value
    if not isinstance(value, (str, bool)):
        return None
    text = word(str(value))
    found = _CODES.get(kind, {}).get(text)
    if isinstance(found, kind):
        return found
    return next((each for each in kind if word(str(each.value)) == text), None)
