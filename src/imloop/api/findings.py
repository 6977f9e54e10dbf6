"""Calls about findings: those that the caller may see, and what became of them; deciding one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Schema

from imloop.api.http.answers import as_json
from imloop.api.http.audience import ENVIRONMENT, EVERYONE, MARKET, POLICE, TRANSPORT
from imloop.api.http.auth import caller
from imloop.api.http.router import Router
from imloop.api.http.schemas import example
from imloop.api.matters.schemas import EvidenceIn, EvidenceOut
from imloop.api.second_person import ProposalOut, done_or_proposed
from imloop.facts.mask import masked_in
from imloop.steps.findings import lookups
from imloop.steps.findings.proposed import waiting
from imloop.steps.findings.resolve_finding import resolve
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.leads.add_evidence import add_evidence
from imloop.store.models import Finding, Proposal

router = Router()
MOST = 500


class FindingOut(Schema):
    """``outcome``: ``true``, ``not_true``, ``handed_over`` (still open, ``handed_to`` decides), ``proceeding`` (opened
    from it, ``reason`` is the matter's number), ``gone`` (said by the platform: its ground is gone); empty while nobody
    decided, and where it was resolved before outcomes were asked for. ``proposal``: the number of the one by which
    ``proposed_by`` called it true, while that waits for a second person; told to departments alone.
    """

    number: int
    at: datetime
    code: str
    station: str
    subject_kind: str
    subject: str
    text: str
    text_en: str
    resolved_at: datetime | None
    resolved_by: str
    outcome: str
    handed_to: str
    reason: str
    proposal: int | None
    proposed_by: str


class FindingsOut(Schema):
    """``next``: the number to ask ``after`` for more; null: no more."""

    findings: list[FindingOut]
    next: int | None


class ResolveIn(Schema):
    """``outcome``: ``true``, ``not_true`` or ``handed_over``, then with the code of the department in ``handed_to``."""

    model_config = example(outcome="not_true", reason="核对进货单，序列号系录入错误")

    outcome: str
    reason: str
    handed_to: str = ""


@router.get(
    "/findings", who=EVERYONE, answers={200: FindingsOut}, tags=["findings"], summary="线索 · findings"
)
def get_findings(
    request: HttpRequest, state: str = "open", code: str = "", station: str = "", after: int = 0
) -> HttpResponse:
    """``state``: open, handed_over, resolved, true, not_true, proceeding, gone, earlier or all; by number."""
    who = caller(request)
    seen = lookups.findings(who).filter(pk__gt=after)
    rows = lookups.asked_for(seen, state=state, code=code, station=station, routine=True)
    found = list(rows.order_by("pk")[: MOST + 1])
    more = found[MOST - 1].pk if len(found) > MOST else None
    return as_json({"findings": _as_json(who, found[:MOST]), "next": more})


@router.post(
    "/findings/{finding}/resolve",
    who=(*ENVIRONMENT, *TRANSPORT, *MARKET, *POLICE),
    answers={200: FindingOut, 202: ProposalOut},
    tags=["findings"],
    summary="核实线索 · decide a finding or hand it over",
)
def post_resolve(request: HttpRequest, finding: int, said: ResolveIn) -> HttpResponse:
    """202: that it is true, which another person of the department has to confirm."""
    who, now = caller(request), clock.now()
    return done_or_proposed(
        lambda: resolve(who, finding, **said.dict(), now=now), lambda row: _as_json(who, [row])[0], 200
    )


@router.post(
    "/findings/{finding}/evidence",
    who=(*ENVIRONMENT, *TRANSPORT, *MARKET, *POLICE),
    answers={201: EvidenceOut},
    tags=["findings"],
    summary="补充线索证据 · add evidence to a finding",
)
def post_evidence(request: HttpRequest, finding: int, given: EvidenceIn) -> HttpResponse:
    """As to a matter: a test, a repair or a case by its number, a video by its address and hash."""
    kept = add_evidence(caller(request), finding, **given.dict(), now=clock.now())
    return as_json(
        {"kind": kept.kind, "reference": kept.reference, "sha256": kept.sha256, "words": kept.words}, 201
    )


def _as_json(who: Caller, rows: Sequence[Finding]) -> list[dict[str, object]]:
    """As on every list, plates and VINs are masked."""
    proposed = waiting(rows, clock.now()) if who.is_department else {}
    return [_row(row, proposed.get(row.pk)) for row in rows]


def _row(row: Finding, proposed: Proposal | None) -> dict[str, object]:
    text = row.data["text"]
    return {
        "number": row.pk,
        "at": row.created_at.isoformat(),
        "code": row.code,
        "station": row.station_code,
        "subject_kind": row.subject_kind,
        "subject": masked_in(row.subject),
        "text": masked_in(text),
        "text_en": masked_in(row.data.get("text_en") or text),
        "resolved_at": row.resolved_at.isoformat() if row.resolved_at else None,
        "resolved_by": row.resolved_by,
        "outcome": row.outcome,
        "handed_to": row.handed_to,
        "reason": row.resolution,
        "proposal": proposed.pk if proposed else None,
        "proposed_by": proposed.proposed_by if proposed else "",
    }
