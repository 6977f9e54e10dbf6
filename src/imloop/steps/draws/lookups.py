"""Draws as they are shown: to anyone what is public by then, to departments the list, to a station its own proof."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
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
from imloop.steps.draws.officers import present, subject_of, unasked
from imloop.steps.draws.prepare_draw import DRAWERS, OPEN, the_draw, unknown, visible
from imloop.steps.draws.roster import by_accounts, least_officers
from imloop.steps.draws.seats import department_of, standing
from imloop.steps.draws.visits import publication_due
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller
from imloop.steps.ground.lookups import Shown, look
from imloop.steps.second_person.on_site import asked
from imloop.store.models import Draw, DrawOfficer, DrawVisit, Party, PartyKind, Proposal, User

WAITING: dict[str, Text] = {
    "join": Text("参加抽取：交存秘密数，列出检查人员", "take part: deposit a secret, name inspectors"),
    "commit": Text("核对后锁定名单", "check the list and fix it"),
    "number": Text("录入公开随机数", "enter a public number"),
    "confirm": Text("核对另一部门录入的随机数", "confirm the number another department entered"),
    "reveal": Text("公开本部门的秘密数", "give your department's secret"),
    "visit": Text("检查并记录结果", "visit, and record the result"),
    "go": Text(
        "您被抽为检查人员：到场开始检查；应当回避或者不能到场的，写明理由退出",
        "you are drawn: go and begin the visit, or step back with a reason",
    ),
    "ask": Text(
        "有检查人员未确认到场：再次请其确认，或由下一名接替",
        "an officer did not confirm being there: ask again, or have the next come",
    ),
    "result": Text("记录检查结果", "record the result of the visit"),
    "nobody": Text("无人可以接替：记录未能检查", "nobody is left to stand in: record that it was impossible"),
    "publish": Text("公布抽取过程和结果", "publish how it was drawn and what was found"),
}


OF_VISITS = ("visit", "go", "ask", "result", "nobody")


@dataclass(frozen=True, slots=True)
class Wait:
    """A step of ``WAITING`` that a draw waits for; ``of``: a source's or unit's name; ``who``: the user name of whom it
    waits for, empty: the office."""

    step: str
    since: date
    due: date | None = None
    of: str = ""
    who: str = ""


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
            {
                "step": wait.step,
                "of": wait.of,
                "who": wait.who,
                "due": wait.due.isoformat() if wait.due else None,
            }
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
            **({"team": team_json(visit, day_of(now))} if by_accounts(draw) else {}),
        }
        for visit in draw.visits.order_by("planned_on", "unit")
    ]
    return out | {"plan": plan}


def team_json(visit: DrawVisit, today: date) -> list[dict[str, object]]:
    """The officers of a visit by their accounts, in the order in which they came."""
    law = registers.law_at(today, visit.draw.place)
    said = present(visit, law) if visit.opened_on else set()
    questions = asked(subject_of(visit)).filter(state__in=Proposal.OPEN)
    open_ = dict(questions.values_list("body__officer", "pk"))
    return [
        {
            "officer": row.user.username,
            "name": row.user.first_name,
            "number": row.number,
            "department": department_of(row),
            "state": _state(row, said, open_),
            "proposal": open_.get(row.user.username) if row.left_at is None else None,
            "ground": row.ground,
            "reason": row.reason,
            "stand_in": row.stand_in,
        }
        for row in visit.officers.select_related("user").order_by("id")
    ]


def _state(row: DrawOfficer, said: Container[str], open_: Container[str]) -> str:
    if row.left_at is not None:
        return "stepped_back"
    if row.user.username in said:
        return "there"
    return "asked" if row.user.username in open_ else "drawn"


def accounts(caller: Caller, draw: Draw) -> list[tuple[User, bool]] | None:
    """The people whom the caller's department may list, and whether its deposit does; None in a draw by name."""
    if not by_accounts(draw):
        return None
    mine = draw.parts.filter(party__code=caller.party_code).first()
    listed = set(mine.inspectors) if mine is not None else set()
    people = User.objects.filter(party__code=caller.party_code, is_active=True).order_by("username")
    return [(user, user.username in listed) for user in people]


def waits(caller: Caller, draw: Draw, now: datetime) -> list[Wait]:
    """What the draw waits for from this department today; from a person, nothing that waits for a colleague."""
    party = Party.objects.filter(code=caller.party_code).first()
    if party is None or party.kind not in DRAWERS:
        return []
    found = _waits(party, draw, day_of(now))
    return [wait for wait in found if not (wait.who and caller.user) or wait.who == caller.user]


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
    if draw.state != Draw.State.DRAWN:
        return []
    return [*_visits_wanted(party, draw, today), *_publication_wanted(draw, today)]


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


def _visits_wanted(party: Party, draw: Draw, today: date) -> Iterator[Wait]:
    last = date.fromisoformat(max(draw.frame["days"]))
    for visit in draw.visits.filter(outcome="").order_by("planned_on", "unit"):
        if by_accounts(draw):
            yield from _officers_wanted(party, visit, last, today)
        elif visit.planned_on <= today:
            yield Wait("visit", visit.planned_on, last, visit.name)


def _officers_wanted(party: Party, visit: DrawVisit, last: date, today: date) -> Iterator[Wait]:
    """From each of the department's officers; whose word is asked has it among what waits to be confirmed."""
    there, since = standing(visit), day_of(visit.draw.drawn_at or visit.draw.prepared_at)
    mine = [each.user.username for each in there if department_of(each) == party.code]
    if len(there) < least_officers(visit.draw):
        yield Wait("nobody", visit.planned_on, last, visit.name)
    elif visit.opened_on is None:
        yield from (Wait("go", since, last, visit.name, who) for who in mine)
    else:
        law = registers.law_at(today, visit.draw.place)
        said = present(visit, law)
        step = "result" if len(said) >= least_officers(visit.draw) else "ask" if unasked(visit, law) else ""
        yield from (
            Wait(step, visit.opened_on, last, visit.name, who) for who in mine if step and who in said
        )


def _publication_wanted(draw: Draw, today: date) -> Iterator[Wait]:
    if not draw.visits.filter(outcome="").exists():
        yield Wait("publish", day_of(draw.drawn_at) if draw.drawn_at else today, publication_due(draw))


def who_must_act(draw: Draw, now: datetime) -> list[tuple[Party, list[Wait]]]:
    """Every department the draw waits for, with what; visits without their unit."""
    parties = Party.objects.filter(kind__in=DRAWERS, place=draw.place).order_by("code")
    found = [(party, _waits(party, draw, day_of(now))) for party in parties]
    return [(party, list(dict.fromkeys(map(_unnamed, steps)))) for party, steps in found if steps]


def _unnamed(wait: Wait) -> Wait:
    """Anyone may read it, and a station would know that it will be visited."""
    return Wait("visit", date.min, wait.due) if wait.step in OF_VISITS else wait


def open_draws(caller: Caller) -> QuerySet[Draw]:
    """Draws of the caller's place that are not at their end."""
    if caller.kind not in (*DRAWERS, PartyKind.ADMIN):
        return Draw.objects.none()
    return visible(caller).filter(state__in=OPEN).order_by("prepared_at")
