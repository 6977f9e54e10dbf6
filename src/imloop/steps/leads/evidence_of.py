"""What a finding rests on: what it is about, what its words name, what repairs have in common, and what was added."""

from __future__ import annotations

import re
from dataclasses import dataclass

from imloop.matters import Kind as Proceeding
from imloop.steps.ground.access import Caller
from imloop.steps.inspections import lookups as test_lookups
from imloop.steps.matters.roles import visible
from imloop.steps.repairs import lookups as repair_lookups
from imloop.store.models import Attachment, Evidence, Finding, Matter, Repair, Test

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-]*[0-9][A-Za-z0-9_\-]*")
MOST = 20
"""Rows of each kind."""


@dataclass(frozen=True, slots=True)
class LeadEvidence:
    """``serials``: serial number of a part, or empty for the same content, with the repairs where it came again;
    ``added``: by people; ``matters``: proceedings that were opened from it, or in whose file it
    was put; complaints are not told here."""

    tests: list[Test]
    repairs: list[Repair]
    serials: list[tuple[str, list[Repair]]]
    added: list[Evidence]
    files: list[Attachment]
    matters: list[Matter]


def evidence_of(caller: Caller, row: Finding) -> LeadEvidence:
    """What the caller may not see is not there."""
    found = _repairs(caller, row)
    opened = Matter.objects.filter(
        visible(caller), evidence__finding=row, evidence__kind=Evidence.Kind.FINDING
    )
    own = found[0] if found and found[0].repair_no == row.subject else None
    return LeadEvidence(
        tests=_tests(caller, row),
        repairs=found,
        serials=repair_lookups.shared_marks(caller, own) if own else [],
        added=list(row.evidence.filter(matter__isnull=True).order_by("id")),
        files=list(Attachment.objects.filter(finding=row).order_by("id").defer("body")),
        matters=list(opened.exclude(kind=Proceeding.COMPLAINT).distinct()),
    )


def _named(row: Finding) -> list[str]:
    """Numbers in the finding's words, besides its own subject."""
    said = {*_NUMBER.findall(str(row.data.get("text_en") or "")), str(row.data.get("item") or "")}
    return sorted(said - {row.subject, ""})


def _tests(caller: Caller, row: Finding) -> list[Test]:
    """The one it is about first. Numbers are a station's own: those that the words name are of the same one, or of one
    that they name, too."""
    seen = test_lookups.tests(caller).select_related("raw").defer("raw__body", "trace", "stated")
    own = (
        seen.filter(test_no=row.subject, station__code=row.station_code) if row.subject_kind == "test" else []
    )
    named = _named(row)
    others = seen.filter(test_no__in=named, station__code__in=[row.station_code, *named])
    return [*own, *others.order_by("started_at")[:MOST]]


def _repairs(caller: Caller, row: Finding) -> list[Repair]:
    seen = repair_lookups.repairs(caller).select_related("raw").defer("raw__body")
    own = (
        seen.filter(repair_no=row.subject, shop__code=row.station_code)
        if row.subject_kind == "repair"
        else []
    )
    named = _named(row)
    others = seen.filter(repair_no__in=named, shop__code__in=[row.station_code, *named])
    return [*own, *others.order_by("finished_at")[:MOST]]
