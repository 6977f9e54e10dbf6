"""A trace packed small (``docs/upload.md``): whole numbers, differences from second to second, zstd, base64.

One zstd frame holds: the header's length (uint32, little-endian), the header (JSON), then every column as ``rows`` int32,
little-endian. A value is its whole number divided by 10^decimals; each number is kept as the difference from the last
known one before it (the first: from 0), a missing sample as −2³¹.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Annotated

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from imloop.exchange.reading import Reader
from imloop.facts.test_record import Column, Trace
from imloop.facts.text import Text

MOST_ROWS, MOST_COLUMNS, MOST_DECIMALS = 1800, 64, 6
"""Half an hour at 1 Hz: no method runs longer than a few minutes."""
_HEADER_BYTES = 32 * 1024
LARGEST = 4 + _HEADER_BYTES + MOST_ROWS * MOST_COLUMNS * 4
"""Bytes of an unpacked frame; a frame that says or gives more is refused before memory is taken for it."""
_WINDOW = 8 * 1024 * 1024
_MISSING = -(2**31)
_LIMIT = 2**30

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
_Count = Annotated[int, msgspec.Meta(ge=1, le=MOST_ROWS)]


class _Header(msgspec.Struct):
    rows: Annotated[int, msgspec.Meta(ge=0, le=MOST_ROWS)]
    columns: Annotated[
        list[tuple[_Name, Annotated[int, msgspec.Meta(ge=0, le=MOST_DECIMALS)]]],
        msgspec.Meta(max_length=MOST_COLUMNS),
    ]
    phase: Annotated[list[tuple[str, _Count]], msgspec.Meta(max_length=MOST_ROWS)] = []


_header_of = msgspec.json.Decoder(_Header).decode


class _Unreadable(Exception):
    """Code and words of what is wrong."""

    def __init__(self, code: str, words: Text) -> None:
        super().__init__(words.en)
        self.code, self.words = code, words


def unpack(reader: Reader) -> Trace:
    """The trace under ``packed``; an empty one, and the fault noted, where it cannot be read."""
    try:
        return _trace(_frame(reader.data.get("packed")))
    except _Unreadable as fault:
        reader.fault("packed", fault.code, fault.words.zh, fault.words.en)
        return Trace()


def _frame(text: object) -> bytes:
    if not isinstance(text, str):
        raise _Unreadable("wrong-value", Text("应为 base64 字符串", "must be a base64 string"))
    try:
        data = base64.b64decode(text, validate=True)
        if _is_too_large(data):
            words = Text(f"解压后超过 {LARGEST} 字节", f"more than {LARGEST} bytes when unpacked")
            raise _Unreadable("packed-too-large", words)
        unpacker = zstandard.ZstdDecompressor()
        return unpacker.decompress(data, max_output_size=LARGEST, allow_extra_data=False)
    except (binascii.Error, ValueError) as error:
        raise _Unreadable("packed-unreadable", Text("不是有效的 base64", f"not base64: {error}")) from error
    except zstandard.ZstdError as error:
        raise _Unreadable(
            "packed-unreadable", Text("不是一个完整的 zstd 帧", f"not a zstd frame: {error}")
        ) from error


def _is_too_large(data: bytes) -> bool:
    """By what the frame says of itself; one that does not say is unfolded as far as the limit."""
    frame = zstandard.get_frame_parameters(data)
    if frame.window_size > _WINDOW or frame.content_size != zstandard.CONTENTSIZE_UNKNOWN:
        return bool(frame.window_size > _WINDOW or frame.content_size > LARGEST)
    with zstandard.ZstdDecompressor().stream_reader(data) as unfolding:
        return len(unfolding.read(LARGEST + 1)) > LARGEST


def _trace(frame: bytes) -> Trace:
    end = 4 + int.from_bytes(frame[:4], "little")
    try:
        header = _header_of(frame[4 : min(end, 4 + _HEADER_BYTES)])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _Unreadable("packed-unreadable", Text("头部不可读", f"header unreadable: {error}")) from error
    names = [name for name, _ in header.columns]
    if len(set(names)) != len(names) or "phase" in names:
        raise _Unreadable(
            "wrong-value", Text("列名重复或不可用", "a column's name is repeated or not allowed")
        )
    phased = sum(count for _, count in header.phase)
    if len(frame) - end != header.rows * len(names) * 4 or (header.phase and phased != header.rows):
        raise _Unreadable(
            "unequal-length", Text("数据长度与头部不符", "the data are not as long as the header says")
        )
    steps = np.frombuffer(frame, dtype="<i4", offset=end).reshape(len(names), header.rows)
    values = _values(steps, [decimals for _, decimals in header.columns])
    phase = tuple(name for name, count in header.phase for _ in range(count))
    return Trace(MappingProxyType(dict(zip(names, values, strict=True))), phase)


def _values(steps: NDArray[np.int32], decimals: Sequence[int]) -> list[Column]:
    """Shape (columns, rows)."""
    missing = steps == _MISSING
    levels = np.cumsum(np.where(missing, 0, steps), axis=1, dtype=np.int64)
    scale = 10.0 ** np.array(decimals, dtype=np.float64)
    values = levels / scale[:, np.newaxis]
    values[missing] = np.nan
    values.setflags(write=False)
    return list(values)


def pack(columns: Mapping[str, Sequence[object]]) -> str:
    """The columns of a message as the text of ``packed``. Raises ``ValueError`` where a number has more than six
    decimals or is too large: such a trace is sent as it is."""
    phase = [str(each) for each in columns.get("phase", ())]
    runs = [(name, len(list(same))) for name, same in groupby(phase)]
    packed = {name: _pack(name, values) for name, values in columns.items() if name != "phase"}
    rows = len(phase) or max((len(values) for values in columns.values()), default=0)
    header = _Header(rows, [(name, decimals) for name, (decimals, _) in packed.items()], runs)
    text = msgspec.json.encode(header)
    frame = len(text).to_bytes(4, "little") + text + b"".join(data for _, data in packed.values())
    return base64.b64encode(zstandard.compress(frame, 9)).decode()


def _pack(name: str, values: Sequence[object]) -> tuple[int, bytes]:
    column = np.array(values, dtype=np.float64)
    missing = np.isnan(column)
    known = column[~missing]
    for decimals in range(MOST_DECIMALS + 1):
        whole = np.rint(known * 10.0**decimals)
        if np.abs(whole).max(initial=0) < _LIMIT and bool((whole / 10.0**decimals == known).all()):
            steps = np.full(len(column), _MISSING, dtype="<i4")
            steps[~missing] = np.diff(whole.astype(np.int64), prepend=0)
            return decimals, steps.tobytes()
    raise ValueError(f"{name} does not fit into whole numbers")
