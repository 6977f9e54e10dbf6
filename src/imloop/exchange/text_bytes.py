"""Bytes → text, in one way for messages and tables: UTF-8 and UTF-16 with and without a mark, else GB 18030, which
holds every older Chinese encoding. NUL and Ctrl-Z at the end, as DOS programs leave them, are no text.
"""

from __future__ import annotations

import codecs
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TextIO

from imloop.facts.refusal import Malformed, Problem
from imloop.facts.text import Text

_AFTER_THE_END = b"\x00\x1a\r\n"
_HEAD, _BLOCK = 4096, 1 << 20
_TENTH = 10
_LONE = re.compile("[\udc80-\udcff]")
_OF_SEVERAL_BYTES = re.compile("[^\x00-\x7f\udc80-\udcff]")
_CHINESE = re.compile("[\u0800-\uffff]")
_PLATE = re.compile("[豫鲁][A-Z]|使[0-9]{6}")
_FEW = 8
"""In damaged UTF-8 so many characters are good for each byte that fits nowhere; in another encoding far fewer."""


def decode(body: bytes, *, kept: bool = False) -> str:
    """The text of a message. ``kept``: it was taken once, damaged or not. Raises ``Malformed`` ``malformed-text``."""
    head = body[:_HEAD]
    wide = _wide(head)
    body = body[: _end_of(body, wide)]
    encoding = wide or _encoding(head, lambda: [body], kept)
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        raise _neither() from error


def open_text(file: Path) -> TextIO:
    """A file's text, read piece by piece, every end of line as it stands there. Raises ``Malformed``; reading on may
    raise ``UnicodeDecodeError``."""
    with file.open("rb") as raw:
        head = raw.read(_HEAD)
        size = raw.seek(0, os.SEEK_END)
        before = raw.seek(max(0, size - _BLOCK) & ~1)
        tail = raw.read()
    wide = _wide(head)
    end = before + _end_of(tail, wide)
    encoding = wide or _encoding(head, lambda: _blocks(file, end), kept=False)
    return io.TextIOWrapper(io.BufferedReader(_Part(file, end)), encoding=encoding, newline="")


class _Part(io.RawIOBase):
    """The first bytes of a file."""

    def __init__(self, file: Path, end: int) -> None:
        self._raw, self._left = file.open("rb", buffering=0), end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = self._raw.readinto(memoryview(buffer)[: self._left]) or 0
        self._left -= count
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


def _blocks(file: Path, end: int) -> Iterator[bytes]:
    with io.BufferedReader(_Part(file, end)) as raw:
        while block := raw.read(_BLOCK):
            yield block


def _wide(head: bytes) -> str:
    """The UTF-16 that the first bytes are; empty for any other encoding. Without a mark, NUL is half of every letter,
    digit and separator; elsewhere it stands alone or fills up an even stretch."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = head.rstrip(_AFTER_THE_END)
    second, first = head[1::2].count(0), head[::2].count(0)
    if abs(second - first) * _TENTH < len(head) // 2 or second == first:
        return ""
    return "utf-16-le" if second > first else "utf-16-be"


def _end_of(tail: bytes, wide: str) -> int:
    end = len(tail.rstrip(_AFTER_THE_END))
    return min(len(tail), end + end % 2) if wide else end


def _encoding(head: bytes, blocks: Callable[[], Iterable[bytes]], kept: bool) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if _is(blocks(), "utf-8"):
        chinese = not kept and _is_chinese(head) and _is(blocks(), "gb18030")
        return "gb18030" if chinese else "utf-8"
    if _is(blocks(), "gb18030") and (kept or not _is_damaged(blocks())):
        return "gb18030"
    raise _neither()


def _is_chinese(head: bytes) -> bool:
    """Plates of Henan and Shandong in GB 18030 are good UTF-8 as well: ``ԥA``, ``³A``. What has no sign of the Chinese
    script in UTF-8, but such plates in GB 18030, is the latter."""
    if head.isascii() or _CHINESE.search(head.decode("utf-8", "ignore")):
        return False
    return _PLATE.search(head.decode("gb18030", "ignore")) is not None


def _is(blocks: Iterable[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in blocks:
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_damaged(blocks: Iterable[bytes]) -> bool:
    """UTF-8 that was cut off or hit somewhere would read as GB 18030, every name of it another."""
    good = lone = 0
    for block in blocks:
        text = block.decode("utf-8", "surrogateescape")
        good += len(_OF_SEVERAL_BYTES.findall(text))
        lone += len(_LONE.findall(text))
    return good > _FEW * lone


def _neither() -> Malformed:
    words = Text(
        "文字编码无法识别：既不是 UTF-8、UTF-16，也不是 GB 18030，或者文件已损坏。",
        "Unknown encoding: neither UTF-8, UTF-16 nor GB 18030, or the file is damaged.",
    )
    return Malformed("malformed-text", words, problems=(Problem("$", "malformed-text", words),))
