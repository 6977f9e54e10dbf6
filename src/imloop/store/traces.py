"""Traces as one compressed blob per test: scaled integers, differences, zstd.

Instrument readings are decimals with few digits, so each channel is kept exactly as integers of its own
resolution, as differences from row to row. A channel that is not decimal (rare) is kept as raw float64.
Layout: zstd of a MessagePack array ``[phase run-lengths, [name, decimals, bytes], …]``.
"""

from __future__ import annotations

from types import MappingProxyType

import msgspec
import numpy as np

from imloop.facts.test_record import Column, Trace
from imloop.store.packing import compress, decompress

_RAW = -1
SCALED = range(5)
"""Decimals of a channel kept as differences of scaled integers; other numbers name other forms."""

_MISSING = np.int32(-(2**31))
_LIMIT = 2**30
_LEVEL = 6


def encode(trace: Trace) -> bytes:
    """Blob of a trace; ``decode`` gives back exactly the same numbers."""
    runs: list[tuple[str, int]] = []
    for phase in trace.phase:
        if runs and runs[-1][0] == phase:
            runs[-1] = (phase, runs[-1][1] + 1)
        else:
            runs.append((phase, 1))
    columns = [(name, *_pack(column)) for name, column in trace.columns.items()]
    return compress(msgspec.msgpack.encode([runs, columns]), _LEVEL)


def decode(blob: bytes | memoryview[int]) -> Trace:
    runs, columns = msgspec.msgpack.decode(decompress(bytes(blob)))
    phase = tuple(phase for name, count in runs for phase in [name] * count)
    return Trace(MappingProxyType({name: unpack(decimals, data) for name, decimals, data in columns}), phase)


def _pack(column: Column) -> tuple[int, bytes]:
    missing = np.isnan(column)
    known = np.where(missing, 0.0, column)
    for decimals in SCALED:
        scale = 10.0**decimals
        with np.errstate(over="ignore"):
            integers = np.rint(known * scale)
        if np.abs(integers).max(initial=0) < _LIMIT and bool(np.all(integers / scale == known)):
            values = integers.astype(np.int32)
            if missing.any():
                # A gap breaks the chain of differences: such a channel is kept as plain values.
                values[missing] = _MISSING
                return 10 + decimals, values.tobytes()
            return decimals, np.diff(values, prepend=np.int32(0)).astype(np.int32).tobytes()
    return _RAW, column.tobytes()


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
