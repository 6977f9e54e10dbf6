"""What the pictures of a transient test show ends at the value that was judged."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from imloop.facts.codes import Method
from imloop.verdict import judge
from imloop.verdict.methods.curve import running_totals
from support.messages.generated import generate
from verdict_batch.odd_runs import laws, runs

LAW = laws()[0]


@pytest.mark.parametrize("method", [Method.VMAS, Method.IM195])
def test_the_curve_ends_at_the_value(method: Method) -> None:
    record = generate(method, Random(5)).record
    curves = running_totals(record, LAW)
    items = {item.item: item.value for item in judge(record, LAW, limit_set="a").items}
    assert curves.keys() == items.keys()
    for name, value in items.items():
        assert curves[name][np.isfinite(curves[name])][-1] == pytest.approx(value / 1e9, abs=1e-8)
        assert (np.diff(curves[name][np.isfinite(curves[name])]) >= 0).all()


def test_other_methods_have_none() -> None:
    assert running_totals(generate(Method.ASM, Random(5)).record, LAW) == {}


@pytest.mark.parametrize("method", list(Method))
def test_odd_runs_break_nothing(method: Method) -> None:
    for record, _ in runs(method, 60, 9):
        for curve in running_totals(record, LAW).values():
            assert curve.shape == (record.trace.rows,)
