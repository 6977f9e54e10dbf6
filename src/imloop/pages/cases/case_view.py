"""One case as people see it: where it stands, what failed, how long is left. Used by the owner's page and the desks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.utils.translation import gettext as _

from imloop import loop
from imloop.facts.days import day_of
from imloop.facts.items import ITEMS
from imloop.facts.text import Text
from imloop.facts.typical_causes import typical_signs
from imloop.law import Law
from imloop.law.deadline import deadline_key, deadline_of
from imloop.law.sentences import ELSEWHERE, at_the_same_station, repaired, what_to_do
from imloop.law.working_days import WORKING
from imloop.loop.case import SECOND_OPINION_EXIT
from imloop.pages.guard import words
from imloop.papers.trace_picture import Item
from imloop.steps.cases.move_case import as_loop_case
from imloop.steps.cases.reconsider import failed_test
from imloop.steps.ground.registers import law_at
from imloop.steps.repairs.rework import rework_due
from imloop.steps.stations.lookups import name_of
from imloop.store.models import Case, CaseEvent, Test
from imloop.verdict.arithmetic import printed


def loop_names() -> list[str]:
    return [_("检验"), _("告知"), _("维修"), _("放行"), _("复检")]


def headline(case: Case, law: Law, *, elsewhere: bool = False) -> str:
    """``law``: of today, where the case is; ``elsewhere``: the owner was let go to another station."""
    back = at_the_same_station(law)
    if elsewhere and case.closed_at is None:
        waits = case.state == loop.State.AWAITING_REPAIR
        return _("请先维修，再到其他检验机构复检") if waits else _("已可复检，请到其他检验机构")
    return {
        "awaiting_repair": _("请先维修，再回原站复检") if back else _("请先维修，再复检"),
        "awaiting_retest": _("已可复检，请回原站") if back else _("已可复检"),
        "closed": _("复检合格，案件已结"),
        "annulled": _("案件已撤销"),
        "scrapped": _("车辆已报废，案件已结"),
    }[case.state]


def steps(case: Case) -> list[dict[str, str]]:
    """The five stages of the loop: done, now or ahead."""
    done = {"awaiting_repair": 2, "awaiting_retest": 4, "closed": 5, "annulled": 5, "scrapped": 5}[case.state]
    return [
        {"name": name, "css": "done" if index < done else "now" if index == done else ""}
        for index, name in enumerate(loop_names())
    ]


def days(case: Case, law: Law, now: datetime) -> dict[str, object]:
    """Days left, working or natural ones (negative: overdue), and the strip of days."""
    today = day_of(now)
    counted = deadline_of(day_of(case.failed_at), case.origin, law)
    left = sum(1 for day in counted.days if day > today) if today <= case.deadline else -1
    working = law.value(deadline_key(case.origin, law)).unit == WORKING
    return {
        "days_left": left,
        "in_working_days": working,
        "strip": [_css(day, today) for day in counted.days],
    }


def _css(day: date, today: date) -> str:
    return "today" if day == today else "used" if day < today else ""


def result_items(test: Test | None) -> list[dict[str, object]]:
    if test is None:
        return []
    return [_item(item) for item in test.verdict["items"] if item["limit"] is not None]


def other_reasons(test: Test | None) -> list[dict[str, object]]:
    """Why it did not pass beside the items over their limit."""
    reasons = test.verdict["reasons"] if test else []
    return [reason for reason in reasons if reason["code"] != "limit-exceeded"]


def _item(item: Item) -> dict[str, object]:
    known = ITEMS[item["item"]]
    value, limit = item["value"], item["limit"]
    failed = not item["pass"] and not item["advisory"]
    ends = limit if isinstance(limit, list) else [limit]
    shown = "–".join(printed(float(end), known.decimals) for end in ends)
    return {
        "label": words(known.label),
        "value": printed(float(value), known.decimals),
        "unit": known.unit,
        "limit": f"≥ {shown}" if item["kind"] == "min" else shown,
        "failed": failed,
        "share": float(value) / float(ends[-1]) if ends[-1] else None,
        "words": _("未通过") if failed else _("仅记录") if item["advisory"] else _("通过"),
    }


def signs(case: Case, test: Test | None) -> list[dict[str, object]]:
    """What the failed items point to, with the usual causes; a hint, not a diagnosis."""
    failed = list(case.snapshot["failed_items"])
    if test is not None and test.verdict["parts"].get("obd") == "fail":
        failed.append("obd")
    return [
        {"label": words(sign.label), "causes": [(cause.code, words(cause.text)) for cause in sign.causes]}
        for sign in typical_signs(failed)
    ]


def guidance(law: Law, case: Case, elsewhere: dict[str, object] | None = None) -> str:
    """What to do next, by the state of the case, the law of the day, and where the owner was let go."""
    waits = case.state == loop.State.AWAITING_REPAIR
    to = str(elsewhere["to"]) if elsewhere else ""
    where = Text(f"到{to}复检", f"have it retested at {to}") if to else ELSEWHERE if elsewhere else None
    return words(what_to_do(law, where) if waits else repaired(law, where))


def case_context(case: Case, now: datetime) -> dict[str, object]:
    """Everything a case page shows."""
    law = law_at(day_of(case.failed_at), case.place)
    today = law_at(day_of(now), case.place)
    test = failed_test(case)
    permit = loop.permit(
        as_loop_case(case), station=case.station.code if case.station else "", at=now, law=today
    )
    elsewhere = _elsewhere(case, now)
    on_paper = permit.allowed and any(reason.code == "paper-fallback" for reason in permit.reasons)
    return {
        "case": case,
        "headline": _on_paper(today) if on_paper else headline(case, today, elsewhere=bool(elsewhere)),
        "steps": steps(case),
        "items": result_items(test),
        "reasons": test.verdict["reasons"] if test else [],
        "other_reasons": other_reasons(test),
        "calculation": test.verdict["steps"] if test else [],
        "law": test.verdict["law"] if test else {"hash": law.hash},
        "signs": signs(case, test) if case.closed_at is None else [],
        "guidance": guidance(today, case, elsewhere),
        "rework": rework_due(case),
        "permit": [reason.to_json() for reason in permit.reasons],
        "allowed": permit.allowed,
        "elsewhere": elsewhere,
        "notice": case.notices.order_by("-round").first(),
        "events": [event_row(event) for event in case.events.order_by("number")],
        **days(case, law, now),
    }


def _on_paper(law: Law) -> str:
    if at_the_same_station(law):
        return _("已凭纸质材料放行，请回原站复检")
    return _("已凭纸质材料放行，可以复检")


def _elsewhere(case: Case, now: datetime) -> dict[str, object] | None:
    """The exit that lets the owner retest at another station today, if one was granted."""
    if case.closed_at is not None:
        return None
    fact = as_loop_case(case)
    open_ = [way_out for way_out in fact.exits if way_out.ended_at is None]
    running = [way_out for way_out in open_ if way_out.expires_on >= day_of(now)]
    if not running:
        return None
    latest = running[-1]
    return {
        "to": name_of(latest.to_station) if latest.to_station else "",
        "until": latest.expires_on,
        "reason": latest.reason,
        "as_it_is": latest.kind == SECOND_OPINION_EXIT and latest.asked_at > fact.last_known_at,
    }


def event_row(event: CaseEvent) -> dict[str, object]:
    """One line of the case's history."""
    data = event.data
    names: dict[str, Callable[[], str]] = {
        "TestFailed": lambda: f"{name_of(data['station'])} · {data['test_no']}",
        "TestPassed": lambda: f"{name_of(data['station'])} · {data['test_no']}",
        "RepairReported": lambda: f"{name_of(data['repair']['shop'])} · {data['repair']['repair_no']}",
        "RepairReleased": lambda: f"{name_of(data['shop'])} · {data['repair_no']} · {data['reason']}",
        "ExitGranted": lambda: name_of(data["exit"]["to_station"]) or _("任一检验机构"),
        "ExitEnded": lambda: data["reason"],
        "UnlockedOnPaper": lambda: f"{data['unlock']['unlock_no']} · {data['unlock']['outage_no']}",
        "UnlockEnded": lambda: f"{data['unlock_no']} · {data['reason']}",
        "PaperContradicted": lambda: f"{data['unlock_no']} · {name_of(data['shop'])} · {data['repair_no']}",
        "OutageTakenBack": lambda: data["outage_no"],
        "CaseAnnulled": lambda: data["reason"],
        "ObjectionRejected": lambda: data["reason"],
    }
    named = names.get(event.kind)
    return {
        "at": event.at,
        "kind": event.kind,
        "words": named() if named else "",
        "number": event.number,
        "law_hash": event.law_hash,
    }
