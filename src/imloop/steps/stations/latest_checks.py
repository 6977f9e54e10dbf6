"""The last self-check of every kind on a line: one index look-up per kind, however many years are kept."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection

from imloop.facts.records.check import CheckKind
from imloop.gates.lines import CheckFact
from imloop.store.statements import aware, fetch_all

_ONE = (
    "SELECT * FROM (SELECT kind, finished_at, result FROM store_equipmentcheck"
    " WHERE line_id = %s AND kind = '{kind}' AND finished_at <= %s "
    "ORDER BY finished_at DESC, id DESC LIMIT 1) AS {kind}"
)
_SQL = " UNION ALL ".join(_ONE.format(kind=kind.value) for kind in CheckKind)
"""Hand-written SQL: the same as a query per kind, built once instead of each time."""
_EVER = datetime(9999, 1, 1, tzinfo=UTC)


_KINDS = ", ".join(f"'{kind.value}'" for kind in CheckKind)
_FAILED = (
    "SELECT finished_at FROM store_equipmentcheck WHERE line_id = %s "
    f"AND kind IN ({_KINDS}) AND finished_at > %s AND finished_at <= %s AND result = 'fail' ORDER BY finished_at"
)


def failed_checks(line_id: int, since: datetime, until: datetime) -> list[datetime]:
    """When checks of the line failed in between, in order."""
    return [aware(finished_at) for (finished_at,) in fetch_all(_FAILED, [line_id, since, until])]


def latest_checks(line_id: int, at: datetime = _EVER) -> list[CheckFact]:
    """By ``at``; without it, of all that is kept."""
    adapt = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [line_id, adapt(at)] * len(CheckKind))
        rows = cursor.fetchall()
    return [CheckFact(kind, aware(finished_at), result) for kind, finished_at, result in rows]
