"""Judge an uploaded test before anything is looked up. Uses no database and no framework.

Buys: judging, half of an upload's work, is done before the write lock is taken, so that a group shares one commit
(HELPERS, "uploads in groups").
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from imloop.facts.codes import Method, Outcome, Result
from imloop.facts.days import day_of
from imloop.facts.records.inspection import TestRecord, Trace, Vehicle
from imloop.law import Law, load
from imloop.store import traces, verdict_inputs
from imloop.verdict import Verdict, judge
from imloop.verdict.methods.freeacc import reached_rpm
from imloop.verdict.subjects import verdict_hash


@dataclass(frozen=True, slots=True)
class JudgedUpload:
    """``record``: without its trace, which is packed in ``trace`` as it will be kept, as ``stated`` is. ``recorded_s``:
    seconds that the traces hold. ``verdict`` None: the step has to say why not."""

    record: TestRecord
    verdict: Verdict | None
    trace: bytes
    stated: bytes
    recorded_s: int

    def of(self, law: Law, vehicle: Vehicle | None = None, outcome: Outcome | None = None) -> Verdict:
        """Judged anew, on other facts than the message states."""
        record = self.record
        wanted = replace(record, vehicle=vehicle or record.vehicle, outcome=outcome or record.outcome)
        return judge(replace(wanted, trace=traces.decode(self.trace)), law)

    def as_if(self, law: Law, vehicle: Vehicle) -> Result:
        """The result, had the vehicle been this one; the verdict at hand, if it was reached on the same."""
        return (self.under(law) if vehicle == self.record.vehicle else self.of(law, vehicle)).result

    @property
    def reached_rpm(self) -> float | None:
        """In free acceleration."""
        if self.record.method is not Method.FREEACC:
            return None
        return reached_rpm(replace(self.record, trace=traces.decode(self.trace)))

    def stated_as(self, vehicle: Vehicle | None) -> bytes:
        """What the verdict rests on, packed; ``vehicle``: where it was judged on other facts."""
        if vehicle is None:
            return self.stated
        return verdict_inputs.pack(replace(self.record, vehicle=vehicle))

    def under(self, law: Law) -> Verdict:
        """The verdict by ``law``: the one at hand, if it was reached by the same."""
        said, wanted = self.verdict, (law.place, law.on.isoformat(), verdict_hash(law))
        if said is not None and (said.law_place, said.law_on, said.law_hash) == wanted:
            return said
        return self.of(law)


def judge_first(record: TestRecord, place: str) -> JudgedUpload:
    """By the law of ``place`` on the day of the test."""
    try:
        verdict = judge(record, load().at(day_of(record.started_at), place))
    except Exception:  # raised again in the step, which keeps the bytes and the reason
        verdict = None
    second = record.second.trace.rows if record.second is not None else 0
    return JudgedUpload(
        replace(record, trace=Trace()),
        verdict,
        traces.encode(record.trace),
        verdict_inputs.pack(record),
        record.trace.rows + second,
    )
