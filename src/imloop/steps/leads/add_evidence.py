"""Evidence added to a finding by who decides it: a test, repair or case by number, a video by address and hash, or a
file. It goes along when a proceeding is opened."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.pictures import media_type
from imloop.facts.refusal import Conflict
from imloop.facts.text import Text
from imloop.steps.findings.keep_outcome import require_theirs
from imloop.steps.findings.lookups import finding
from imloop.steps.ground.access import Caller
from imloop.steps.ground.files import keep
from imloop.steps.ground.ledger import writing
from imloop.steps.ground.lookups import nothing_there
from imloop.steps.matters.evidence import named
from imloop.store.models import Attachment, Evidence, Finding


def add_evidence(
    caller: Caller,
    number: int,
    *,
    kind: str,
    reference: str,
    now: datetime,
    sha256: str = "",
    words: str = "",
) -> Evidence:
    """``kind``: test, repair, case or video, as in a matter's file."""
    with writing(now, caller) as ledger:
        row = _theirs(caller, number)
        name, digest = named(caller, kind, reference.strip(), sha256.strip().lower())
        found = Evidence.objects.create(
            finding=row,
            kind=kind,
            reference=name,
            sha256=digest,
            words=words.strip()[:400],
            added_at=now,
            added_by=caller.actor[:80],
        )
        body = {"finding": row.pk, "kind": kind, "reference": name, "sha256": digest, "words": found.words}
        ledger.note("lead-evidence-added", row.subject, body)
    return found


def add_file(caller: Caller, number: int, name: str, body: bytes, now: datetime) -> Attachment:
    """A photograph or paper, kept as received."""
    media_type(body)
    with writing(now, caller) as ledger:
        row = _theirs(caller, number)
        return keep(
            ledger,
            Attachment(finding=row),
            Attachment.objects.filter(finding=row),
            f"finding/{number}",
            name,
            body,
        )


def lead_file(caller: Caller, number: int, digest: str) -> Attachment:
    """For everyone who may see the finding, but the party itself: what a department gathers is not its to read."""
    row = finding(caller, number)
    found = Attachment.objects.filter(finding=row, sha256=digest).first() if caller.is_department else None
    if found is None:
        raise nothing_there("file", digest[:12])
    return found


def _theirs(caller: Caller, number: int) -> Finding:
    row = finding(caller, number)
    require_theirs(caller, row)
    if row.resolved_at is not None:
        raise Conflict("already-resolved", Text("这条线索已办结。", "This finding is resolved already."))
    return row
