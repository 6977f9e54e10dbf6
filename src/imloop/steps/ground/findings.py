"""Store findings (doubts) about a test, repair or case for those who supervise; they change no verdict."""

from __future__ import annotations

from collections.abc import Sequence

from imloop.facts.text import Reason
from imloop.steps.ground.ledger import Ledger
from imloop.store.models import Finding
from imloop.store.statements import insert_all

ROUTINE = (
    "exterior-missing",
    "production-date-missing",
    "rated-speed-unknown",
    "uploaded-late",
    "field-unreadable",
    "vin-check-digit",
)
"""Doubts about a message's completeness: kept with the test, not work for today."""


def keep_findings(ledger: Ledger, kind: str, subject: str, station: str, findings: Sequence[Reason]) -> None:
    """``kind`` is ``test``, ``repair`` or ``case``; ``station`` the code of the party it concerns."""
    if not findings:
        return
    insert_all(
        [
            Finding(
                created_at=ledger.now,
                code=finding.code,
                station_code=station,
                subject=subject,
                subject_kind=kind,
                data=finding.to_json(),
            )
            for finding in findings
        ]
    )
    ledger.note("findings", subject, [finding.code for finding in findings])
