"""That a finding is true binds the party that it is about: one person proposes it, another of the same office confirms.

While that waits nothing else is decided about the finding: whoever thinks otherwise withdraws it first, or rejects it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict
from imloop.facts.text import Text
from imloop.steps.findings import lookups
from imloop.steps.findings.keep_outcome import end, require_theirs
from imloop.steps.findings.proposed import KIND, named, waiting
from imloop.steps.findings.said import said_of
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import Ledger
from imloop.steps.ground.registers import in_words, law_at
from imloop.steps.second_person.kinds import Act, Body, register
from imloop.steps.second_person.propose import do_or_propose
from imloop.steps.second_person.rules import rules_of
from imloop.store.models import Finding, Party, Proposal


def call_true(ledger: Ledger, row: Finding, reason: str) -> Finding | Proposal:
    """By the law of the party's place."""
    place = Party.objects.filter(code=row.station_code).values_list("place", flat=True).first()
    law = law_at(day_of(ledger.now), place or ledger.caller.place)
    if rules := rules_of(KIND, law):
        rules.require_words(reason=reason)
    body = {"finding": row.pk, "reason": reason.strip()}
    made: Finding | Proposal = do_or_propose(ledger, TRUE, named(row.pk), body, law, reason=reason)
    return made


def require_nothing_waits(row: Finding, now: datetime) -> None:
    found = waiting([row], now).get(row.pk)
    if found is None:
        return
    by = in_words(found.proposed_by)
    raise Conflict(
        "proposed-already",
        Text(
            f"{by.zh}已提出这条线索属实，正等待另一人确认；要作其他处理，须先撤回或退回。",
            f"{by.en} proposed this finding as true and it waits for a second person: it has to be withdrawn or "
            "rejected before anything else is decided.",
        ),
    )


def _carry_out(ledger: Ledger, by: Caller, subject: str, body: Body) -> Finding:
    row = lookups.finding(by, int(body["finding"]))
    require_theirs(by, row)
    end(ledger, row, Finding.Outcome.TRUE, str(body["reason"]))
    return row


def _finding(row: Proposal) -> Finding:
    return Finding.objects.get(pk=row.body["finding"])


def _shows(row: Proposal) -> list[tuple[Text, str]]:
    found = _finding(row)
    station = lookups.party_names([found.station_code])[found.station_code]
    return [
        (Text("核实结果", "outcome"), "属实"),
        (Text("说明", "what"), str(found.data["text"])),
        (Text("站点", "station"), station),
    ]


def _decided_before(row: Proposal) -> Iterable[str]:
    """Before it was opened again."""
    for each in said_of(_finding(row)):
        if each.kind == "finding-resolved":
            yield from (each.actor, each.second)


def _about(row: Proposal) -> Text:
    number = row.body["finding"]
    return Text(f"线索 {number}", f"finding {number}")


TRUE = register(
    Act(
        kind=KIND,
        name=Text("认定线索属实", "call a finding true"),
        carry_out=_carry_out,
        link=lambda row: f"/findings/{row.body['finding']}",
        shows=_shows,
        before=_decided_before,
        about=_about,
    )
)
