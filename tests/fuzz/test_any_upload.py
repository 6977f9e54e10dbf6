"""Any JSON whatsoever gives a verdict, ``invalid`` with a reason, or a named refusal; never an exception."""

from __future__ import annotations

import os
from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from fuzz.target import judge_anything, mutated, uploads

TESTS = int(os.environ.get("IMLOOP_FUZZ_TESTS", "1500"))


def test_mutated_uploads_get_an_answer() -> None:
    dice, known = Random(20261123), uploads()
    seen = Counter(judge_anything(mutated(dice, dice.choice(known))) for _ in range(TESTS))
    # The mutations must reach the verdict, not all be refused at the door.
    assert {"pass", "fail", "invalid", "malformed"} <= set(seen), seen


@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(body: bytes) -> None:
    assert judge_anything(body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=20,
    )
)
def test_any_json_gets_an_answer(value: object) -> None:
    import msgspec

    assert judge_anything(msgspec.json.encode(value))
