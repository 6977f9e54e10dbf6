"""Spot checks that wait for the department: in doubt, or overdue and not handed over; and for the police."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.loop.case import Origin
from imloop.steps.ground.access import Caller
from imloop.steps.ground.task import MOST, Source, Task, named
from imloop.steps.spot_checks.lookups import checks
from imloop.store.models import Case, PartyKind, SpotCheck


def held(caller: Caller, now: datetime) -> Iterator[Task]:
    rows = checks(caller).filter(state=SpotCheck.State.HELD).order_by("at", "id")[:MOST]
    for row in rows:
        words = Text("监督抽测记录待核实", "a spot check to be looked at")
        yield Task(
            "spot-check",
            day_of(row.received_at),
            None,
            words,
            named(row.number),
            f"/spot-checks/{row.number}",
        )


def overdue(caller: Caller, now: datetime) -> Iterator[Task]:
    rows = (
        checks(caller)
        .filter(handed_at__isnull=True, case_no__in=_open_cases(overdue=True))
        .exclude(order_no="")
    )
    for row in rows.order_by("deadline", "id")[:MOST]:
        assert row.deadline is not None
        words = Text(
            "抽测不合格逾期未复检，应移送公安交管", "overdue after a spot check: hand it to the police"
        )
        yield Task(
            "spot-overdue",
            row.deadline,
            row.deadline,
            words,
            named(row.number),
            f"/spot-checks/{row.number}",
            late=True,
            vehicle=row.vehicle_id,
        )


def handed(caller: Caller, now: datetime) -> Iterator[Task]:
    rows = checks(caller).filter(case_no__in=_open_cases()).order_by("handed_at", "id")[:MOST]
    for row in rows:
        assert row.handed_at is not None
        words = Text(
            "抽测逾期车辆，上道路行驶的依法查处", "overdue after a spot check: not to be on the road"
        )
        yield Task(
            "spot-handed",
            day_of(row.handed_at),
            None,
            words,
            named(row.number),
            f"/spot-checks/{row.number}",
            vehicle=row.vehicle_id,
        )


def _open_cases(**which: bool) -> list[str]:
    """Their numbers, first: there are few of them beside all checks."""
    rows = Case.objects.filter(closed_at__isnull=True, origin=Origin.SPOT_CHECK, **which)
    return list(rows.order_by("id").values_list("case_no", flat=True)[: 4 * MOST])


SOURCES = (
    Source("spot-check", Text("监督抽测待核实", "spot checks in doubt"), (PartyKind.ENVIRONMENT,), held),
    Source("spot-overdue", Text("抽测逾期待移送", "overdue spot checks"), (PartyKind.ENVIRONMENT,), overdue),
    Source("spot-handed", Text("移送的抽测逾期", "spot checks handed over"), (PartyKind.POLICE,), handed),
)
