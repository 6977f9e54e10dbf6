"""Judge an uploaded test before anything is looked up. Uses no database and no framework.

Buys: judging, half of an upload's work, is done before the write lock is taken, so that a group shares one commit
(HELPERS, "uploads in groups").
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from imloop.facts.days import day_of
from imloop.facts.records.inspection import TestRecord, Trace
from imloop.law import Law, load
from imloop.store import traces, verdict_inputs
from imloop.verdict import Verdict, judge
from imloop.verdict.subjects import verdict_hash


@dataclass(frozen=True, slots=True)
class JudgedUpload:
    """``record``: without its trace, which is packed in ``trace`` as it will be kept, as ``stated`` is.
    ``verdict`` None: the step has to say why not."""

    record: TestRecord
    verdict: Verdict | None
    trace: bytes
    stated: bytes

    def under(self, law: Law) -> Verdict:
        """The verdict by ``law``: the one at hand, if it was reached by the same."""
        said, wanted = self.verdict, (law.place, law.on.isoformat(), verdict_hash(law))
        if said is not None and (said.law_place, said.law_on, said.law_hash) == wanted:
            return said
        return judge(replace(self.record, trace=traces.decode(self.trace)), law)


def judge_first(record: TestRecord, place: str) -> JudgedUpload:
    """By the law of ``place`` on the day of the test."""
    try:
        verdict = judge(record, load().at(day_of(record.started_at), place))
    except Exception:  # raised again in the step, which keeps the bytes and the reason
        verdict = None
    return JudgedUpload(
        replace(record, trace=Trace()), verdict, traces.encode(record.trace), verdict_inputs.pack(record)
    )
