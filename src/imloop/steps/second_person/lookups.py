"""Proposals as people and machines read them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet

from imloop.facts.refusal import Unknown
from imloop.facts.text import Text
from imloop.steps.ground.access import OFFICE_NAMES, Caller
from imloop.steps.ground.ledger import writing
from imloop.steps.ground.seen import listed
from imloop.steps.ground.task import of_vehicle
from imloop.steps.second_person.kinds import act_of
from imloop.steps.second_person.rules import OWN
from imloop.steps.second_person.who_may import may_confirm, seen_by
from imloop.store.models import Attachment, PartyKind, Proposal

SHOWN = 100
_ALL = Q()


def proposals(caller: Caller, *, is_open: bool, only: Q = _ALL) -> list[Proposal]:
    """Those that the caller may see: what waits, the soonest to lapse first; or what was decided, the last first.
    ``only``: of these, so that what waits for others crowds nothing out."""
    rows = Proposal.objects.filter(seen_by(caller), only).select_related("party", "asked", "vehicle")
    if is_open:
        return list(rows.filter(state__in=Proposal.OPEN).order_by("expires_at", "id")[:SHOWN])
    return list(rows.exclude(state__in=Proposal.OPEN).order_by("-decided_at", "-id")[:SHOWN])


def proposals_of(caller: Caller, kind: str, subject: str) -> list[Proposal]:
    """All about one object, the newest first."""
    rows = Proposal.objects.filter(seen_by(caller), kind=kind, subject=subject)
    return list(rows.select_related("party", "asked").order_by("-pk")[:SHOWN])


def shown(caller: Caller, rows: list[Proposal]) -> list[Proposal]:
    """What is about to be shown; that the caller sees their vehicles is kept."""
    vehicles = [row.vehicle_id for row in rows if row.vehicle_id is not None]
    listed(caller, "proposals", vehicles)
    return rows


def lists_of(caller: Caller, now: datetime) -> list[tuple[Proposal, int]]:
    """Lists of which more than one row can still be confirmed: the first, and how many. Each is confirmed as one."""
    waiting = Proposal.objects.filter(seen_by(caller), state=Proposal.State.WAITING, expires_at__gte=now)
    rows = waiting.exclude(batch="")
    found = (
        rows.values("batch").annotate(rows=Count("id"), first=Min("id")).filter(rows__gt=1).order_by("first")
    )
    firsts = Proposal.objects.select_related("party", "asked").in_bulk([each["first"] for each in found])
    return [(firsts[each["first"]], each["rows"]) for each in found]


def about_of(row: Proposal) -> Text:
    """What it is about, as people call it; a vehicle is masked until it is opened."""
    return act_of(row.kind).about(row) if row.vehicle is None else of_vehicle(row.vehicle)


def files_of(row: Proposal) -> QuerySet[Attachment]:
    """What was handed in with it, which belongs to nothing else yet."""
    return Attachment.objects.filter(pk__in=row.body.get("files", [])).order_by("pk")


def file_of(caller: Caller, number: int, digest: str, now: datetime) -> Attachment:
    """One of them; the look is journalled, for a paper names owner and vehicle."""
    with writing(now, caller) as ledger:
        row = Proposal.objects.filter(seen_by(caller), pk=number).first()
        found = files_of(row).filter(sha256=digest).first() if row is not None else None
        if row is None or found is None:
            raise Unknown("unknown-file", Text("没有这个文件。", "There is no such file."))
        ledger.note("looked-up", row.subject, {"kind": "paper", "sha256": found.sha256})
    return found


def who_confirms(row: Proposal) -> Text:
    """The office whose people confirm it."""
    if row.asked is not None:
        return Text(row.asked.name, row.asked.name)
    return office_name(row.needs)


def office_name(needs: str) -> Text:
    if needs == OWN:
        return Text("当事单位另一人", "another person of the party concerned")
    return OFFICE_NAMES[PartyKind(needs)]


def proposal_json(row: Proposal, caller: Caller | None = None) -> dict[str, object]:
    """``may_confirm``: whether the caller may; False where nobody asks."""
    name = act_of(row.kind).name
    return {
        "id": row.pk,
        "kind": row.kind,
        "name": name.zh,
        "name_en": name.en,
        "subject": row.subject,
        "place": row.place,
        "state": row.state,
        "body": row.body,
        "reason": row.reason,
        "proposed_by": row.proposed_by,
        "proposed_at": row.proposed_at.isoformat(),
        "needs": row.needs,
        "asked": row.asked.code if row.asked else None,
        "expires_at": row.expires_at.isoformat(),
        "alone": row.alone,
        "done": row.done,
        "decided_by": row.decided_by,
        "decided_at": row.decided_at.isoformat() if row.decided_at else None,
        "decision": row.decision,
        "may_confirm": caller is not None and may_confirm(caller, row),
    }
