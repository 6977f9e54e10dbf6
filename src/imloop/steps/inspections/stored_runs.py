"""Stored tests laid out for the batch path straight from their blobs, without building a record for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from imloop.facts.codes import Method
from imloop.facts.records.inspection import TestRecord
from imloop.store import verdict_inputs
from imloop.store.many_traces import decode_many
from imloop.verdict.batch import CHANNELS, OTHER, PHASE_NUMBER, SELDOM, Runs, fits


def stored_runs(
    method: Method, traces: Sequence[bytes], facts: Sequence[bytes], record_of: Callable[[int], TestRecord]
) -> Runs:
    """Tests of one method from ``Test.trace`` and ``Test.stated``. ``record_of(i)`` reads test i in full; it is asked
    only for tests of unusual shape."""
    kinds: dict[bytes, int] = {}
    fact = np.array(
        [kinds.setdefault(verdict_inputs.kind_bytes(blob), len(kinds)) for blob in facts], dtype=np.int64
    )
    known = [verdict_inputs.record_of_kind(kind, method) for kind in kinds]
    fitting = np.array([fits(record) for record in known])[fact]
    flat = decode_many(
        [trace if fit else b"" for trace, fit in zip(traces, fitting.tolist(), strict=True)],
        CHANNELS[method],
        PHASE_NUMBER,
        OTHER,
    )
    odd = {at: record_of(at) for at in np.flatnonzero(~fitting | flat.uneven).tolist()}
    # An unusual record carries more, such as a second run: it must not represent others.
    places = fact.copy()
    for at, record in odd.items():
        places[at] = len(known)
        known.append(record)
    figures = verdict_inputs.figures_of(facts)
    return Runs(
        method,
        np.concatenate(([0], np.cumsum(flat.lengths))),
        {
            name: column
            for name, column in flat.columns.items()
            if name not in SELDOM or flat.present[name].any()
        },
        flat.present,
        flat.phase,
        figures[:3],
        figures[3:6],
        figures[6:],
        known,
        places,
        odd,
    )
