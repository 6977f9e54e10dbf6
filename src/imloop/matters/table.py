"""Every matter follows this table: kind × state × step → who, what it must say, conditions, next state, effects.

One file a family of matters gives its rows; ``docs/matters.md`` is generated from here.
"""

from __future__ import annotations

from imloop.matters.applications import applications, withdrawal
from imloop.matters.names import Kind, State
from imloop.matters.row import Row
from imloop.matters.scrappage import scrappage
from imloop.matters.suspensions import contest, measures

__all__ = ["TABLE", "Row", "rows_for"]

TABLE: tuple[Row, ...] = (*applications(), *withdrawal(), *contest(), *measures(), *scrappage())


def rows_for(kind: Kind, state: State | None) -> tuple[Row, ...]:
    """What may happen to a matter of a kind in a state (None: not yet opened)."""
    return tuple(row for row in TABLE if kind in row.kinds and row.state is state)
