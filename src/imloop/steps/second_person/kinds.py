"""Which acts need a second person. Each subject registers its own: what carries it out, what undoes it, who acted on
the object before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from imloop.facts.text import Text
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import Ledger
from imloop.store.models import Proposal

Body = Mapping[str, Any]


def body_of(row: Proposal) -> Body:
    """What an act is told: with what names an owner, and when it was proposed, as nobody weighed what came since."""
    return {**row.body, **row.private, "proposed_at": row.proposed_at}


def _nobody(row: Proposal) -> Iterable[str]:
    return ()


def _nothing(row: Proposal) -> list[tuple[Text, str]]:
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """``carry_out`` judges by the facts of the moment, keeps, and gives what it made; it acts in the name of whoever
    proposed, under the ledger of whoever confirms. ``made``: how what it made is found again by ``undo``, which takes
    back what took effect before anybody confirmed, and says in words what it could not; ``before``: actors, in one line
    each, who acted on the object and do not confirm; ``shows``: what will happen, by name and value; ``compares``: by
    name, what is and what will be; ``link``: the object's page; ``about``: what people call it; ``head``: only who
    heads the party confirms; ``only``: the one account whose word it is; ``office``: whose people confirm what the
    operator proposes, where the law asks for the party's own; ``seen``: which people of the parties may know of it;
    ``one_object``: its subjects overlap, so that all of a place count as the same; ``word``: what whoever confirms says
    where nothing is compared and one click is all; ``quiet``: the office that proposed reads in its feed that there is
    one, and not why."""

    kind: str
    name: Text
    carry_out: Callable[[Ledger, Caller, str, Body], Any]
    link: Callable[[Proposal], str]
    shows: Callable[[Proposal], list[tuple[Text, str]]] = _nothing
    before: Callable[[Proposal], Iterable[str]] = _nobody
    about: Callable[[Proposal], Text] = lambda row: Text(row.subject, row.subject)
    made: Callable[[Any], dict[str, object]] = lambda made: {"id": made.pk}
    undo: Callable[[Ledger, Proposal], None] | None = None
    compares: Callable[[Proposal], list[tuple[Text, Text, Text]]] = lambda row: []
    head: bool = False
    office: str = ""
    only: Callable[[Proposal], str] | None = None
    seen: Callable[[Caller], bool] = lambda caller: True
    quiet: bool = False
    one_object: bool = False
    word: Text | None = None


_ACTS: dict[str, Act] = {}


def register(act: Act) -> Act:
    _ACTS[act.kind] = act
    return act


def act_of(kind: str) -> Act:
    return _ACTS[kind]


def acts() -> tuple[Act, ...]:
    """Those whose subjects are loaded."""
    return tuple(_ACTS.values())
