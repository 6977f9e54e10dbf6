"""What becomes of a text on its way: cells and lines changed, lost, doubled or moved, another encoding, a cut."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from imloop.exchange.text_bytes import decode

ODD = (
    *(
        "",
        " ",
        "0",
        "-1",
        "1e300",
        "9" * 400,
        "1.38E+10",
        "nan",
        "inf",
        "NULL",
        "#N/A",
        "\\N",
        "２０２６",
        "²",
    ),
    *("\x00", "\x07", "\u2028", "\ufeff", "\ufffd", "\u202e", "e\u0301", "𠮷" * 40, "'", '"', '"甲', "=1+1"),
    *(",", ";", "\t", "\r", "\n", "[", "]", "=", "[ProcessData]", "{", "}", "<a>", "</a>", "<", "<a b='c'/>"),
    *("&#0;", "&lt;", "]]>", "<!DOCTYPE a>", "0000-00-00 00:00:00", "2026-03-05T24:00:00+08:00", "20260305"),
    *("9999-12-31", "桂B12345", "LFV2A21K6J3123456", "ASM", "true"),
)
_SIGNS = ((",", ";"), (";", ","), ("\n", "\r"), ("\n", "\r\n"), ("=", ":"), ("\n", "\n\n"))
_CELL = re.compile(r'[^,;=\t<>"\r\n]+')
_ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be")


def scrambled(dice: Random, body: bytes, encodings: Sequence[str] = _ENCODINGS) -> bytes:
    """A few things done to the text, one in ten times to the bytes, too."""
    text = decode(body)
    for _ in range(dice.choice((1, 1, 2, 3, 6))):
        text = _changed(dice, text)
    raw = text.encode(dice.choice(encodings), "surrogatepass")
    return bitten(dice, raw) if dice.random() < 0.1 else raw


def bitten(dice: Random, raw: bytes) -> bytes:
    """Bytes changed, cut off or doubled."""
    for _ in range(dice.choice((1, 1, 2, 8))):
        at, length = dice.randrange(len(raw) + 1), dice.choice((1, 1, 2, 4, 64))
        new = dice.choice(
            (dice.randbytes(length), b"", raw[at : at + length] * 2, b"\xff" * length, b"\x00" * length)
        )
        raw = raw[:at] + new + raw[at + dice.choice((0, length)) :]
    return raw[: dice.randrange(len(raw) + 1)] if dice.random() < 0.1 else raw


def _changed(dice: Random, text: str) -> str:
    match dice.randrange(8):
        case 0 | 1 | 2:
            found = list(_CELL.finditer(text))
            if not found:
                return dice.choice(ODD)
            cell = dice.choice(found)
            return text[: cell.start()] + dice.choice(ODD) + text[cell.end() :]
        case 3:
            at = dice.randrange(len(text) + 1)
            return text[:at] + dice.choice(ODD) + text[at + dice.choice((0, 1)) :]
        case 4:
            return text.replace(*dice.choice(_SIGNS))
        case _:
            return "".join(_lines(dice, text.splitlines(keepends=True)))


def _lines(dice: Random, lines: list[str]) -> list[str]:
    if not lines:
        return lines
    at, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    match dice.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(other, lines[at])
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case _:
            del lines[min(at, other) : max(at, other)]
    return lines
