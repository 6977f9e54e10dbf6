"""A draw in the words of the pages, for departments and for anyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.pages.guard import words
from imloop.proof.draw import ONE, largest_ratio
from imloop.steps.accounts.staffing import may_manage
from imloop.steps.draws import lookups as draw_lookups
from imloop.steps.draws.frame import STRATA
from imloop.steps.draws.prepare_draw import DRAWERS
from imloop.steps.draws.roster import by_accounts, least_officers
from imloop.steps.draws.visits import publication_due
from imloop.steps.ground.access import Caller
from imloop.store.models import Draw, DrawVisit

STATES: dict[str, Text] = {
    "prepared": Text("已编制，待各部门加入", "prepared, departments are joining"),
    "committed": Text("已锁定，待随机数", "fixed, waiting for the public numbers"),
    "drawn": Text("已抽取，检查中", "drawn, being visited"),
    "published": Text("已公布", "published"),
    "voided": Text("作废", "void"),
}
OUTCOMES: dict[str, Text] = {
    "sound": Text("未发现问题", "nothing found"),
    "faults": Text("发现问题", "faults found"),
    "impossible": Text("未能检查", "could not be visited"),
}
GROUNDS: dict[str, Text] = {
    "absent": Text("不能到场", "cannot come"),
    "conflicted": Text("应当回避", "is conflicted"),
}
OFFICERS: dict[str, Text] = {
    "drawn": Text("待到场", "to come"),
    "asked": Text("待本人确认到场", "asked to confirm"),
    "there": Text("本人已确认到场", "confirmed"),
    "stepped_back": Text("已退出", "stepped back"),
}
_OFFICER_TAGS = {"drawn": "wait", "asked": "wait", "there": "pass", "stepped_back": "fail"}
_TAGS = {"prepared": "wait", "committed": "wait", "drawn": "info", "published": "pass", "voided": "fail"}


def outcomes() -> list[tuple[str, str]]:
    return [(code, words(name)) for code, name in OUTCOMES.items()]


def percent(millionths: int) -> str:
    """``6.00 %``."""
    return f"{millionths * 100 / ONE:.2f} %"


def strata_rows(draw: Draw) -> list[dict[str, object]]:
    """Each stratum with its size, visits, floor and cap: what is public with the commitment."""
    return [
        {
            "name": words(STRATA[row["code"]]),
            "units": row["units"],
            "visits": row["visits"],
            "compulsory": row["compulsory"],
            "floor": percent(row["floor"]),
            "cap": percent(row["cap"]),
            "poisson": row["method"] == "poisson",
        }
        for row in draw.frame["strata"]
    ]


def sources_rows(draw: Draw, today: date) -> list[dict[str, object]]:
    """Every source with its number, entered or confirmed."""
    rows = {row.source: row for row in draw.numbers.select_related("entered_by", "confirmed_by")}
    return [
        {
            **source,
            "row": rows.get(source["code"]),
            "come": date.fromisoformat(source["on"]) <= today,
            "fallback_come": date.fromisoformat(source["fallback"]["on"]) <= today,
        }
        for source in draw.frame["sources"]
    ]


def common_context(draw: Draw, now: datetime) -> dict[str, object]:
    """What anyone may see of a draw."""
    ratio = largest_ratio(draw.frame["strata"], draw.frame["units"])
    return {
        "draw": draw,
        "state": words(STATES[draw.state]),
        "tag": _TAGS[draw.state],
        "strata": strata_rows(draw),
        "ratio": f"{ratio / 100:.2f}",
        "sources": sources_rows(draw, day_of(now)),
        "parts": list(draw.parts.select_related("party").order_by("party__code")),
        "excluded": draw.frame["excluded"],
        "days": (draw.frame["days"][0], draw.frame["days"][-1]),
        "acting": [
            (party.name, [waits_for(wait) for wait in steps])
            for party, steps in draw_lookups.who_must_act(draw, now)
        ],
    }


def waits_for(wait: draw_lookups.Wait) -> str:
    """录入公开随机数（双色球） · 期限 2026-11-03: a step, of which source, and by when."""
    of = f"{_('（')}{wait.of}{_('）')}" if wait.of else ""
    due = f" · {_('期限')} {wait.due:%Y-%m-%d}" if wait.due else ""
    return f"{words(draw_lookups.WAITING[wait.step])}{of}{due}"


def draw_context(caller: Caller, draw: Draw, now: datetime) -> dict[str, object]:
    """What a department sees besides: the sealed list, the visits, its own steps."""
    mine = draw.parts.filter(party__code=caller.party_code).first()
    steps = {wait.step for wait in draw_lookups.waits(caller, draw, now)}
    wanted = {wait.of for wait in draw_lookups.waits(caller, draw, now) if wait.step in ("number", "confirm")}
    return {
        **common_context(draw, now),
        "units": [_unit(unit) for unit in draw.frame["units"]],
        "mine": mine,
        "steps": steps,
        "wanted": wanted,
        "visits": [
            {**_visit(visit), **_team(caller, visit, day_of(now))}
            for visit in draw.visits.select_related("draw").order_by("planned_on", "unit")
        ],
        "due": publication_due(draw) if draw.state == Draw.State.DRAWN else None,
        "may_void": draw.state in (Draw.State.PREPARED, Draw.State.COMMITTED) and caller.kind in DRAWERS,
        "may_join": draw.state == Draw.State.PREPARED and caller.kind in DRAWERS,
        "may_act": mine is not None,
        "accounts": draw_lookups.accounts(caller, draw),
        "grounds": [(code, words(name)) for code, name in GROUNDS.items()],
    }


def _unit(unit: Mapping[str, object]) -> dict[str, object]:
    pi, weight = int(str(unit["pi"])), int(str(unit["weight"]))
    return {
        **unit,
        "chance": percent(pi),
        "factor": f"{weight / 100:.2f}",
        "kind": words(STRATA[str(unit["stratum"])]),
    }


def _visit(visit: DrawVisit) -> dict[str, object]:
    return {
        "visit": visit,
        "outcome_id": f"outcome-{visit.pk}",
        "outcome": words(OUTCOMES[visit.outcome]) if visit.outcome else "",
        "kind": words(STRATA[visit.stratum]),
        "chance": percent(visit.pi),
        "visit_id": f"visit-{visit.pk}",
        "lead": visit.lead.rpartition("/")[2],
        "member": visit.member.rpartition("/")[2],
    }


def _team(caller: Caller, visit: DrawVisit, today: date) -> dict[str, object]:
    """The officers of a visit, and what the reader may do in it; of a draw by name all of a department may."""
    if not by_accounts(visit.draw):
        return {"may_begin": True, "may_record": True}
    team = draw_lookups.team_json(visit, today)
    mine = next(
        (row for row in team if row["officer"] == caller.user and row["state"] != "stepped_back"), None
    )
    state = mine["state"] if mine else ""
    there = [row for row in team if row["state"] == "there"]
    left = [row for row in team if row["state"] != "stepped_back"]
    enough = len(there) >= least_officers(visit.draw)
    nobody = len(left) < least_officers(visit.draw)
    may_send = may_manage(caller, caller.party_code, today)
    rows = [
        {
            **row,
            "called": row["name"] or row["officer"],
            "ground_id": f"ground-{visit.pk}-{row['number']}".replace("/", "-"),
            "reason_id": f"reason-{visit.pk}-{row['number']}".replace("/", "-"),
            "state": words(OFFICERS[str(row["state"])]),
            "tag": _OFFICER_TAGS[str(row["state"])],
            "ground": words(GROUNDS[str(row["ground"])]) if row["ground"] else "",
            "may_leave": row in left
            and (row is mine or (may_send and row["department"] == caller.party_code and row not in there)),
        }
        for row in team
    ]
    return {
        "team": rows,
        "waiting_for": [row["called"] for row in rows if row["tag"] == "wait"],
        "nobody": nobody,
        "may_begin": mine is not None,
        "may_confirm": state == "asked",
        "may_ask": mine is not None and visit.opened_on and len(left) > len(there) and _has(left, "drawn"),
        "may_record": (state == "there" and enough) or (nobody and (mine is not None or may_send)),
    }


def _has(team: Sequence[Mapping[str, object]], state: str) -> bool:
    return any(row["state"] == state for row in team)


def visits_rows(draw: Draw) -> list[dict[str, object]]:
    """Results as published."""
    return [_visit(visit) for visit in draw.visits.order_by("stratum", "unit")]


def own_row(caller: Caller | None, draw: Draw) -> dict[str, object] | None:
    """The caller's own unit of a published draw; None for anyone else."""
    if caller is None or draw.state != Draw.State.PUBLISHED:
        return None
    if not any(unit["id"] == caller.party_code for unit in draw.frame["units"]):
        return None
    found = draw_lookups.own_proof(caller, draw.no)
    unit = found["unit"]
    assert isinstance(unit, dict)
    return {"u": found["u"], "drawn": found["drawn"], **_unit(unit)}
