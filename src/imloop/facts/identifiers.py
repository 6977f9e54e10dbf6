"""VIN, number plate, numbers of papers and unified social credit code (USCC): one normal form, formats, check digits.

Every door reads an identifier by ``plain`` and looks it up in that form: no way of writing makes another vehicle.
What is not well-formed is kept as it was read and named by a finding; a wrong VIN check digit is only a doubt, because
7 % of really tested VINs fail it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from imloop.facts.digits import are_digits
from imloop.facts.padding import unpadded
from imloop.facts.refusal import Malformed
from imloop.facts.text import Reason, Text

_SEPARATORS = frozenset("·•‧∙⋅・-‐‑‒–—―−_.")
_NO_SIGN = frozenset(["Cc", "Cf", "Zs", "Zl", "Zp"])
"""Unicode's controls, signs without width, and blanks."""
_PADDING = " \u3000\u00a0\u00ff\ufffd"
"""Blanks, and 0xFF as the encodings of station software read it."""
_PLACEHOLDERS = frozenset(
    [
        *("无", "无号", "无牌", "无号牌", "无牌照", "无车牌", "未知", "未上牌", "未上户", "未登记"),
        *("不详", "不明", "暂无", "空", "空白"),
        *("NA", "N/A", "#N/A", "NULL", "NONE", "NIL", "NAN", "UNKNOWN", "UNDEFINED"),
    ]
)


PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_HEAD = f"[{PROVINCES}][A-HJ-NP-Z]"
_BEFORE_OR_BEHIND = ("临", "使")
_EITHER_WAY = re.compile(rf"临{_HEAD}[A-HJ-NP-Z0-9]{{4,5}}临?|使\d{{6}}")
_REMEMBERED = 64
"""Longer text is no identifier: it is read, but takes no place in memory."""


def plain(text: str) -> str:
    """The one normal form of an identifier: NFKC, no blanks, controls or separators, upper case. Empty for what names
    nothing: a placeholder such as ``无号牌`` or ``N/A``, or one sign repeated (``0000``, ``-``). 临 and 使 stand behind
    a plate, wherever they were written."""
    kept = signs(text)
    if kept[:1] in _BEFORE_OR_BEHIND and _EITHER_WAY.fullmatch(kept):
        kept = kept.strip(kept[0]) + kept[0]
    return "" if kept in _PLACEHOLDERS or len(set(kept)) < 2 else kept


def signs(text: str) -> str:
    """The normal form of a part of an identifier: the last six of a VIN, what somebody searches for. ``000000`` may be
    meant, so that nothing counts as a placeholder."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return _signs(text) if len(text) <= _REMEMBERED else _signs.__wrapped__(text)


@lru_cache(maxsize=4096)
def _signs(text: str) -> str:
    """Twice: an accent may follow its letter only once the blank between them is gone. What fills a fixed field up goes
    first: 0xFF read as a letter has a capital of its own."""
    text = unpadded(text)
    for _ in range(2):
        text = "".join(
            sign
            for sign in unicodedata.normalize("NFKC", text).upper()
            if sign not in _SEPARATORS and unicodedata.category(sign) not in _NO_SIGN
        )
    return unicodedata.normalize("NFKC", text)


def calibration(text: str) -> str:
    """CALID or CVN as a control unit reports it, without what fills the frame up (NUL, 0xFF, blanks); signs within it
    stay as they are. Empty for a placeholder."""
    kept = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cf")).strip(_PADDING)
    return kept if plain(kept) else ""


_OF_PAPERS = re.compile(r"[0-9A-Z\u4e00-\u9fff]+")


def paper_number(text: str, least_digits: int) -> str:
    """The number of a certificate, settlement list or invoice in its normal form: letters, digits and Chinese
    characters alone. Empty where it has too few digits, or zeros alone, to be one, or letters of another script."""
    number = "".join(sign for sign in plain(text) if sign.isalnum())
    if not _OF_PAPERS.fullmatch(number):
        return ""
    digits = [sign for sign in number if are_digits(sign)]
    return number if len(digits) >= least_digits and any(sign != "0" for sign in digits) else ""


_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_LETTERS = dict(
    zip(
        "ABCDEFGHJKLMNPRSTUVWXYZ",
        (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Vin:
    """A well-formed VIN (GB 16735)."""

    text: str

    @property
    def check_digit_ok(self) -> bool:
        """False is a doubt, not an error. Computed on demand: a police list has a million VINs."""
        return self.text[8] == vin_check_digit(self.text)

    @property
    def tail(self) -> str:
        return self.text[-6:]


def vin_check_digit(text: str) -> str:
    """The ninth character that a VIN should have: weighted sum mod 11, X for ten."""
    total = sum(
        weight * _LETTERS.get(c, 0 if c.isalpha() else ord(c) - 48)
        for weight, c in zip(_WEIGHTS, text, strict=True)
    )
    rest = total % 11
    return "X" if rest == 10 else str(rest)


def parse_vin(text: str) -> Vin:
    """17 characters without I, O, Q; else ``Malformed``."""
    text = plain(text)
    fault = vin_fault(text)
    if fault is not None:
        raise Malformed("bad-vin", fault.text, at="vin")
    return Vin(text)


def vin_fault(text: str) -> Reason | None:
    """What is wrong with the form of a VIN in its normal form; None for a well-formed one."""
    if _VIN.fullmatch(text):
        return None
    return Reason(
        "vin-malformed",
        Text(
            f"VIN {text} 应为 17 位字母和数字，不含 I、O、Q。",
            f"VIN {text}: must be 17 letters and digits without I, O or Q.",
        ),
        next=Text("请对照行驶证和车身上的 VIN 核对。", "Compare it with the licence and the vehicle itself."),
    )


def mistyped(one: str, other: str) -> bool:
    """Of equal length, and different in one sign alone, or in two neighbours that changed places: a typing error, or
    meant to look like one."""
    if len(one) != len(other):
        return False
    apart = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(apart) != 2:
        return len(apart) == 1
    first, second = apart
    return second == first + 1 and one[first] == other[second] and one[second] == other[first]


class PlateKind(StrEnum):
    ORDINARY = "ordinary"
    TRAILER = "trailer"
    TRAINER = "trainer"
    POLICE = "police"
    HONG_KONG_MACAU = "hong_kong_macau"
    NEW_ENERGY_SMALL = "new_energy_small"
    NEW_ENERGY_LARGE = "new_energy_large"
    EMBASSY = "embassy"
    CONSULATE = "consulate"
    TEMPORARY = "temporary"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Plate:
    """A well-formed plate (GA 36). ``electric``: a new-energy plate of a purely electric vehicle."""

    text: str
    kind: PlateKind
    electric: bool = False

    @property
    def shown(self) -> str:
        """As people read it: 桂B·12345."""
        return f"{self.text[:2]}·{self.text[2:]}" if self.kind is not PlateKind.EMBASSY else self.text


_PURE_ELECTRIC = frozenset("ABCDE")
_SUFFIXES = {
    "挂": PlateKind.TRAILER,
    "学": PlateKind.TRAINER,
    "警": PlateKind.POLICE,
    "港": PlateKind.HONG_KONG_MACAU,
    "澳": PlateKind.HONG_KONG_MACAU,
    "领": PlateKind.CONSULATE,
}
_PATTERNS = (
    (PlateKind.NEW_ENERGY_SMALL, re.compile(rf"{_HEAD}[A-HJK][A-HJ-NP-Z0-9]\d{{4}}")),
    (PlateKind.NEW_ENERGY_LARGE, re.compile(rf"{_HEAD}\d{{5}}[A-HJK]")),
    (PlateKind.EMERGENCY, re.compile(rf"[{PROVINCES}]X\d{{4}}应急")),
    (PlateKind.TEMPORARY, re.compile(rf"{_HEAD}[A-HJ-NP-Z0-9]{{4,5}}临")),
    (PlateKind.EMBASSY, re.compile(r"\d{6}使")),
    (PlateKind.ORDINARY, re.compile(rf"{_HEAD}[A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9{''.join(_SUFFIXES)}]")),
)


def plate_fault(text: str) -> Reason | None:
    """What is wrong with the form of a plate in its normal form; None for a well-formed one."""
    try:
        parse_plate(text)
    except Malformed as fault:
        words = Text("请对照行驶证核对号牌。", "Compare it with the vehicle's licence.")
        return Reason("plate-malformed", fault.text, next=words)
    return None


@lru_cache(maxsize=4096)
def parse_plate(text: str) -> Plate:
    """A plate of any kind; else ``Malformed``."""
    text = plain(text)
    for kind, pattern in _PATTERNS:
        if not pattern.fullmatch(text):
            continue
        if kind is PlateKind.ORDINARY:
            return Plate(text, _SUFFIXES.get(text[-1], kind))
        mark = text[2] if kind is PlateKind.NEW_ENERGY_SMALL else text[-1]
        return Plate(text, kind, kind.name.startswith("NEW_ENERGY") and mark in _PURE_ELECTRIC)
    raise Malformed(
        "bad-plate", Text(f"号牌 {text} 不符合格式。", f"{text} is not a valid number plate."), at="plate"
    )


_NUMBER = re.compile(r"(?=[\-_.:]*[A-Za-z0-9\u4e00-\u9fff])[A-Za-z0-9\-_.:\u4e00-\u9fff]{1,64}")


def is_number(text: str) -> bool:
    """May a sender name a test, a repair or a line so? Letters, digits, ``-_.:`` and Chinese characters, at most 64
    and not signs alone (contract §8): what can stand in an address, a file's name and a line of the journal."""
    return _NUMBER.fullmatch(text) is not None


def parse_uscc(text: str) -> str:
    """A unified social credit code with both check digits right (GB 32100, GB 11714); else ``Malformed``."""
    text = plain(text)
    try:
        number: str = uscc.validate(text)
    except ValidationError:
        raise Malformed(
            "bad-uscc",
            Text(f"统一社会信用代码 {text} 无效。", f"{text} is not a valid unified social credit code."),
            at="uscc",
        ) from None
    if _organisation_check(number[8:16]) != number[16]:
        raise Malformed(
            "bad-uscc",
            Text(f"统一社会信用代码 {text} 的主体代码校验位不符。", f"{text}: wrong check digit."),
            at="uscc",
        )
    return number


def _organisation_check(body: str) -> str:
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(c, 36) for weight, c in zip(weights, body, strict=True))
    rest = 11 - total % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def identity_card(text: str) -> str:
    """Of a Chinese identity card (GB 11643-1999), as on the card. ``Malformed`` (field ``identity``) for a length,
    day of birth or check sign that none bears; there are cards of counties that are no more."""
    number = plain(text)
    try:
        ric.get_birth_date(number)
        if re.fullmatch(r"[0-9]{17}[0-9X]", number) and ric.calc_check_digit(number) == number[-1]:
            return number
    except (ValidationError, ValueError):
        pass
    raise Malformed(
        "wrong-value",
        Text(
            "请填写身份证上的 18 位号码，请逐位核对。",
            "Give the 18 signs of the identity card; compare each.",
        ),
        at="identity",
    )
