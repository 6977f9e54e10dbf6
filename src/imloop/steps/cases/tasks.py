"""Cases that wait for a department: not retested in time, or with an objection to be answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.loop.events import CaseAnnulled, ExitGranted, ObjectionRejected
from imloop.steps.cases import lookups
from imloop.steps.cases.move_case import as_loop_case
from imloop.steps.cases.objections import GROUNDS
from imloop.steps.ground.access import Caller
from imloop.steps.ground.task import MOST, Done, Source, Task, named, of_vehicle
from imloop.store.models import Case, CaseEvent, PartyKind


def overdue(caller: Caller, now: datetime) -> Iterator[Task]:
    rows = lookups.cases(caller).filter(closed_at__isnull=True, overdue=True).order_by("deadline")[:MOST]
    for case in rows:
        yield Task(
            "overdue",
            case.deadline,
            case.deadline,
            Text(f"逾期未复检（第 {case.round} 轮）", f"not retested in time (round {case.round})"),
            of_vehicle(case.vehicle),
            f"/cases/{case.case_no}",
            late=True,
            vehicle=case.vehicle_id,
        )


def objections(caller: Caller, now: datetime) -> Iterator[Task]:
    rows = lookups.cases(caller).filter(objected_at__isnull=False).order_by("objected_at")[:MOST]
    for case in rows:
        raised = as_loop_case(case).waiting_objection
        assert raised is not None and case.objected_at is not None
        ground = GROUNDS[raised.ground]
        yield Task(
            "objection",
            day_of(case.objected_at),
            raised.answer_by,
            Text(f"车主对不合格结论有异议：{ground.zh}", f"the owner objects: {ground.en}"),
            of_vehicle(case.vehicle),
            f"/cases/{case.case_no}#decide",
            late=raised.answer_by < day_of(now),
            vehicle=case.vehicle_id,
        )


def answered(caller: Caller, since: datetime, until: datetime) -> Iterator[Done]:
    """Objections, with the day by which the owner had to have the answer."""
    rows = CaseEvent.objects.filter(kind__in=_ANSWERS, recorded_at__gte=since, recorded_at__lt=until)
    for event in rows.filter(case__in=lookups.cases(caller)).select_related("case").order_by("pk"):
        who = event.data.get("approver") or event.data.get("exit", {}).get("approver", "")
        if (due := _answer_due(event.case, event.at)) and who:
            link = f"/cases/{event.case.case_no}"
            yield Done("objection", who, event.recorded_at, due, named(event.case.case_no), link)


def _answer_due(case: Case, at: datetime) -> date | None:
    """Of the objection that was answered at this moment; None where the decision stood for itself."""
    found = (each.answer_by for each in as_loop_case(case).objections if each.answered_at == at)
    return next(found, None)


_ANSWERS = (ObjectionRejected.__name__, ExitGranted.__name__, CaseAnnulled.__name__)
SOURCES = (
    Source("overdue", Text("逾期案件", "overdue cases"), (PartyKind.ENVIRONMENT, PartyKind.POLICE), overdue),
    Source(
        "objection", Text("车主异议", "owners' objections"), (PartyKind.ENVIRONMENT,), objections, answered
    ),
)
