"""An I-station reports a test: judge it ourselves and move the case accordingly."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.records.inspection import TestRecord
from imloop.facts.text import Text
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_kind, require_own
from imloop.steps.ground.clock import require_past
from imloop.steps.ground.ledger import Ledger
from imloop.steps.ground.receipts import Receipt
from imloop.steps.inspections.decide_run import decide_run
from imloop.steps.inspections.judge_upload import JudgedUpload
from imloop.steps.inspections.keep_run import keep_run
from imloop.steps.inspections.known_facts import look_up
from imloop.steps.stations.station_facts import StationFacts
from imloop.store.models import PartyKind, RawUpload


def receive_test(ledger: Ledger, raw: RawUpload, judged: JudgedUpload, sender: StationFacts) -> Receipt:
    """Look up everything the decision needs, decide, write. Raises a named refusal; the bytes are kept either way."""
    _authorise(ledger.caller, judged.record)
    _require_past(judged.record, ledger.now)
    known = look_up(judged, sender, ledger.now)
    decided = decide_run(known, judged)
    return keep_run(ledger, raw, judged, known, decided)


def _authorise(caller: Caller, record: TestRecord) -> None:
    """A station that is not registered is told so, not that it is somebody else's."""
    if record.station != caller.party_code:
        require_kind(caller, PartyKind.ISTATION)
        registers.party(record.station, PartyKind.ISTATION)
    require_own(caller, PartyKind.ISTATION, record.station)


def _require_past(record: TestRecord, now: datetime) -> None:
    words = Text(
        f"检验时间 {record.ended_at.isoformat()} 晚于平台时间，请校准检测线时钟。",
        f"Test time {record.ended_at.isoformat()} is in the future; set the line's clock.",
    )
    require_past(max(record.started_at, record.ended_at), now, words, at="ended_at")
