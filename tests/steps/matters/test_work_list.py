"""Which matters wait for whom: what the database is asked for leaves none out."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from imloop.matters import Kind, Role, State, rests, waits_for
from imloop.matters.table import rows_for
from imloop.steps.ground.access import caller_for
from imloop.steps.matters.as_fact import as_fact
from imloop.steps.matters.lookups import matters, work_list
from imloop.steps.matters.roles import roles_in
from imloop.store.models import Matter, Party
from support.city import LISTED, NEAR, PLACE, City, at

DAY = date(2026, 3, 5)


def one_of_each(party: str) -> None:
    """A matter in every state that its kind knows, without a day by which it is due."""
    of = Party.objects.get(code=party)
    Matter.objects.bulk_create(
        Matter(
            matter_no=f"{party}-{number}",
            kind=kind,
            place=of.place,
            party=of,
            title=of.name,
            state=state,
            opened_at=at("2026-03-02 09:00"),
            closed_at=None if state.is_open else at("2026-03-03 09:00"),
            token_sha256=f"{party}-{number}",
        )
        for number, (kind, state) in enumerate(product(Kind, State))
        if rows_for(kind, state)
    )


@pytest.mark.parametrize(
    "who", [f"{PLACE}-{kind}" for kind in ("environment", "transport", "market", "police", "supervisor")]
)
def test_the_database_leaves_out_nothing_that_waits(city: City, who: str) -> None:
    one_of_each(NEAR)
    one_of_each(LISTED)
    caller = caller_for(Party.objects.get(code=who))

    def is_theirs(row: Matter) -> bool:
        roles, fact = roles_in(caller, row), as_fact(row)
        return waits_for(fact, roles) and (Role.CONCERNED in roles or not rests(fact, DAY))

    every = [row.matter_no for row in matters(caller).filter(closed_at=None) if is_theirs(row)]
    assert [row.matter_no for row in work_list(caller, DAY, most=10_000)] == every
    assert [row.matter_no for row in work_list(caller, DAY, most=3)] == every[:3]


def test_a_station_sees_what_it_may_answer(city: City) -> None:
    one_of_each(NEAR)
    caller = caller_for(Party.objects.get(code=NEAR))
    found = {(row.kind, row.state) for row in work_list(caller, DAY)}
    assert ("suspension", "notified") in found
    assert ("suspension", "hearing") not in found
