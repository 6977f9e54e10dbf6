"""The card of a penalty case: range, discretion, the file's defects, the serious counter, the account, its papers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from imloop.exchange.http.addresses import disposition
from imloop.facts.text import Text
from imloop.law import Law
from imloop.matters import Kind, Role
from imloop.matters import Matter as Fact
from imloop.matters.penalties.catalogue import ALSO, DECIDERS
from imloop.pages.guard import desk, words
from imloop.papers.penalty_papers import penalty_paper
from imloop.steps.ground.access import Caller
from imloop.steps.matters.penalties.card import card_of
from imloop.steps.matters.penalties.papers import NAMES, papers_of
from imloop.steps.matters.roles import PENALTIES
from imloop.store.models import Matter, PartyKind

DEPARTMENTS = (
    PartyKind.ENVIRONMENT,
    PartyKind.TRANSPORT,
    PartyKind.MARKET,
    PartyKind.POLICE,
    PartyKind.SUPERVISOR,
)
STATIONS = (PartyKind.ISTATION, PartyKind.MSTATION)


@desk(*DEPARTMENTS, *STATIONS)
def penalty_pdf(request: HttpRequest, caller: Caller, matter_no: str, kind: str) -> HttpResponse:
    """A paper of the case, the same bytes every time."""
    answer = HttpResponse(penalty_paper(caller, matter_no, kind), content_type="application/pdf")
    answer["Content-Disposition"] = disposition(f"{matter_no}-{kind}.pdf")
    return answer


def papers_context(row: Matter, roles: frozenset[Role]) -> list[tuple[str, str]]:
    """The papers there are, each with its address and name."""
    if Kind(row.kind) not in PENALTIES:
        return []
    return [
        (f"/matters/{row.matter_no}/papers/{kind}.pdf", words(NAMES[kind])) for kind in papers_of(row, roles)
    ]


def penalty_context(row: Matter, fact: Fact, law: Law) -> Mapping[str, Any] | None:
    """In the reader's language; None where the case does not say enough yet."""
    card: dict[str, Any] | None = card_of(row, fact, law)
    if card is None:
        return None
    if card["unseen"]:
        return {"unseen": words(Text(card["unseen"], card["unseen_en"]))}
    said = card["range"]
    checks = [_in_language(each) for each in card["checks"]]
    return {
        **card,
        "range": {
            **_in_language(said),
            "also": [words(ALSO[each]) for each in said["also"]],
            "decided_by": [words(DECIDERS[each]) for each in said["decided_by"]],
        }
        if said
        else None,
        "lines": [_in_language(each) for each in card["lines"]],
        "checks": checks,
        "red": sum(bool(each["red"]) for each in checks),
    }


def _in_language(said: Mapping[str, Any]) -> dict[str, Any]:
    """``x_en`` in place of ``x`` for who reads English."""
    english = (get_language() or "").startswith("en")
    return {
        key: said.get(f"{key}_en", value) if english else value
        for key, value in said.items()
        if not _is_english(key, said)
    }


def _is_english(key: str, said: Iterable[str]) -> bool:
    return key.endswith("_en") and key.removesuffix("_en") in said
