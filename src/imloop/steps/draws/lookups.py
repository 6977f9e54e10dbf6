"""Draws as they are shown: to anyone what is public by then, to departments the list, to a station its own proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict
from imloop.facts.text import Text
from imloop.proof import draw as proof
from imloop.proof.frame import paths
from imloop.steps.draws.as_json import public_json, visit_json
from imloop.steps.draws.numbers import confirmed, seed_of
from imloop.steps.draws.prepare_draw import DRAWERS, OPEN, the_draw, unknown, visible
from imloop.steps.draws.visits import publication_due
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller
from imloop.steps.ground.lookups import Shown, look
from imloop.store.models import Draw, Party, PartyKind

WAITING: dict[str, Text] = {
    "join": Text("参加抽取：交存秘密数，列出检查人员", "take part: deposit a secret, name inspectors"),
    "commit": Text("核对后锁定名单", "check the list and fix it"),
    "number": Text("录入公开随机数", "enter a public number"),
    "confirm": Text("核对另一部门录入的随机数", "confirm the number another department entered"),
    "reveal": Text("公开本部门的秘密数", "give your department's secret"),
    "visit": Text("检查并记录结果", "visit, and record the result"),
    "publish": Text("公布抽取过程和结果", "publish how it was drawn and what was found"),
}


@dataclass(frozen=True, slots=True)
class Wait:
    """A step of ``WAITING`` that a draw waits for; ``of``: a source's or unit's name."""

    step: str
    since: date
    due: date | None = None
    of: str = ""


def draws(place: str = "") -> QuerySet[Draw]:
    """Public: every draw, newest first, voided ones included."""
    found = Draw.objects.filter(place=place) if place else Draw.objects.all()
    return found.select_related("prepared_by").order_by("-prepared_at", "-id")


def public_draw(no: str) -> Draw:
    found = draws().filter(no=no).first()
    if found is None:
        raise unknown(no)
    return found


def own_proof(caller: Caller, no: str) -> dict[str, object]:
    """imloop.draw-own/1: a station's own chance and number, with its path to the published root."""
    draw = public_draw(no)
    if draw.state != Draw.State.PUBLISHED:
        raise Conflict(
            "not-published",
            Text("检查结束、公布以后才能取得。", "It is available once the draw is published."),
        )
    unit = next((each for each in draw.frame["units"] if each["id"] == caller.party_code), None)
    if unit is None:
        raise unknown(no)
    number = proof.odd(seed_of(draw), draw.period, unit["stratum"], unit["id"])
    return {
        "schema": proof.OWN,
        "no": draw.no,
        "commitment": draw.commitment,
        "unit": unit,
        "path": paths(draw.frame["units"])[unit["id"]],
        "u": proof.as_text(number),
        "drawn": draw.visits.filter(unit=unit["id"]).exists(),
    }


def sealed(caller: Caller, no: str, show: Callable[[Draw], Shown]) -> Shown:
    """A draw with its sealed list, for a department that may take part: the look is journalled."""
    return look(caller, "draw", lambda: the_draw(caller, no), lambda draw: draw.no, show)


def draw_json(caller: Caller, draw: Draw, now: datetime) -> dict[str, object]:
    """As a department sees it: the public part, the sealed list, visits, and what waits for it."""
    out = public_json(draw)
    frame = draw.frame
    out |= {
        "strata": frame["strata"],
        "sources": frame["sources"],
        "days": frame["days"],
        "list": frame["units"],
        "excluded": frame["excluded"],
        "waits": [
            {"step": wait.step, "of": wait.of, "due": wait.due.isoformat() if wait.due else None}
            for wait in waits(caller, draw, now)
        ],
    }
    plan = [
        {
            **visit_json(visit),
            "stratum": visit.stratum,
            "planned_on": visit.planned_on.isoformat(),
            "lead": visit.lead,
            "member": visit.member,
            "uniform": visit.uniform,
        }
        for visit in draw.visits.order_by("planned_on", "unit")
    ]
    return out | {"plan": plan}


def waits(caller: Caller, draw: Draw, now: datetime) -> list[Wait]:
    """What the draw waits for from this department today."""
    party = Party.objects.filter(code=caller.party_code).first()
    return _waits(party, draw, day_of(now)) if party is not None and party.kind in DRAWERS else []


def _waits(party: Party, draw: Draw, today: date) -> list[Wait]:
    part = draw.parts.filter(party=party).first()
    if draw.state == Draw.State.PREPARED:
        first = date.fromisoformat(min(source["on"] for source in draw.frame["sources"]))
        begun = day_of(draw.prepared_at)
        if part is None:
            return [Wait("join", begun, first)] if draw.place == party.place else []
        least = registers.law_at(today, draw.place).integer("draw.departments_min")
        enough = draw.parts.count() >= least and draw.prepared_by_id != party.pk
        return [Wait("commit", begun, first)] if enough else []
    if part is None:
        return []
    if draw.state == Draw.State.COMMITTED:
        numbers = list(_numbers_wanted(party, draw, today))
        known = len(confirmed(draw)) == len(draw.frame["sources"])
        return [Wait("reveal", today)] if known and not part.nonce else numbers
    return list(_visits_wanted(draw, today)) if draw.state == Draw.State.DRAWN else []


def _numbers_wanted(party: Party, draw: Draw, today: date) -> Iterator[Wait]:
    rows = {row.source: row for row in draw.numbers.all()}
    for source in draw.frame["sources"]:
        day, row = date.fromisoformat(source["on"]), rows.get(source["code"])
        if today < day or (row is not None and row.confirmed_at is not None):
            continue
        if row is None:
            yield Wait("number", day, None, source["name"])
        elif row.entered_by_id != party.pk:
            yield Wait("confirm", day, None, source["name"])


def _visits_wanted(draw: Draw, today: date) -> Iterator[Wait]:
    missing = draw.visits.filter(outcome="")
    last = date.fromisoformat(max(draw.frame["days"]))
    for visit in missing.filter(planned_on__lte=today).order_by("planned_on"):
        yield Wait("visit", visit.planned_on, last, visit.name)
    if not missing.exists():
        yield Wait("publish", day_of(draw.drawn_at) if draw.drawn_at else today, publication_due(draw))


def who_must_act(draw: Draw, now: datetime) -> list[tuple[Party, list[Wait]]]:
    """Every department the draw waits for, with what."""
    parties = Party.objects.filter(kind__in=DRAWERS, place=draw.place).order_by("code")
    found = [(party, _waits(party, draw, day_of(now))) for party in parties]
    return [(party, steps) for party, steps in found if steps]


def open_draws(caller: Caller) -> QuerySet[Draw]:
    """Draws of the caller's place that are not at their end."""
    if caller.kind not in (*DRAWERS, PartyKind.ADMIN):
        return Draw.objects.none()
    return visible(caller).filter(state__in=OPEN).order_by("prepared_at")
