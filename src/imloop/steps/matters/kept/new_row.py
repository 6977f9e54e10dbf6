"""The row of a matter that the table lets open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from imloop.law import Law
from imloop.matters import Decision, Kind, Step
from imloop.steps.ground.ledger import Ledger
from imloop.steps.matters.as_fact import put
from imloop.steps.matters.kept.address import hash_of, new_token
from imloop.steps.matters.kept.keep_step import keep
from imloop.store.models import Matter, Party, Vehicle


class About(NamedTuple):
    """Whom or what a new matter is about. ``office``: code of the department in charge, where the subject alone does
    not say; ``form``: what an applicant filled in."""

    place: str
    title: str
    party: Party | None = None
    vehicle: Vehicle | None = None
    office: str = ""
    form: Mapping[str, object] | None = None


def opened(ledger: Ledger, kind: Kind, about: About, step: Step, decision: Decision, law: Law) -> Matter:
    """The row of a matter that the table lets open, with its first event."""
    number = ledger.number("matter", about.place, law.on.year)
    matter_no = f"{about.place}-S{law.on.year}-{number:05d}"
    row = Matter(
        matter_no=matter_no,
        kind=kind,
        place=about.place,
        party=about.party,
        vehicle=about.vehicle,
        title=about.title[:120],
        office=about.office,
        opened_at=ledger.now,
        data={"form": about.form} if about.form else {},
        token_sha256=hash_of(new_token(matter_no)),
    )
    put(row, decision.matter)
    row.save()
    keep(ledger, row, step, decision, law)
    return row
