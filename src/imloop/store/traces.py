"""Traces as one compressed blob per test: scaled integers, differences, zstd.

Instrument readings are decimals with few digits, so each channel is kept exactly as integers of its own
resolution, as differences from row to row. A channel that is not decimal (rare) is kept as raw float64.
Layout: zstd of a MessagePack array ``[phase run-lengths, [name, decimals, bytes], …]``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from types import MappingProxyType

import msgspec
import numpy as np
from numpy.typing import NDArray

from imloop.facts.records.inspection import Column, Trace
from imloop.store.packing import compress, decompress

_RAW = -1
SCALED = range(5)
"""Decimals of a channel kept as differences of scaled integers; other numbers stand for other encodings."""

_MISSING = np.int32(-(2**31))
_LIMIT = 2**30
_LEVEL = 3


def encode(trace: Trace) -> bytes:
    """Blob of a trace; ``decode`` gives back exactly the same numbers."""
    runs = [(name, len(list(same))) for name, same in groupby(trace.phase)]
    channels = list(trace.columns.values())
    alike = len({len(channel) for channel in channels}) == 1
    packed = _pack(channels) if alike else [_pack([channel])[0] for channel in channels]
    columns = [(name, *each) for name, each in zip(trace.columns, packed, strict=True)]
    return compress(msgspec.msgpack.encode([runs, columns]), _LEVEL)


def decode(blob: bytes | memoryview[int]) -> Trace:
    runs, columns = msgspec.msgpack.decode(decompress(bytes(blob)))
    phase = tuple(phase for name, count in runs for phase in [name] * count)
    return Trace(MappingProxyType({name: unpack(decimals, data) for name, decimals, data in columns}), phase)


def _pack(channels: Sequence[Column]) -> list[tuple[int, bytes]]:
    """Decimals and bytes of channels of equal length, all at once: shape (channels, rows)."""
    raw = np.array(channels, dtype=np.float64)
    missing = np.isnan(raw)
    known = np.where(missing, 0.0, raw)
    packed = [(_RAW, b"")] * len(raw)
    gaps = np.any(missing, axis=1)
    open_ = np.arange(len(raw))
    for decimals in SCALED:
        scale = 10.0**decimals
        values = known[open_]
        with np.errstate(over="ignore"):
            integers = np.rint(values * scale)
        fits = (np.abs(integers).max(axis=1, initial=0) < _LIMIT) & (integers / scale == values).all(axis=1)
        for index, scaled in zip(open_[fits].tolist(), integers[fits].astype(np.int32), strict=True):
            packed[index] = _scaled(decimals, scaled, missing[index] if gaps[index] else None)
        open_ = open_[~fits]
        if not len(open_):
            break
    for index in open_.tolist():
        packed[index] = _RAW, raw[index].tobytes()
    return packed


def _scaled(decimals: int, values: NDArray[np.int32], missing: NDArray[np.bool_] | None) -> tuple[int, bytes]:
    """A gap breaks the chain of differences: such a channel is kept as plain values."""
    if missing is not None:
        values[missing] = _MISSING
        return 10 + decimals, values.tobytes()
    values[1:] -= values[:-1].copy()
    return decimals, values.tobytes()


def unpack(decimals: int, data: bytes) -> Column:
    """One channel of a blob."""
    if decimals == _RAW:
        column = np.frombuffer(data, dtype=np.float64).copy()
    elif decimals >= 10:
        values = np.frombuffer(data, dtype=np.int32)
        column = np.where(values == _MISSING, np.nan, values / 10.0 ** (decimals - 10))
    else:
        column = np.cumsum(np.frombuffer(data, dtype=np.int32), dtype=np.int64) / 10.0**decimals
    column.setflags(write=False)
    return column
