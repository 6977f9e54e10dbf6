"""Who is seated for a drawn visit: the accounts behind the numbers that were drawn, and those who came for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from imloop.steps.draws.roster import number_of
from imloop.steps.ground.ledger import Ledger
from imloop.store.models import Draw, DrawOfficer, DrawVisit, User


def standing(visit: DrawVisit) -> list[DrawOfficer]:
    """Those who are to come, or came, as far as nobody stands in for them."""
    return list(visit.officers.filter(left_at=None).select_related("user", "user__party").order_by("id"))


def seat(ledger: Ledger, draw: Draw, visits: Iterable[DrawVisit]) -> None:
    """The accounts behind the numbers that were drawn, and a message to their departments. No unit is named in it: it
    may be passed on outside the platform, and the visit is still to come."""
    account = accounts_behind(draw)
    rows = [
        DrawOfficer(visit=visit, number=number, user=account[number])
        for visit in visits
        for number in (visit.lead, visit.member)
    ]
    DrawOfficer.objects.bulk_create(rows)
    tell_offices(ledger, draw, rows)


def accounts_behind(draw: Draw) -> dict[str, User]:
    """By the numbers that were fixed: the order of each department's deposit, which is frozen with the list."""
    named = {
        number_of(part, count): name
        for part in draw.parts.select_related("party")
        for count, name in enumerate(part.inspectors, 1)
    }
    users = {user.username: user for user in User.objects.filter(username__in=named.values())}
    return {number: users[name] for number, name in named.items()}


def tell_offices(ledger: Ledger, draw: Draw, rows: Sequence[DrawOfficer], **more: object) -> None:
    of: dict[str, list[DrawOfficer]] = defaultdict(list)
    for row in rows:
        of[department_of(row)].append(row)
    for department, theirs in of.items():
        officers = [{"officer": row.user.username, "on": row.visit.planned_on.isoformat()} for row in theirs]
        ledger.send(
            department,
            "draw-officers",
            draw.no,
            {"no": draw.no, "period": draw.period, "officers": officers, **more},
        )


def department_of(row: DrawOfficer) -> str:
    return row.number.partition("/")[0]


def called(row: DrawOfficer) -> str:
    return row.user.first_name or row.user.username
