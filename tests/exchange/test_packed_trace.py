"""A packed trace is the same trace, and whatever else comes under that name is refused by name."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.exchange.uploads.packed_trace import LARGEST, pack
from imloop.facts.records.inspection import TestRecord
from imloop.facts.refusal import Malformed
from support.city import NEAR, at
from support.messages.uploads import test_message


def record(trace: object) -> TestRecord:
    return decode_test(json.dumps(test_message(at("2026-03-05 09:00"), station=NEAR, trace=trace)).encode())


def codes(trace: object) -> set[str]:
    with pytest.raises(Malformed) as refused:
        record(trace)
    assert all(fault.path == "$.trace.packed" for fault in refused.value.problems)
    return {fault.code for fault in refused.value.problems}


_SIGNS = st.characters(codec="utf-8", exclude_categories=["Cc"])


@st.composite
def traces(draw: st.DrawFn) -> dict[str, list[Any]]:
    rows = draw(st.integers(0, 40))
    names = draw(st.lists(st.text(_SIGNS, min_size=1, max_size=12), unique=True, max_size=8))
    columns: dict[str, list[Any]] = {}
    for name in names:
        decimals = draw(st.integers(0, 6))
        whole = st.integers(-(2**30) + 1, 2**30 - 1)
        values = st.none() | whole.map(lambda number, decimals=decimals: number / 10**decimals)
        columns[name] = draw(st.lists(values, min_size=rows, max_size=rows))
    phase = st.sampled_from(["other", "5025.sample", "稳态", ""])
    if draw(st.booleans()) or "phase" in columns:
        columns["phase"] = draw(st.lists(phase, min_size=rows, max_size=rows))
    return columns


@given(traces())
@settings(deadline=None)
def test_packed_and_in_columns_it_is_the_same_record(columns: dict[str, list[Any]]) -> None:
    plain, packed = record({"columns": columns}).trace, record({"packed": pack(columns)}).trace
    assert list(plain.columns) == list(packed.columns)
    for name, column in plain.columns.items():
        assert np.array_equal(column, packed.columns[name], equal_nan=True)
    assert plain.phase == packed.phase


def frame(header: object, data: bytes = b"", *, length: int | None = None) -> str:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    whole = (len(text) if length is None else length).to_bytes(4, "little") + text + data
    return base64.b64encode(zstandard.compress(whole)).decode()


SOUND = {"rows": 2, "columns": [["co_pct", 2]], "phase": [["other", 2]]}


def test_the_format_as_written_down() -> None:
    data = np.array([[61, -1], [-(2**31), 7]], dtype="<i4")
    header = {"rows": 2, "columns": [["co_pct", 2], ["rpm", 0]], "phase": [["other", 1], ["5025.settle", 1]]}
    trace = record({"packed": frame(header, data.tobytes())}).trace
    assert trace.columns["co_pct"].tolist() == [0.61, 0.6]
    assert np.isnan(trace.columns["rpm"][0]) and trace.columns["rpm"][1] == 7
    assert trace.phase == ("other", "5025.settle")


@pytest.mark.parametrize(
    ("packed", "code"),
    [
        (7, "wrong-value"),
        (None, "wrong-value"),
        ("not base64!", "packed-unreadable"),
        (base64.b64encode(b"no zstd").decode(), "packed-unreadable"),
        (base64.b64encode(zstandard.compress(b"abc")[:-2]).decode(), "packed-unreadable"),
        (base64.b64encode(zstandard.compress(b"") + b"more").decode(), "packed-unreadable"),
        (frame(b""), "packed-unreadable"),
        (frame(b"{"), "packed-unreadable"),
        (frame([]), "packed-unreadable"),
        (frame(SOUND, bytes(8), length=2**32 - 1), "packed-unreadable"),
        (frame({**SOUND, "rows": 1801}), "packed-unreadable"),
        (frame({**SOUND, "rows": -1}), "packed-unreadable"),
        (frame({**SOUND, "columns": [["co_pct", 7]]}, bytes(8)), "packed-unreadable"),
        (frame({**SOUND, "columns": [[f"c{n}", 0] for n in range(65)]}, bytes(520)), "packed-unreadable"),
        (frame({**SOUND, "columns": [["a", 0], ["a", 0]]}, bytes(16)), "wrong-value"),
        (frame({**SOUND, "columns": [["phase", 0]]}, bytes(8)), "wrong-value"),
        (frame({**SOUND, "phase": [["other", 3]]}, bytes(8)), "unequal-length"),
        (frame(SOUND, bytes(7)), "unequal-length"),
        (frame(SOUND, bytes(12)), "unequal-length"),
    ],
)
def test_what_is_no_packed_trace_is_refused_by_name(packed: object, code: str) -> None:
    assert codes({"packed": packed}) == {code}


@pytest.mark.parametrize("says_its_size", [True, False])
def test_a_bomb_is_refused_before_it_unfolds(says_its_size: bool) -> None:
    compressor = zstandard.ZstdCompressor(level=19, write_content_size=says_its_size)
    bomb = compressor.compress(bytes(LARGEST + 1))
    assert len(bomb) < 200
    assert codes({"packed": base64.b64encode(bomb).decode()}) == {"packed-too-large"}


def test_a_frame_that_wants_much_memory_is_refused() -> None:
    wide = zstandard.ZstdCompressionParameters.from_level(3, window_log=27, write_content_size=False)
    stream = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    greedy = stream.compress(b"x") + stream.flush()
    assert codes({"packed": base64.b64encode(greedy).decode()}) == {"packed-too-large"}


def test_one_form_or_the_other() -> None:
    assert codes({"packed": frame(SOUND, bytes(8)), "columns": {}}) == {"wrong-value"}


@given(st.binary(max_size=120))
@settings(deadline=None)
def test_any_bytes_in_a_frame(data: bytes) -> None:
    packed = base64.b64encode(zstandard.compress(data)).decode()
    assert codes({"packed": packed}) <= {"packed-unreadable", "unequal-length"}


def test_what_does_not_fit_is_not_packed() -> None:
    for number in (0.1234567, 2**31, 1e300):
        with pytest.raises(ValueError, match="co_pct"):
            pack({"co_pct": [number]})
