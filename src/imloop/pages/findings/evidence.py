"""What a finding rests on: what it is about, what its words name, and what repairs have in common."""

from __future__ import annotations

import re

from imloop.steps.ground.access import Caller
from imloop.steps.inspections import lookups as test_lookups
from imloop.steps.repairs import lookups as repair_lookups
from imloop.store.models import Finding, Repair, Test

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-]*[0-9][A-Za-z0-9_\-]*")
MOST = 20
"""Rows of each kind."""


def evidence(caller: Caller, row: Finding) -> dict[str, object]:
    """``tests``, ``repairs`` and ``alike`` (serial number or empty, repairs), for the page; what the caller may not see
    is not there."""
    found = _repairs(caller, row)
    own = found[0] if found and found[0].repair_no == row.subject else None
    return {
        "tests": _tests(caller, row),
        "repairs": found,
        "serials": repair_lookups.shared_marks(caller, own) if own else [],
    }


def _named(row: Finding) -> list[str]:
    """Numbers in the finding's words, besides its own subject."""
    said = {*_NUMBER.findall(str(row.data.get("text_en") or "")), str(row.data.get("item") or "")}
    return sorted(said - {row.subject, ""})


def _tests(caller: Caller, row: Finding) -> list[Test]:
    """The one it is about first. Numbers are a station's own: those that the words name are of the same one, or of one
    that they name, too."""
    seen = test_lookups.tests(caller)
    own = (
        seen.filter(test_no=row.subject, station__code=row.station_code) if row.subject_kind == "test" else []
    )
    named = _named(row)
    others = seen.filter(test_no__in=named, station__code__in=[row.station_code, *named])
    return [*own, *others.order_by("started_at")[:MOST]]


def _repairs(caller: Caller, row: Finding) -> list[Repair]:
    seen = repair_lookups.repairs(caller)
    own = (
        seen.filter(repair_no=row.subject, shop__code=row.station_code)
        if row.subject_kind == "repair"
        else []
    )
    named = _named(row)
    others = seen.filter(repair_no__in=named, shop__code__in=[row.station_code, *named])
    return [*own, *others.order_by("finished_at")[:MOST]]
