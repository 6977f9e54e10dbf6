"""The compressed form of a trace (``docs/upload.md``): whole numbers, differences from second to second, zstd, base64.

One zstd frame holds: the header's length (uint32, little-endian), the header (JSON), then every column as ``rows``
int32, little-endian. A value is its whole number divided by 10^decimals; each number is kept as the difference from the
last known one before it (the first: from 0), a missing sample as −2³¹.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Annotated

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from imloop.exchange.reading import Reader
from imloop.facts.padding import has_control
from imloop.facts.records.inspection import Column, Trace

MOST_ROWS, MOST_COLUMNS, MOST_DECIMALS = 1800, 64, 6
"""Half an hour at 1 Hz: no method runs longer than a few minutes."""
_HEADER_BYTES = 32 * 1024
LARGEST = 4 + _HEADER_BYTES + MOST_ROWS * MOST_COLUMNS * 4
"""Bytes of an unpacked frame; a frame that says or gives more is refused before memory is taken for it."""
_WINDOW = 8 * 1024 * 1024
_MISSING = -(2**31)
_LIMIT = 2**30
_LONGEST_PHASE = 64

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


def unpack(reader: Reader) -> Trace:
    """The trace under ``packed``; an empty one, and the fault noted, where it cannot be read."""
    frame = _frame(reader)
    return Trace() if frame is None else _trace(reader, frame)


def _frame(reader: Reader) -> bytes | None:
    text = reader.data.get("packed")
    if not isinstance(text, str):
        reader.fault("packed", "wrong-value", "应为 base64 字符串", "must be a base64 string")
        return None
    try:
        data = base64.b64decode(text, validate=True)
        if _is_too_large(data):
            zh = f"解压后超过 {LARGEST} 字节"
            reader.fault("packed", "packed-too-large", zh, f"more than {LARGEST} bytes when unpacked")
            return None
        unpacker = zstandard.ZstdDecompressor()
        return unpacker.decompress(data, max_output_size=LARGEST, allow_extra_data=False)
    except (ValueError, zstandard.ZstdError) as error:
        zh = "应为一个 zstd 帧的 base64"
        reader.fault("packed", "packed-unreadable", zh, f"must be base64 of one zstd frame: {error}")
        return None


def _is_too_large(data: bytes) -> bool:
    """By the size that the frame states; one that states none is decompressed as far as the limit."""
    frame = zstandard.get_frame_parameters(data)
    if frame.window_size > _WINDOW or frame.content_size != zstandard.CONTENTSIZE_UNKNOWN:
        return bool(frame.window_size > _WINDOW or frame.content_size > LARGEST)
    with zstandard.ZstdDecompressor().stream_reader(data) as unfolding:
        return len(unfolding.read(LARGEST + 1)) > LARGEST


def _trace(reader: Reader, frame: bytes) -> Trace:
    end = 4 + int.from_bytes(frame[:4], "little")
    try:
        header = _header_of(frame[4 : min(end, 4 + _HEADER_BYTES)])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        reader.fault("packed", "packed-unreadable", "头部不可读", f"header unreadable: {error}")
        return Trace()
    names = [name for name, _ in header.columns]
    if len(set(names)) != len(names) or "phase" in names:
        reader.fault(
            "packed", "wrong-value", "列名重复或不可用", "a column's name is repeated or not allowed"
        )
        return Trace()
    if not reader.kept and any(has_control(name) for name in names):
        reader.fault(
            "packed", "control-character", "列名含有控制字符", "a column's name has a control character"
        )
    check_phases(reader, "packed", [name for name, _ in header.phase])
    phased = sum(count for _, count in header.phase)
    if len(frame) - end != header.rows * len(names) * 4 or (header.phase and phased != header.rows):
        en = "the data are not as long as the header says"
        reader.fault("packed", "unequal-length", "数据长度与头部不符", en)
        return Trace()
    steps = np.frombuffer(frame, dtype="<i4", offset=end).reshape(len(names), header.rows)
    values = _values(steps, [decimals for _, decimals in header.columns])
    phase = tuple(name for name, count in header.phase for _ in range(count))
    return Trace(MappingProxyType(dict(zip(names, values, strict=True))), phase)


def check_phases(reader: Reader, key: str, phases: Iterable[str]) -> None:
    """Names of phases are words: bounded, without controls."""
    wrong = {phase for phase in set(phases) if len(phase) > _LONGEST_PHASE or has_control(phase)}
    if wrong and not reader.kept:
        zh = f"工况名称超过 {_LONGEST_PHASE} 个字符，或含有控制字符"
        en = f"a phase's name is longer than {_LONGEST_PHASE} characters, or has a control character"
        reader.fault(key, "wrong-value", zh, en)


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
    raise ValueError(f"{name} cannot be packed as whole numbers")
